// A picture's own pixels over the whole window. The modal <dialog> brings the focus trap, Escape, and the focus's way back.
const lightboxes = new WeakMap();

function lightbox(root, words) {
  const dialog = root.querySelector(".lightbox");
  if (!lightboxes.has(dialog)) lightboxes.set(dialog, new Lightbox(dialog));
  const box = lightboxes.get(dialog);
  box.speak(words);
  return box;
}

class Lightbox extends Zooming {
  constructor(dialog) {
    const room = dialog.querySelector(".room");
    super(room, dialog.querySelectorAll("[data-do]"));
    this.dialog = dialog;
    this.room = room;
    this.image = dialog.querySelector("img");
    this.note = dialog.querySelector(".note");
    dialog.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("close", () => { this.picture = null; this.pointers.clear(); this.image.removeAttribute("src"); });
    this.room.ondblclick = (event) => { if (this.isFitted) this.zoomTo(this.full(), ...this.at(event)); else this.fit(); };
    new ResizeObserver(() => { if (this.picture) this.isFitted ? this.fit() : this.place(); }).observe(this.room);
  }

  speak(words) {
    this.words = words;
    for (const button of this.dialog.querySelectorAll("[data-do]")) {
      const word = words[button.dataset.do];
      if (["fit", "full"].includes(button.dataset.do)) button.textContent = word;
      else { button.title = word; button.setAttribute("aria-label", word); }
    }
    this.note.textContent = words.unreadable;
  }

  open(picture) {
    this.picture = picture;
    this.image.alt = picture.alt;
    this.image.style.width = picture.width + "px";
    this.image.style.height = picture.height + "px";
    this.dialog.querySelector(".name").textContent = picture.name;
    this.dialog.querySelector(".line").textContent = `${picture.line} · ${picture.width} × ${picture.height} px`;
    this.dialog.setAttribute("aria-label", picture.alt);
    this.room.setAttribute("aria-label", this.words.zoom.replace("{name}", () => picture.alt));
    this.note.hidden = true;
    this.dialog.showModal();
    this.room.focus();
    this.fit();
    this.load(picture);
  }

  // the preview stands in until the original is decoded
  load(picture) {
    this.image.src = picture.preview;
    this.image.dataset.shows = "preview";
    const original = new Image();
    original.src = picture.original;
    original.decode().then(() => {
      if (this.picture !== picture) return;
      this.image.src = picture.original;
      this.image.dataset.shows = "original";
    }, () => { if (this.picture === picture) this.note.hidden = false; });
  }

  act(what) {
    if (what === "close") this.dialog.close();
    else super.act(what);
  }

  middle() { return [this.room.clientWidth / 2, this.room.clientHeight / 2]; }

  key(event) {
    event.stopPropagation(); // the page's own shortcuts rest while a picture is open
    const { action, way } = this.asked(event);
    if (!action && !way) return;
    event.preventDefault();
    if (action) this.act(action);
    else this.pan(...way);
  }

  full() { return 1 / devicePixelRatio; }
  fitting() { return Math.min(this.room.clientWidth / this.picture.width, this.room.clientHeight / this.picture.height); }

  fit() {
    this.isFitted = true;
    this.scale = Math.min(this.fitting(), Math.max(1, this.full()));
    this.x = this.y = 0;
    this.place();
  }

  zoomTo(scale, x, y) {
    const least = Math.min(this.fitting(), this.full());
    this.isFitted = false;
    this.scaleAbout(x, y, Math.min(Math.max(scale, least), PIXEL_MOST * this.full()));
  }

  place() {
    const within = (start, length, room) => length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, start));
    this.x = within(this.x, this.picture.width * this.scale, this.room.clientWidth);
    this.y = within(this.y, this.picture.height * this.scale, this.room.clientHeight);
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    const pixels = this.scale * devicePixelRatio;
    this.image.style.imageRendering = pixels >= 2 ? "pixelated" : "auto";
    this.dialog.querySelector(".scale").textContent = Math.round(pixels * 100) + " %";
  }

  at(event) {
    const room = this.room.getBoundingClientRect();
    return [event.clientX - room.left, event.clientY - room.top];
  }

  hold(event) {
    if (event.button) return;
    this.room.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.room.classList.add("held");
  }

  move(event) {
    const followed = this.follow(event);
    if (!followed) return;
    const [before, now] = followed;
    this.pan(now.x - before.x, now.y - before.y);
    this.spread(before, now);
  }

  release(event) {
    super.release(event);
    this.room.classList.toggle("held", this.pointers.size > 0);
  }
}
