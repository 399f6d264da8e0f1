// What the command wrote: nodes, links between them by index, and text that is safe to look at.
const data = JSON.parse(document.getElementById("lineage").textContent);
const nodes = data.nodes;
const links = data.links.map(([source, target, type, label]) => ({ source, target, type, label }));
const starts = new Set(data.starts);

// The links at each node, by index.
const linksAt = nodes.map(() => []);
links.forEach((link, index) => {
  linksAt[link.source].push(index);
  if (link.target !== link.source) linksAt[link.target].push(index);
});

// Characters that control, are not seen, or turn the direction of what follows.
const kUnseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
const escapeOf = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");

// On one line, with nothing in it that is not seen.
const visible = (text) => text.replace(kUnseen, escapeOf);
// The same with its lines.
const visibleLines = (text) => text.replace(kUnseen, (c) => (c === "\n" || c === "\t" ? c : escapeOf(c)));

const shortened = (text, length) => (text.length <= length ? text : text.slice(0, length - 1).trimEnd() + "\u2026");
const numberText = (number) => number.toLocaleString("en-US");
const countText = (number, noun) => `${numberText(number)} ${noun}${number === 1 ? "" : "s"}`;

// What a node is called where there is room for one name.
const nameOf = (node) => visible(node.label || node.type || node.kind);

function sizeText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.length; ++unit) bytes /= 1024;
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

const isProcess = (node) => node.kind !== "data";

function stateText(node) {
  return node.exit_status === 0 ? node.state : `${node.state}, exit ${node.exit_status}`;
}
