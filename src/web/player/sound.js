/* Plays the selected station: connects, reconnects, pauses, and fades out. */

import { leave, loadBars, shownStation, streamOf } from "./radio.js";

const STALL_MS = 6000; // Without progress for this long, the connection counts as lost.
const MAX_BACKOFF_MS = 15000;
const FADE_MS = 20000; // How long the sleep timer fades out.

export const audio = document.getElementById("audio");

let wanted = false; // Whether the selected station should play.
let moment = null; // A moment of the past that plays instead: { url, title, piece }.
let attempts = 0;
let retry = 0;
let progress = { time: 0, at: 0 }; // The last change of audio.currentTime.
let volume = 0.8;
let sleepAt = null; // Date.now() at which the sound ends.
let onChange = () => {};

export const isWanted = () => wanted;
export const momentNow = () => moment;

/* Calls `listener(text)` with each new state. */
export function whenChanged(listener) {
  onChange = listener;
}

export function play() {
  wanted = true;
  moment = null;
  attempts = 0;
  connect();
}

export function pause(text = "Paused") {
  wanted = false;
  moment = null;
  sleepAt = null;
  clearTimeout(retry);
  // Disconnects: a paused live stream would keep filling memory. Playing again starts at the edge.
  audio.removeAttribute("src");
  audio.load();
  leave();
  onChange(text);
}

/* Plays a moment of the past, { url, title, piece }, and then what is on air. */
export function playMoment(past) {
  clearTimeout(retry);
  wanted = true;
  moment = past;
  leave();
  start(past.url, "Loading the moment…");
}

function connect() {
  clearTimeout(retry);
  const station = shownStation();
  if (!station || !wanted) return;
  // A new URL each time: browsers cache what a broken connection returned.
  start(`${streamOf(station)}?t=${Date.now().toString(36)}`, attempts ? "Reconnecting…" : "Connecting…");
  loadBars(true).catch(() => {});
}

function start(url, text) {
  progress = { time: 0, at: performance.now() };
  audio.src = url;
  applyVolume();
  onChange(text);
  audio.play().catch((error) => {
    if (error.name === "NotAllowedError") pause("Press play");
  });
}

function reconnect() {
  if (!wanted) return;
  if (moment !== null) return play();
  clearTimeout(retry);
  leave();
  const wait = Math.min(MAX_BACKOFF_MS, 500 * 2 ** attempts) * (0.75 + Math.random() / 2);
  attempts += 1;
  onChange("Reconnecting…");
  retry = setTimeout(connect, wait);
  progress.at = performance.now() + wait;
}

function watchSound() {
  if (!wanted) return;
  const now = performance.now();
  if (audio.currentTime !== progress.time) {
    progress = { time: audio.currentTime, at: now };
  } else if (now - progress.at > STALL_MS) {
    reconnect();
  }
}

audio.addEventListener("playing", () => {
  attempts = 0;
  onChange(moment === null ? "On air" : "A moment of the past");
});
audio.addEventListener("waiting", () => wanted && onChange("Buffering…"));
audio.addEventListener("ended", reconnect);
audio.addEventListener("error", () => audio.hasAttribute("src") && reconnect());
addEventListener("online", () => wanted && audio.paused && reconnect());

/* ---- volume and sleep ---- */

/* `share` is 0 to 1. */
export function setVolume(share) {
  volume = share;
  applyVolume();
}

export const volumeNow = () => volume;

/* Ends the sound after `minutes`; 0 turns the timer off. */
export function sleepIn(minutes) {
  sleepAt = minutes ? Date.now() + minutes * 60000 : null;
  applyVolume();
}

/* Milliseconds until the sound ends; null without a timer. */
export const sleepLeft = () => (sleepAt === null ? null : Math.max(0, sleepAt - Date.now()));

function applyVolume() {
  const left = sleepLeft();
  // Squared: loudness is perceived by ratios.
  const fade = left === null ? 1 : Math.min(1, left / FADE_MS) ** 2;
  audio.volume = volume * fade;
}

setInterval(() => {
  watchSound();
  if (sleepAt === null) return;
  applyVolume();
  if (wanted && sleepLeft() === 0) {
    pause("Good night");
    applyVolume();
  }
}, 500);
