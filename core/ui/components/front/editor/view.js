const SVG = "http://www.w3.org/2000/svg";
const HANDLES = [["nw", 0, 0], ["n", 0.5, 0], ["ne", 1, 0], ["e", 1, 0.5], ["se", 1, 1], ["s", 0.5, 1], ["sw", 0, 1], ["w", 0, 0.5]];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LARGEST_ZOOM = 6;
const editors = new WeakMap();

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/* Boxes are {id, label, number, isFlagged, x, y, w, h} in pixels of the page; the server has them in thousandths. */
function fromServer(region, page) {
  const [top, left, bottom, right] = region.box;
  return {
    id: region.id, label: region.label, number: region.number, isFlagged: region.is_flagged,
    x: left * page.width / 1000, y: top * page.height / 1000,
    w: (right - left) * page.width / 1000, h: (bottom - top) * page.height / 1000,
  };
}

function toServer(box, page) {
  const y = (value) => value * 1000 / page.height, x = (value) => value * 1000 / page.width;
  return { id: box.id, box: [y(box.y), x(box.x), y(box.y + box.h), x(box.x + box.w)] };
}

function resized(start, handle, dx, dy, page) {
  let [left, top, right, bottom] = [start.x, start.y, start.x + start.w, start.y + start.h];
  if (handle.includes("w")) left = clamp(left + dx, 0, page.width);
  if (handle.includes("e")) right = clamp(right + dx, 0, page.width);
  if (handle.includes("n")) top = clamp(top + dy, 0, page.height);
  if (handle.includes("s")) bottom = clamp(bottom + dy, 0, page.height);
  return { x: Math.min(left, right), y: Math.min(top, bottom), w: Math.abs(right - left), h: Math.abs(bottom - top) };
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  const [editor, picture, svg, stage, said] = [find(".editor"), find(".page"), find(".over"), find(".stage"), find(".said")];
  const { words, page } = data;
  const button = (name) => find(`[data-do="${name}"]`);
  const state = editors.get(editor) ?? { boxes: [], chosen: "", zoom: 1, stamp: 0, revision: null, drag: null, isAdding: false };
  editors.set(editor, state);

  // the server's boxes count, unless a change made here is still on its way to it
  if (!state.drag && data.revision !== state.revision && (data.stamp >= state.stamp || data.page.id !== state.page)) {
    if (data.page.id !== state.page) Object.assign(state, { zoom: 1, stamp: data.stamp, chosen: "" });
    Object.assign(state, { revision: data.revision, page: data.page.id, boxes: data.regions.map((one) => fromServer(one, page)) });
  }
  if (data.chosen !== state.told) Object.assign(state, { chosen: data.chosen, told: data.chosen });
  const unit = () => page.width / Math.max(1, svg.getBoundingClientRect().width);
  const least = () => Math.max(4, 6 * unit());
  const byId = (id) => state.boxes.find((box) => box.id === id);

  function send() {
    state.stamp += 1;
    setTriggerValue("edited", { stamp: state.stamp, page: page.id, regions: state.boxes.map((box) => toServer(box, page)) });
  }

  function choose(id) {
    if (state.chosen === id) return;
    state.chosen = id;
    state.told = id;
    setTriggerValue("chosen", id);
  }

  function tag(box, size) {
    const text = box.label ? `${box.number} ${box.label}` : String(box.number);
    const shown = text.length > 28 ? text.slice(0, 27) + "…" : text;
    const group = shape("g", { class: "tag" });
    const width = (shown.length * 7.2 + 12) * size, height = 20 * size;
    const y = box.y >= height ? box.y - height : box.y;
    group.append(shape("rect", { x: box.x, y, width, height, rx: 3 * size }));
    const label = shape("text", { x: box.x + 6 * size, y: y + 14.5 * size, "font-size": 12.5 * size });
    label.textContent = shown;
    group.append(label);
    return group;
  }

  function drawBox(box, size) {
    const group = shape("g", { class: `${box.id === state.chosen ? "chosen" : ""} ${box.isFlagged ? "flagged" : ""}` });
    const name = `${box.number} ${box.label}`.trim();
    const place = words.place.replace("{name}", name).replace("{width}", Math.round(box.w)).replace("{height}", Math.round(box.h));
    group.append(shape("rect", {
      class: "box", x: box.x, y: box.y, width: box.w, height: box.h, tabindex: 0, role: "button", "aria-label": place, "data-id": box.id,
      "aria-pressed": box.id === state.chosen,
    }));
    group.append(tag(box, size));
    if (box.id !== state.chosen) return group;
    for (const [handle, across, down] of HANDLES) {
      const x = box.x + box.w * across, y = box.y + box.h * down;
      const common = { "data-handle": handle, "data-id": box.id, style: `cursor:${handle}-resize` };
      group.append(shape("rect", { class: "handle", x: x - 5 * size, y: y - 5 * size, width: 10 * size, height: 10 * size, ...common }));
      // fingers need more than the eye
      group.append(shape("circle", { class: "grip", cx: x, cy: y, r: 14 * size, ...common }));
    }
    return group;
  }

  function draw() {
    const focused = parentElement.activeElement?.dataset?.id ?? svg.getRootNode().activeElement?.dataset?.id;
    const size = unit();
    // the chosen box last: its handles lie on top
    const ordered = [...state.boxes].sort((one, other) => (one.id === state.chosen) - (other.id === state.chosen));
    svg.replaceChildren(...ordered.map((box) => drawBox(box, size)));
    // a box just drawn gets another name, and one may be gone: the keys still work
    const boxOf = (id) => svg.querySelector(`.box[data-id="${CSS.escape(id)}"]`);
    if (focused || svg.getRootNode().activeElement === svg) (boxOf(focused ?? state.chosen) ?? boxOf(state.chosen) ?? svg).focus({ preventScroll: true });
    button("add").setAttribute("aria-pressed", state.isAdding);
    button("delete").disabled = !byId(state.chosen);
    button("farther").disabled = state.zoom <= 1;
    button("nearer").disabled = state.zoom >= LARGEST_ZOOM;
    svg.classList.toggle("adding", state.isAdding);
    const box = byId(state.chosen);
    said.textContent = box ? `${Math.round(box.w)} × ${Math.round(box.h)} px` : state.isAdding ? words.draw : words.count.replace("{count}", state.boxes.length);
  }

  function remove(id) {
    state.boxes = state.boxes.filter((box) => box.id !== id);
    if (state.chosen === id) state.chosen = "";
    draw();
    send();
  }

  function setZoom(zoom) {
    state.zoom = clamp(zoom, 1, LARGEST_ZOOM);
    const fit = `min(100%, ${78 * page.width / page.height}vh)`;
    stage.style.width = state.zoom === 1 ? fit : `calc(${fit} * ${state.zoom})`;
    draw();
  }

  function point(event) {
    const place = svg.getBoundingClientRect();
    return [
      clamp((event.clientX - place.left) / place.width, 0, 1) * page.width,
      clamp((event.clientY - place.top) / place.height, 0, 1) * page.height,
    ];
  }

  function added(x, y, w, h) {
    const box = { id: `n${Date.now().toString(36)}`, label: "", number: state.boxes.length + 1, isFlagged: false, x, y, w, h };
    state.boxes.push(box);
    return box;
  }

  // with keys a box begins in the middle of what is seen, to be moved and resized from there
  function addInMiddle() {
    const seen = find(".window").getBoundingClientRect();
    const [x, y] = point({ clientX: seen.left + seen.width / 2, clientY: seen.top + seen.height / 2 });
    const [w, h] = [page.width, page.height].map((side) => side / 4 / state.zoom);
    const box = added(clamp(x - w / 2, 0, page.width - w), clamp(y - h / 2, 0, page.height - h), w, h);
    Object.assign(state, { isAdding: false, chosen: box.id, told: box.id });
    draw();
    svg.querySelector(`.box[data-id="${CSS.escape(box.id)}"]`).focus();
    send();
    setTriggerValue("chosen", box.id);
  }

  function begin(event) {
    if (event.button) return;
    const [x, y] = point(event);
    const { id, handle } = event.target.dataset ?? {};
    if (state.isAdding) {
      const box = added(x, y, 0, 0);
      state.drag = { box, handle: "se", start: { ...box }, x, y, isNew: true };
      state.chosen = box.id;
      state.isAdding = false;
    } else if (id) {
      const box = byId(id);
      if (!box) return;
      state.drag = { box, handle, start: { ...box }, x, y };
      choose(id);
    } else {
      choose("");
      draw();
      return; // the page scrolls
    }
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    // not at once: what a finger touches is to be there still when its touch begins, just after this
    requestAnimationFrame(() => {
      draw();
      svg.querySelector(`.box[data-id="${CSS.escape(state.chosen)}"]`)?.focus({ preventScroll: true });
    });
  }

  function move(event) {
    const drag = state.drag;
    if (!drag) return;
    const [x, y] = point(event);
    const [dx, dy] = [x - drag.x, y - drag.y];
    const changed = drag.handle
      ? resized(drag.start, drag.handle, dx, dy, page)
      : { x: clamp(drag.start.x + dx, 0, page.width - drag.start.w), y: clamp(drag.start.y + dy, 0, page.height - drag.start.h) };
    Object.assign(drag.box, changed);
    drag.isMoved = drag.isMoved || Math.hypot(dx, dy) > 2 * unit();
    draw();
  }

  function end() {
    const drag = state.drag;
    if (!drag) return;
    state.drag = null;
    const isTooSmall = drag.box.w < least() || drag.box.h < least();
    if (isTooSmall && drag.isNew) {
      state.boxes = state.boxes.filter((box) => box !== drag.box);
      state.chosen = "";
    } else if (isTooSmall || !drag.isMoved) Object.assign(drag.box, drag.start);
    draw();
    if (drag.isMoved && !isTooSmall) send();
    if (drag.isNew && !isTooSmall) { state.told = drag.box.id; setTriggerValue("chosen", drag.box.id); }
  }

  function press(event) {
    if (event.key === "Escape" && state.isAdding) { state.isAdding = false; draw(); return; }
    const letter = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
    if (letter === "z" || letter === "y") {
      event.preventDefault();
      setTriggerValue("stepped", letter === "y" || event.shiftKey ? "redo" : "undo");
      return;
    }
    const box = byId(event.target.dataset?.id);
    if (!box) return;
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(box.id); return; }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(box.id); draw(); return; }
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    const [dx, dy] = way.map((step) => step * unit() * (event.ctrlKey || event.altKey ? 10 : 2));
    if (event.shiftKey) {
      box.w = clamp(box.w + dx, least(), page.width - box.x);
      box.h = clamp(box.h + dy, least(), page.height - box.y);
    } else {
      box.x = clamp(box.x + dx, 0, page.width - box.w);
      box.y = clamp(box.y + dy, 0, page.height - box.h);
    }
    draw();
    clearTimeout(state.later);
    state.later = setTimeout(send, 500);
  }

  if (picture.getAttribute("src") !== page.preview) picture.src = page.preview;
  picture.alt = page.alt;
  picture.width = page.width;
  picture.height = page.height;
  svg.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
  svg.setAttribute("aria-label", words.boxes);
  for (const name of ["add", "delete", "nearer", "farther"]) button(name).textContent = words[name];
  find(".bar").setAttribute("aria-label", words.boxes);
  button("add").onclick = (event) => {
    if (!event.detail) { addInMiddle(); return; }
    state.isAdding = !state.isAdding;
    draw();
  };
  button("delete").onclick = () => remove(state.chosen);
  button("nearer").onclick = () => setZoom(state.zoom * 1.5);
  button("farther").onclick = () => setZoom(state.zoom / 1.5);
  // `touch-action` of shapes is not always heeded: the page would scroll, and take the box out of the finger
  svg.ontouchstart = (event) => { if (state.drag) event.preventDefault(); };
  Object.assign(svg, { onpointerdown: begin, onpointermove: move, onpointerup: end, onpointercancel: end, onkeydown: press });
  const watching = new ResizeObserver(() => { if (!state.drag) draw(); });
  watching.observe(svg);
  setZoom(state.zoom);
  return () => watching.disconnect();
}
