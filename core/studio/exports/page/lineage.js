// Every name, prompt and model's word reaches the page as text (textContent, fillText), never as markup.
(() => {
  const data = JSON.parse(document.getElementById("lineage").textContent);
  const element = (id) => document.getElementById(id);
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const sources = new Map(data.nodes.map((node) => [node.id, []]));
  const results = new Map(data.nodes.map((node) => [node.id, []]));
  for (const edge of data.edges) {
    sources.get(edge.to).push(edge);
    results.get(edge.from).push(edge);
  }
  for (const edges of sources.values()) edges.sort((one, two) => one.order - two.order);
  let chosen = null;
  let graph = null;

  // -- words ---------------------------------------------------------------------------------------------------------
  function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function says(node, role = "") {
    const line = make("span", "said");
    line.append(make("span", "mark " + node.state), make("span", "", role && role !== node.kind ? `${role} · ${node.line}` : node.line));
    return line;
  }

  function row(node, role) {
    const button = make("button", "row");
    button.type = "button";
    const picture = make(node.picture ? "img" : "span", node.picture ? "" : "blank");
    if (node.picture) Object.assign(picture, { src: node.picture, alt: "", loading: "lazy" });
    const words = make("span", "words");
    const name = make("span", "name", node.label);
    name.dir = "auto";
    words.append(name, says(node, role));
    button.append(picture, words);
    button.addEventListener("click", () => choose(node.id, true));
    const item = make("li");
    item.append(button);
    return item;
  }

  function section(title, ...content) {
    return content.length ? [make("h3", "", title), ...content] : [];
  }

  function rows(edges, end) {
    const list = make("ol");
    list.append(...edges.map((edge) => row(nodes.get(edge[end]), edge.role)));
    return edges.length ? [list] : [];
  }

  function prompt(text) {
    const block = make("pre", "prompt", text);
    block.dir = "auto";
    return block;
  }

  function composed(text) {
    const fold = make("details");
    fold.append(make("summary", "", "As it was sent"), prompt(text));
    return fold;
  }

  function facts(pairs) {
    const list = make("dl");
    for (const [term, text] of pairs) list.append(make("dt", "", term), make("dd", "", text));
    return pairs.length ? [list] : [];
  }

  function details(node) {
    const back = make("button", "back", "All images");
    back.type = "button";
    back.addEventListener("click", () => choose(null, true));
    const picture = make(node.picture ? "img" : "p", node.picture ? "" : "unreadable quiet");
    if (node.picture) Object.assign(picture, { src: node.picture, alt: node.label });
    else picture.textContent = node.state === "missing" ? data.words.missing : data.words.unreadable;
    const name = make("h2", "", node.label);
    name.dir = "auto";
    const about = node.about;
    return [
      back, picture, name, says(node),
      ...section("Prompt", ...(about.prompt ? [prompt(about.prompt)] : []), ...(about.composed ? [composed(about.composed)] : [])),
      ...section("Made from", ...rows(sources.get(node.id), "from")),
      ...section("Used in", ...rows(results.get(node.id), "to")),
      ...section("How", ...facts([...about.facts, ["File", about.id]])),
      ...section("The model's words", ...(about.text ? [make("p", "plain", about.text)] : [])),
      ...section("Warnings", ...about.warnings.map((text) => make("p", "plain", text))),
    ];
  }

  function fillList() {
    const items = data.nodes.map((node) => [row(node), (node.label + " " + node.about.id + " " + node.kind).toLowerCase()]);
    element("images").append(...items.map(([item]) => item));
    element("find").addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const [item, words] of items) item.hidden = !words.includes(wanted);
      element("none").hidden = items.some(([item]) => !item.hidden);
    });
  }

  // -- choosing ------------------------------------------------------------------------------------------------------
  function choose(id, fromList) {
    chosen = id;
    element("list").hidden = id !== null;
    element("details").hidden = id === null;
    element("details").replaceChildren(...(id === null ? [] : details(nodes.get(id))));
    document.querySelector("aside").scrollTop = 0;
    if (fromList && id !== null) element("details").focus({ preventScroll: false });
    if (fromList && id === null) element("find").focus();
    graph?.choose(id);
    if (fromList && id !== null) graph?.show(id);
  }

  // -- drawing -------------------------------------------------------------------------------------------------------
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue("--" + name).trim();
    return {
      paper: read("paper"), panel: read("panel"), ink: read("ink"), quiet: read("quiet"), thread: read("thread"),
      states: { archive: read("archive"), generated: read("generated"), draft: read("draft"), missing: read("absent") },
    };
  }

  function aboutLine(node) {
    const facts = node.about.facts.filter(([term]) => term === "Model" || term === "Cost").map(([, text]) => text);
    return [node.label, [node.line, ...facts].join(" · ")];
  }

  fillList();
  addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen !== null) choose(null, true); });
  if (data.nodes.length) {
    graph = drawLineage(element("graph"), data, {
      library: vis, colours, tip: element("tip"), words: aboutLine, picked: (id) => choose(id, false),
    });
    for (const [id, action] of [["nearer", graph.nearer], ["farther", graph.farther], ["whole", graph.showWhole]]) element(id).addEventListener("click", action);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", graph.recolour);
    window.lineage = graph;
  } else {
    for (const part of [document.querySelector(".tools"), document.querySelector("aside"), element("graph")]) part.hidden = true;
    document.querySelector("main").style.display = "block";
    document.querySelector(".stage").style.height = "100%";
    element("empty").hidden = false;
  }
})();
