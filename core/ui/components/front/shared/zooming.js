// What looking into pictures has in common: a scale and a place, and the wheel, keys and fingers that change them. Who
// extends it says how it fits (`fit`, `full`), within what it zooms (`zoomTo`), and where things come to lie (`place`).
const PIXEL_MOST = 16, STEP = 1.25, PAN = 64;
const ACTIONS = { "+": "nearer", "=": "nearer", "-": "farther", "0": "fit", "1": "full" };
const WAYS = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };

class Zooming {
  constructor(surface, buttons) {
    this.pointers = new Map();
    this.scale = 1;
    this.x = this.y = 0;
    surface.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    surface.onpointerdown = (event) => this.hold(event);
    surface.onpointermove = (event) => this.move(event);
    surface.onpointerup = surface.onpointercancel = (event) => this.release(event);
    for (const button of buttons) button.onclick = () => this.act(button.dataset.do);
  }

  act(what, point = this.middle()) {
    if (what === "fit") this.fit();
    if (what === "full") this.zoomTo(this.full(), ...point);
    if (what === "nearer") this.zoomTo(this.scale * STEP, ...point);
    if (what === "farther") this.zoomTo(this.scale / STEP, ...point);
  }

  // the point stays where it is
  scaleAbout(x, y, scale) {
    this.x = x - (x - this.x) * (scale / this.scale);
    this.y = y - (y - this.y) * (scale / this.scale);
    this.scale = scale;
    this.place();
  }

  pan(x, y) { this.x += x; this.y += y; this.place(); }

  // what a key asks for: something to do, or a way to move; nothing while it is part of a browser's own shortcut
  asked(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return {};
    return { action: ACTIONS[event.key], way: WAYS[event.key] };
  }

  wheel(event) {
    event.preventDefault();
    this.zoomTo(this.scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), ...this.at(event));
  }

  // where the fingers were and where they are now; nothing for one that holds nothing
  follow(event) {
    if (!this.pointers.has(event.pointerId)) return null;
    const before = this.grip();
    this.pointers.set(event.pointerId, this.at(event));
    return [before, this.grip()];
  }

  spread(before, now) {
    if (before.spread && now.spread) this.zoomTo(this.scale * now.spread / before.spread, now.x, now.y);
  }

  release(event) { this.pointers.delete(event.pointerId); }

  // the middle of the fingers, and how far apart two of them are
  grip() {
    const [[x, y], other] = [...this.pointers.values()];
    return other ? { x: (x + other[0]) / 2, y: (y + other[1]) / 2, spread: Math.hypot(x - other[0], y - other[1]) } : { x, y, spread: 0 };
  }
}
