// Two pictures looked into together: one scale and one place for both, so that what is compared lies under each other.
const lookings = new WeakMap();
const STILL = 4, HANDLE = 24;

function looking(pair, slide) {
  if (!lookings.has(pair)) lookings.set(pair, new Looking(pair));
  const found = lookings.get(pair);
  found.slide = slide;
  return found;
}

class Looking extends Zooming {
  constructor(pair) {
    const stage = pair.querySelector(".stage");
    super(stage, pair.querySelectorAll(".zooms [data-do]"));
    this.pair = pair;
    this.stage = stage;
    this.range = pair.querySelector("input");
    // two fingers are for the pictures, not for the page
    stage.addEventListener("touchstart", (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
    stage.addEventListener("keydown", (event) => this.key(event));
    stage.ondblclick = (event) => { if (!event.target.closest(".closer")) this.act(this.isFitted ? "full" : "fit", this.at(event)); };
    new ResizeObserver(() => this.place()).observe(stage);
  }

  get isFitted() { return this.scale === 1; }
  get isSlider() { return this.pair.dataset.view === "slider"; }

  show(data) {
    this.data = data;
    let isNew = false;
    for (const side of ["before", "after"]) {
      const image = this.image(side);
      if (image.dataset.of === data[side].preview) continue;
      image.dataset.of = image.src = data[side].preview;
      image.dataset.shows = "preview";
      isNew = true;
    }
    this.pair.querySelector(".zooms").setAttribute("aria-label", data.words.looking);
    for (const button of this.pair.querySelectorAll(".zooms [data-do]")) {
      const word = data.words[button.dataset.do === "full" ? "pixels" : button.dataset.do];
      button.title = word;
      button.setAttribute("aria-label", word);
    }
    if (isNew) this.fit();
    else this.place();
  }

  image(side) { return this.pair.querySelector(`.half.${side} img`); }

  halves() {
    const sides = this.pair.dataset.view === "heat" ? [".half.heat"] : [".half.before", ".half.after"];
    return sides.map((side) => this.pair.querySelector(side).getBoundingClientRect());
  }

  // how large one of the second picture's own pixels is on the screen while it is fitted
  fitting() {
    const [{ width, height }] = this.halves();
    return Math.min(width / this.data.after.width, height / this.data.after.height) * devicePixelRatio;
  }

  full() { return 1 / this.fitting(); }
  fit() { this.scale = 1; this.place(); }

  middle() {
    const [{ width, height }] = this.halves();
    return [width / 2, height / 2];
  }

  zoomTo(scale, x, y) {
    this.scaleAbout(x, y, Math.min(Math.max(1, scale), Math.max(1, PIXEL_MOST * this.full())));
  }

  place() {
    const [{ width, height }] = this.halves();
    if (!width || !this.data) return;
    const within = (start, room) => Math.min(0, Math.max(room - room * this.scale, start));
    this.x = within(this.x, width);
    this.y = within(this.y, height);
    const pixels = this.scale * this.fitting();
    for (const image of this.stage.querySelectorAll(".plate img")) {
      image.style.transform = this.isFitted ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
      image.style.imageRendering = pixels >= 2 ? "pixelated" : "auto";
    }
    this.stage.classList.toggle("near", !this.isFitted);
    this.pair.querySelector(".scale").textContent = `${Math.round(pixels * 100)} %`;
    this.pair.querySelector('[data-do="fit"]').disabled = this.pair.querySelector('[data-do="farther"]').disabled = this.isFitted;
    if (!this.isFitted) this.load();
  }

  // the preview stands in until the original is decoded
  load() {
    for (const side of ["before", "after"]) {
      const image = this.image(side), picture = this.data[side];
      if (image.dataset.shows !== "preview") continue;
      image.dataset.shows = "loading";
      const original = new Image();
      original.src = picture.original;
      original.decode().then(() => {
        if (image.dataset.of !== picture.preview) return;
        image.src = picture.original;
        image.dataset.shows = "original";
      }, () => { if (image.dataset.of === picture.preview) image.dataset.shows = "damaged"; });
    }
  }

  at(event) {
    const inside = ({ left, right, top, bottom }) => event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    const halves = this.halves();
    const half = halves.find(inside) || halves[0];
    return [event.clientX - half.left, event.clientY - half.top];
  }

  // a page that is merely scrolled past the pictures goes on scrolling
  wheel(event) {
    const isMeant = event.ctrlKey || !this.isFitted || this.stage.matches(":focus-within");
    if (isMeant && !(this.isFitted && event.deltaY > 0)) super.wheel(event);
  }

  key(event) {
    const { action, way } = this.asked(event);
    // in the slider's view bare arrows move the slider
    if (!action && !(way && (event.shiftKey || !this.isSlider))) return;
    event.preventDefault();
    event.stopPropagation();
    if (action) this.act(action);
    else this.pan(...way);
  }

  hold(event) {
    if (event.button || event.target.closest(".closer")) return;
    (this.isSlider ? this.range : this.stage).focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.moved = 0;
    this.isSliding = this.isSlider && this.pointers.size === 1 && (this.isFitted || this.isOnThread(event));
    if (this.isSliding) this.slideTo(event);
  }

  move(event) {
    const followed = this.follow(event);
    if (!followed) return;
    const [before, now] = followed;
    this.moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (this.isSliding && this.pointers.size === 1) { this.slideTo(event); return; }
    if (!this.isFitted) this.pan(now.x - before.x, now.y - before.y);
    this.spread(before, now);
  }

  // whether the pointer came to rest where it was put down: a click, and no drag
  get isClick() { return this.moved < STILL; }

  isOnThread(event) {
    const { left, width } = this.stage.getBoundingClientRect();
    return Math.abs(event.clientX - left - width * this.range.value / 100) < HANDLE;
  }

  slideTo(event) {
    const { left, width } = this.stage.getBoundingClientRect();
    this.range.value = Math.round(Math.min(100, Math.max(0, (event.clientX - left) / width * 100)));
    this.slide();
  }
}
