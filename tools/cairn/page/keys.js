// Keys.

const zoomBy = (factor) => {
  camera.zoom(factor, ...camera.centre);
  redraw();
};

// From the chosen unit to the nearest one that it is linked with, or that stands above or below it.
function step(key) {
  const current = [...unitsOfChosen()][0];
  if (current === undefined) return reach(graph.unitOf[data.starts[0] ?? 0]);
  const here = graph.units[current];
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const some = sideways
    ? graph.edges.filter((edge) => (key === "ArrowLeft" ? edge.target : edge.source) === current)
        .map((edge) => (key === "ArrowLeft" ? edge.source : edge.target))
    : graph.units.map((_, index) => index)
        .filter((index) => graph.units[index].column === here.column && (key === "ArrowUp") === graph.units[index].y < here.y);
  const distance = (index) => Math.abs(graph.units[index].y - here.y);
  let nearest = -1;
  for (const index of some)
    if (index !== current && (nearest < 0 || distance(index) < distance(nearest))) nearest = index;
  if (nearest >= 0) reach(nearest);
}

function reach(index) {
  const unit = graph.units[index];
  choose(unit.key);
  const [px, py] = camera.toScreen(unit.x, unit.y), margin = 40;
  const isInside = px > margin && px < camera.width - camera.inset - margin && py > margin && py < camera.height - margin;
  if (!isInside) flyTo({ x: unit.x, y: unit.y, scale: camera.scale });
}

const kKeys = {
  "/": () => byId("search").focus(),
  "+": () => zoomBy(1.25),
  "=": () => zoomBy(1.25),
  "-": () => zoomBy(0.8),
  0: showAll,
  Escape: () => choose(null),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === byId("search")) return;
  const onCanvas = event.target === canvas || event.target === document.body;
  if (onCanvas && event.key.startsWith("Arrow")) step(event.key);
  else if (onCanvas && event.key === "Enter" && graph.fans.has(chosen)) setOpen(chosen, !open.has(chosen));
  else if (Object.hasOwn(kKeys, event.key)) kKeys[event.key]();
  else return;
  event.preventDefault();
});
