// Colours and small drawings, the same on the canvas, in the legend and in the details.

const root = document.documentElement;
const darkWanted = window.matchMedia("(prefers-color-scheme: dark)");
let colours = {};

// The values of page.css, read once for each change.
function readColours() {
  const style = getComputedStyle(root);
  const names = ["paper", "ink", "quiet", "accent", "link", "found", "data-fill", "data-line"];
  for (const state of ["created", "waiting", "running", "paused", "finished", "failed", "killed"])
    names.push(state + "-fill", state + "-line");
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
  colours.font = getComputedStyle(document.body).fontFamily;
}

function setTheme(name) {
  root.dataset.theme = name;
  readColours();
}

const coloursOf = (node) => {
  const name = isProcess(node) ? node.state : "data";
  return { fill: colours[name + "-fill"], line: colours[name + "-line"] };
};

// The outline of a card: data is round, a calculation square, a workflow double.
function outline(context, kind, x, y, width, height) {
  context.beginPath();
  const radius = kind === "data" ? height / 2 : kind === "workflow" ? height / 4 : 3;
  context.roundRect(x - width / 2, y - height / 2, width, height, radius);
  if (kind !== "workflow") return;
  const inset = height > 20 ? 3.5 : 2.5;
  context.roundRect(x - width / 2 + inset, y - height / 2 + inset, width - 2 * inset, height - 2 * inset,
                    Math.max(1, radius - inset));
}

// A sign for each state, so that no one depends on colour. `r` is half its height.
const kMarks = {
  created: (c, x, y, r) => c.arc(x, y, r * 0.8, 0, 2 * Math.PI),
  waiting: (c, x, y, r) => {
    for (const dx of [-0.8, 0, 0.8]) {
      c.moveTo(x + dx * r + 0.5, y);
      c.arc(x + dx * r, y, 0.5, 0, 2 * Math.PI);
    }
  },
  running: (c, x, y, r) => {
    c.moveTo(x - r * 0.6, y - r * 0.9);
    c.lineTo(x + r * 0.9, y);
    c.lineTo(x - r * 0.6, y + r * 0.9);
    c.closePath();
  },
  paused: (c, x, y, r) => {
    for (const dx of [-0.45, 0.45]) {
      c.moveTo(x + dx * r, y - r * 0.8);
      c.lineTo(x + dx * r, y + r * 0.8);
    }
  },
  finished: (c, x, y, r) => {
    c.moveTo(x - r * 0.9, y);
    c.lineTo(x - r * 0.25, y + r * 0.7);
    c.lineTo(x + r, y - r * 0.7);
  },
  failed: (c, x, y, r) => {
    for (const side of [-1, 1]) {
      c.moveTo(x - r * 0.75, y - side * r * 0.75);
      c.lineTo(x + r * 0.75, y + side * r * 0.75);
    }
  },
  killed: (c, x, y, r) => c.rect(x - r * 0.75, y - r * 0.75, r * 1.5, r * 1.5),
};

function drawMark(context, state, x, y, r) {
  context.strokeStyle = colours[state + "-line"];
  context.lineWidth = 2;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  kMarks[state](context, x, y, r);
  context.stroke();
  context.lineCap = context.lineJoin = "miter";
}

const kLinkStyles = {
  input: { width: 1.2, dash: [] },
  create: { width: 2.4, dash: [] },
  return: { width: 1.6, dash: [9, 5] },
  call: { width: 1.6, dash: [9, 4, 2, 4] },
  reference: { width: 1.6, dash: [2, 4] },
  mutual: { width: 1.6, dash: [2, 4], both: true },
};

// A canvas of its own for a drawing in the text. `draw` gets its context, width and height.
function sketch(width, height, draw) {
  const canvas = document.createElement("canvas");
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  draw(context, width, height);
  return canvas;
}

const kindSketch = (kind) =>
  sketch(30, 18, (context, width, height) => {
    outline(context, kind, width / 2, height / 2, width - 2, height - 3);
    context.fillStyle = colours["data-fill"];
    context.fill();
    context.strokeStyle = colours.quiet;
    context.lineWidth = 1.2;
    context.stroke();
  });

const stateSketch = (state) =>
  sketch(18, 18, (context, width, height) => {
    context.beginPath();
    context.arc(width / 2, height / 2, 8.5, 0, 2 * Math.PI);
    context.fillStyle = colours[state + "-fill"];
    context.fill();
    drawMark(context, state, width / 2, height / 2, 4.5);
  });

const linkSketch = (type) =>
  sketch(44, 14, (context, width, height) => {
    const { width: line, dash, both } = kLinkStyles[type];
    context.strokeStyle = context.fillStyle = colours.link;
    context.lineWidth = line;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(both ? 6 : 1, height / 2);
    context.lineTo(width - 6, height / 2);
    context.stroke();
    arrowHead(context, width - 1, height / 2, 1);
    if (both) arrowHead(context, 1, height / 2, -1);
  });

// Its tip at (x, y), pointing right for 1, left for -1.
function arrowHead(context, x, y, direction) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 8 * direction, y - 4);
  context.lineTo(x - 8 * direction, y + 4);
  context.fill();
}
