const lists = new WeakMap();

function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function plate(cover, blank) {
  const found = made("span", "plate", cover.thumbnail ? "" : blank);
  found.classList.toggle("blank", !cover.thumbnail);
  found.classList.toggle("whole", cover.width < cover.height * 1.1); // a portrait would lose its head
  if (cover.thumbnail) {
    const image = made("img", "");
    Object.assign(image, { loading: "lazy", decoding: "async", alt: "", src: cover.thumbnail, draggable: false });
    found.append(image);
  }
  return found;
}

function drawn(cover, words) {
  const place = document.createElement("li");
  const button = made("button", "cover");
  button.type = "button";
  button.dataset.id = cover.id;
  button.setAttribute("aria-label", words.open.replace("{title}", cover.title));
  button.append(plate(cover, words.blank), made("span", "title", cover.title), made("span", "line", cover.line));
  place.append(button);
  return place;
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".covers");
  const content = JSON.stringify(data);
  if (lists.get(list) !== content) {
    lists.set(list, content);
    list.replaceChildren(...data.covers.map((cover) => drawn(cover, data.words)));
  }
  list.onclick = (event) => {
    const button = event.target.closest(".cover");
    if (button) setTriggerValue("opened", button.dataset.id);
  };
}
