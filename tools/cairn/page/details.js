// The panel with everything about one node, or about a fan. Texts are set as text, never as markup.

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {}))
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const kRowsMax = 40;

// The first of the rows, and a button for the others.
function longList(items, row, tag = "ul", className = "") {
  const list = element(tag, { className });
  const add = (some) => list.append(...some.map(row));
  add(items.slice(0, kRowsMax));
  if (items.length <= kRowsMax) return list;
  const more = element("button", { type: "button", className: "more", textContent: `Show all ${numberText(items.length)}`,
    onclick: () => {
      more.remove();
      add(items.slice(kRowsMax));
    } });
  return element("div", {}, list, more);
}

function chip(text, drawing) {
  return element("span", { className: "chip" }, drawing, text);
}

// Names and values; what is empty is left out.
function factTable(rows) {
  const table = element("dl", { className: "facts" });
  for (const [name, value] of rows) {
    if (value === "" || value === null || value === undefined) continue;
    const shown = value instanceof Node ? value : visibleLines(String(value));
    table.append(element("dt", { dir: "auto" }, visible(name)), element("dd", { dir: "auto" }, shown));
  }
  return table.childElementCount ? table : null;
}

function section(title, content) {
  return content ? element("section", {}, element("h3", { textContent: title }), content) : null;
}

const code = (text) => element("code", {}, visible(text));
const timeText = (time) => time.replace("T", " ").replace(/(\.\d*?)0*Z$/, "$1Z").replace(".Z", "Z").replace("Z", " UTC");

// Members of the document that have a place of their own, or say nothing here.
const kPlaced = new Set(["uuid", "kind", "state", "type", "label", "description", "run", "created", "modified", "exit_status",
  "exit_message", "code_version", "attributes", "extras", "tags", "unique_ids", "content", "size_bytes", "depth"]);

function factsOf(node) {
  const ended = isProcess(node) && (node.exit_status !== 0 || node.exit_message);
  const content = node.content;
  const others = Object.entries(node).filter(([name]) => !kPlaced.has(name));
  return factTable([
    ["Id", code(node.uuid)],
    ["Label", node.label.length > 60 ? node.label : ""],
    ["Type", node.type],
    ["Description", node.description],
    ["Run", node.run],
    ["Exit", ended ? [node.exit_status, node.exit_message].filter((part) => part !== "").join(" \u00b7 ") : ""],
    ["Code version", node.code_version],
    ["Created", timeText(node.created)],
    ["Modified", node.modified === node.created ? "" : timeText(node.modified)],
    ["Content", content && element("span", {}, `${content.kind}, ${sizeText(node.size_bytes)} `, code(content.id))],
    ["Tags", node.tags.join(", ")],
    ...node.unique_ids.map(({ scope, id }) => [scope, id]),
    ["Distance", node.depth === 0 ? "" : countText(node.depth, "link")],
    ...others.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  ]);
}

// `choose` is called with the index of a node that was picked.
function nodeButton(index, choose, relation = "") {
  const node = nodes[index];
  const state = isProcess(node) && node.state !== "finished" ? ` \u00b7 ${node.state}` : "";
  const kind = visible(node.label && node.type ? node.type : node.kind) + state;
  return element("button", { type: "button", className: "node", onclick: () => choose(index) },
    relation ? element("span", { className: "relation", dir: "auto", textContent: relation }) : null,
    element("span", { className: "name", dir: "auto", textContent: shortened(nameOf(node), 200) }),
    element("span", { className: "kind", dir: "auto", textContent: kind }));
}

function linkList(index, incoming, choose) {
  const some = linksAt[index].map((at) => links[at]).filter((link) => (incoming ? link.target : link.source) === index);
  if (!some.length) return null;
  const row = (link) =>
    element("li", {}, nodeButton(incoming ? link.source : link.target, choose, visible(`${link.type} ${link.label}`)));
  return longList(some, row, "ul", "links");
}

function nodeDetails(index, choose) {
  const node = nodes[index];
  return [
    element("p", { className: "chips" }, chip(node.kind, kindSketch(node.kind)),
      isProcess(node) ? chip(stateText(node), stateSketch(node.state)) : null),
    element("h2", { dir: "auto", textContent: shortened(nameOf(node), 200), tabIndex: -1 }),
    factsOf(node),
    section("Attributes", factTable(node.attributes)),
    section("Extras", factTable(node.extras)),
    section("From", linkList(index, true, choose)),
    section("To", linkList(index, false, choose)),
  ].filter(Boolean);
}

// `fold` and `unfold` change how it is drawn.
function fanDetails(members, isOpen, choose, { fold, unfold }) {
  const node = nodes[members[0]];
  return [
    element("p", { className: "chips" }, chip(node.kind, kindSketch(node.kind)),
      isProcess(node) ? chip(node.state, stateSketch(node.state)) : null),
    element("h2", { dir: "auto", textContent: countText(members.length, `${node.kind} node`), tabIndex: -1 }),
    element("p", { className: "hint", dir: "auto" }, node.type ? `All of type ${visible(node.type)}, linked alike. ` :
      "Linked alike. ", isOpen ? "Shown one by one." : "Drawn as one."),
    element("p", {}, element("button", { type: "button", className: "action", textContent: isOpen ? "Fold" : "Unfold",
      onclick: isOpen ? fold : unfold })),
    section("Nodes", longList(members, (index) => element("li", {}, nodeButton(index, choose)), "ul", "links")),
  ].filter(Boolean);
}
