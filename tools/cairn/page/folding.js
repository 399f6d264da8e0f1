// Large fans folded into one unit each, as lineage/folding.h says. A unit is a node, or a fan that is drawn as one.

const isFolded = (unit) => unit.members.length > 1;
const nodeKey = (index) => "node " + index;

// The label with its numbers, and what follows a namespace, as "*".
function labelPattern(label) {
  const space = label.lastIndexOf("__");
  return space >= 0 ? label.slice(0, space + 2) + "*" : label.replace(/[0-9]+/g, "*");
}

// What siblings have in common, but for the pattern of their labels.
function sortOf(link, index) {
  const { kind, state, type } = nodes[index];
  return [link.target === index ? "to" : "from", link.type, kind, state, type].join("\u0000");
}

// Units from the starts on. Fans whose key is in `open` are not folded, their members know of them.
function foldUnits(open) {
  const units = [];
  const unitOf = new Int32Array(nodes.length).fill(-1);
  const fans = new Map();  // every fan that is or could be folded: key -> members

  function addUnit(members, key, fan) {
    for (const member of members) unitOf[member] = units.length;
    units.push({ key, members, fan, start: members.length === 1 && starts.has(members[0]) });
  }
  function addFan(key, members) {
    fans.set(key, members);
    if (!open.has(key)) addUnit(members, key, key);
    else for (const member of members) addUnit([member], nodeKey(member), key);
  }
  function foldLong(unit, around, keyOf) {
    const alike = new Map();
    for (const neighbour of around) {
      if (unitOf[neighbour.index] >= 0) continue;
      const key = keyOf(neighbour);
      if (!alike.has(key)) alike.set(key, []);
      alike.get(key).push(neighbour.index);
    }
    for (const [key, members] of alike)
      if (members.length > data.siblings_max) addFan(unit.key + " > " + key, members);
  }
  function placeNeighbours(unit) {
    const met = new Set();
    const around = [];
    for (const member of unit.members)
      for (const at of linksAt[member]) {
        const link = links[at];
        const index = link.source === member ? link.target : link.source;
        if (unitOf[index] >= 0 || met.has(index)) continue;
        met.add(index);
        around.push({ index, link });
      }
    foldLong(unit, around, ({ index, link }) => sortOf(link, index) + "\u0000" + labelPattern(link.label));
    foldLong(unit, around, ({ index, link }) => sortOf(link, index));
    for (const { index } of around) if (unitOf[index] < 0) addUnit([index], nodeKey(index), null);
  }

  for (const start of starts) addUnit([start], nodeKey(start), null);
  let next = 0;
  for (let node = 0; node <= nodes.length; ++node) {
    for (; next < units.length; ++next) placeNeighbours(units[next]);
    // What no start is linked with.
    if (node < nodes.length && unitOf[node] < 0) addUnit([node], nodeKey(node), null);
  }
  return { units, unitOf, fans, edges: foldEdges(units, unitOf) };
}

// Links between units. Those between single nodes stay apart; those of folded ones are counted.
function foldEdges(units, unitOf) {
  const edges = [];
  const known = new Map();
  for (const link of links) {
    const source = unitOf[link.source], target = unitOf[link.target];
    const anyFolded = isFolded(units[source]) || isFolded(units[target]);
    if (source === target && anyFolded) continue;
    const key = [source, target, link.type, anyFolded ? "" : link.label].join(" ");
    let edge = known.get(key);
    if (!edge) {
      edge = { source, target, type: link.type, label: link.label, count: 0, labels: new Set() };
      known.set(key, edge);
      edges.push(edge);
    }
    ++edge.count;
    edge.labels.add(link.label);
  }
  for (const edge of edges) {
    if (edge.labels.size > 1) {
      const patterns = new Set([...edge.labels].map(labelPattern));
      edge.label = patterns.size === 1 ? [...patterns][0] : countText(edge.labels.size, "label");
    }
    delete edge.labels;
  }
  return edges;
}
