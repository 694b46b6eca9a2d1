const BLINK_MS = 800;
const blinking = new WeakMap();

export default function ({ data: [data], parentElement }) {
  const find = (name) => parentElement.querySelector(name);
  const [pair, stage, range] = [find(".pair"), find(".stage"), find("input")];
  const { words } = data;
  const box = lightbox(parentElement, words);

  for (const side of ["before", "after"]) {
    const picture = data[side];
    find(`.half.${side} img`).alt = `${words[side]}: ${picture.alt}`;
    find(`.label.${side} .name`).textContent = words[side];
    const closer = find(`.label.${side} .closer`);
    closer.title = words.open;
    closer.setAttribute("aria-label", `${words.open}: ${words[side]}`);
    closer.onclick = () => box.open(picture);
  }

  const heat = find(".half.heat img");
  if (data.heat && heat.getAttribute("src") !== data.heat) heat.src = data.heat;
  heat.alt = words.heat;
  find('[data-view="heat"].tool').hidden = !data.heat;
  if (!data.heat && pair.dataset.view === "heat") pair.dataset.view = "slider";

  const place = () => stage.style.setProperty("--place", range.value + "%");
  const look = looking(pair, place);

  function arrange(view) {
    const { width, height } = data.after;
    const isSlider = view !== "side";
    pair.dataset.view = view;
    stage.style.width = isSlider ? `min(100%, ${data.max_height * width / height}px)` : "100%";
    stage.style.aspectRatio = isSlider ? `${width} / ${height}` : "auto";
    for (const half of pair.querySelectorAll(".half")) {
      half.style.aspectRatio = isSlider ? "auto" : `${width} / ${height}`;
      half.style.maxHeight = isSlider ? "none" : data.max_height + "px";
    }
    for (const button of pair.querySelectorAll(".views button")) {
      button.setAttribute("aria-pressed", button.dataset.view === view);
    }
    // the slider's range takes the keys where it is shown
    stage.tabIndex = view === "slider" ? -1 : 0;
    look.show(data);
  }

  // the eye finds a difference where something jumps; who wants no motion changes pictures by click
  function show(side) { stage.dataset.shown = side; }
  const other = () => show(stage.dataset.shown === "after" ? "before" : "after");
  function blink() {
    clearInterval(blinking.get(pair));
    if (pair.dataset.view !== "blink") { delete stage.dataset.shown; return; }
    show("before");
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) blinking.set(pair, setInterval(other, BLINK_MS));
  }
  stage.onclick = (event) => { if (pair.dataset.view === "blink" && look.isClick && !event.target.closest(".closer")) other(); };

  range.oninput = place;
  stage.setAttribute("aria-label", words.looking);
  range.setAttribute("aria-label", words.compare);
  find(".views").setAttribute("aria-label", words.view);
  for (const button of pair.querySelectorAll(".views button")) {
    button.textContent = words[button.dataset.view];
    button.onclick = () => { arrange(button.dataset.view); blink(); };
  }
  arrange(pair.dataset.view);
  place();
  blink();
  return () => clearInterval(blinking.get(pair));
}
