/* The station's sound, its bars, and which second of it is heard now.
 *
 * A stream starts `burst_seconds` behind the live edge, so that second
 * `rendered_seconds - burst_seconds + audio.currentTime` of the station's sound is heard. */

import { get, outside } from "./api.js";
import { byId } from "./dom.js";
import { emit, known, on } from "./store.js";

const BARS_EVERY_MS = 2000;
const KEEP_BARS = 400; // Ten minutes and more.
const STALL_MS = 6000; // Without progress for this long, the connection counts as lost.

const audio = byId("audio");
export const bars = new Map();

let wanted = false;
let anchor = null; // The station's second at audio.currentTime 0.
let clock = null; // { second, at }: the station's second at performance.now() === at.
let edge = 0;
let progress = { time: 0, at: 0 };
let retry = 0;
let watchers = 0; // Others that need the bars, such as the MIDI clock.

export const isPlaying = () => wanted;

export function watchBars(isOn) {
  watchers += isOn ? 1 : -1;
  if (isOn) loadBars();
}

/* The second of the station's sound that is heard now; without sound, that of a new listener. */
export function secondNow() {
  return clock ? clock.second + (performance.now() - clock.at) / 1000 : 0;
}

export function barAt(second) {
  let found = null;
  for (const bar of bars.values()) {
    if (bar.start_second <= second && (!found || bar.start_second > found.start_second)) found = bar;
  }
  return found;
}

export async function toggle() {
  if (wanted) return stop();
  wanted = true;
  emit("playing");
  return connect();
}

export function stop() {
  wanted = false;
  clearTimeout(retry);
  // Disconnects: a paused live stream would keep filling memory.
  audio.removeAttribute("src");
  audio.load();
  anchor = null;
  emit("playing");
}

async function connect() {
  clearTimeout(retry);
  progress = { time: 0, at: performance.now() };
  anchor = null;
  try {
    const stations = await outside("../api/stations");
    const path = stations.find((station) => station.station === known.station)?.path ?? `/${known.station}.mp3`;
    if (!wanted) return;
    audio.src = `..${path}?t=${Date.now().toString(36)}`;
    await Promise.all([audio.play(), loadBars()]);
  } catch (error) {
    if (error.name === "NotAllowedError") stop();
    else if (wanted) retry = setTimeout(connect, 2000);
  }
}

function watchSound() {
  if (!wanted) return;
  const now = performance.now();
  if (audio.currentTime !== progress.time) progress = { time: audio.currentTime, at: now };
  else if (now - progress.at > STALL_MS) connect();
  follow();
}

/* Adjusts the clock to the sound: slowly for small differences, since currentTime moves in steps. */
function follow() {
  if (anchor === null || audio.currentTime === 0) return;
  const heard = anchor + audio.currentTime;
  const now = secondNow();
  const isFar = Math.abs(heard - now) > 0.3;
  clock = { second: isFar ? heard : now + (heard - now) * 0.15, at: performance.now() };
}

export async function loadBars() {
  const station = known.station;
  const newest = Math.max(-1, ...bars.keys());
  const query = newest < 0 ? "" : `?after=${newest}`;
  try {
    const answer = await get(`${station}/bars${query}`);
    if (station !== known.station) return;
    if (answer.rendered_seconds < edge) bars.clear(); // The station has restarted.
    edge = answer.rendered_seconds;
    for (const bar of answer.bars) bars.set(bar.number, bar);
    for (const number of bars.keys()) if (bars.size > KEEP_BARS) bars.delete(number);
    const joins = answer.rendered_seconds - answer.burst_seconds;
    if (wanted && anchor === null) anchor = joins - audio.currentTime;
    if (!clock || (anchor === null && Math.abs(secondNow() - joins) > 1)) clock = { second: joins, at: performance.now() };
    emit("bars");
  } catch {
    // Retried at the next interval.
  }
}

audio.addEventListener("error", () => {
  if (!wanted || !audio.hasAttribute("src")) return;
  clearTimeout(retry);
  retry = setTimeout(connect, 2000);
});
audio.addEventListener("ended", () => wanted && connect());
setInterval(watchSound, 500);
setInterval(() => (wanted || watchers > 0) && loadBars(), BARS_EVERY_MS);

on("station", () => {
  bars.clear();
  clock = null;
  edge = 0;
  if (wanted) connect();
});
