/* The beat pad: the beat at each place, and the puck that selects it. */

import { look } from "./api.js";
import { byId, colour, debounce, fitted, onResize, oneAtATime, round, setText, throttle } from "./dom.js";
import { drawGrid, gridText } from "./grid.js";
import { make } from "./moves.js";
import { drawPath, followPointer, nudged, putAt } from "./plane.js";
import { later, sayError, tell } from "./say.js";
import { canChange, emit, hand, known, on } from "./store.js";
import { percent } from "./words.js";

const SIDE = 11; // Places per row of the heat map.
const WHILE_DRAGGING_MS = 400; // A place is heard at the next bar, so a low rate is enough.

const square = byId("pad");
const puck = byId("puck");

export const pad = { corners: [], heat: [], puck: [0.5, 0.5], place: [0.5, 0.5] }; // `place` is where the puck is shown.

let isMoving = false;
let isDrawing = false;
let sketch = null; // The path that is being drawn.
let beat = null;

export const loadPad = oneAtATime(async () => {
  const station = known.station;
  try {
    const loaded = await look(`${station}/pad`);
    if (station !== known.station) return;
    Object.assign(pad, loaded);
    follow(loaded.puck);
    emit("pad");
    draw();
    showBeat();
  } catch (error) {
    later(error, reload);
  }
});

/* Shows the place that is on air, unless the user holds the puck. */
function follow(at) {
  if (!at || isMoving) return;
  const by = hand().steering.beat;
  const to = (by.by === "at" ? [by.x, by.y] : at).map((value) => round(value));
  if (beat && String(to) === String(pad.place)) return;
  movePuck(to);
  showBeat();
}

function movePuck(to) {
  pad.place = to.map((value) => round(value));
  square.classList.toggle("is-moving", isMoving);
  putAt(puck, square, to);
  puck.setAttribute("aria-valuenow", Math.round(to[0] * 100));
  puck.setAttribute("aria-valuetext", `${percent(to[0])} from the left, ${percent(to[1])} from the top`);
}

const showBeat = oneAtATime(async () => {
  const [x, y] = pad.place;
  byId("beat-mid").href = `api/${known.station}/beat.mid?x=${x}&y=${y}`;
  byId("pad-mid").href = `api/${known.station}/pad.mid`;
  try {
    beat = (await look(`${known.station}/beat?x=${x}&y=${y}`)).grid;
    const canvas = byId("beat");
    drawGrid(canvas, beat);
    canvas.setAttribute("aria-label", `The beat at the puck: ${gridText(beat)}`);
  } catch (error) {
    later(error, showBeat);
  }
});

/* ---- the picture ---- */

function draw() {
  const fit = fitted(byId("heat"));
  if (!fit) return;
  const { context, width, height } = fit;
  const [least, most] = [Math.min(...pad.heat), Math.max(...pad.heat)];
  const [wide, high] = [width / SIDE, height / SIDE];
  context.fillStyle = colour("drums");
  pad.heat.forEach((heat, index) => {
    const share = (heat - least) / (most - least || 1);
    const [x, y] = [(index % SIDE) + 0.5, Math.floor(index / SIDE) + 0.5];
    context.globalAlpha = 0.12 + 0.6 * share;
    const size = Math.min(wide, high) * (0.22 + 0.6 * share);
    context.beginPath();
    context.roundRect(x * wide - size / 2, y * high - size / 2, size, size, size * 0.3);
    context.fill();
  });
  context.globalAlpha = 1;
  const { beat: by } = hand().steering;
  const path = sketch ?? (by.by === "path" ? by.points : null);
  if (path) drawPath(context, path.map(([x, y]) => [x * width, y * height]), "#ffffffe6");
}

function showMode() {
  const { beat: by } = hand().steering;
  for (const mode of ["walk", "at", "path"]) byId(`pad-${mode}`).setAttribute("aria-pressed", isDrawing ? mode === "path" : by.by === mode);
  square.classList.toggle("is-drawing", isDrawing);
  byId("pad-draw").hidden = !isDrawing;
  const words = { walk: "The puck walks by itself.", at: "The puck stays where it is.", path: `The puck follows a path of ${by.bars} bars${by.repeats ? ", over and over" : ""}.` };
  setText(byId("pad-mode"), isDrawing ? "Draw on the square, or move the puck with the arrow keys and add points." : words[by.by]);
  if (by.by === "at" && !isMoving) movePuck([by.x, by.y]);
  draw();
}

/* ---- moves ---- */

const sendPlace = ([x, y]) => make({ move: "beat", place: { by: "at", x, y } }, { isQuiet: isMoving });
const sendWhileDragging = throttle(WHILE_DRAGGING_MS, (to) => isMoving && sendPlace(to));
const sendAtRest = debounce(350, () => {
  isMoving = false;
  sendPlace(pad.place);
});

function sendPath(points) {
  isDrawing = false;
  sketch = null;
  if (points.length < 2) {
    sayError("A path needs two points or more.");
    return showMode();
  }
  const bars = Math.round(Number(byId("pad-bars").value)) || 8;
  make({ move: "beat", place: { by: "path", points, bars, repeats: byId("pad-loop").checked, from_bar: (known.onAir?.bar ?? 0) + 1 } });
  return showMode();
}

followPointer(square, {
  isOff: () => !canChange(),
  isDrawing: () => isDrawing,
  move: (to, isFinal) => {
    isMoving = !isFinal;
    movePuck(to);
    showBeat();
    puck.focus({ preventScroll: true });
    if (isFinal) sendPlace(to);
    else sendWhileDragging(to);
  },
  draw: (points, isFinal) => {
    sketch = points;
    movePuck(points.at(-1));
    if (isFinal) sendPath(points);
    else draw();
  },
});

puck.addEventListener("keydown", (event) => {
  if (!canChange()) return;
  if (isDrawing && event.key === "Enter") return addPoint();
  if (event.key === "Escape" && isDrawing) return stopDrawing();
  const to = nudged(event, pad.place);
  if (!to) return;
  movePuck(to);
  showBeat();
  if (isDrawing) return;
  isMoving = true;
  sendAtRest();
});

function addPoint() {
  sketch = [...(sketch ?? []), pad.place];
  draw();
  tell(`Point ${sketch.length}`);
}

function startDrawing() {
  isDrawing = true;
  sketch = null;
  showMode();
}

function stopDrawing() {
  isDrawing = false;
  sketch = null;
  showMode();
}

byId("pad-walk").addEventListener("click", () => {
  stopDrawing();
  make({ move: "beat", place: { by: "walk" } });
});
byId("pad-at").addEventListener("click", () => {
  stopDrawing();
  sendPlace(pad.place);
});
byId("pad-path").addEventListener("click", startDrawing);
byId("pad-add").addEventListener("click", addPoint);
byId("pad-send").addEventListener("click", () => sendPath(sketch ?? []));
byId("pad-cancel").addEventListener("click", stopDrawing);

/* ---- news ---- */

const reload = debounce(400, loadPad);
let corners = "";

on("hand", () => {
  showMode();
  const now = JSON.stringify(Object.entries(known.hand.overlay).filter(([key]) => key.startsWith("pad")));
  if (now !== corners) reload();
  corners = now;
});
on("changed", (path) => path.startsWith("corner") && reload());
let piece = null;

on("bar", (news) => {
  // An edit of radio.toml sends no `hand` event.
  if (piece !== null && news.piece !== piece) reload();
  piece = news.piece;
  follow(news.puck);
});
on("station", loadPad);
onResize(byId("heat"), draw);
onResize(byId("beat"), () => beat && drawGrid(byId("beat"), beat));
