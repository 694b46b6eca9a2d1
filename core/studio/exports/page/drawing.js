"use strict";
// Draws a lineage graph on vis-network's canvas: pictures in their frames, names, threads. The exported page and the
// studio's live graph share it. Every word is drawn with fillText or set with textContent, never read as markup.
//
// look: library (vis), colours() -> tone, tip (an element), words(node) -> [title, line], picked(id or null).
const OUTLINES = {
  stale: [[-4, -4.5], [4, -4.5], [0, 0], [4, 4.5], [-4, 4.5], [0, 0]],
  running: [[-5, -1.2], [5, -1.2], [5, 1.2], [-5, 1.2]],
  failed: [[-4.5, -3], [-3, -4.5], [0, -1.5], [3, -4.5], [4.5, -3], [1.5, 0], [4.5, 3], [3, 4.5], [0, 1.5], [-3, 4.5], [-4.5, 3], [-1.5, 0]],
  locked: [[-4.5, -0.5], [-3, -0.5], [-3, -3], [-1.5, -5], [1.5, -5], [3, -3], [3, -0.5], [4.5, -0.5], [4.5, 4.5], [-4.5, 4.5]],
};

// threads of one source share their trunk: each curve is drawn once
function path(edges, curves) {
  const line = new Path2D();
  for (const index of new Set(edges.flatMap((edge) => edge.curves))) {
    const [start, leave, arrive, end] = curves[index];
    line.moveTo(...start);
    line.bezierCurveTo(...leave, ...arrive, ...end);
  }
  return line;
}

const hatches = new Map();
function hatching(context, colour) {
  if (!hatches.has(colour)) hatches.set(colour, newHatching(context, colour));
  return hatches.get(colour);
}

function newHatching(context, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 16;
  const brush = tile.getContext("2d");
  brush.strokeStyle = colour;
  brush.lineWidth = 7;
  for (const shift of [-16, 0, 16]) {
    brush.beginPath();
    brush.moveTo(shift - 4, 20);
    brush.lineTo(shift + 20, -4);
    brush.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(0.3));
  return pattern;
}

function fitting(context, letters, room) {
  let [low, high] = [1, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(letters.slice(0, middle).join("")).width <= room) low = middle;
    else high = middle - 1;
  }
  return low;
}

function wrapped(context, text, room) {
  const letters = Array.from(text).slice(0, 200);
  const first = fitting(context, letters, room);
  if (first === letters.length) return [letters.join("")];
  const space = letters.lastIndexOf(" ", first);
  const cut = space > 0 ? space : first;
  const rest = letters.slice(letters[cut] === " " ? cut + 1 : cut);
  const second = fitting(context, rest, room);
  const last = second === rest.length ? rest.join("") : rest.slice(0, fitting(context, rest, room - 10)).join("").trimEnd() + "…";
  return [letters.slice(0, cut).join(""), last];
}

const MARGIN = 36;
const LABEL_ROOM = 60;
const LEAST_SCALE = 0.55; // a graph that is larger than its room begins with pictures one can tell apart

function drawLineage(host, data, look) {
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const sources = new Map(data.nodes.map((node) => [node.id, []]));
  const results = new Map(data.nodes.map((node) => [node.id, []]));
  for (const edge of data.edges) {
    sources.get(edge.to).push(edge);
    results.get(edge.from).push(edge);
  }
  let chosen = null;

  function reach(start, edgesOf, end) {
    const found = new Set([start]);
    for (const id of found) for (const edge of edgesOf.get(id)) found.add(edge[end]);
    return found;
  }

  function lineageOf(id) {
    const before = reach(id, sources, "from");
    const after = reach(id, results, "to");
    const edges = data.edges.filter((edge) => before.has(edge.to) && before.has(edge.from) || after.has(edge.from) && after.has(edge.to));
    return { id, nodes: new Set([...before, ...after]), threads: path(edges, data.curves), tips: edges };
  }

  let tone = look.colours();
  const frame = data.frame;
  const all = { threads: path(data.edges, data.curves), tips: data.edges };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const labels = new Map();
  const pictures = new Map();

  function drawThreads(context) {
    const stroke = (threads, tips, width) => {
      context.strokeStyle = context.fillStyle = tone.thread;
      context.lineWidth = width;
      context.stroke(threads);
      for (const edge of tips) {
        const [x, y] = data.curves[edge.curves.at(-1)].at(-1);
        context.beginPath();
        context.moveTo(x + 1, y);
        context.lineTo(x - 8, y - 4.5);
        context.lineTo(x - 8, y + 4.5);
        context.fill();
      }
    };
    context.save();
    context.globalAlpha = chosen ? 0.16 : 0.85;
    stroke(all.threads, all.tips, 1.8);
    context.globalAlpha = 1;
    if (chosen) stroke(chosen.threads, chosen.tips, 2.6);
    context.restore();
  }

  function drawRing(context, node, left, top) {
    const outer = [left - frame, top - frame, node.width + 2 * frame, node.height + 2 * frame];
    const colour = tone.states[node.state];
    context.beginPath();
    if (node.state === "missing") {
      context.setLineDash([7, 5]);
      context.lineWidth = 1.8;
      context.strokeStyle = colour;
      context.roundRect(outer[0] + 1, outer[1] + 1, outer[2] - 2, outer[3] - 2, 11);
      context.stroke();
      context.setLineDash([]);
      return;
    }
    context.roundRect(...outer, 12);
    context.roundRect(outer[0] + 2.5, outer[1] + 2.5, outer[2] - 5, outer[3] - 5, 9.5);
    context.fillStyle = node.state === "draft" ? hatching(context, colour) : colour;
    context.fill("evenodd");
  }

  function drawPicture(context, node, left, top) {
    context.save();
    context.beginPath();
    context.roundRect(left, top, node.width, node.height, 7);
    context.clip();
    const picture = pictures.get(node.id);
    context.fillStyle = picture?.complete ? "#fff" : tone.panel;
    context.fillRect(left, top, node.width, node.height);
    if (picture?.complete && picture.naturalWidth) context.drawImage(picture, left, top, node.width, node.height);
    context.restore();
    if (node.picture) return;
    context.fillStyle = tone.quiet;
    context.font = "11px " + data.font;
    const note = node.state === "missing" ? data.words.missing : data.words.unreadable;
    context.fillText(note, left + node.width / 2, top + node.height / 2 + 4);
  }

  function drawMark(context, state, x, y) {
    context.fillStyle = context.strokeStyle = tone.states[state];
    context.lineWidth = 1.2;
    context.beginPath();
    if (state === "generated") { context.moveTo(x, y - 4.5); context.lineTo(x + 4.5, y); context.lineTo(x, y + 4.5); context.lineTo(x - 4.5, y); context.fill(); return; }
    if (state === "archive") { context.roundRect(x - 3.6, y - 3.6, 7.2, 7.2, 1.4); context.fill(); return; }
    if (state in OUTLINES) { OUTLINES[state].forEach(([right, down]) => context.lineTo(x + right, y + down)); context.fill(); return; }
    context.arc(x, y, 3.6, 0, 7);
    context.stroke();
    if (state === "draft") { context.fillStyle = hatching(context, tone.states.draft); context.fill(); }
  }

  // seen from afar, words are drawn larger than the pictures, as far as their room allows
  const letterSize = () => Math.round(2 * Math.min(17, Math.max(12.5, 11 / network.getScale()))) / 2;

  function linesOf(context, node, size) {
    const key = node.id + " " + size;
    if (!labels.has(key)) labels.set(key, wrapped(context, node.label, 172));
    return labels.get(key);
  }

  function drawLabel(context, node, x, bottom) {
    const size = letterSize();
    context.font = `600 ${size}px ${data.font}`;
    context.fillStyle = tone.ink;
    let y = bottom + frame + size * 1.25;
    for (const line of linesOf(context, node, size)) { context.fillText(line, x, y); y += size * 1.25; }
    context.font = `${size - 1}px ${data.font}`;
    context.fillStyle = tone.quiet;
    context.fillText(node.kind, x + 7, y);
    drawMark(context, node.state, x - 1 - context.measureText(node.kind).width / 2, y - size * 0.33);
  }

  function drawNode(context, node, x, y, isNear) {
    const [left, top] = [x - node.width / 2, y - node.height / 2];
    context.save();
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.globalAlpha = (chosen ? !chosen.nodes.has(node.id) : node.isAside) ? 0.28 : 1;
    drawRing(context, node, left, top);
    drawPicture(context, node, left, top);
    if (chosen?.id === node.id || isNear) {
      context.beginPath();
      context.roundRect(left - frame - 3, top - frame - 3, node.width + 2 * frame + 6, node.height + 2 * frame + 6, 15);
      context.lineWidth = chosen?.id === node.id ? 3 : 1.5;
      context.strokeStyle = tone.thread;
      context.stroke();
    }
    if (network.getScale() > 0.25) drawLabel(context, node, x, top + node.height);
    context.restore();
  }

  const shapes = data.nodes.map((node) => ({
    id: node.id, x: node.x, y: node.y, shape: "custom",
    ctxRenderer: ({ ctx, x, y, state }) => ({
      drawNode: () => drawNode(ctx, node, x, y, state.hover),
      nodeDimensions: { width: node.width + 2 * frame, height: node.height + 2 * frame },
    }),
  }));
  const network = new look.library.Network(host, { nodes: shapes, edges: data.edges.map(({ from, to }) => ({ from, to })) }, data.options);

  let waiting = false;
  let isGone = false;
  function drawSoon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; if (!isGone) network.redraw(); });
  }
  for (const node of data.nodes) {
    if (!node.picture) continue;
    const picture = new Image();
    picture.onload = drawSoon;
    picture.onerror = () => { node.picture = ""; drawSoon(); };
    picture.src = node.picture;
    pictures.set(node.id, picture);
  }

  const wholeScale = () => Math.min(host.clientWidth / (data.width + 2 * MARGIN), host.clientHeight / (data.height + 2 * MARGIN), 1.2);
  const middle = { x: data.width / 2, y: data.height / 2 };
  const animation = still ? false : { duration: 260, easingFunction: "easeInOutQuad" };
  function showWhole() { network.moveTo({ position: middle, scale: wholeScale(), animation }); }
  function begin() {
    const scale = Math.max(wholeScale(), LEAST_SCALE);
    const tooWide = (data.width + 2 * MARGIN) * scale > host.clientWidth;
    const tooHigh = (data.height + 2 * MARGIN) * scale > host.clientHeight;
    const left = Math.min(...data.nodes.map((node) => node.x));
    const starts = data.nodes.filter((node) => node.x < left + 1).map((node) => node.y).sort((one, two) => one - two);
    network.moveTo({ scale, position: {
      x: tooWide ? host.clientWidth / scale / 2 - MARGIN : middle.x,
      y: tooHigh ? starts[0] + LABEL_ROOM / 2 : middle.y,
    } });
  }
  const zoom = (factor) => network.moveTo({ scale: Math.min(4, Math.max(0.02, network.getScale() * factor)), animation });
  const tip = look.tip;
  const hideTip = () => { tip.hidden = true; host.style.cursor = ""; };
  network.on("beforeDrawing", drawThreads);
  network.on("click", ({ nodes: hit }) => { hideTip(); look.picked(hit[0] ?? null); });
  network.on("hoverNode", ({ node: id, event }) => {
    const node = nodes.get(id);
    const [title, line] = look.words(node);
    const [name, rest] = [document.createElement("b"), document.createElement("span")];
    name.textContent = title.slice(0, 160);
    name.dir = "auto";
    rest.textContent = line;
    rest.className = "quiet";
    tip.replaceChildren(name, rest);
    tip.hidden = false;
    const box = host.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(event.clientX - box.left + 16, box.width - tip.offsetWidth - 8)) + "px";
    tip.style.top = Math.max(8, Math.min(event.clientY - box.top + 16, box.height - tip.offsetHeight - 8)) + "px";
    host.style.cursor = "pointer";
  });
  network.on("blurNode", hideTip);
  network.on("dragStart", hideTip);
  network.on("zoom", hideTip);
  begin();
  const resizing = new ResizeObserver(() => {
    const [scale, position] = [network.getScale(), network.getViewPosition()];
    network.setSize("100%", "100%");
    network.moveTo({ scale, position });
    look.resized?.();
  });
  resizing.observe(host);
  network.once("afterDrawing", () => {
    // the library learns a drawn node's size only at its second drawing, and a click beside the middle would miss it
    for (const { id } of data.nodes) network.body.nodes[id].needsRefresh();
    network.redraw();
    host.dataset.ready = "yes";
  });

  return {
    network,
    end() { isGone = true; resizing.disconnect(); network.destroy(); },
    showWhole,
    nearer: () => zoom(1.35),
    farther: () => zoom(1 / 1.35),
    recolour() { tone = look.colours(); network.redraw(); },
    choose(id) { chosen = id === null ? null : lineageOf(id); network.redraw(); },
    show(id) { network.focus(id, { scale: Math.max(network.getScale(), 0.7), animation }); },
  };
}
