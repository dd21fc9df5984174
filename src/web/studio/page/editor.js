/* The dialog in which a corner of the pad is changed. */

import { bars, loadBars } from "./air.js";
import { byId, fill, make as makeElement, setText } from "./dom.js";
import { emptyGrid } from "./grid.js";
import { kitTime, strike } from "./kit.js";
import { change } from "./moves.js";
import { tell } from "./say.js";
import { canChange, known } from "./store.js";
import { CORNERS } from "./words.js";

const TEN_MINUTES = 600;
const TAP_KEYS = "ASDFGHJKL"; // One for each drum, the kick first.

const dialog = byId("editor");
const table = byId("editor-grid");

let corner = 0;
let grid = null;
let loop = null; // { start, timer, next }: the beat that is played here, in the kit's seconds.

export function openEditor(index, held) {
  if (!held) return;
  corner = index;
  setText(byId("editor-title"), `Corner ${CORNERS[index]}`);
  setText(byId("editor-name"), `Now: ${held.name}`);
  for (const control of dialog.querySelectorAll(".needs-operator")) control.disabled = !canChange();
  showAnchor(held.name);
  setGrid(structuredClone(held.grid));
  dialog.showModal();
  loadBars().then(showBars);
}

function showAnchor(name) {
  const [style, number] = name.split(":");
  const isStyle = [...byId("editor-style").options].some((option) => option.value === style);
  if (isStyle) byId("editor-style").value = style;
  byId("editor-number").value = Number(number) + 1 || 0;
}

/* The bars of the last ten minutes, the newest first. */
function showBars() {
  const { bar: newest = 0, tempo_bpm: tempo } = known.onAir ?? {};
  const seconds = 240 / (tempo || 120);
  const count = Math.min(newest + 1, Math.floor(TEN_MINUTES / seconds));
  const numbers = Array.from({ length: count }, (_, back) => newest - back);
  const label = (number) => {
    const back = Math.round((newest - number) * seconds);
    const ago = `${Math.floor(back / 60)}:${String(back % 60).padStart(2, "0")} ago`;
    return [`Bar ${number}`, ago, bars.get(number)?.section, bars.get(number)?.title].filter(Boolean).join(", ");
  };
  fill(byId("editor-bar"), `${known.station}${newest}`, () => numbers.map((number) => new Option(label(number), number)));
}

/* ---- the cells ---- */

function setGrid(to) {
  grid = to;
  table.style.setProperty("--steps", grid.steps);
  table.replaceChildren(...grid.rows.map((_, row) => makeRow(row)).reverse());
  table.querySelector("button").tabIndex = 0;
  taps.forEach((button, row) => setText(button.firstChild, grid.rows[row]?.[0] ?? ""));
}

function makeRow(row) {
  const [name, steps] = grid.rows[row];
  const head = makeElement("span", { className: "drum", role: "rowheader", textContent: name });
  const cells = Array.from({ length: grid.steps }, (_, step) => {
    const button = makeElement("button", { type: "button", tabIndex: -1, "aria-pressed": steps.includes(step), "aria-label": `${name}, step ${step + 1}` });
    Object.assign(button.dataset, { row, step });
    return makeElement("span", { role: "gridcell", className: step % 4 ? "" : "is-beat" }, button);
  });
  return makeElement("div", { role: "row" }, head, ...cells);
}

const cellAt = (row, step) => table.querySelector(`[data-row="${row}"][data-step="${step}"]`);

function put(row, step, isOn) {
  const [name, steps] = grid.rows[row];
  grid.rows[row] = [name, isOn ? [...new Set([...steps, step])].sort((a, b) => a - b) : steps.filter((other) => other !== step)];
  cellAt(row, step).setAttribute("aria-pressed", isOn);
}

/* Dragging paints: every cell becomes what the first became. */
let paint = null;

table.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("button");
  if (!cell || !canChange()) return;
  paint = cell.getAttribute("aria-pressed") !== "true";
  paintCell(cell);
  event.preventDefault();
  focusCell(cell);
});
table.addEventListener("pointermove", (event) => {
  if (paint === null) return;
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("#editor-grid button");
  if (cell) paintCell(cell);
});
addEventListener("pointerup", () => { paint = null; });

function paintCell(cell) {
  if ((cell.getAttribute("aria-pressed") === "true") === paint) return;
  put(Number(cell.dataset.row), Number(cell.dataset.step), paint);
  if (paint && !loop) strike(grid.rows[cell.dataset.row][0]);
}

function focusCell(cell) {
  table.querySelector('[tabindex="0"]')?.setAttribute("tabindex", -1);
  cell.tabIndex = 0;
  cell.focus();
}

table.addEventListener("keydown", (event) => {
  const cell = event.target.closest("button");
  if (!cell) return;
  const [row, step] = [Number(cell.dataset.row), Number(cell.dataset.step)];
  const ways = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const way = ways[event.key];
  const to = way ? cellAt(row + way[0], step + way[1]) : { Home: cellAt(row, 0), End: cellAt(row, grid.steps - 1) }[event.key];
  if (to) focusCell(to);
  else if ((event.key === " " || event.key === "Enter") && canChange()) put(row, step, cell.getAttribute("aria-pressed") !== "true");
  else return;
  event.preventDefault();
});

/* ---- playing and tapping ---- */

const stepSeconds = () => 15 / (known.onAir?.tempo_bpm || 120);

function play() {
  if (loop) return stopLoop();
  loop = { start: kitTime() + 0.05, next: 0, timer: setInterval(playAhead, 60) };
  byId("editor-play").setAttribute("aria-pressed", true);
  return playAhead();
}

function stopLoop() {
  clearInterval(loop?.timer);
  loop = null;
  byId("editor-play").setAttribute("aria-pressed", false);
}

function playAhead() {
  while (loop.start + loop.next * stepSeconds() < kitTime() + 0.15) {
    const step = loop.next % grid.steps;
    for (const [name, steps] of grid.rows) if (steps.includes(step)) strike(name, loop.start + loop.next * stepSeconds());
    loop.next += 1;
  }
}

/* Sounds a drum; while the loop plays, the hit is set at the nearest step. */
function tap(row) {
  if (row >= grid.rows.length) return;
  strike(grid.rows[row][0]);
  if (!loop || !canChange()) return;
  const step = Math.round((kitTime() - loop.start) / stepSeconds());
  put(row, ((step % grid.steps) + grid.steps) % grid.steps, true);
}

const taps = [...TAP_KEYS].map((key, row) => {
  const button = makeElement("button", { type: "button", className: "tap" });
  button.addEventListener("pointerdown", () => tap(row));
  button.addEventListener("click", (event) => event.detail === 0 && tap(row));
  button.append(makeElement("span"), makeElement("kbd", { textContent: key, "aria-hidden": "true" }));
  return button;
});
byId("editor-taps").append(...taps);

dialog.addEventListener("keydown", (event) => {
  const row = TAP_KEYS.indexOf(event.key.toUpperCase());
  if (row < 0 || event.repeat || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
  event.preventDefault();
  tap(row);
});

/* ---- what the corner becomes ---- */

async function use(body, text) {
  stopLoop();
  dialog.close();
  return change(`corner/${corner}`, body, `Corner ${CORNERS[corner]}: ${text}`);
}

byId("editor-pattern").addEventListener("click", () => {
  const anchor = `${byId("editor-style").value}:${Math.max(0, Math.round(Number(byId("editor-number").value) || 0))}`;
  use({ anchor }, anchor);
});
byId("editor-dream").addEventListener("click", () => use({ dream: true }, "a dream"));
byId("editor-use-bar").addEventListener("click", () => {
  const bar = Number(byId("editor-bar").value);
  if (byId("editor-bar").value) use({ bar }, `the beat of bar ${bar}`);
});
byId("editor-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) use(file, file.name);
  event.target.value = "";
});
byId("editor-use").addEventListener("click", () => use({ grid }, "the edited beat"));
byId("editor-clear").addEventListener("click", () => {
  setGrid(emptyGrid(grid));
  tell("Cells cleared");
});
for (const [id, way] of [["editor-earlier", -1], ["editor-later", 1]]) {
  byId(id).addEventListener("click", () => byId("editor-scroll").scrollBy({ left: way * 200 }));
}
byId("editor-play").addEventListener("click", play);
byId("editor-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  stopLoop();
  byId(`corner-${corner}`).focus();
});
