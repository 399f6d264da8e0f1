// The graph on its canvas. What is too small to be read is left out, so thousands of cards are drawn in a few milliseconds.

// From which zoom on outlines and curves, names, and the labels of links are shown.
const kShapeScale = 0.16, kTextScale = 0.45, kLabelScale = 0.8;

// The beginning of a text that fits, in the font that is set.
function fitted(context, text, width) {
  text = shortened(text, 120);
  if (context.measureText(text).width <= width) return text;
  let low = 0, high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(text.slice(0, middle) + "\u2026").width <= width) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low).trimEnd() + "\u2026";
}

// What stands on the card of a unit, cut to its width once.
function cardTexts(context, unit) {
  if (unit.texts) return unit.texts;
  const node = nodes[unit.members[0]];
  const process = isProcess(node);
  unit.textLeft = process ? 30 : 20;
  const room = kCard.width - unit.textLeft - (process ? 10 : 18);
  const title = isFolded(unit) ? `${numberText(unit.members.length)} \u00d7 ${visible(node.type || node.kind)}` : nameOf(node);
  const type = isFolded(unit) || !node.label ? node.kind : visible(node.type || node.kind);
  const below = (process ? [type, stateText(node)] : [type]).join(" \u00b7 ");
  context.font = `600 13px ${colours.font}`;
  const titleText = fitted(context, title, room);
  context.font = `11px ${colours.font}`;
  // The state is never cut: it is what one looks for.
  let belowText = fitted(context, below, room);
  if (process && belowText !== below) {
    const state = " \u00b7 " + stateText(node);
    belowText = fitted(context, type, room - context.measureText(state).width) + state;
  }
  return (unit.texts = [titleText, belowText]);
}

function drawCard(context, unit, look) {
  const node = nodes[unit.members[0]];
  const { fill, line } = coloursOf(node);
  const { width, height } = kCard;
  const { shownX: x, shownY: y } = unit;
  context.globalAlpha = look.faded ? 0.22 : 1;
  if (look.scale < kShapeScale) {
    if (!look.faded && !look.selected && !look.found) context.globalAlpha = 0.55;
    context.fillStyle = look.selected ? colours.accent : look.found ? colours.found : line;
    context.fillRect(x - width / 2, y - height / 2, width, height);
    context.globalAlpha = 1;
    return;
  }
  if (look.selected || look.found) {
    context.strokeStyle = look.selected ? colours.accent : colours.found;
    context.lineWidth = look.selected ? 9 : 8;
    outline(context, node.kind === "workflow" ? "calculation" : node.kind, x, y, width + 2, height + 2);
    context.stroke();
  }
  if (look.faded) {  // but not so that what is behind it is seen
    context.globalAlpha = 1;
    context.fillStyle = colours.paper;
    outline(context, node.kind, x, y, width, height);
    context.fill();
    context.globalAlpha = 0.22;
  }
  context.strokeStyle = line;
  context.fillStyle = fill;
  context.lineWidth = unit.start ? 3 : look.hovered ? 2 : 1.2;
  for (const behind of isFolded(unit) ? [8, 4] : []) {
    outline(context, node.kind, x + behind, y + behind, width, height);
    context.fill();
    context.stroke();
  }
  outline(context, node.kind, x, y, width, height);
  context.fill();
  context.stroke();
  if (look.scale >= kTextScale) drawTexts(context, unit, node);
  context.globalAlpha = 1;
}

function drawTexts(context, unit, node) {
  const [title, below] = cardTexts(context, unit);
  const left = unit.shownX - kCard.width / 2;
  if (isProcess(node)) drawMark(context, node.state, left + 16, unit.shownY, 5);
  context.textBaseline = "middle";
  context.fillStyle = colours.ink;
  context.font = `600 13px ${colours.font}`;
  context.fillText(title, left + unit.textLeft, unit.shownY - 7.5);
  context.fillStyle = colours.quiet;
  context.font = `11px ${colours.font}`;
  context.fillText(below, left + unit.textLeft, unit.shownY + 9.5);
}

// Where an edge leaves its source, passes, and enters its target.
function pointsOf(edge, units, moving) {
  const source = units[edge.source], target = units[edge.target];
  if (source.column === target.column) {
    const right = kCard.width / 2;
    return [[source.shownX + right, source.shownY], [target.shownX + right, target.shownY]];
  }
  const onwards = target.shownX >= source.shownX;
  const half = (kCard.width / 2) * (onwards ? 1 : -1);
  const from = [source.shownX + half, source.shownY], to = [target.shownX - half, target.shownY];
  return moving ? [from, to] : [from, ...edge.bends, to];
}

// From one card to another of the same column, on their right.
const isBow = (points) => points.length === 2 && Math.abs(points[0][0] - points[1][0]) < kCard.width / 2;

// Level at every point.
function traceEdge(context, points, straight) {
  context.moveTo(points[0][0], points[0][1]);
  if (straight) {
    for (let i = 1; i < points.length; ++i) context.lineTo(points[i][0], points[i][1]);
    return;
  }
  if (isBow(points)) {
    const [[x0, y0], [x1, y1]] = points;
    const beyond = Math.max(x0, x1) + kColumnGap / 2;
    context.bezierCurveTo(beyond, y0, beyond, y1, x1, y1);
    return;
  }
  for (let i = 1; i < points.length; ++i) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i];
    const middle = (x0 + x1) / 2;
    context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  }
}

function isSeen(points, bounds) {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return right >= bounds.left && left <= bounds.right && bottom >= bounds.top && top <= bounds.bottom;
}

// Edges of one look at once: a path each would take most of the time.
function drawEdges(context, edges, colour, wider, scale) {
  context.strokeStyle = context.fillStyle = colour;
  for (const [type, style] of Object.entries(kLinkStyles)) {
    const some = edges.filter(({ edge }) => edge.type === type);
    if (!some.length) continue;
    context.lineWidth = Math.max(style.width + wider, 0.7 / scale);
    context.setLineDash(scale > 0.25 ? style.dash : []);
    context.beginPath();
    for (const { points } of some) traceEdge(context, points, scale < kShapeScale);
    context.stroke();
    context.setLineDash([]);
    if (scale < 0.25) continue;
    for (const { points } of some) {
      const end = points[points.length - 1], start = points[0], bow = isBow(points);
      arrowHead(context, end[0], end[1], !bow && end[0] >= points[points.length - 2][0] ? 1 : -1);
      if (style.both) arrowHead(context, start[0], start[1], bow || points[1][0] >= start[0] ? -1 : 1);
    }
  }
}

const edgeText = (edge) => [edge.type === "input" || edge.type === "create" ? "" : edge.type, visible(edge.label),
  edge.count > 1 ? `\u00d7 ${numberText(edge.count)}` : ""].filter(Boolean).join(" ");

// Where a link leaves its card, or the column of its card if that is broken.
function endOf(points, away) {
  const skipped = points.length > 2 && points[0][1] === points[1][1] ? 1 : 0;
  return { at: points[skipped], next: points[skipped + 1], away };
}

// Beside the end at which fewer links meet, or else the other; left out where there is another label already.
function drawEdgeLabels(context, edges, degrees) {
  const taken = new Set();
  context.font = `10.5px ${colours.font}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const { edge, points } of edges) {
    const text = fitted(context, edgeText(edge), kColumnGap - 22);
    const ends = [endOf(points, 6), endOf(points.toReversed(), 13)];
    if (degrees.out[edge.source] > degrees.in[edge.target]) ends.reverse();
    const placeOf = ({ at, next }) => `${Math.round(at[0])} ${Math.round(at[1] / 10)} ${next[0] >= at[0]}`;
    const end = ends.find((some) => !taken.has(placeOf(some)));
    if (!text || !end) continue;
    taken.add(placeOf(end));
    const { at, next, away } = end;
    const onwards = next[0] >= at[0];
    context.textAlign = onwards ? "left" : "right";
    const x = at[0] + (onwards ? away : -away);
    context.lineWidth = 4;
    context.strokeStyle = colours.paper;
    context.strokeText(text, x, at[1] - 7);
    context.fillStyle = colours.quiet;
    context.fillText(text, x, at[1] - 7);
  }
  context.textAlign = "left";
  context.lineJoin = "miter";
}
