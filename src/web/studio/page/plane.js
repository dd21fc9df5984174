/* A square in which a point is moved by pointer or keys, or a path is drawn. */

import { clamp, round } from "./dom.js";

const NEAR = 0.015; // Points of a path are at least this far apart.
const LONGEST = 64;

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/* The place of a pointer in `element`, from the top left. */
export function placeOf(event, element) {
  const box = element.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
}

/* Between the screen, 0 to 1 from the top left, and the map, -1 to 1 with y upwards. */
export const toMap = ([x, y]) => [round(2 * x - 1), round(1 - 2 * y)];
export const toScreen = ([x, y]) => [clamp((x + 1) / 2), clamp((1 - y) / 2)];

/* Where an arrow key moves `place`, or none if `event` is another key. */
export function nudged(event, [x, y]) {
  const way = KEYS[event.key];
  if (!way || event.ctrlKey || event.metaKey || event.altKey) return null;
  event.preventDefault();
  const step = event.shiftKey ? 0.1 : 0.02;
  return [round(clamp(x + way[0] * step)), round(clamp(y + way[1] * step))];
}

/* `does` has: isDrawing(), start(), move(place, isFinal), draw(points, isFinal); all in the square's own
 * coordinates, from the top left. */
export function followPointer(square, does) {
  let points = null;
  let isDown = false;

  square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("[data-own-pointer]") || does.isOff()) return;
    square.setPointerCapture(event.pointerId);
    event.preventDefault();
    isDown = true;
    const place = placeOf(event, square).map((value) => round(value));
    points = does.isDrawing() ? [place] : null;
    if (points) does.draw(points, false);
    else does.move(place, false);
  });
  square.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    const place = placeOf(event, square).map((value) => round(value));
    if (!points) return does.move(place, false);
    const [x, y] = points.at(-1);
    if (Math.hypot(place[0] - x, place[1] - y) < NEAR) return undefined;
    points.push(place);
    return does.draw(points, false);
  });
  const end = (event) => {
    if (!isDown) return;
    isDown = false;
    if (points) does.draw(thinned(points, LONGEST), true);
    else does.move(placeOf(event, square).map((value) => round(value)), true);
  };
  square.addEventListener("pointerup", end);
  square.addEventListener("pointercancel", end);
}

/* Puts `element` at a place of `square`, also when the square changes its size. By transform: the
 * browser then moves it without a new layout. */
const places = new Map(); // From the element to { square, place }.
const sizes = new ResizeObserver(() => {
  for (const [element, { square, place }] of places) {
    if (element.isConnected) putAt(element, square, place);
    else places.delete(element);
  }
});

export function putAt(element, square, place) {
  sizes.observe(square);
  places.set(element, { square, place });
  const [x, y] = [place[0] * square.clientWidth, place[1] * square.clientHeight];
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}

/* At most `most` of the points, evenly chosen, with both ends. */
export function thinned(points, most) {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))]);
}

/* Draws a path with its direction: a bright start, a dot at the end. */
export function drawPath(context, points, colour, isDashed = false) {
  if (points.length < 2) return;
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.lineCap = "round";
  if (isDashed) context.setLineDash([2, 6]);
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = colour;
  context.beginPath();
  context.arc(...points.at(-1), 4, 0, 7);
  context.fill();
  context.restore();
}
