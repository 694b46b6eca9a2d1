export default function ({ data: [data], parentElement }) {
  const find = (name) => parentElement.querySelector(name);
  const { picture, words } = data;
  const [button, image, caption] = [find(".picture"), find(".picture img"), find("figcaption")];
  const box = lightbox(parentElement, words);
  if (image.getAttribute("src") !== picture.preview) {
    button.hidden = false;
    find(".unreadable").hidden = true;
    image.src = picture.preview;
  }
  image.onerror = () => { button.hidden = true; find(".unreadable").hidden = false; };
  find(".unreadable").textContent = words.unreadable;
  image.alt = picture.alt;
  button.style.aspectRatio = `${picture.width} / ${picture.height}`;
  button.style.width = `min(100%, ${picture.width}px, ${data.max_height * picture.width / picture.height}px)`;
  button.setAttribute("aria-label", `${words.open}: ${picture.alt}`);
  find(".about .name").textContent = picture.name;
  find(".about .line").textContent = picture.line;
  caption.textContent = data.caption;
  caption.hidden = !data.caption;
  button.onclick = () => box.open(data.picture);
}
