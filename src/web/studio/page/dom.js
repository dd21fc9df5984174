/* Small helpers for elements, numbers and the browser's storage. */

const HOLD_MS = 900;

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/* Changes the children only if `key` differs from that of the last call: focus stays where it is. */
export function fill(element, key, children) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...children());
}

export const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));

export const round = (value, step = 0.001) => Number((Math.round(value / step) * step).toFixed(6));

export function stored(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
}

export function store(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* Storage may be off in private windows. */ }
}

/* Calls `task` at most every `ms`, always with the newest arguments. */
export function throttle(ms, task) {
  let timer = 0;
  let newest = null;
  const run = () => {
    timer = 0;
    if (!newest) return;
    const given = newest;
    newest = null;
    timer = setTimeout(run, ms);
    task(...given);
  };
  return (...given) => {
    newest = given;
    if (!timer) run();
  };
}

/* Calls the asynchronous `task`, which never fails, one call at a time; afterwards with the newest
 * arguments of the calls meanwhile. */
export function oneAtATime(task) {
  let isBusy = false;
  let newest = null;
  return async (...given) => {
    newest = given;
    if (isBusy) return;
    isBusy = true;
    while (newest) {
      const now = newest;
      newest = null;
      await task(...now);
    }
    isBusy = false;
  };
}

/* Calls `task` once nothing has called for `ms`. */
export function debounce(ms, task) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => task(...given), ms);
  };
}

/* Fits the canvas to its size on the page; returns its context in CSS pixels, or none while hidden. */
export function fitted(canvas) {
  const scale = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width || !height) return null;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

export function onResize(element, task) {
  new ResizeObserver(task).observe(element);
}

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/* Marks a control that the user is moving, so that updates from the radio don't move it. */
const held = new Map(); // From the control to the timer after which it shows updates again.

export function hold(control) {
  clearTimeout(held.get(control));
  held.set(control, setTimeout(() => release([control]), HOLD_MS));
}

export function release(controls = [...held.keys()]) {
  for (const control of controls) {
    clearTimeout(held.get(control));
    held.delete(control);
  }
  document.dispatchEvent(new Event("studio-released"));
}

export const isHeld = (control) => held.has(control);
