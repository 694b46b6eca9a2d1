const SVG = "http://www.w3.org/2000/svg";
const boards = new WeakMap();

function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function plate(card) {
  const shape = card.width / card.height;
  const found = made("span", "plate");
  if (!card.thumbnail) {
    found.classList.add("blank");
    found.textContent = card.blank;
    return found;
  }
  found.classList.toggle("whole", !(shape > 1.2 && shape < 2.1)); // other shapes would lose their heads
  const image = made("img", "");
  Object.assign(image, { loading: "lazy", decoding: "async", alt: card.alt, src: card.thumbnail, draggable: false });
  found.append(image);
  return found;
}

function drawn(card, words) {
  const place = made("div", `card ${card.mark}`);
  place.setAttribute("role", "listitem");
  place.dataset.id = card.id;
  place.style.gridColumn = card.column + 1;
  place.style.gridRow = card.lane + 1;
  if (card.lane) place.dataset.lane = card.lane;
  place.style.setProperty("--lane", card.lane);
  place.toggleAttribute("data-faded", Boolean(card.is_faded));
  const face = made(card.is_start ? "div" : "button", "face");
  face.title = `${card.name}\n${card.line}`;
  const name = made("span", "name", card.name);
  name.dir = "auto";
  const state = made("span", "state");
  state.append(made("span", `mark ${card.mark}`), made("span", "words", card.line));
  face.append(plate(card), name, state);
  place.append(face);
  if (card.is_start) {
    place.classList.add("start");
    return place;
  }
  face.type = "button";
  const more = made("button", "more", "⋯");
  more.type = "button";
  more.setAttribute("aria-haspopup", "menu");
  more.setAttribute("aria-label", words.more.replace("{name}", card.name));
  place.append(more);
  return place;
}

function curve(from, to) {
  const middle = (from.x + to.x) / 2;
  return `M${from.x} ${from.y} C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

function thread(svg, one, other, className) {
  const first = one.querySelector(".plate"), second = other.querySelector(".plate");
  const origin = svg.getBoundingClientRect();
  const a = first.getBoundingClientRect(), b = second.getBoundingClientRect();
  const from = { x: a.right - origin.left + 5, y: a.top + a.height / 2 - origin.top };
  const to = { x: b.left - origin.left - 5, y: b.top + b.height / 2 - origin.top };
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", curve(from, to));
  path.setAttribute("class", className);
  svg.append(path);
}

function weave(board, data) {
  const svg = board.querySelector(".threads");
  const places = new Map([...board.querySelectorAll(".card")].map((place) => [place.dataset.id, place]));
  svg.replaceChildren();
  for (const card of data.cards) {
    for (const source of card.sources) {
      const isMain = source === card.follows;
      if (places.has(source) && (isMain || card.id === data.selected)) {
        thread(svg, places.get(source), places.get(card.id), isMain ? "main" : "aside");
      }
    }
  }
}

function mark(board, selected, isMoved) {
  for (const place of board.querySelectorAll(".card")) {
    const isSelected = place.dataset.id === selected;
    place.toggleAttribute("data-selected", isSelected);
    place.querySelector(".face").setAttribute("aria-current", isSelected);
    if (isSelected && isMoved) place.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function fit(board) {
  // a lane whose cards are all out of sight takes no room; a narrow page has no lanes
  const sheet = board.querySelector(".sheet");
  const isNarrow = matchMedia("(max-width: 640px)").matches;
  const from = board.scrollLeft, to = from + board.clientWidth;
  const seen = [...board.querySelectorAll(".card")].filter((card) => card.offsetLeft < to && card.offsetLeft + card.offsetWidth > from);
  const bottom = Math.max(0, ...seen.map((card) => card.offsetTop + card.offsetHeight));
  const isCut = !isNarrow && bottom > 0 && bottom + 8 < board.querySelector(".cards").offsetHeight;
  sheet.style.maxHeight = isCut ? `${bottom + 8}px` : "";
  sheet.style.overflowY = isCut ? "clip" : "";
}

function showInspector() {
  // the page draws it after the board
  setTimeout(() => document.querySelector(".st-key-inspector")?.scrollIntoView(), 350);
}

function openMenu(menu, button, card, data, send) {
  const items = card.menu.map((item) => {
    if (!item) return made("hr", "");
    const entry = made("button", "", item.label);
    entry.type = "button";
    entry.setAttribute("role", "menuitem");
    entry.disabled = item.is_off;
    entry.onclick = () => { menu.hidePopover(); send(item.action, card.id); };
    return entry;
  });
  menu.replaceChildren(...items);
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const height = menu.offsetHeight, width = menu.offsetWidth;
  const below = at.bottom + 4 + height < window.innerHeight;
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
  menu.querySelector("button:not(:disabled)")?.focus();
}

function walk(event, items) {
  const place = items.indexOf(event.target);
  const ways = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: items.length - 1 };
  if (place < 0 || !(event.key in ways)) return;
  items[Math.max(0, Math.min(items.length - 1, ways[event.key]))].focus();
  event.preventDefault();
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const board = parentElement.querySelector(".board");
  const menu = board.querySelector(".menu");
  const known = boards.get(board) ?? {};
  boards.set(board, known);
  const content = JSON.stringify(data.cards);
  if (known.content !== content) {
    const focused = parentElement.activeElement?.closest?.(".card")?.dataset.id;
    known.content = content;
    board.querySelector(".cards").replaceChildren(...data.cards.map((card) => drawn(card, data.words)));
    if (focused) [...board.querySelectorAll(".card")].find((place) => place.dataset.id === focused)?.querySelector("button")?.focus();
  }
  board.setAttribute("aria-label", data.words.board);
  const isMoved = known.selected !== data.selected;
  if (known.selected && isMoved && matchMedia("(max-width: 640px)").matches) showInspector();
  known.selected = data.selected;
  mark(board, data.selected, isMoved);
  weave(board, data);

  const send = (action, step) => setTriggerValue("act", { action, step });
  const cardOf = (target) => data.cards.find((card) => card.id === target.closest(".card")?.dataset.id);

  board.onclick = (event) => {
    const card = cardOf(event.target);
    const more = event.target.closest(".more");
    if (more && card) openMenu(menu, more, card, data, send);
    else if (card && !card.is_start && event.target.closest(".face")) {
      mark(board, card.id, false);
      send("select", card.id);
    }
  };
  board.onkeydown = (event) => {
    const inside = menu.contains(event.target) ? "button:not(:disabled)" : ".card:not(.start) .face";
    walk(event, [...(menu.contains(event.target) ? menu : board).querySelectorAll(inside)]);
  };
  known.watch?.disconnect();
  fit(board);
  board.onscroll = () => { clearTimeout(known.settle); known.settle = setTimeout(() => fit(board), 80); };
  known.watch = new ResizeObserver(() => { weave(board, data); fit(board); });
  known.watch.observe(board);
  return () => known.watch.disconnect();
}
