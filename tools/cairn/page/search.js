// Search: every word must occur somewhere in a node.

const kResultsMax = 60;
const haystacks = new Array(nodes.length);

function haystackOf(index) {
  if (haystacks[index] === undefined) {
    const node = nodes[index];
    const pairs = [...node.attributes, ...node.extras].map(([name, value]) => `${name}: ${value}`);
    const names = node.unique_ids.map(({ scope, id }) => `${scope}:${id}`);
    haystacks[index] = [node.label, node.type, node.kind, node.state, node.run || "", node.description, node.exit_message,
      node.code_version, ...node.tags, ...names, ...pairs].join("\n").toLowerCase();
  }
  return haystacks[index];
}

// Ids by their beginning, as everywhere; any number is somewhere in some id.
function hasWord(index, word) {
  const { uuid, content } = nodes[index];
  return haystackOf(index).includes(word) || uuid.startsWith(word) || (content !== null && content.id.startsWith(word));
}

// Those whose label is the query come first, then those whose label begins with it, then those that have it in their label.
function findNodes(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  const phrase = words.join(" ");
  const ranks = [[], [], [], []];
  for (let index = 0; index < nodes.length; ++index)
    if (words.every((word) => hasWord(index, word))) {
      const label = nodes[index].label.toLowerCase();
      ranks[label === phrase ? 0 : label.startsWith(phrase) ? 1 : label.includes(phrase) ? 2 : 3].push(index);
    }
  return ranks.flat();
}

// The field with its list. `onFound` gets the nodes, or null when there is no query; `onChosen` the one that was picked.
function setUpSearch(input, list, { onFound, onChosen }) {
  let found = null, marked = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];
  function mark(at) {
    const all = options();
    marked = all.length ? clamp(at, 0, all.length - 1) : -1;
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === marked)));
    if (marked >= 0) {
      all[marked].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[marked].id);
    } else input.removeAttribute("aria-activedescendant");
  }
  function show(isShown) {
    list.hidden = !isShown || found === null;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }
  function choose(index) {
    show(false);
    onChosen(index);
  }
  function search() {
    found = findNodes(input.value);
    const rows = (found || []).slice(0, kResultsMax).map((index, at) => {
      const row = nodeButton(index, choose);
      row.tabIndex = -1;
      return element("li", { id: `result-${at}`, role: "option" }, row);
    });
    const count = found === null ? "" : found.length ? countText(found.length, "node") : "Nothing found";
    const note = found && found.length > kResultsMax ? `${count}, the first ${kResultsMax} here` : count;
    list.replaceChildren(element("li", { className: "count", role: "presentation", textContent: note }), ...rows);
    show(true);
    mark(0);
    onFound(found);
  }
  input.addEventListener("input", search);
  input.addEventListener("focus", () => show(true));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      show(true);
      mark(marked + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Enter" && found && marked >= 0) {
      choose(found[marked]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (!list.hidden) show(false);
      else if (input.value) {
        input.value = "";
        search();
      } else input.blur();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!list.contains(event.target) && event.target !== input) show(false);
  });
}
