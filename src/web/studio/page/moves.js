/* Sends moves; shows them at once and takes them back if the radio refuses. */

import { post, postMidi } from "./api.js";
import { debounce, release, throttle } from "./dom.js";
import { say, sayError } from "./say.js";
import { canChange, emit, expect, known, settle } from "./store.js";
import { fromBar, sentence } from "./words.js";

const EVERY_MS = 100; // For a control in motion: ten moves per second; the radio accepts fifty.

export const choice = { when: "bar" };

/* Set while moves are collected for a cue instead of going on air. */
let collect = null;
export const collectInto = (task) => { collect = task; };

/* The last moves of this browser, which come back as events: { isLike(move), until }. */
let own = [];

const REMEMBER_MS = 60_000;

/* Whether the move of an event is one of this browser; each counts once. */
export function isOwn(move) {
  const now = performance.now();
  own = own.filter(({ until }) => until > now);
  const found = own.find(({ isLike }) => isLike(move));
  own = own.filter((other) => other !== found);
  return Boolean(found);
}

const remember = (isLike) => own.push({ isLike, until: performance.now() + REMEMBER_MS });

/* The radio's moves for paths other than `moves`. */
const KINDS = {
  corner: (move) => move.key?.startsWith("pad"),
  anchors: (move) => move.key?.startsWith("anchors") || move.move === "tune",
  line: (move) => move.move === "line",
};

/* Makes a move; `isQuiet` for a control in motion, which announces its move when it rests. */
export async function make(move, { isQuiet = false, when = choice.when } = {}) {
  if (!canChange()) return sayError("A viewer may look but not change anything.");
  if (collect?.(move)) return null;
  const text = sentence(move, known.values);
  remember((other) => sentence(other, known.values) === text);
  expect(move);
  try {
    const { bar } = await post(`${known.station}/moves`, { ...move, when });
    settle(move, true);
    if (!isQuiet) say(`${text} ${fromBar(bar)}`, bar);
    return bar;
  } catch (error) {
    release();
    settle(move, false);
    sayError(error.message, error.status);
    return null;
  }
}

/* A sender for a control in motion: `move` is sent now and then, and announced when it rests. */
export function motion() {
  const send = throttle(EVERY_MS, (move) => make(move, { isQuiet: true }));
  const announce = debounce(600, (move) => say(`${sentence(move, known.values)} ${fromBar(null)}`));
  return (move) => {
    if (!canChange()) return;
    send(move);
    announce(move);
  };
}

/* Any other change: `path` within the station's API, and what it does in words. */
export async function change(path, body, text) {
  if (!canChange()) return sayError("A viewer may look but not change anything.");
  const isLike = KINDS[path.split(/[/?]/)[0]];
  if (isLike) remember(isLike);
  try {
    const isFile = body instanceof Blob;
    const receipt = await (isFile ? postMidi : post)(`${known.station}/${path}`, body);
    if (text) say(`${text} ${"bar" in receipt ? fromBar(receipt.bar) : ""}`.trim(), receipt.bar);
    emit("changed", path);
    return receipt;
  } catch (error) {
    sayError(error.message, error.status);
    return null;
  }
}
