/* The map of bass and lead: anchors, the walk, the path ahead, and the sound of a place. */

import { look } from "./api.js";
import { listenTo } from "./cue.js";
import { byId, colour, debounce, fill, fitted, onResize, oneAtATime, round, setText } from "./dom.js";
import { makeAnchor, removeAnchor } from "./anchors.js";
import { acceptFiles } from "./files.js";
import { drawTune, tuneText } from "./grid.js";
import { change } from "./moves.js";
import { drawPath, followPointer, nudged, placeOf, putAt, thinned, toMap, toScreen } from "./plane.js";
import { later, sayError, tell } from "./say.js";
import { canChange, hand, known, on } from "./store.js";
import { capital, signed } from "./words.js";

const square = byId("map");
const target = byId("target");
const tunes = new Map(); // By rounded place.
const MOST_TUNES = 200;

let map = null;
let place = [0, 0]; // The chosen place, as the radio counts: -1 to 1, y upwards.
let tune = null;
let isDrawing = false;
let sketch = null;

export const loadMap = oneAtATime(async () => {
  const station = known.station;
  try {
    const loaded = await look(`${station}/map`);
    if (station !== known.station) return;
    const isFirst = !map;
    map = loaded;
    tunes.clear();
    if (isFirst) choose(map.here);
    show();
  } catch (error) {
    later(error, reload);
  }
});

/* ---- the picture ---- */

function show() {
  if (!map) return;
  setText(byId("map-x"), `${map.axes.x} →`);
  setText(byId("map-y"), `${map.axes.y} →`);
  fill(byId("anchors"), JSON.stringify([map.anchors, canChange()]), () => map.anchors.map((_, index) => makeAnchor(map, square, index, choose)));
  put(byId("here"), map.here);
  showMode();
  draw();
}

function draw() {
  const fit = fitted(byId("plane"));
  if (!fit || !map) return;
  const { context, width, height } = fit;
  const onScreen = (points) => points.map(toScreen).map(([x, y]) => [x * width, y * height]);
  context.fillStyle = "#ffffff12";
  for (let column = 1; column < 10; column += 1) {
    for (let row = 1; row < 10; row += 1) context.fillRect((column / 10) * width - 1, (row / 10) * height - 1, 2, 2);
  }
  if (map.path?.length) drawPath(context, onScreen(map.path), colour("lead"));
  if (map.ahead?.length) drawPath(context, onScreen([map.here, ...map.ahead]), colour("bass"), true);
  if (sketch) drawPath(context, onScreen(sketch), "#ffffffe6");
}

const put = (element, place) => putAt(element, square, toScreen(place));

function showMode() {
  const { line } = hand().steering;
  byId("map-walk").setAttribute("aria-pressed", line.by === "walk" && !isDrawing);
  byId("map-way").setAttribute("aria-pressed", isDrawing || line.by === "path");
  byId("map-stay").setAttribute("aria-pressed", line.by === "at" && !isDrawing);
  byId("map-draw").hidden = !isDrawing;
  square.classList.toggle("is-drawing", isDrawing);
  const words = { walk: "The walk chooses the way.", at: "Bass and lead stay at a place.", path: "Bass and lead follow a way." };
  setText(byId("map-mode"), isDrawing ? "Draw a way on the map, or move the cross with the arrow keys and add points." : words[line.by]);
}

/* ---- the chosen place ---- */

/* The anchor there, if any. */
const anchorHere = () => map?.anchors.findIndex(({ x, y }) => Math.hypot(x - place[0], y - place[1]) < 0.04) ?? -1;

const placeText = ([x, y]) => (map ? `${map.axes.x} ${signed(x)}, ${map.axes.y} ${signed(y)}` : "");

function choose(to) {
  place = to.map((value) => round(value));
  put(target, place);
  target.setAttribute("aria-valuenow", Math.round(place[0] * 100));
  target.setAttribute("aria-valuetext", placeText(place));
  byId("map-remove").disabled = !canChange() || anchorHere() < 0;
  showTune(place);
}

const showTune = oneAtATime(async ([x, y]) => {
  const key = `${known.station}/tune?x=${round(x, 0.01)}&y=${round(y, 0.01)}`;
  try {
    if (!tunes.has(key)) tunes.set(key, await look(key));
    if (tunes.size > MOST_TUNES) tunes.delete(tunes.keys().next().value);
    tune = tunes.get(key);
    drawTune(byId("tune"), tune);
    byId("tune").setAttribute("aria-label", `Piano roll: ${tuneText(tune)}`);
    setText(byId("tune-place"), capital(placeText([x, y])));
  } catch (error) {
    later(error, () => showTune(place));
  }
});

followPointer(square, {
  isOff: () => false,
  isDrawing: () => isDrawing && canChange(),
  move: (to) => {
    choose(toMap(to));
    target.focus({ preventScroll: true });
  },
  draw: (points, isFinal) => {
    sketch = points.map(toMap);
    choose(sketch.at(-1));
    if (isFinal) sendWay(sketch);
    else draw();
  },
});
square.addEventListener("pointermove", (event) => {
  if (event.pointerType === "mouse" && !event.buttons) showTune(toMap(placeOf(event, square)));
});
square.addEventListener("pointerleave", () => showTune(place));
target.addEventListener("keydown", (event) => {
  if (isDrawing && event.key === "Enter") return addPoint();
  if (isDrawing && event.key === "Escape") return stopDrawing();
  const to = nudged(event, toScreen(place));
  if (to) choose(toMap(to));
});

/* ---- moves ---- */

function addPoint() {
  sketch = [...(sketch ?? [map.here]), place];
  draw();
  tell(`Point ${sketch.length}`);
}

function stopDrawing() {
  isDrawing = false;
  sketch = null;
  showMode();
  draw();
}

const barsOf = (id) => Math.min(512, Math.max(1, Math.round(Number(byId(id).value)) || 8));

function sendWay(points) {
  stopDrawing();
  if (points.length < 2) return sayError("A way needs two points or more.");
  return go({ path: thinned(points, 64), bars: barsOf("map-bars") }, `Bass and lead along a way of ${barsOf("map-bars")} bars`);
}

async function go(body, text) {
  await change("line", body, text);
  reload();
}

byId("map-walk").addEventListener("click", () => {
  stopDrawing();
  go({ place: "walk" }, "Bass and lead back to the walk");
});
byId("map-stay").addEventListener("click", () => {
  stopDrawing();
  go({ at: { x: map.here[0], y: map.here[1] } }, "Bass and lead stay here");
});
byId("map-way").addEventListener("click", () => {
  isDrawing = true;
  sketch = null;
  showMode();
});
byId("map-add-point").addEventListener("click", addPoint);
byId("map-send").addEventListener("click", () => sendWay(sketch ?? []));
byId("map-cancel").addEventListener("click", stopDrawing);
byId("map-go").addEventListener("click", () => go({ at: { x: place[0], y: place[1] }, when: "section" }, "Bass and lead go there by the next section"));
byId("map-go-slowly").addEventListener("click", () => go({ path: [map.here, place], bars: barsOf("map-bars") }, `Bass and lead go there in ${barsOf("map-bars")} bars`));
byId("map-add").addEventListener("click", () => change("anchors", { add: { x: place[0], y: place[1] } }, "Anchor added"));
byId("map-remove").addEventListener("click", () => {
  const index = anchorHere();
  if (index < 0) return;
  target.focus();
  removeAnchor(map, index);
});
byId("map-cue").addEventListener("click", () => listenTo({ move: "line", place: { by: "at", x: place[0], y: place[1] } }));

const useFile = (file) => change(`anchors?transition_bars=${barsOf("map-bars")}`, file, `Bass and lead go to ${file.name} in ${barsOf("map-bars")} bars`);
acceptFiles(square, useFile);
byId("map-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) useFile(file);
  event.target.value = "";
});

/* ---- news ---- */

const reload = debounce(400, loadMap);
let last = "";

on("hand", () => {
  const now = JSON.stringify([known.hand.steering.line, known.hand.overlay.anchors]);
  if (now !== last && map) reload();
  last = now;
  showMode();
});
on("changed", (path) => /^(anchors|line)/.test(path) && reload());
const BARS_A_PHRASE = 4;
let piece = null;

/* Bass and lead move from phrase to phrase, unless they stay at a place. */
on("bar", (news) => {
  const isOther = piece !== null && piece !== news.piece;
  piece = news.piece;
  const isMoved = news.bar % BARS_A_PHRASE === 0 && hand().steering.line.by !== "at";
  if (map && (isMoved || isOther)) reload();
});
on("station", () => {
  map = null;
  loadMap();
});
onResize(byId("plane"), draw);
onResize(byId("tune"), () => drawTune(byId("tune"), tune));
