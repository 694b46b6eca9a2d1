const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const matrices = new WeakMap();
const arrivals = new Map();

function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function action(item, send) {
  const button = made("button", "act", item.label);
  button.type = "button";
  button.disabled = item.is_off;
  button.onclick = () => send(item);
  return button;
}

function head(data, send) {
  const row = made("tr", "");
  for (const column of data.columns) {
    const cell = made("th", "");
    cell.scope = "col";
    cell.append(made("span", "title", column.name), made("span", "quiet", column.line));
    if (column.act) cell.append(action(column.act, send));
    row.append(cell);
  }
  return row;
}

function plate(item) {
  const found = made("span", "plate");
  if (!item.thumbnail) {
    found.classList.add("blank");
    found.textContent = item.blank;
    return found;
  }
  const image = made("img", "");
  Object.assign(image, { loading: "lazy", decoding: "async", alt: item.alt, src: item.thumbnail, draggable: false });
  found.append(image);
  return found;
}

function bringIntoSight(key, tries = 30) {
  // the page draws it after the matrix, part by part
  const place = document.querySelector(`.st-key-${key}`);
  if (!place && tries) setTimeout(() => bringIntoSight(key, tries - 1), 100);
  for (const wait of place ? [200, 800] : []) setTimeout(() => place.scrollIntoView({ block: "nearest" }), wait);
}

function cellOf(item, place, { chosen, below }, send) {
  const cell = made("td", "");
  const button = made("button", `cell ${item.mark}`);
  button.type = "button";
  button.dataset.place = place.join(",");
  button.dataset.id = item.id;
  button.setAttribute("aria-pressed", item.id === chosen);
  button.setAttribute("aria-label", `${item.alt} · ${item.line}`);
  const state = made("span", "state");
  state.append(made("span", `mark ${item.mark}`), made("span", "words", item.line));
  state.title = item.line;
  button.append(plate(item), state);
  if (item.warning) button.append(made("span", "warning", item.warning));
  button.onclick = () => {
    send({ action: "open", id: item.id });
    if (below) setTimeout(() => bringIntoSight(below), 300);
  };
  cell.append(button);
  return cell;
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const matrix = parentElement.querySelector(".matrix");
  const content = JSON.stringify([data.columns, data.rows]);
  const send = (item) => setTriggerValue("act", { action: item.action, id: item.id });
  if (matrices.get(matrix) !== content) {
    const focused = parentElement.activeElement?.dataset?.id;
    matrices.set(matrix, content);
    matrix.querySelector("thead").replaceChildren(head(data, send));
    matrix.querySelector("tbody").replaceChildren(...data.rows.map((row, number) => {
      const line = made("tr", "");
      const name = made("th", "");
      name.scope = "row";
      name.append(made("span", "title", row.name), made("span", "quiet", row.line));
      if (row.act) name.append(action(row.act, send));
      line.append(name, ...row.cells.map((item, place) => cellOf(item, [number, place], data, send)));
      return line;
    }));
    if (focused) matrix.querySelector(`.cell[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  for (const button of matrix.querySelectorAll(".cell")) button.setAttribute("aria-pressed", button.dataset.id === data.chosen);
  const isBegun = arrivals.has(data.label) && data.arrival && data.arrival !== arrivals.get(data.label);
  arrivals.set(data.label, data.arrival || arrivals.get(data.label));
  if (isBegun) matrix.scrollIntoView({ block: "nearest" });
  matrix.querySelector("table").setAttribute("aria-label", data.label);
  matrix.onkeydown = (event) => {
    const way = KEYS[event.key];
    const place = event.target.dataset?.place?.split(",").map(Number);
    if (!way || !place) return;
    const next = matrix.querySelector(`.cell[data-place="${place[0] + way[0]},${place[1] + way[1]}"]`);
    if (next) { next.focus(); event.preventDefault(); }
  };
}
