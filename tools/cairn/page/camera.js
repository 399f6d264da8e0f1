// Which part of the plane is seen: (x, y) is in the middle of the free part of the canvas.

const kScaleMin = 0.005, kScaleMax = 4;
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

class Camera {
  x = 0;
  y = 0;
  scale = 1;
  width = 1;
  height = 1;
  inset = 0;  // columns of pixels at the right that something covers

  get centre() {
    return [(this.width - this.inset) / 2, this.height / 2];
  }
  toPlane(px, py) {
    const [cx, cy] = this.centre;
    return [this.x + (px - cx) / this.scale, this.y + (py - cy) / this.scale];
  }
  toScreen(x, y) {
    const [cx, cy] = this.centre;
    return [cx + (x - this.x) * this.scale, cy + (y - this.y) * this.scale];
  }
  // What of the plane is on the canvas.
  get bounds() {
    const [left, top] = this.toPlane(0, 0), [right, bottom] = this.toPlane(this.width, this.height);
    return { left, top, right, bottom };
  }
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }
  // What is at the pixel stays there.
  zoom(factor, px, py) {
    const [x, y] = this.toPlane(px, py);
    this.scale = clamp(this.scale * factor, kScaleMin, kScaleMax);
    const [cx, cy] = this.centre;
    this.x = x - (px - cx) / this.scale;
    this.y = y - (py - cy) / this.scale;
  }
  // The whole of it, but cards of at most their own size.
  fitting({ left, top, right, bottom }) {
    const margin = 60;
    const scale = Math.min((this.width - this.inset - margin) / (right - left), (this.height - 2 * margin) / (bottom - top), 1);
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale: clamp(scale, kScaleMin, kScaleMax) };
  }
  // Nothing moves on the screen.
  cover(inset) {
    const before = this.centre[0];
    this.inset = inset;
    this.x += (this.centre[0] - before) / this.scale;
  }
  set({ x, y, scale = this.scale }) {
    Object.assign(this, { x, y, scale });
  }
}

// One motion at a time; a new one takes the place of one that has not ended. `step` gets 0 to 1.
const motion = {
  running: 0,
  start(step, done) {
    cancelAnimationFrame(this.running);
    if (calm.matches) {
      step(1);
      done();
      return;
    }
    const begin = performance.now(), length = 260;
    const frame = (now) => {
      const part = clamp((now - begin) / length, 0, 1);
      step(1 - (1 - part) ** 3);
      if (part < 1) this.running = requestAnimationFrame(frame);
      else done();
    };
    this.running = requestAnimationFrame(frame);
  },
};
