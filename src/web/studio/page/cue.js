/* Cue: a private stream of what would be on air, for this browser alone. */

import { post } from "./api.js";
import { byId, debounce, setText } from "./dom.js";
import { choice, collectInto } from "./moves.js";
import { say, sayError, tell } from "./say.js";
import { canChange, expect, known, on, settle } from "./store.js";
import { fromBar, sentence } from "./words.js";

const audio = byId("cue-audio");
let moves = []; // The changes of the cue to what is on air.
let isCollecting = false;

const slotOf = (move) => `${move.move}:${move.key ?? move.part ?? move.name ?? ""}`;

function add(move) {
  moves = [...moves.filter((other) => slotOf(other) !== slotOf(move)), move];
  expect(move); // The controls show it.
  show();
  start();
}

/* Adds `move` to what the cue plays. */
export function listenTo(move) {
  if (!canChange()) return sayError("A viewer has no cue.");
  add(move);
  return undefined;
}

const start = debounce(300, async () => {
  if (!moves.length) return;
  setText(byId("cue-state"), "Preparing…");
  try {
    const { path } = await post(`${known.station}/cue`, { moves });
    audio.src = `${path.startsWith("/studio/") ? `../${path.slice(1)}` : path}`;
    await audio.play();
    setText(byId("cue-state"), "Only you hear this.");
  } catch (error) {
    setText(byId("cue-state"), "The cue doesn't play.");
    if (error.name !== "AbortError") sayError(error.status === undefined ? "The cue can't be played." : error.message, error.status);
  }
});

function silence() {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
}

function forget() {
  silence();
  for (const move of moves) settle(move, false);
  moves = [];
  setText(byId("cue-state"), "");
  show();
}

function show() {
  byId("cue-bar").hidden = !moves.length && !isCollecting;
  byId("cue-take").disabled = !moves.length;
  setText(byId("cue-words"), moves.map((move) => sentence(move, known.values)).join(" · ") || "Make moves: they are collected here and not on air.");
  byId("cue-collect").setAttribute("aria-pressed", isCollecting);
}

/* Adds a move that was made while moves are collected; false for one that concerns what is on air. */
function collect(move) {
  if (["undo", "redo"].includes(move.move)) return false;
  if (["jingle", "title"].includes(move.move)) sayError("A cue has no jingles and titles. Take or stop it first.");
  else add(move);
  return true;
}

function setCollecting(isOn) {
  isCollecting = isOn;
  collectInto(isOn ? collect : null);
  show();
}

byId("cue-collect").addEventListener("click", () => setCollecting(!isCollecting));
byId("cue-take").addEventListener("click", async () => {
  try {
    const { bar } = await post(`${known.station}/cue/take`, { when: choice.when });
    say(`Cue taken ${fromBar(bar)}`, bar);
    forget();
    setCollecting(false);
  } catch (error) {
    sayError(error.message, error.status);
  }
});
byId("cue-stop").addEventListener("click", async () => {
  forget();
  setCollecting(false);
  try {
    await post(`${known.station}/cue/stop`);
    tell("Cue stopped");
  } catch (error) {
    sayError(error.message, error.status);
  }
});
on("station", () => {
  forget();
  setCollecting(false);
});
