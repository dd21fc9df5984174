/* The page's state of the station, and the listeners for changes. */

import { PARTS, NEUTRAL } from "./words.js";

const channel = new EventTarget();

export const on = (name, task) => channel.addEventListener(name, (event) => task(event.detail));
export const emit = (name, detail) => channel.dispatchEvent(new CustomEvent(name, { detail }));

export const known = {
  station: null,
  role: "viewer",
  stations: [],
  onAir: null,
  lag: 0,
  values: [],
  playlists: [],
  macros: [],
  tools: [],
  counts: { undo: 0, redo: 0 },
  hand: { overlay: {}, macros: {}, steering: emptySteering(), desk: neutralDesk() }, // As the radio has it.
};

export const canChange = () => known.role === "operator";

function emptySteering() {
  return { beat: { by: "walk" }, line: { by: "walk" }, hold: false };
}

function neutralDesk() {
  return { parts: PARTS.map(() => ({ ...NEUTRAL })) };
}

/* Moves that are sent but not answered, by what they change. */
const pending = new Map();

const slotOf = (move) => `${move.move}:${move.key ?? move.part ?? move.name ?? ""}`;

/* What is shown: the radio's state with the pending moves on top. */
export function hand() {
  const shown = structuredClone(known.hand);
  for (const move of pending.values()) apply(shown, move);
  return shown;
}

function apply(to, move) {
  if (move.move === "set") to.overlay[move.key] = move.value;
  if (move.move === "reset" && move.key) delete to.overlay[move.key];
  if (move.move === "reset" && !move.key) Object.assign(to, { overlay: {}, macros: {} });
  if (move.move === "macro") to.macros[move.name] = move.value;
  if (move.move === "beat") to.steering.beat = move.place;
  if (move.move === "line") to.steering.line = move.place;
  if (move.move === "hold") to.steering.hold = move.on;
  if (move.move === "desk") to.desk.parts[PARTS.indexOf(move.part)] = move.fader;
}

export function expect(move) {
  pending.set(slotOf(move), move);
  emit("hand");
}

/* The radio has accepted or refused the move. */
export function settle(move, isAccepted) {
  if (isAccepted) apply(known.hand, move);
  if (pending.get(slotOf(move)) === move) pending.delete(slotOf(move));
  emit("hand");
}

export function learnHand(news) {
  known.hand = {
    overlay: { ...news.overlay },
    macros: { ...news.macro_values },
    steering: { ...emptySteering(), ...news.steering },
    desk: { parts: PARTS.map((_, index) => ({ ...NEUTRAL, ...news.desk?.parts?.[index] })) },
  };
  known.counts = { undo: news.n_undo ?? known.counts.undo, redo: news.n_redo ?? known.counts.redo };
  emit("hand");
}

export function learnState(state) {
  Object.assign(known, {
    station: state.station,
    role: state.role,
    stations: state.stations,
    onAir: state.on_air,
    lag: state.lag_seconds,
    values: state.values ?? [],
    playlists: state.playlists ?? [],
    macros: state.macros ?? [],
    tools: state.tools ?? [],
  });
  pending.clear();
  emit("state");
  learnHand(state);
}

/* The value of a key now: changed by hand, or radio.toml's. */
export function valueOf(value, shown = hand()) {
  return shown.overlay[value.key] ?? value.value;
}
