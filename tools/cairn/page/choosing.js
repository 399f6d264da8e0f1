// Choosing a node or a fan, wherever it was picked: its details are shown and its links stand out.

function choose(key) {
  chosen = key;
  const panel = byId("details");
  panel.hidden = key === null;
  camera.cover(panel.hidden || window.innerWidth <= 760 ? 0 : panel.offsetWidth + 16);
  if (key !== null) {
    const members = graph.fans.get(key);
    const content = members
      ? fanDetails(members, open.has(key), reveal, { fold: () => setOpen(key, false), unfold: () => setOpen(key, true) })
      : nodeDetails(graph.byKey.get(key), reveal);
    const fan = members ? null : graph.units[graph.unitOf[graph.byKey.get(key)]].fan;
    if (fan)
      content.push(element("p", {}, element("button", { type: "button", className: "action", onclick: () => choose(fan),
        textContent: `One of ${countText(graph.fans.get(fan).length, "node")} alike` })));
    byId("details-content").replaceChildren(...content);
    panel.scrollTop = 0;
  }
  redraw();
}

// A node that was picked elsewhere than on the canvas: unfolded, in the middle, and large enough to be read.
function reveal(index) {
  let unfolded = false;
  for (let unit; (unit = graph.units[graph.unitOf[index]]), isFolded(unit); unfolded = true) {
    open.add(unit.key);
    refold();
  }
  if (unfolded) for (const unit of graph.units) Object.assign(unit, { shownX: unit.x, shownY: unit.y });
  choose(nodeKey(index));
  const { x, y } = graph.units[graph.unitOf[index]];
  flyTo({ x, y, scale: Math.max(camera.scale, 0.9) });
}

function flyTo(to) {
  const from = { x: camera.x, y: camera.y, scale: camera.scale };
  moving = false;
  motion.start((part) => {
    const between = (name) => from[name] + (to[name] - from[name]) * part;
    camera.set({ x: between("x"), y: between("y"), scale: from.scale * (to.scale / from.scale) ** part });
    redraw();
  }, redraw);
}

const showAll = () => flyTo(camera.fitting(boundsOf(graph.units)));

function unitAt(px, py) {
  const [x, y] = camera.toPlane(px, py);
  for (let index = graph.units.length - 1; index >= 0; --index) {
    const unit = graph.units[index];
    if (Math.abs(x - unit.shownX) <= kCard.width / 2 && Math.abs(y - unit.shownY) <= kCard.height / 2) return index;
  }
  return -1;
}

function pick(index) {
  if (index < 0) return choose(null);
  const unit = graph.units[index];
  return isFolded(unit) ? setOpen(unit.key, true) : reach(index);
}
