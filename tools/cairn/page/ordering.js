// Layered layout, second part: the order within each column, with few crossings. Edges that pass columns get a place in each;
// so a vertex is a unit, or such a place, which has a number beyond those of the units.

const kSpanMax = 40, kPlacesMax = 30000;

// Vertices by column, and their neighbours in the columns left and right of them.
function addPlaces(count, columns, forward) {
  const column = Array.from(columns);
  const left = Array.from({ length: count }, () => []), right = Array.from({ length: count }, () => []);
  const join = (a, b) => {
    right[a].push(b);
    left[b].push(a);
  };
  const ways = forward.map(([from, to]) => {
    const span = column[to] - column[from];
    const way = [];
    if (span > 1 && span <= kSpanMax && column.length - count < kPlacesMax) {
      let last = from;
      for (let at = column[from] + 1; at < column[to]; ++at) {
        const place = column.length;
        column.push(at);
        left.push([]);
        right.push([]);
        way.push(place);
        join(last, place);
        last = place;
      }
      join(last, to);
    } else if (span === 1) {
      join(from, to);
    }
    return way;
  });
  return { column, left, right, ways };
}

// Neighbours stay together in the order in which a walk from the starts meets them.
function firstOrder(units, vertices, forward) {
  const { column, left, right } = vertices;
  const layers = Array.from({ length: column.reduce((most, at) => Math.max(most, at), 0) + 1 }, () => []);
  const far = units.map(() => []);  // edges without places
  for (const [from, to] of forward)
    if (column[to] - column[from] > 1) {
      far[from].push(to);
      far[to].push(from);
    }
  const met = new Uint8Array(column.length);
  function walk(root) {
    const stack = [root];
    while (stack.length) {
      const vertex = stack.pop();
      if (met[vertex]) continue;
      met[vertex] = 1;
      layers[column[vertex]].push(vertex);
      const around = [...left[vertex], ...right[vertex], ...(far[vertex] || [])];
      for (let i = around.length - 1; i >= 0; --i) if (!met[around[i]]) stack.push(around[i]);
    }
  }
  units.forEach((unit, index) => {
    if (unit.start) walk(index);
  });
  for (let vertex = 0; vertex < column.length; ++vertex) walk(vertex);
  return layers;
}

function countCrossings(layers, right, position) {
  let crossings = 0;
  for (const layer of layers) {
    const ends = [];
    for (const vertex of layer)
      for (const end of right[vertex].map((to) => position[to]).sort((a, b) => a - b)) ends.push(end);
    // Inversions, by a tree of counts.
    const tree = new Int32Array(ends.reduce((most, end) => Math.max(most, end), 0) + 2);
    for (let i = ends.length - 1; i >= 0; --i) {
      for (let at = ends[i]; at > 0; at -= at & -at) crossings += tree[at];
      for (let at = ends[i] + 1; at < tree.length; at += at & -at) ++tree[at];
    }
  }
  return crossings;
}

// Sweeps over the columns, each time ordering one by the middle of its neighbours; the best order that was met is kept.
function reduceCrossings(layers, vertices) {
  const { column, left, right } = vertices;
  const position = new Int32Array(column.length);
  const number = (layer) => layer.forEach((vertex, at) => (position[vertex] = at));
  layers.forEach(number);
  const isLarge = column.length > 6000;
  let best = layers.map((layer) => layer.slice()), least = countCrossings(layers, right, position);
  const middle = new Float64Array(column.length);
  function sortLayer(layer, side) {
    for (const vertex of layer) {
      let sum = 0;
      for (const other of side[vertex]) sum += (position[other] + 0.5) / layers[column[other]].length;
      middle[vertex] = side[vertex].length ? sum / side[vertex].length : (position[vertex] + 0.5) / layer.length;
    }
    layer.sort((a, b) => middle[a] - middle[b] || position[a] - position[b]);
    number(layer);
  }
  for (let sweep = 0; sweep < (isLarge ? 4 : 14) && least > 0; ++sweep) {
    if (sweep % 2 === 0) for (let at = layers.length - 1; at >= 0; --at) sortLayer(layers[at], right);
    else for (let at = 0; at < layers.length; ++at) sortLayer(layers[at], left);
    const crossings = countCrossings(layers, right, position);
    if (crossings < least) {
      least = crossings;
      best = layers.map((layer) => layer.slice());
    }
  }
  return best;
}
