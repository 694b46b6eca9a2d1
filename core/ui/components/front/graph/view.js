// One script element a page loads vis-network; it draws nothing by itself and asks nobody.
let vis = null;
function library(url) {
  vis ??= new Promise((done, failed) => {
    if (window.vis?.Network) { done(window.vis); return; }
    const script = document.createElement("script");
    script.onload = () => done(window.vis);
    script.onerror = () => { vis = null; script.remove(); failed(new Error("vis-network is not served")); };
    script.src = url;
    document.head.append(script);
  });
  return vis;
}

// a colour of the theme as the canvas takes it, whatever way it was mixed
function themeColours(root, stage) {
  const probe = document.createElement("i");
  stage.append(probe);
  const read = (value) => { probe.style.color = value; return getComputedStyle(probe).color; };
  const state = (name) => { probe.className = name; const colour = read("var(--state)"); probe.className = ""; return [name, colour]; };
  const tone = {
    paper: read("var(--paper)"), panel: read("var(--panel)"), ink: read("var(--st-text-color)"), quiet: read("var(--quiet)"), thread: read("var(--thread)"),
    states: Object.fromEntries(["archive", "generated", "draft", "missing", "stale", "running", "failed", "locked"].map(state)),
  };
  probe.remove();
  return tone;
}

class LiveGraph {
  constructor(root) {
    this.root = root;
    this.find = (name) => root.querySelector(name);
    this.stage = this.find(".stage");
    this.net = this.find(".net");
    this.net.onkeydown = (event) => this.key(event);
    // a wheel over the page scrolls the page, until somebody works with the graph
    this.net.addEventListener("wheel", (event) => { if (!this.isHeld && !event.ctrlKey) event.stopPropagation(); }, true);
    this.net.addEventListener("pointerdown", () => { this.isHeld = true; });
    this.stage.addEventListener("pointerleave", () => { this.isHeld = false; });
    for (const button of root.querySelectorAll("[data-view]")) button.onclick = () => this.graph?.[button.dataset.view]();
    // a switch of the theme changes variables far above; that the ink changes is told by its own short transition
    this.net.addEventListener("transitionend", () => this.graph?.recolour());
  }

  async show(data, send) {
    this.send = send;
    const content = JSON.stringify([data.nodes, data.edges, data.words]);
    const isNew = content !== this.content;
    if (isNew) {
      this.content = content;
      this.data = data;
      this.byAsset = new Map(data.nodes.map((node) => [node.asset, node.id]));
      this.nodes = new Map(data.nodes.map((node) => [node.id, node]));
      this.say();
      await this.draw(data, content);
    }
    const selected = this.byAsset.get(data.selected) ?? null;
    if (isNew || selected !== this.selected) this.select(selected, true);
  }

  say() {
    const { words, nodes } = this.data;
    this.net.setAttribute("aria-label", words.graph);
    this.find("[data-view=nearer]").setAttribute("aria-label", words.nearer);
    this.find("[data-view=farther]").setAttribute("aria-label", words.farther);
    this.find("[data-view=showWhole]").textContent = words.whole;
    this.find("summary").textContent = words.list;
    this.find(".sorry").textContent = words.failed;
    this.find("ol").replaceChildren(...nodes.map((node) => this.row(node)));
  }

  row(node) {
    const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
    const words = make("span", "words");
    const name = make("span", "name", node.label);
    name.dir = "auto";
    words.append(name, make("span", "line", node.line));
    const button = make("button", "");
    button.type = "button";
    button.dataset.node = node.id;
    button.append(make("span", "mark " + node.state), words);
    button.onclick = () => { this.pick(node.id); this.bringIntoView(node.id); };
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  async draw(data, content) {
    this.graph?.end();
    this.graph = null;
    delete this.net.dataset.ready;
    this.find(".sorry").hidden = true;
    this.stage.style.height = this.height(data) + "px";
    try {
      const loaded = await library(data.library);
      if (this.content !== content || !this.net.isConnected) return;
      const font = getComputedStyle(this.stage).fontFamily;
      this.graph = drawLineage(this.net, { ...data, font }, {
        library: loaded,
        colours: () => themeColours(this.root, this.stage),
        tip: this.find(".tip"),
        words: (node) => [node.label, node.line],
        picked: (id) => this.pick(id),
        resized: () => { if (this.selected !== null) this.bringIntoView(this.selected); },
      });
      this.graph.network.on("doubleClick", ({ nodes }) => { if (nodes.length) this.open(nodes[0]); });
    } catch {
      this.find(".sorry").hidden = false;
      this.find("details").open = true;
    }
  }

  // no taller than what is drawn at first, and than its room in the window
  height(data) {
    const scale = Math.min(1.2, Math.max(LEAST_SCALE, this.stage.clientWidth / (data.width + 2 * MARGIN)));
    return Math.round(Math.max(320, Math.min((data.height + 2 * MARGIN) * scale + 2 * LABEL_ROOM, this.room())));
  }

  // what the window leaves below the graph's top, its list's line aside
  room() {
    return Math.max(innerHeight * 0.66, innerHeight - this.stage.getBoundingClientRect().top - 64);
  }

  pick(id) {
    this.select(id, false);
    this.send("picked", id === null ? "" : this.nodes.get(id).asset);
    // on a narrow page the details stand below the graph, and are drawn a moment later
    if (id !== null && matchMedia("(max-width: 640px)").matches) setTimeout(() => document.querySelector(".st-key-lineage-drawer")?.scrollIntoView(), 700);
  }

  select(id, isShown) {
    this.selected = id;
    this.graph?.choose(id);
    if (isShown && id !== null) this.bringIntoView(id);
    for (const button of this.root.querySelectorAll("li button")) button.setAttribute("aria-current", button.dataset.node === id);
    const node = this.nodes.get(id);
    this.find(".said").textContent = node ? `${node.label}, ${node.line}` : "";
  }

  open(id) {
    const picture = this.nodes.get(id).original;
    if (picture) lightbox(this.root.getRootNode(), this.data.words).open(picture);
  }

  bringIntoView(id) {
    if (!this.graph) return;
    const { x, y } = this.graph.network.canvasToDOM(this.graph.network.getPosition(id));
    const isInside = x > 60 && y > 60 && x < this.net.clientWidth - 60 && y < this.net.clientHeight - 60;
    if (!isInside) this.graph.show(id);
  }

  key(event) {
    if (event.key === "Escape" && this.selected !== null) this.pick(null);
    else if (event.key === "Enter" && this.selected !== null) this.open(this.selected);
    else if (event.key in LiveGraph.WAYS) this.go(...LiveGraph.WAYS[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  static WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // the nearest image in a direction; what lies across counts twice
  go(right, down) {
    const here = this.nodes.get(this.selected);
    const away = (node) => {
      const [x, y] = [node.x - here.x, node.y - here.y];
      const [along, across] = [x * right + y * down, Math.abs(x * down) + Math.abs(y * right)];
      return along > 1 ? along + 2 * across : Infinity;
    };
    const found = here ? this.data.nodes.reduce((best, node) => away(node) < away(best) ? node : best, here) : this.data.nodes[0];
    if (!found || found === here) return;
    this.pick(found.id);
    this.bringIntoView(found.id);
  }

  end() {
    this.graph?.end();
  }
}

const graphs = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".lineage");
  if (!graphs.has(host)) graphs.set(host, new LiveGraph(host));
  const live = graphs.get(host);
  live.show(data, setTriggerValue);
  return () => setTimeout(() => { if (!host.isConnected && graphs.delete(host)) live.end(); });
}
