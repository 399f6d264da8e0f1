// What is on the canvas: units and edges as they are folded now, where they are on their way, and how they are drawn.

const byId = (id) => document.getElementById(id);
const canvas = byId("graph");
const context = canvas.getContext("2d");
const camera = new Camera();
const open = new Set();  // keys of fans that are shown one by one
let graph;               // units and edges as they are drawn
let degrees;
let chosen = null;       // key of a node or of a fan
let hovered = -1;        // index of a unit
let found = null;        // indexes of nodes, or null without a query
let moving = false;

let drawWanted = false;
function redraw() {
  if (drawWanted) return;
  drawWanted = true;
  requestAnimationFrame(() => {
    drawWanted = false;
    draw();
  });
}

function unitsOfChosen() {
  if (chosen === null) return new Set();
  const members = graph.fans.get(chosen) || [graph.byKey.get(chosen)];
  return new Set(members.map((member) => graph.unitOf[member]));
}

function draw() {
  const ratio = window.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, camera.width, camera.height);
  const [dx, dy] = camera.toScreen(0, 0);
  context.setTransform(ratio * camera.scale, 0, 0, ratio * camera.scale, ratio * dx, ratio * dy);

  const { units, edges } = graph, bounds = camera.bounds, scale = camera.scale;
  const selected = unitsOfChosen();
  const matching = found && new Set(found.map((index) => graph.unitOf[index]));
  const plain = [], lit = [];
  for (const edge of edges) {
    const points = pointsOf(edge, units, moving);
    if (!isSeen(points, bounds)) continue;
    const isLit = selected.has(edge.source) || selected.has(edge.target) || edge.source === hovered || edge.target === hovered;
    (isLit ? lit : plain).push({ edge, points });
  }
  context.globalAlpha = matching ? 0.35 : 1;
  drawEdges(context, plain, colours.link, 0, scale);
  context.globalAlpha = 1;
  drawEdges(context, lit, colours.accent, 0.6, scale);
  for (let index = 0; index < units.length; ++index) {
    const { shownX, shownY } = units[index];
    if (shownX + kCard.width < bounds.left || shownX - kCard.width > bounds.right || shownY + kCard.height < bounds.top ||
        shownY - kCard.height > bounds.bottom)
      continue;
    drawCard(context, units[index], { scale, selected: selected.has(index), hovered: index === hovered,
      found: matching !== null && matching.has(index), faded: matching !== null && !matching.has(index) });
  }
  context.globalAlpha = matching ? 0.35 : 1;
  if (scale >= kLabelScale && !moving) drawEdgeLabels(context, [...lit, ...plain], degrees);
  context.globalAlpha = 1;
  byId("zoom").textContent = `${scale < 0.1 ? (scale * 100).toFixed(1) : Math.round(scale * 100)}%`;
}

function refold() {
  const before = graph;
  graph = foldUnits(open);
  graph.byKey = new Map(nodes.map((_, index) => [nodeKey(index), index]));
  layOut(graph.units, graph.edges);
  degrees = { in: new Int32Array(graph.units.length), out: new Int32Array(graph.units.length) };
  for (const { source, target } of graph.edges) {
    ++degrees.out[source];
    ++degrees.in[target];
  }
  for (const unit of graph.units) {
    const old = before && before.units[before.unitOf[unit.members[0]]];
    unit.fromX = unit.shownX = old ? old.shownX : unit.x;
    unit.fromY = unit.shownY = old ? old.shownY : unit.y;
  }
  hovered = -1;
  tellCounts();
}

// What was at its place on the screen stays there while everything else finds its own.
function move(anchor, after = () => {}) {
  const unit = graph.units[graph.unitOf[anchor]];
  const from = { x: camera.x, y: camera.y };
  const to = { x: camera.x + unit.x - unit.fromX, y: camera.y + unit.y - unit.fromY };
  moving = true;
  motion.start((part) => {
    for (const each of graph.units) {
      each.shownX = each.fromX + (each.x - each.fromX) * part;
      each.shownY = each.fromY + (each.y - each.fromY) * part;
    }
    camera.set({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
    redraw();
  }, () => {
    moving = false;
    redraw();
    after();
  });
}

function setOpen(key, isOpen) {
  const anchor = graph.fans.get(key)[0];
  if (isOpen) open.add(key);
  else open.delete(key);
  refold();
  move(anchor);
  choose(key);
}

// Fans lie within fans: all are known only when those before them are open.
function setAllOpen(isOpen) {
  const anchor = data.starts[0] ?? 0;
  open.clear();
  for (let known = -1; isOpen && known !== open.size;) {
    known = open.size;
    for (const key of foldUnits(open).fans.keys()) open.add(key);
  }
  refold();
  move(anchor, showAll);
  if (chosen !== null) choose(graph.byKey.has(chosen) || graph.fans.has(chosen) ? chosen : null);
}

function tellCounts() {
  const folded = graph.units.filter(isFolded);
  const inside = folded.reduce((sum, unit) => sum + unit.members.length, 0);
  const counts = `${countText(nodes.length, "node")}, ${countText(links.length, "link")}`;
  const foldedText = folded.length ? `; ${numberText(inside)} folded into ${countText(folded.length, "fan")}` : "";
  byId("summary").textContent = counts + foldedText;
  byId("fold-all").textContent = folded.length || !open.size ? "Unfold all" : "Fold all";
  byId("fold-all").hidden = graph.fans.size === 0;
}
