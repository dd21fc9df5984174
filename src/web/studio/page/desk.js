/* The desk: level, mute, solo, filter and sends of each part. */

import { byId, make as makeElement } from "./dom.js";
import { makeFader } from "./fader.js";
import { make, motion } from "./moves.js";
import { canChange, hand, on } from "./store.js";
import { PARTS, capital, decibels, percent, signed } from "./words.js";

const FADERS = {
  level_db: { label: "Level", low: -60, high: 12, step: 0.5, neutral: 0, words: (value) => (value <= -60 ? "off" : decibels(value)) },
  filter: { label: "Filter", low: 0, high: 1, step: 0.01, neutral: 1, words: (value) => (value >= 1 ? "open" : percent(value)) },
  reverb: { label: "Reverb", low: -1, high: 1, step: 0.01, neutral: 0, words: signed },
  echo: { label: "Echo", low: -1, high: 1, step: 0.01, neutral: 0, words: signed },
  chorus: { label: "Chorus", low: -1, high: 1, step: 0.01, neutral: 0, words: signed },
};

const strips = PARTS.map(makeStrip);

function faderOf(part) {
  return { ...hand().desk.parts[PARTS.indexOf(part)] };
}

function makeStrip(part) {
  const send = motion();
  const faders = Object.entries(FADERS).map(([field, is]) => {
    const fader = makeFader({ ...is, id: `desk-${part}-${field}` }, {
      input: (value) => send({ move: "desk", part, fader: { ...faderOf(part), [field]: value } }),
    });
    fader.element.classList.add(field === "level_db" ? "level" : "send");
    fader.input.setAttribute("aria-label", `${capital(part)} ${is.label.toLowerCase()}`);
    return [field, fader];
  });
  const switches = ["mute", "solo"].map((field) => {
    const button = makeElement("button", { type: "button", className: `switch ${field} needs-operator`, id: `desk-${part}-${field}` });
    button.textContent = capital(field);
    button.setAttribute("aria-label", `${capital(field)} ${part}`);
    button.dataset.learn = button.id;
    button.addEventListener("click", () => {
      const fader = faderOf(part);
      make({ move: "desk", part, fader: { ...fader, [field]: !fader[field] } });
    });
    return [field, button];
  });
  const element = makeElement("section", { className: `strip ${part}`, "aria-label": capital(part) },
    makeElement("h3", { textContent: part }),
    faders[0][1].element,
    makeElement("div", { className: "switches" }, ...switches.map(([, button]) => button)),
    ...faders.slice(1).map(([, fader]) => fader.element));
  byId("strips").append(element);
  return { element, faders, switches };
}

on("hand", () => {
  const { desk } = hand();
  const isSolo = desk.parts.some((fader) => fader.solo);
  strips.forEach(({ element, faders, switches }, index) => {
    const at = desk.parts[index];
    for (const [field, fader] of faders) fader.show(at[field]);
    for (const [field, button] of switches) button.setAttribute("aria-pressed", at[field]);
    element.classList.toggle("is-silent", at.mute || (isSolo && !at.solo));
  });
});

byId("desk-reset").addEventListener("click", () => {
  const changed = PARTS.filter((part) => Object.entries(FADERS).some(([field, is]) => faderOf(part)[field] !== is.neutral) || faderOf(part).mute || faderOf(part).solo);
  const neutral = Object.fromEntries(Object.entries(FADERS).map(([field, is]) => [field, is.neutral]));
  for (const part of changed) make({ move: "desk", part, fader: { ...neutral, mute: false, solo: false } });
});
on("state", () => { byId("desk-reset").disabled = !canChange(); });
