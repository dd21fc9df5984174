/* The piano roll of all parts: a strip of bars that moves past the playhead.
 *
 * Each bar is drawn once on each of two strips: plain, and lit. The lit strip is seen through a
 * narrow window at the playhead. Both are moved by animations, which browsers run without the page's script
 * and without drawing anything anew: 16 steps a second, fewer while nothing plays, none while the page is
 * hidden. Each step is a whole number of pixels: without a graphics processor, browsers then copy the strips
 * instead of filtering them. The script only adds bars and keeps the animations in time with the sound. */

import { barAt, followSound, knownBars, secondNow } from "./radio.js";
import { audio, isWanted, momentNow } from "./sound.js";

const STEPS_PER_SECOND = { playing: 16, paused: 8 };
const TICK_MS = 250;
const MAX_DRIFT = 0.02; // Seconds that an animation may be off.
const PLAYHEAD = 0.34; // Its position, as a share of the width.
const TAIL_STEPS = 12; // Longest reach of a note beyond its bar.

// General MIDI keys of the drum kit, top lane first: crash, ride, toms, hats, snare, kick.
const LANES = [49, 51, 50, 48, 45, 46, 42, 38, 36];
const KICK = 36;

// Top and bottom of each part's lanes, as shares of the height below the labels.
const BANDS = { lead: [0.02, 0.29], chords: [0.27, 0.5], bass: [0.52, 0.68], drums: [0.73, 0.98] };
const LABELS = 26; // Height of the labels in CSS pixels.

const LIGHT = 120; // Width of the window at the playhead in CSS pixels.
const SPARE_SECONDS = 16; // Length of the strips beyond the visible part.

const roll = document.getElementById("roll");
// Drawn out of sight and shown as images: a canvas that is drawn on is copied for each frame.
const views = [...roll.querySelectorAll(".strip")];
const [plain, lit] = views.map(() => document.createElement("canvas").getContext("2d"));
const [light, head] = [".light", ".head"].map((name) => roll.querySelector(name));
const still = matchMedia("(prefers-reduced-motion: reduce)");
const css = getComputedStyle(document.documentElement);
const colours = Object.fromEntries(
  ["lead", "chords", "bass", "drums", "text", "quiet"].map((name) => [name, css.getPropertyValue(`--${name}`).trim()]),
);

let width = 0;
let height = 0;
let scale = 1;
let perSecond = 100; // CSS pixels of a second.
let base = null; // The second at the left end of the strips; null while they are empty.
let shownAt = 0; // The same of the images that are shown.
let drawn = new Set(); // Numbers of the bars on the strips.
let ranges = null; // Lowest and highest pitch of each part.

export function reset() {
  base = null;
  ranges = null;
}

/* ---- measures ---- */

function resize() {
  scale = Math.min(devicePixelRatio || 1, 2);
  width = roll.clientWidth;
  height = roll.clientHeight;
  perSecond = STEPS_PER_SECOND.playing * Math.max(5, Math.min(Math.round(width / 128), 7));
  for (const { canvas } of [plain, lit]) {
    canvas.width = Math.round((width + SPARE_SECONDS * perSecond) * scale);
    canvas.height = Math.round(height * scale);
  }
  for (const view of views) view.style.width = `${plain.canvas.width / scale}px`;
  base = null;
}

const stepSeconds = (bar) => 15 / bar.tempo_bpm;

/* The pitch ranges that all known bars need; the same ones as long as they suffice. */
function updateRanges() {
  let isNew = ranges === null;
  const next = ranges ?? {};
  for (const part of ["lead", "chords", "bass"]) {
    const range = next[part] ?? { low: 127, high: 0 };
    for (const bar of knownBars().values()) {
      for (const [, , pitch] of bar[part]) {
        if (pitch < range.low || range.high < pitch) isNew = true;
        range.low = Math.min(range.low, pitch);
        range.high = Math.max(range.high, pitch);
      }
    }
    next[part] = range;
  }
  ranges = next;
  if (isNew) base = null;
}

function yOf(part, pitch) {
  const { low, high } = ranges[part];
  const spare = Math.max(0, (12 - (high - low)) / 2);
  const share = (high + spare - pitch + 0.5) / (high - low + 2 * spare + 1);
  const [top, bottom] = BANDS[part].map((at) => LABELS + at * (height - LABELS));
  return top + share * (bottom - top);
}

function drumLane(pitch) {
  const [top, bottom] = BANDS.drums.map((at) => LABELS + at * (height - LABELS));
  const size = (bottom - top) / LANES.length;
  const index = LANES.indexOf(pitch);
  return { y: top + ((index < 0 ? 4 : index) + 0.5) * size, size: Math.min(size * 0.95, 14) };
}

/* ---- strips ---- */

/* Draws new bars; all bars once the strips end too soon. `left` is the first visible second. */
function updateStrips(left) {
  if (base === null || left < base || base + SPARE_SECONDS - 4 < left) {
    base = left - 0.5;
    drawn = new Set();
    for (const drawing of [plain, lit]) {
      drawing.setTransform(1, 0, 0, 1, 0, 0);
      drawing.clearRect(0, 0, drawing.canvas.width, drawing.canvas.height);
    }
  }
  const next = [...knownBars().values()].filter((bar) => !drawn.has(bar.number));
  for (const bar of next) {
    drawn.add(bar.number);
    drawBar(bar);
  }
  if (next.length) showStrips();
}

/* Shows what is drawn, and from then on moves by the `base` that it was drawn for. */
async function showStrips() {
  const drawnAt = base;
  const images = await Promise.all([plain, lit].map(({ canvas }) => createImageBitmap(canvas)));
  views.forEach((view, index) => view.getContext("bitmaprenderer").transferFromImageBitmap(images[index]));
  shownAt = drawnAt;
}

function drawBar(bar) {
  const step = stepSeconds(bar) * perSecond;
  const x = (bar.start_second - base) * perSecond;
  for (const drawing of [plain, lit]) drawing.setTransform(scale, 0, 0, scale, Math.round(x * scale), 0);
  drawGrid(plain, bar, knownBars().get(bar.number - 1), step);
  drawBass(plain, bar, step);
  drawChords(plain, bar, step);
  drawLead(plain, bar, step);
  drawDrums(plain, bar, step);
  lightBar(lit, bar, step);
}

function drawGrid(drawing, bar, before, step) {
  for (let beat = 0; beat < 4; beat += 1) {
    drawing.fillStyle = beat ? "#ffffff08" : "#ffffff1a";
    drawing.fillRect(beat * 4 * step, LABELS, 1, height - LABELS);
  }
  drawing.font = "600 12px system-ui, sans-serif";
  drawing.textBaseline = "middle";
  let x = 4;
  if (before && before.section !== bar.section) {
    const text = bar.section.toUpperCase();
    const length = drawing.measureText(text).width + 14;
    drawing.fillStyle = "#ffffff24";
    drawing.beginPath();
    drawing.roundRect(0, 4, length, 18, 9);
    drawing.fill();
    drawing.fillStyle = colours.text;
    drawing.fillText(text, 7, 13.5);
    x = length + 7;
    drawing.fillRect(0, LABELS, 1, height - LABELS);
  }
  if (!before || before.chord !== bar.chord || bar.number % 4 === 0) {
    drawing.fillStyle = colours.quiet;
    drawing.fillText(bar.chord, x, 13.5);
  }
}

const force = (velocity) => 0.55 + (0.45 * velocity) / 127;

function pill(drawing, x, y, length, thickness) {
  const width = Math.max(length, 3);
  drawing.beginPath();
  drawing.roundRect(x, y - thickness / 2, width, thickness, Math.min(thickness, width) / 2);
  drawing.fill();
}

/* A band from each note of the bass down to the band's ground, under the notes. */
function drawBass(drawing, bar, step) {
  const ground = LABELS + (BANDS.bass[1] + 0.03) * (height - LABELS);
  for (const [start, steps, pitch, velocity] of bar.bass) {
    const y = yOf("bass", pitch);
    const x = start * step;
    const length = Math.min(steps, 16 + TAIL_STEPS - start) * step - 2;
    const fall = drawing.createLinearGradient(0, y, 0, ground);
    fall.addColorStop(0, `color-mix(in srgb, ${colours.bass} 34%, transparent)`);
    fall.addColorStop(1, "transparent");
    drawing.globalAlpha = 1;
    drawing.fillStyle = fall;
    drawing.fillRect(x, y, Math.max(length, 3), ground - y);
    drawing.globalAlpha = force(velocity);
    drawing.fillStyle = colours.bass;
    pill(drawing, x, y, length, 9);
  }
  drawing.globalAlpha = 1;
}

/* Notes of the chords that begin together, as one translucent body with a line for each note. */
function drawChords(drawing, bar, step) {
  const chords = new Map();
  for (const [start, steps, pitch, velocity] of bar.chords) {
    const at = Math.round(start);
    const chord = chords.get(at) ?? { start, steps: 0, pitches: [], velocity };
    chord.steps = Math.max(chord.steps, Math.min(steps, 16 + TAIL_STEPS - start));
    chord.pitches.push(pitch);
    chords.set(at, chord);
  }
  drawing.fillStyle = colours.chords;
  for (const { start, steps, pitches, velocity } of chords.values()) {
    const ys = pitches.map((pitch) => yOf("chords", pitch));
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const x = start * step;
    const length = Math.max(steps * step - 2, 4);
    drawing.globalAlpha = 0.16 * force(velocity);
    drawing.beginPath();
    drawing.roundRect(x, top - 7, length, bottom - top + 14, 9);
    drawing.fill();
    drawing.globalAlpha = 0.85 * force(velocity);
    for (const y of ys) pill(drawing, x, y, length, 5);
  }
  drawing.globalAlpha = 1;
}

/* The notes of the lead on a ribbon that runs through them. */
function drawLead(drawing, bar, step) {
  const notes = bar.lead.map(([start, steps, pitch, velocity]) => ({
    x: start * step,
    length: Math.min(steps, 16 + TAIL_STEPS - start) * step - 2,
    y: yOf("lead", pitch),
    velocity,
  }));
  drawing.strokeStyle = colours.lead;
  drawing.lineCap = "round";
  for (const [thickness, opacity] of [[16, 0.07], [8, 0.12]]) {
    drawing.globalAlpha = opacity;
    drawing.lineWidth = thickness;
    drawing.beginPath();
    notes.forEach((note, index) => {
      const before = notes[index - 1];
      const end = before && Math.min(before.x + before.length, note.x);
      if (!before || note.x - end > 6 * step) {
        drawing.moveTo(note.x, note.y);
      } else {
        const middle = (end + note.x) / 2;
        drawing.bezierCurveTo(middle, before.y, middle, note.y, note.x, note.y);
      }
      drawing.lineTo(note.x + note.length, note.y);
    });
    drawing.stroke();
  }
  drawing.fillStyle = colours.lead;
  for (const { x, y, length, velocity } of notes) {
    drawing.globalAlpha = force(velocity);
    pill(drawing, x, y, length, 9);
  }
  drawing.globalAlpha = 1;
}

function drawDrums(drawing, bar, step) {
  for (const [start, , pitch, velocity] of bar.drums) {
    const { y, size } = drumLane(pitch);
    const radius = (size / 2) * (0.55 + (0.45 * velocity) / 127);
    drawing.globalAlpha = 0.85 * force(velocity);
    drawing.fillStyle = colours.drums;
    drawing.beginPath();
    drawing.arc(start * step + radius, y, radius, 0, 7);
    drawing.fill();
    if (pitch === KICK) {
      drawing.globalAlpha = 0.16;
      drawing.fillRect(start * step, LABELS, 2, y - LABELS);
    }
  }
  drawing.globalAlpha = 1;
}

/* The notes as they look while they sound. */
function lightBar(drawing, bar, step) {
  // Wider notes form the halo: browsers blur shadows slowly.
  for (const part of ["chords", "bass", "lead"]) {
    const [thickness, opacity] = part === "chords" ? [5, 0.5] : [9, 0.9];
    for (const [start, steps, pitch] of bar[part]) {
      const length = Math.min(steps, 16 + TAIL_STEPS - start) * step - 2;
      const [x, y] = [start * step, yOf(part, pitch)];
      drawing.fillStyle = colours[part];
      for (const halo of [18, 11, 5]) {
        drawing.globalAlpha = 0.2 * opacity;
        pill(drawing, x - halo, y, Math.max(length, 3) + 2 * halo, thickness + 2 * halo);
      }
      drawing.fillStyle = "#fff";
      drawing.globalAlpha = opacity;
      pill(drawing, x, y, length, thickness);
    }
  }
  for (const [start, , pitch, velocity] of bar.drums) {
    const { y, size } = drumLane(pitch);
    const radius = (pitch === KICK ? 56 : 22) * force(velocity);
    const x = start * step + size / 3;
    const glow = drawing.createRadialGradient(x, y, 0, x, y, radius);
    glow.addColorStop(0, "#fff");
    glow.addColorStop(0.14, colours.drums);
    glow.addColorStop(0.4, `color-mix(in srgb, ${colours.drums} 30%, transparent)`);
    glow.addColorStop(1, "transparent");
    drawing.globalAlpha = force(velocity);
    drawing.fillStyle = glow;
    drawing.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
  drawing.globalAlpha = 1;
}

/* ---- motion ---- */

let glides = []; // The animations of both strips.
let glide = null; // Their state: { from, steps, base }; `from` is the first visible second at their start.

const toX = (view, left, x) => (shownAt - left) * perSecond - (view ? x - LIGHT / 2 : 0);
const at = (x) => `translateX(${Math.round(x * scale) / scale}px)`;

/* Makes both strips glide from second `left`. */
function startGlides(left, x, steps) {
  stopGlides();
  const [from, to] = [left, left + SPARE_SECONDS];
  const timing = { duration: 1000 * SPARE_SECONDS, easing: `steps(${steps * SPARE_SECONDS})`, fill: "forwards" };
  glides = views.map((view, index) => {
    const frames = [from, to].map((second) => ({ transform: at(toX(index, second, x)) }));
    return view.animate(frames, timing);
  });
  glide = { from, steps, base: shownAt };
}

function stopGlides() {
  for (const animation of glides) animation.cancel();
  glides = [];
  glide = null;
}

/* Keeps second `left` as the first visible one. */
function follow(left, x) {
  const steps = isWanted() ? STEPS_PER_SECOND.playing : STEPS_PER_SECOND.paused;
  const played = left - (glide?.from ?? left);
  if (!glide || glide.steps !== steps || glide.base !== shownAt || SPARE_SECONDS - 1 < played || played < 0) {
    startGlides(left, x, steps);
  } else if (MAX_DRIFT < Math.abs(played - glides[0].currentTime / 1000)) {
    for (const animation of glides) animation.currentTime = 1000 * played;
  }
}

function draw(now) {
  updateRanges();
  const bar = barAt(now);
  // With reduced motion, the picture stands still and the playhead moves through each bar.
  const isStill = still.matches && bar !== null;
  const left = isStill ? bar.start_second - 0.4 : now - (width * PLAYHEAD) / perSecond;
  const x = isStill ? (now - left) * perSecond : width * PLAYHEAD;
  updateStrips(left);
  if (isStill) {
    stopGlides();
    views.forEach((view, index) => { view.style.transform = at(toX(index, left, x)); });
  } else {
    follow(left, x);
  }
  light.style.transform = head.style.transform = at(x);
  roll.classList.toggle("is-still", isStill);
  // A moment of the past has other bars.
  roll.classList.toggle("is-past", momentNow() !== null);
}

function tick() {
  followSound(audio);
  if (width && !document.hidden) draw(secondNow());
  if (document.hidden) stopGlides();
  setTimeout(tick, TICK_MS);
}

new ResizeObserver(() => {
  resize();
  stopGlides();
}).observe(roll);
resize();
tick();
