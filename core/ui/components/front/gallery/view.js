const galleries = new WeakMap();

function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function item(picture) {
  const option = made("div", "item");
  option.setAttribute("role", "option");
  option.dataset.id = picture.id;
  option.title = `${picture.name}\n${picture.line}`;
  const shape = picture.width / picture.height;
  const isLandscape = shape > 1.2 && shape < 2.1; // other shapes would lose their heads
  const plate = made("div", `plate ${picture.mark} ${isLandscape ? "" : "whole"}`);
  const image = made("img", "");
  Object.assign(image, { loading: "lazy", decoding: "async", alt: picture.alt, src: picture.thumbnail, draggable: false });
  plate.append(image);
  const words = made("div", "words");
  const name = made("div", "name", picture.name);
  name.dir = "auto";
  const state = made("div", "state");
  state.append(made("span", "mark " + picture.mark), made("span", "", picture.mark_name));
  words.append(name, state);
  option.append(plate, words);
  return option;
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".gallery");
  const known = galleries.get(list) ?? {};
  galleries.set(list, known);
  const content = JSON.stringify(data.items);
  if (known.content !== content) {
    known.content = content;
    list.replaceChildren(...data.items.map(item));
  }
  list.classList.toggle("grid", data.is_grid);
  list.setAttribute("aria-label", data.label);
  const options = [...list.children];

  function mark(selected) {
    for (const option of options) option.setAttribute("aria-selected", option.dataset.id === selected);
    const first = options.find((option) => option.dataset.id === selected) ?? options[0];
    for (const option of options) option.tabIndex = option === first ? 0 : -1;
  }

  function focusOn(option) {
    for (const other of options) other.tabIndex = other === option ? 0 : -1;
    option.focus();
    option.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function pick(option) {
    mark(option.dataset.id);
    setTriggerValue("picked", option.dataset.id);
  }

  function columns() {
    const top = options[0].offsetTop;
    const below = options.findIndex((option) => option.offsetTop !== top);
    return below < 0 ? options.length : below;
  }

  function key(event) {
    const option = event.target.closest(".item");
    if (!option) return;
    const place = options.indexOf(option);
    const ways = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: options.length - 1 };
    if (data.is_grid) Object.assign(ways, { ArrowUp: place - columns(), ArrowDown: place + columns() });
    if (event.key === "Enter" || event.key === " ") pick(option);
    else if (event.key in ways) focusOn(options[Math.min(options.length - 1, Math.max(0, ways[event.key]))]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  list.onclick = (event) => { const option = event.target.closest(".item"); if (option) { focusOn(option); pick(option); } };
  list.onkeydown = key;
  if (known.selected !== data.selected || !list.querySelector("[tabindex='0']")) {
    known.selected = data.selected;
    mark(data.selected);
  }
}
