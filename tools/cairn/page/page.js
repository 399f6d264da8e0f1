// The page around the graph, and its beginning.

function tellTitle() {
  const names = data.starts.length === 1 ? `\u201c${shortened(nameOf(nodes[data.starts[0]]), 120)}\u201d` :
    countText(data.starts.length, "node");
  const titles = { up: `Where ${names} came from`, down: `What came of ${names}`, both: `The surroundings of ${names}` };
  byId("title").textContent = document.title = titles[data.direction];
}

function fillLegend() {
  const kinds = new Set(nodes.map((node) => node.kind)), types = new Set(links.map((link) => link.type));
  const states = new Set(nodes.filter(isProcess).map((node) => node.state));
  const rows = (names, draw) => names.map((name) => element("li", {}, draw(name), name));
  const list = (title, items, className = "") =>
    items.length ? [element("h3", { textContent: title }), element("ul", { className }, ...items)] : [];
  const key = (keys, meaning) =>
    element("li", {}, element("span", {}, ...keys.map((name) => element("kbd", {}, name))), meaning);
  byId("legend-content").replaceChildren(
    ...list("Nodes", rows(["data", "calculation", "workflow"].filter((kind) => kinds.has(kind)), kindSketch)),
    ...list("States", rows(Object.keys(kMarks).filter((state) => states.has(state)), stateSketch)),
    ...list("Links", rows(Object.keys(kLinkStyles).filter((type) => types.has(type)), linkSketch)),
    ...list("Keys", [key(["/"], "search"), key(["\u2190", "\u2191", "\u2192", "\u2193"], "move"),
      key(["Enter"], "fold or unfold"), key(["+", "-", "0"], "zoom, show all"), key(["Esc"], "close")], "keys"));
}

function resize() {
  const ratio = window.devicePixelRatio || 1;
  camera.width = window.innerWidth;
  camera.height = window.innerHeight;
  canvas.width = camera.width * ratio;
  canvas.height = camera.height * ratio;
  redraw();
}

function changeTheme(name) {
  setTheme(name);
  fillLegend();
  if (chosen !== null) choose(chosen);
  redraw();
}

byId("zoom-in").addEventListener("click", () => zoomBy(1.25));
byId("zoom-out").addEventListener("click", () => zoomBy(0.8));
byId("fit").addEventListener("click", showAll);
byId("fold-all").addEventListener("click", () => setAllOpen(byId("fold-all").textContent === "Unfold all"));
byId("close").addEventListener("click", () => choose(null));
byId("theme").addEventListener("click", () => changeTheme(root.dataset.theme === "dark" ? "light" : "dark"));
darkWanted.addEventListener("change", () => changeTheme(darkWanted.matches ? "dark" : "light"));
window.addEventListener("resize", resize);
setUpSearch(byId("search"), byId("results"), {
  onFound: (some) => {
    found = some;
    redraw();
  },
  onChosen: reveal,
});

setTheme(darkWanted.matches ? "dark" : "light");
resize();
refold();
tellTitle();
fillLegend();
// A picture that would be too small to be read begins at its start.
const whole = camera.fitting(boundsOf(graph.units));
const first = graph.units[graph.unitOf[data.starts[0] ?? 0]];
camera.set(whole.scale >= 0.3 ? whole : { x: first.x, y: first.y, scale: 0.6 });
draw();
