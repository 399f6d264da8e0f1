// Layered layout, third part: how far down each vertex stands.

// Numbers that never fall, nearest to `wanted` in the sum of weighted squares: where they would fall, they are averaged.
function neverFalling(wanted, weights) {
  const blocks = [];
  for (let i = 0; i < wanted.length; ++i) {
    let block = { sum: wanted[i] * weights[i], weight: weights[i], length: 1 };
    while (blocks.length) {
      const before = blocks[blocks.length - 1];
      if (before.sum / before.weight <= block.sum / block.weight) break;
      blocks.pop();
      block = { sum: before.sum + block.sum, weight: before.weight + block.weight, length: before.length + block.length };
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => new Array(block.length).fill(block.sum / block.weight));
}

// `gap(a, b)` is the least distance of two vertices, the second next below the first.
function placeRows(layers, vertices, gap) {
  const { column, left, right } = vertices;
  const y = new Float64Array(column.length);
  const offsets = layers.map((layer) => {
    let offset = 0;
    return layer.map((vertex, at) => (offset += at ? gap(layer[at - 1], vertex) : 0));
  });
  layers.forEach((layer, index) => {
    const middle = (offsets[index][layer.length - 1] || 0) / 2;
    layer.forEach((vertex, at) => (y[vertex] = offsets[index][at] - middle));
  });
  function settle(index, sides) {
    const layer = layers[index], offset = offsets[index];
    const wanted = [], weights = [];
    layer.forEach((vertex, at) => {
      let sum = 0, count = 0;
      for (const side of sides)
        for (const other of side[vertex]) {
          sum += y[other];
          ++count;
        }
      wanted.push((count ? sum / count : y[vertex]) - offset[at]);
      weights.push(count || 0.1);
    });
    neverFalling(wanted, weights).forEach((value, at) => (y[layer[at]] = value + offset[at]));
  }
  for (let sweep = 0; sweep < 8; ++sweep) {
    const sides = sweep < 6 ? null : [left, right];
    for (let index = layers.length - 1; index >= 0; --index) settle(index, sides || [right]);
    for (let index = 0; index < layers.length; ++index) settle(index, sides || [left]);
  }
  return y;
}
