// Layered layout, first part: the column of each unit. Links run from left to right.

// References say nothing of before and after, so they do not decide where their ends stand, unless nothing else does.
function decidesColumns(count, edges) {
  const isReference = (edge) => edge.type === "reference" || edge.type === "mutual";
  const hasOther = new Uint8Array(count);
  for (const edge of edges) if (!isReference(edge)) hasOther[edge.source] = hasOther[edge.target] = 1;
  return (edge) => edge.source !== edge.target && !(isReference(edge) && hasOther[edge.source] && hasOther[edge.target]);
}

// Each edge as [from, to] such that those that decide form no cycle, turning what would close one; and the units in an order in
// which these edges lead onwards.
function withoutCycles(count, edges, decides) {
  const out = Array.from({ length: count }, () => []);
  const hasIncoming = new Uint8Array(count);
  edges.forEach((edge, index) => {
    if (!decides(edge)) return;
    out[edge.source].push(index);
    hasIncoming[edge.target] = 1;
  });
  const forward = edges.map((edge) => [edge.source, edge.target]);
  const state = new Uint8Array(count);  // 1 on the way, 2 done
  const order = [];
  function visit(root) {
    const way = [[root, 0]];
    state[root] = 1;
    while (way.length) {
      const top = way[way.length - 1];
      if (top[1] === out[top[0]].length) {
        state[top[0]] = 2;
        order.push(top[0]);
        way.pop();
        continue;
      }
      const index = out[top[0]][top[1]++];
      const to = edges[index].target;
      if (state[to] === 1) forward[index].reverse();
      else if (state[to] === 0) {
        state[to] = 1;
        way.push([to, 0]);
      }
    }
  }
  for (let unit = 0; unit < count; ++unit) if (!hasIncoming[unit]) visit(unit);
  for (let unit = 0; unit < count; ++unit) if (state[unit] === 0) visit(unit);
  return { forward, order: order.reverse() };
}

// What came of the starts stands as near to them as it can; all else as near to what came of it.
function columnsOf(units, edges) {
  const count = units.length;
  const decides = decidesColumns(count, edges);
  const { forward, order } = withoutCycles(count, edges, decides);
  const out = Array.from({ length: count }, () => []);
  forward.forEach(([from, to], index) => decides(edges[index]) && out[from].push(to));
  const columns = new Int32Array(count);
  for (const from of order) for (const to of out[from]) columns[to] = Math.max(columns[to], columns[from] + 1);

  const follows = new Uint8Array(count);
  const queue = [];
  units.forEach((unit, index) => {
    if (unit.start) queue.push(index);
  });
  for (const from of queue) follows[from] = 1;
  for (let next = 0; next < queue.length; ++next)
    for (const to of out[queue[next]])
      if (!follows[to]) {
        follows[to] = 1;
        queue.push(to);
      }
  for (let at = count - 1; at >= 0; --at) {
    const from = order[at];
    if (follows[from] || out[from].length === 0) continue;
    let least = Infinity;
    for (const to of out[from]) least = Math.min(least, columns[to]);
    columns[from] = least - 1;
  }
  for (const ends of forward) if (columns[ends[0]] > columns[ends[1]]) ends.reverse();
  return { columns, forward };
}
