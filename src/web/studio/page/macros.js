/* The theme's macros: a slider for each. */

import { byId, debounce, fill, make as makeElement } from "./dom.js";
import { makeFader } from "./fader.js";
import { make } from "./moves.js";
import { canChange, hand, known, on } from "./store.js";
import { capital, percent, titleOf, valueText } from "./words.js";

const REST_MS = 250; // Also between the strokes of an arrow key that is held: a drag is one move.

let faders = []; // { name, show(value) }

/* What a macro moves, and how far. */
function movesWords({ moves }) {
  return moves.map(({ key, from, to }) => `${titleOf(key, known.values)} ${valueText(from)} to ${valueText(to)}`).join(", ");
}

function makeMacro(macro) {
  const { name } = macro;
  const send = debounce(REST_MS, (value) => make({ move: "macro", name, value }));
  const is = { id: `macro-${name}`, label: capital(name), low: 0, high: 1, step: 0.01, words: (value) => (value === null ? "not moved" : percent(value)) };
  const fader = makeFader(is, { rest: send });
  fader.input.disabled = !canChange();
  const words = makeElement("p", { className: "quiet", id: `macro-${name}-moves`, textContent: movesWords(macro) });
  fader.input.setAttribute("aria-describedby", words.id);
  faders.push({ name, show: fader.show });
  return makeElement("div", { className: "macro" }, fader.element, words);
}

on("state", () => {
  const { station, macros } = known;
  const shape = macros.map(({ name, moves }) => [name, moves]);
  fill(byId("macros"), JSON.stringify([station, shape, canChange()]), () => {
    faders = [];
    return macros.map(makeMacro);
  });
  byId("macro-group").hidden = !macros.length;
});

on("hand", () => {
  const { macros } = hand();
  for (const { name, show } of faders) show(macros[name] ?? null);
});
