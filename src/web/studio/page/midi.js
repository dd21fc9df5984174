/* MIDI: controllers that move the page's controls, and outputs for clock and notes. */

import { byId, make as makeElement, setText, store, stored } from "./dom.js";
import { startClock, stopClock } from "./clock.js";
import { sayError, tell } from "./say.js";
import { on } from "./store.js";

const LONG_PRESS_MS = 600;

let access = null;
let learning = null; // The control that waits for a knob.
let learned = stored("studio-midi", {}); // From "cc:CHANNEL:NUMBER" or "note:CHANNEL:NUMBER" to the control's name.

const controlOf = (name) => document.querySelector(`[data-learn="${CSS.escape(name)}"]`);

async function open() {
  if (!navigator.requestMIDIAccess) return sayError("This browser has no WebMIDI. Chrome, Edge and Firefox have it, over HTTPS or on localhost.");
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    return sayError("The browser denies access to MIDI. Allow it for this page.");
  }
  access.addEventListener("statechange", showPorts);
  byId("midi-on").hidden = true;
  byId("midi-open").hidden = false;
  showPorts();
  return tell("MIDI is on");
}

function showPorts() {
  const inputs = [...access.inputs.values()];
  const outputs = [...access.outputs.values()];
  for (const input of inputs) input.onmidimessage = (event) => receive(event.data);
  setText(byId("midi-inputs"), inputs.map((input) => input.name).join(", ") || "none connected");
  const select = byId("midi-output");
  const chosen = select.value || stored("studio-midi-output", "");
  select.replaceChildren(new Option("None", ""), ...outputs.map((output) => new Option(output.name, output.id)));
  select.value = outputs.some((output) => output.id === chosen) ? chosen : "";
  useOutput();
}

function useOutput() {
  const output = access.outputs.get(byId("midi-output").value);
  stopClock();
  if (output) startClock(output, { sendsClock: () => byId("midi-clock").checked, sendsNotes: () => byId("midi-notes").checked });
  store("studio-midi-output", output?.id ?? "");
}

/* ---- controllers ---- */

/* Handles a message from a controller: [status, number, value]. */
export function receive([status, number, value]) {
  const channel = (status & 15) + 1;
  const kind = status >> 4;
  const isNote = kind === 9 && value > 0;
  if (kind !== 11 && !isNote) return;
  const key = `${isNote ? "note" : "cc"}:${channel}:${number}`;
  if (learning) return learn(key);
  const control = learned[key] && controlOf(learned[key]);
  if (control && !control.disabled) turn(control, value, isNote);
}

function turn(control, value, isNote) {
  if (control.matches("button")) {
    if (isNote || value >= 64) control.click();
    return;
  }
  const [low, high] = [Number(control.min), Number(control.max)];
  control.value = low + (value / 127) * (high - low);
  control.dispatchEvent(new Event("input", { bubbles: true }));
  rest(control);
}

const timers = new WeakMap();

/* A knob sends no end of a movement: it counts as at rest after a moment. */
function rest(control) {
  clearTimeout(timers.get(control));
  timers.set(control, setTimeout(() => control.dispatchEvent(new Event("change", { bubbles: true })), 150));
}

function learn(key) {
  const name = learning.dataset.learn;
  learned = { ...Object.fromEntries(Object.entries(learned).filter(([, other]) => other !== name)), [key]: name };
  store("studio-midi", learned);
  tell(`${nameOf(learning)} follows ${describe(key)}`);
  stopLearning();
  showLearned();
}

function describe(key) {
  const [kind, channel, number] = key.split(":");
  return `${kind === "cc" ? "controller" : "note"} ${number} of channel ${channel}`;
}

const nameOf = (control) => control.getAttribute("aria-label") || control.labels?.[0]?.textContent || control.textContent;

function startLearning(control) {
  if (!access) return sayError("Turn MIDI on first, in the section MIDI.");
  stopLearning();
  learning = control;
  control.classList.add("is-learning");
  tell(`Move a knob or strike a pad for ${nameOf(control)}, or press Escape`);
  return undefined;
}

function stopLearning() {
  learning?.classList.remove("is-learning");
  learning = null;
}

function showLearned() {
  const list = byId("midi-learned");
  const items = Object.entries(learned).map(([key, name]) => {
    const control = controlOf(name);
    const button = makeElement("button", { type: "button", className: "link", textContent: "Forget" });
    button.setAttribute("aria-label", `Forget ${describe(key)}`);
    button.addEventListener("click", () => {
      delete learned[key];
      store("studio-midi", learned);
      showLearned();
    });
    return makeElement("li", {}, `${describe(key)} → ${control ? nameOf(control) : name} `, button);
  });
  list.replaceChildren(...items);
}

/* ---- how to learn: right click, long press, or Shift+F10 ---- */

addEventListener("contextmenu", (event) => {
  const control = event.target.closest("[data-learn]");
  if (!control || !access) return;
  event.preventDefault();
  startLearning(control);
});

let press = 0;
addEventListener("pointerdown", (event) => {
  const control = event.target.closest?.("[data-learn]");
  clearTimeout(press);
  if (control && access && event.pointerType === "touch") press = setTimeout(() => startLearning(control), LONG_PRESS_MS);
});
for (const name of ["pointerup", "pointermove", "pointercancel"]) addEventListener(name, () => clearTimeout(press));
addEventListener("keydown", (event) => event.key === "Escape" && stopLearning());

byId("midi-on").addEventListener("click", open);
byId("midi-output").addEventListener("change", useOutput);
on("state", showLearned);
