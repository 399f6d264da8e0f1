// Layered layout: units get x and y, the middle of their cards; edges get the points that they pass.

const kCard = { width: 196, height: 46 };
const kColumnGap = 116, kRowGap = 14, kPlaceGap = 16;

// Columns of more than 40 cards are broken into several beside each other, so that the picture does not become a line.
const breadthOf = (cards) => (cards <= 40 ? 1 : Math.min(12, Math.ceil(Math.sqrt(cards / 12))));

function layOut(units, edges) {
  const { columns, forward } = columnsOf(units, edges);
  const vertices = addPlaces(units.length, columns, forward);
  const layers = reduceCrossings(firstOrder(units, vertices, forward), vertices);
  const isCard = (vertex) => vertex < units.length;
  const breadths = layers.map((layer) => breadthOf(layer.filter(isCard).length));
  const gap = (a, b) => {
    if (!isCard(a) && !isCard(b)) return kPlaceGap;
    const height = kCard.height + kRowGap;
    return isCard(a) && isCard(b) ? height / breadths[vertices.column[a]] : height / 2 + kPlaceGap / 2;
  };
  const y = placeRows(layers, vertices, gap);

  let x = 0;
  const spans = layers.map((layer, index) => {
    const width = breadths[index] * (kCard.width + kRowGap) - kRowGap;
    let card = 0;
    for (const vertex of layer)
      if (isCard(vertex)) {
        units[vertex].x = x + kCard.width / 2 + (card++ % breadths[index]) * (kCard.width + kRowGap);
        units[vertex].y = y[vertex];
        units[vertex].column = index;
      }
    const span = [x, x + width];
    x += width + kColumnGap;
    return span;
  });
  edges.forEach((edge, index) => {
    const [from, to] = forward[index];
    edge.bends = vertices.ways[index].flatMap((place) => {
      const [left, right] = spans[vertices.column[place]];
      return [[left, y[place]], [right, y[place]]];
    });
    // Within a column that is broken links keep to the row of their card.
    if (breadths[columns[from]] > 1) edge.bends.unshift([spans[columns[from]][1], y[from]]);
    if (breadths[columns[to]] > 1) edge.bends.push([spans[columns[to]][0], y[to]]);
    if (from !== edge.source) edge.bends.reverse();
  });
}

// The smallest rectangle around all cards.
function boundsOf(units) {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of units) {
    bounds.left = Math.min(bounds.left, x - kCard.width / 2);
    bounds.right = Math.max(bounds.right, x + kCard.width / 2);
    bounds.top = Math.min(bounds.top, y - kCard.height / 2);
    bounds.bottom = Math.max(bounds.bottom, y + kCard.height / 2);
  }
  return bounds;
}
