// Mouse, pen and fingers on the canvas: a click picks, dragging moves, the wheel and two fingers zoom.

const pointers = new Map();
let travelled = 0;

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  if (pointers.size === 1) travelled = 0;
  canvas.classList.add("pressed");
});

canvas.addEventListener("pointermove", (event) => {
  const { clientX: x, clientY: y } = event;
  const before = pointers.get(event.pointerId);
  if (!before) {
    const over = unitAt(x, y);
    if (over !== hovered) {
      hovered = over;
      canvas.classList.toggle("over", over >= 0);
      redraw();
    }
    return;
  }
  travelled += Math.hypot(x - before[0], y - before[1]);
  const other = [...pointers].find(([id]) => id !== event.pointerId);
  if (other) {
    const [ox, oy] = other[1];
    const factor = Math.hypot(x - ox, y - oy) / (Math.hypot(before[0] - ox, before[1] - oy) || 1);
    camera.zoom(factor, (x + ox) / 2, (y + oy) / 2);
  }
  // Two fingers move the picture by half of what each moves.
  camera.pan((x - before[0]) / pointers.size, (y - before[1]) / pointers.size);
  pointers.set(event.pointerId, [x, y]);
  redraw();
});

canvas.addEventListener("pointerleave", () => {
  hovered = -1;
  redraw();
});

for (const name of ["pointerup", "pointercancel"])
  canvas.addEventListener(name, (event) => {
    if (!pointers.delete(event.pointerId) || pointers.size) return;
    canvas.classList.remove("pressed");
    if (name === "pointerup" && travelled < 5) pick(unitAt(event.clientX, event.clientY));
  });

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const pixels = event.deltaY * (event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1);
  camera.zoom(Math.exp(-clamp(pixels, -300, 300) * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY);
  redraw();
}, { passive: false });
