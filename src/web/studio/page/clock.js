/* MIDI clock and the notes on air, sent in time with what is heard. */

import { bars, secondNow, watchBars } from "./air.js";
import { PARTS } from "./words.js";

const EVERY_MS = 60;
const AHEAD_SECONDS = 0.25;
const TICKS_A_BAR = 96; // 24 a quarter note.
const LONGEST_BAR = 10; // Seconds.
const EARLY = 0.2;
const CHANNELS = { drums: 9, bass: 0, lead: 1, chords: 2 }; // 10, 1, 2 and 3, counted from 1.
const [CLOCK, START, STOP] = [0xf8, 0xfa, 0xfc];

let running = null; // { output, wants, sent, isStarted, timer }

export function startClock(output, wants) {
  watchBars(true);
  running = { output, wants, sent: secondNow(), isStarted: false, timer: setInterval(sendAhead, EVERY_MS) };
}

export function stopClock() {
  if (!running) return;
  clearInterval(running.timer);
  running.output.clear?.();
  running.output.send([STOP]);
  for (const part of PARTS) running.output.send([0xb0 | CHANNELS[part], 123, 0]); // All notes off.
  running = null;
  watchBars(false);
}

/* Sends what sounds until a quarter of a second from now, each with its time. */
function sendAhead() {
  const now = secondNow();
  const until = now + AHEAD_SECONDS;
  // After a jump of the heard second, nothing is sent twice and nothing late.
  if (Math.abs(running.sent - now) > 2) Object.assign(running, { sent: now, isStarted: false });
  const [from, zero] = [running.sent, performance.now() - now * 1000];
  const send = (data, second) => running.output.send(data, zero + second * 1000);
  for (const bar of heardBetween(from, until)) {
    if (running.wants.sendsClock()) sendTicks(bar, from, until, send);
    if (running.wants.sendsNotes()) sendNotes(bar, from, until, send);
  }
  running.sent = Math.max(from, until);
}

/* The bars in which something may sound then; a hit may be a little before its bar. */
function heardBetween(from, until) {
  return [...bars.values()].filter((bar) => bar.start_second > from - LONGEST_BAR && bar.start_second < until + EARLY);
}

function sendTicks(bar, from, until, send) {
  const seconds = 240 / bar.tempo_bpm / TICKS_A_BAR;
  for (let tick = 0; tick < TICKS_A_BAR; tick += 1) {
    const second = bar.start_second + tick * seconds;
    if (second < from || second >= until) continue;
    if (!running.isStarted && tick > 0) continue; // It starts with a bar.
    if (!running.isStarted) send([START], second);
    running.isStarted = true;
    send([CLOCK], second);
  }
}

function sendNotes(bar, from, until, send) {
  const step = 15 / bar.tempo_bpm;
  for (const part of PARTS) {
    for (const [start, length, pitch, velocity] of bar[part]) {
      const second = bar.start_second + start * step;
      if (second < from || second >= until) continue;
      send([0x90 | CHANNELS[part], pitch, Math.max(1, velocity)], second);
      send([0x80 | CHANNELS[part], pitch, 0], second + Math.max(0.02, length * step - 0.005));
    }
  }
}
