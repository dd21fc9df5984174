/* Values of radio.toml that are changed by hand. */

import { byId, debounce, isHeld, hold, make as makeElement, setText } from "./dom.js";
import { makeFader } from "./fader.js";
import { make } from "./moves.js";
import { tell } from "./say.js";
import { canChange, hand, known, on, valueOf } from "./store.js";
import { PARTS, capital, valueText } from "./words.js";

/* Shown at the top, in this order; the others are in groups that open. */
const FIRST = ["energy", "tempo", "key", "swing", "temperature"];

/* Finer than the radio proposes. */
const STEPS = { tempo: 1 };

const ROOTS = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const FLATS = ["C", "Db", "D", "D#", "E", "F", "Gb", "G", "G#", "A", "A#", "B"]; // The same roots by their other names.
const MODES = [
  "major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian", "harmonic minor", "melodic minor",
  "phrygian dominant", "lydian dominant", "major pentatonic", "minor pentatonic", "blues",
];

let controls = []; // { value, show(now), row }

const set = (key, value) => make({ move: "set", key, value });
const idOf = (key) => `value-${key.replaceAll(".", "-")}`;

/* A value changes in steps while an arrow key is held: only the last counts. */
const setterAtRest = () => debounce(250, set);

function makerOf({ key, value, range, choices }) {
  if (key === "key") return makeKey;
  if (typeof value === "boolean") return makeSwitch;
  if (choices?.length) return makeChoice;
  return range && (value === null || typeof value === "number") ? makeNumber : null;
}

/* `bass.gain_db` is "bass gain"; within the group of the bass, "Gain". */
function labelOf({ key, title }) {
  const [head, rest] = key.split(".");
  return capital(rest && title.startsWith(`${head} `) ? title.slice(head.length + 1) : title);
}

function makeRow(value) {
  const control = makerOf(value)(value);
  const reset = makeElement("button", { type: "button", className: "reset", title: "Back to radio.toml", "aria-label": `${capital(value.title)} back to radio.toml` });
  reset.textContent = "↺";
  reset.addEventListener("click", () => make({ move: "reset", key: value.key }));
  control.element.append(reset);
  controls.push({ value, reset, ...control });
  return control.element;
}

function makeNumber(value) {
  const [low, high] = value.range ?? [0, 1];
  const unit = value.unit ? ` ${value.unit}` : "";
  const is = { id: idOf(value.key), label: labelOf(value), low, high, step: STEPS[value.key] ?? value.step ?? "any", words: (now) => (now === null ? "default" : `${valueText(now)}${unit}`) };
  const setAtRest = setterAtRest();
  const fader = makeFader(is, { rest: (now) => setAtRest(value.key, now) });
  fader.input.setAttribute("aria-label", capital(value.title));
  return { element: fader.element, show: fader.show };
}

function makeChoice(value) {
  const select = makeElement("select", { id: idOf(value.key), className: "needs-operator" });
  select.append(...value.choices.map((choice) => new Option(valueText(choice), choice)));
  select.addEventListener("change", () => {
    hold(select);
    if (select.selectedIndex < value.choices.length) set(value.key, value.choices[select.selectedIndex]);
  });
  const label = makeElement("label", { className: "fader-label", htmlFor: select.id, textContent: labelOf(value) });
  const show = (now) => {
    if (isHeld(select)) return;
    const isUnknown = !value.choices.some((choice) => String(choice) === String(now));
    // The page lacks the default of an unset value.
    if (isUnknown && select.options.length === value.choices.length) select.append(new Option("default", "", false, false));
    select.value = isUnknown ? "" : now;
  };
  return { element: makeElement("div", { className: "fader choice" }, label, select), show };
}

/* A root and a mode. */
function makeKey(value) {
  const [root, mode] = [ROOTS, MODES].map((names, index) => {
    const select = makeElement("select", { id: index ? "value-mode" : idOf(value.key), className: "needs-operator" });
    select.setAttribute("aria-label", index ? "Mode" : "Root of the key");
    select.append(...names.map((name) => new Option(name, name)));
    select.addEventListener("change", () => {
      hold(select);
      set(value.key, `${root.value} ${mode.value}`);
    });
    return select;
  });
  const show = (now) => {
    if (isHeld(root) || isHeld(mode)) return;
    const [, name, rest] = /^(\S+) (.*)$/.exec(now) ?? [];
    [root.value, mode.value] = [ROOTS[FLATS.indexOf(name)] ?? name, rest];
  };
  const both = makeElement("div", { className: "pair" }, root, mode);
  return { element: makeElement("div", { className: "fader choice" }, makeElement("span", { className: "fader-label", textContent: "Key" }), both), show };
}

function makeSwitch(value) {
  const button = makeElement("button", { type: "button", id: idOf(value.key), className: "switch needs-operator", textContent: labelOf(value) });
  button.dataset.learn = button.id;
  button.addEventListener("click", () => set(value.key, button.getAttribute("aria-pressed") !== "true"));
  const show = (now) => button.setAttribute("aria-pressed", now);
  return { element: makeElement("div", { className: "fader choice" }, button), show };
}

function build() {
  controls = [];
  const values = known.values.filter(makerOf);
  const first = FIRST.map((key) => values.find((value) => value.key === key)).filter(Boolean);
  const others = values.filter((value) => !first.includes(value));
  const groups = Map.groupBy ? Map.groupBy(others, groupOf) : grouped(others);
  byId("values").replaceChildren(...first.map(makeRow));
  const order = ["Theme", ...PARTS.map(capital)];
  const placeOf = ([name]) => (order.includes(name) ? order.indexOf(name) : order.length);
  const sorted = [...groups].sort((a, b) => placeOf(a) - placeOf(b));
  byId("more-values").replaceChildren(...sorted.map(([name, members]) => makeGroup(name, members)));
}

function groupOf({ key }) {
  const [head, rest] = key.split(".");
  return rest && PARTS.includes(head) ? capital(head) : rest ? capital(head) : "Theme";
}

function grouped(values) {
  const groups = new Map();
  for (const value of values) groups.set(groupOf(value), [...(groups.get(groupOf(value)) ?? []), value]);
  return groups;
}

function makeGroup(name, members) {
  const summary = makeElement("summary", { textContent: name }, makeElement("span", { className: "count", textContent: "" }));
  return makeElement("details", { className: "group" }, summary, makeElement("div", { className: "rows" }, ...members.map(makeRow)));
}

function show() {
  const shown = hand();
  for (const { value, show: showValue, reset, element } of controls) {
    const isChanged = value.key in shown.overlay;
    showValue(valueOf(value, shown));
    element.classList.toggle("is-changed", isChanged);
    reset.hidden = !isChanged;
    reset.disabled = !canChange();
  }
  for (const group of document.querySelectorAll(".group")) {
    const changed = group.querySelectorAll(".is-changed").length;
    setText(group.querySelector(".count"), changed ? `${changed} changed` : "");
  }
}

/* ---- tempo by taps ---- */

let taps = [];
const setTempo = setterAtRest();

function tapTempo() {
  const now = performance.now();
  if (taps.length && now - taps.at(-1) > 2500) taps = [];
  taps = [...taps, now].slice(-8);
  if (taps.length < 4) return tell(`Tap ${4 - taps.length} more`);
  const tempo = Math.round(60000 / ((taps.at(-1) - taps[0]) / (taps.length - 1)));
  const [low, high] = known.values.find(({ key }) => key === "tempo")?.range ?? [30, 300];
  return setTempo("tempo", Math.min(high, Math.max(low, tempo)));
}

byId("tap-tempo").addEventListener("click", tapTempo);

let built = "";

on("state", () => {
  const shape = JSON.stringify([known.station, known.values.map(({ key, range, choices, title }) => [key, range, choices, title])]);
  if (shape !== built) build();
  else for (const control of controls) control.value = known.values.find(({ key }) => key === control.value.key) ?? control.value;
  built = shape;
});
on("hand", show);
