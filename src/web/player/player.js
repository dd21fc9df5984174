"use strict";

/* The page uses:
 *   /api/stations                        what each station plays now
 *   /api/stations/NAME/bars?after=N      a station's bars, with the second at which each starts
 *   /NAME.mp3                            the stream, which starts `burst_seconds` behind the live edge
 * So a listener hears second `rendered - burst + audio.currentTime` of the station's sound. */

const STATIONS_EVERY_MS = 5000;
const BARS_EVERY_MS = 2000;
const STALL_MS = 6000; // Without progress for this long, the connection counts as lost.
const MAX_BACKOFF_MS = 15000;
const KEEP_SECONDS = 30;
const ACCENTS = ["#b79bff", "#5ee0d0", "#ff7f92", "#7fb4ff", "#ffb35c", "#9be07a"];

const byId = (id) => document.getElementById(id);
const audio = byId("audio");
const play = byId("play");

let stations = [];
let shown = null; // Name of the selected station.
let wanted = false; // Whether the selected station should play.
const bars = new Map(); // Bars of the selected station, by number.
let clock = null; // { second, at }: the station's second at performance.now() === at.
let anchor = null; // The station's second at audio.currentTime 0.
let edge = 0; // The live edge in the last answer, in seconds.
let attempts = 0;
let retry = 0;
let progress = { time: 0, at: 0 }; // The last change of audio.currentTime.

/* ---- playing ---- */

function listen(name) {
  if (name !== shown) show(name);
  wanted = true;
  attempts = 0;
  connect();
}

function pause() {
  wanted = false;
  clearTimeout(retry);
  // Disconnects: a paused live stream would keep filling memory. Playing again starts at the edge.
  audio.removeAttribute("src");
  audio.load();
  anchor = null;
  setState("Paused");
  paint();
}

const toggle = () => (wanted ? pause() : listen(shown));

function connect() {
  clearTimeout(retry);
  const station = stations.find((known) => known.station === shown);
  if (!station || !wanted) return;
  anchor = null;
  progress = { time: 0, at: performance.now() };
  setState(attempts ? "Reconnecting…" : "Connecting…");
  // A new URL each time: browsers cache what a broken connection returned.
  audio.src = `${addressOf(station)}?t=${Date.now().toString(36)}`;
  audio.play().catch((error) => {
    if (error.name === "NotAllowedError") {
      pause();
      setState("Press play");
    }
  });
  loadBars(true);
  paint();
}

function reconnect() {
  if (!wanted) return;
  clearTimeout(retry);
  const wait = Math.min(MAX_BACKOFF_MS, 500 * 2 ** attempts) * (0.75 + Math.random() / 2);
  attempts += 1;
  setState("Reconnecting…");
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
  setState("On air");
  paint();
});
audio.addEventListener("waiting", () => wanted && setState("Buffering…"));
audio.addEventListener("ended", reconnect);
audio.addEventListener("error", () => audio.hasAttribute("src") && reconnect());
addEventListener("online", () => wanted && audio.paused && reconnect());
setInterval(watchSound, 1000);

/* ---- data from the server ---- */

/* The stream's URL. Relative to the page, since a proxy may serve the radio within a path. */
const addressOf = (station) => new URL(`.${station.path}`, document.baseURI).href;

async function fetchJson(url) {
  const response = await fetch(url, { cache: "no-store" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

async function loadStations() {
  try {
    stations = await fetchJson("api/stations");
    if (!shown && stations.length) {
      const linked = stations.find((known) => known.station === decodeURIComponent(location.hash.slice(1)));
      show((linked || stations[0]).station);
    }
    if (!wanted) setState("Press play");
  } catch {
    if (!wanted) setState("Can't reach the radio");
  }
  paintStations();
}

async function loadBars(isJoining) {
  const name = shown;
  if (!name) return;
  const newest = Math.max(-1, ...bars.keys());
  const query = newest < 0 ? "" : `?after=${newest}`;
  try {
    const answer = await fetchJson(`api/stations/${encodeURIComponent(name)}/bars${query}`);
    if (name !== shown) return;
    if (answer.rendered_seconds < edge) bars.clear(); // The station has restarted.
    edge = answer.rendered_seconds;
    for (const bar of answer.bars) bars.set(bar.number, bar);
    const joins = answer.rendered_seconds - answer.burst_seconds;
    if (isJoining && wanted) anchor = joins;
    // While paused, the roll shows what a new listener would hear.
    if (!clock || (anchor === null && Math.abs(secondNow() - joins) > 1)) {
      clock = { second: joins, at: performance.now() };
    }
    for (const [number, bar] of bars) {
      if (bar.start_second < joins - KEEP_SECONDS) bars.delete(number);
    }
  } catch {
    // Retried at the next interval; the roll continues with the known bars.
  }
}

function every(ms, task) {
  const run = async () => {
    if (!document.hidden || wanted) await task();
    setTimeout(run, ms);
  };
  run();
}

/* ---- time ---- */

function secondNow() {
  return clock ? clock.second + (performance.now() - clock.at) / 1000 : 0;
}

/* Adjusts the clock to the sound. Small differences are corrected slowly: currentTime moves in steps. */
function followSound() {
  if (anchor === null || audio.currentTime === 0) return;
  const heard = anchor + audio.currentTime;
  const now = secondNow();
  const isFar = Math.abs(heard - now) > 0.3;
  clock = { second: isFar || audio.paused ? heard : now + (heard - now) * 0.08, at: performance.now() };
}

function barAt(second) {
  let found = null;
  for (const bar of bars.values()) {
    if (bar.start_second <= second && (!found || bar.start_second > found.start_second)) found = bar;
  }
  return found;
}

/* ---- the page ---- */

function show(name) {
  const wasWanted = wanted;
  if (name === shown) return;
  if (wasWanted) pause();
  shown = name;
  bars.clear();
  clock = null;
  edge = 0;
  roll.reset();
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  loadBars(false);
  paint();
}

function accentOf(name) {
  const index = stations.findIndex((known) => known.station === name);
  return ACCENTS[Math.max(0, index) % ACCENTS.length];
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setState(text) {
  setText(byId("state"), text);
}

const facts = (key, tempo, listeners) => [
  key || "",
  tempo ? `${Math.round(tempo)} bpm` : "",
  listeners === 1 ? "1 listener" : `${listeners} listeners`,
].filter(Boolean);

function paint() {
  const station = stations.find((known) => known.station === shown);
  if (!station) return;
  const bar = barAt(secondNow());
  const title = bar ? bar.title : station.title;
  document.documentElement.style.setProperty("--accent", accentOf(shown));
  document.querySelector(".stage").classList.toggle("is-on", wanted);
  setText(byId("station"), station.name);
  setText(byId("title"), title);
  const list = facts(bar ? bar.key : station.key, bar ? bar.tempo_bpm : station.tempo_bpm, station.listeners);
  const items = byId("facts");
  while (items.children.length < list.length) items.append(document.createElement("li"));
  while (items.children.length > list.length) items.lastChild.remove();
  list.forEach((text, index) => setText(items.children[index], text));
  play.setAttribute("aria-pressed", wanted);
  play.setAttribute("aria-label", `${wanted ? "Pause" : "Play"} ${station.name}`);
  byId("m3u").href = `${addressOf(station)}.m3u`;
  document.title = wanted ? `${title} · ${station.name}` : "electropunk";
  updateMediaSession(title, station.name);
  for (const card of byId("stations").children) paintCard(card);
}

let sessionText = "";
function updateMediaSession(title, name) {
  if (!("mediaSession" in navigator) || sessionText === title + name) return;
  sessionText = title + name;
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist: name, album: "electropunk" });
}

function paintStations() {
  const list = byId("stations");
  if (list.children.length !== stations.length) {
    list.replaceChildren(...stations.map(makeCard));
  }
  paint();
}

function makeCard({ station }) {
  const card = byId("card").content.firstElementChild.cloneNode(true);
  card.dataset.station = station;
  card.style.setProperty("--accent", accentOf(station));
  card.querySelector("button").addEventListener("click", (event) => {
    event.stopPropagation();
    if (wanted && shown === station) pause();
    else listen(station);
  });
  card.addEventListener("click", () => {
    if (shown === station) return;
    if (wanted) listen(station);
    else show(station);
  });
  return card;
}

function paintCard(card) {
  const station = stations.find((known) => known.station === card.dataset.station);
  if (!station) return;
  const isOn = wanted && shown === station.station;
  card.classList.toggle("is-shown", shown === station.station);
  card.classList.toggle("is-on", isOn);
  setText(card.querySelector("h2"), station.name);
  setText(card.querySelector(".description"), station.description);
  setText(card.querySelector(".title"), station.title);
  setText(card.querySelector(".live"), facts("", station.tempo_bpm, station.listeners).join(" · "));
  const button = card.querySelector("button");
  button.setAttribute("aria-pressed", isOn);
  button.setAttribute("aria-label", `${isOn ? "Pause" : "Play"} ${station.name}`);
}

/* ---- the piano roll ---- */

const roll = (() => {
  const canvas = byId("roll");
  const context = canvas.getContext("2d");
  const glow = document.querySelector(".glow");
  const css = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(["lead", "chords", "bass", "drums"].map((part) => [part, css.getPropertyValue(`--${part}`).trim()]));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  // General MIDI keys of the drum kit, top lane first: crash, ride, toms, hats, snare, kick.
  const lanes = [49, 51, 50, 48, 45, 46, 42, 38, 36];
  const playheadAt = 0.34;
  // Top and bottom of each part's lanes, as fractions of the height.
  const bands = { lead: [0.04, 0.27], chords: [0.31, 0.47], bass: [0.51, 0.66], drums: [0.7, 0.97] };
  let ranges = {};
  let width = 0;
  let height = 0;

  function resize() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
  }
  new ResizeObserver(resize).observe(canvas);

  /* Eases each part's pitch range towards that of the known bars, so that nothing jumps. */
  function updateRanges() {
    for (const part of ["lead", "chords", "bass"]) {
      const pitches = [...bars.values()].flatMap((bar) => bar[part].map(([, , pitch]) => pitch));
      if (!pitches.length) continue;
      const [low, high] = [Math.min(...pitches), Math.max(...pitches)];
      const spare = Math.max(0, (10 - (high - low)) / 2);
      const [wantLow, wantHigh] = [low - spare, high + spare];
      const range = ranges[part] || (ranges[part] = { low: wantLow, high: wantHigh });
      range.low += (wantLow - range.low) * 0.04;
      range.high += (wantHigh - range.high) * 0.04;
    }
  }

  function pill(x, y, length, thickness, round) {
    context.beginPath();
    context.roundRect(x, y, Math.max(length, 2), thickness, Math.min(round, thickness / 2, Math.max(length, 2) / 2));
    context.fill();
  }

  /* Opacity of a note: highest while it sounds, lowest when it is over. */
  function brightness(now, start, end, velocity) {
    const force = 0.55 + (0.45 * velocity) / 127;
    if (now < start) return 0.72 * force;
    if (now < end) return 1;
    return Math.max(0.2, 0.6 - (now - end) * 0.4) * force;
  }

  function drawGrid(view, bar, secondsPerStep) {
    for (let beat = 0; beat < 4; beat += 1) {
      const x = view.toX(bar.start_second + beat * 4 * secondsPerStep);
      context.fillStyle = beat ? "#ffffff09" : "#ffffff1c";
      context.fillRect(Math.round(x), 0, 1, height);
    }
  }

  function drawPitched(view, bar, part, secondsPerStep) {
    const range = ranges[part];
    if (!range) return;
    const [top, bottom] = bands[part].map((share) => share * height);
    const step = (bottom - top) / (range.high - range.low + 1);
    const thickness = Math.max(6, Math.min(step * 0.86, 14));
    for (const [startStep, steps, pitch, velocity] of bar[part]) {
      const start = bar.start_second + startStep * secondsPerStep;
      const end = start + Math.max(steps, 0.5) * secondsPerStep;
      const [x, right] = [view.toX(start), view.toX(end)];
      if (right < 0 || x > width) continue;
      const y = top + (range.high - pitch + 0.5) * step - thickness / 2;
      const isOn = start <= view.now && view.now < end;
      context.globalAlpha = brightness(view.now, start, end, velocity);
      context.fillStyle = colours[part];
      context.shadowColor = colours[part];
      context.shadowBlur = isOn ? 16 : 0;
      pill(x, y, right - x - 2, thickness, 5);
      context.shadowBlur = 0;
    }
  }

  function drawDrums(view, bar, secondsPerStep) {
    const [top, bottom] = bands.drums.map((share) => share * height);
    const lane = (bottom - top) / lanes.length;
    for (const [startStep, , pitch, velocity] of bar.drums) {
      const start = bar.start_second + startStep * secondsPerStep;
      const x = view.toX(start);
      if (x < -20 || x > width + 20) continue;
      const index = lanes.indexOf(pitch);
      const y = top + (index < 0 ? 4 : index) * lane;
      const age = view.now - start;
      const flash = age >= 0 && age < 0.22 ? 1 - age / 0.22 : 0;
      const size = Math.min(lane * 0.95, 14) * (0.6 + (0.4 * velocity) / 127);
      context.globalAlpha = brightness(view.now, start, start + 0.1, velocity);
      context.fillStyle = colours.drums;
      context.shadowColor = colours.drums;
      context.shadowBlur = flash * 18;
      const grown = size * (1 + flash * 0.5);
      pill(x - (grown - size) / 2, y + (lane - grown) / 2, grown * 0.9, grown, 3);
      context.shadowBlur = 0;
    }
  }

  /* Strength of the last kick, 0 to 1, for the glow. */
  function kickPulse(now) {
    let pulse = 0;
    for (const bar of bars.values()) {
      const secondsPerStep = 15 / bar.tempo_bpm;
      for (const [startStep, , pitch] of bar.drums) {
        const age = now - bar.start_second - startStep * secondsPerStep;
        if (pitch === 36 && age >= 0 && age < 0.4) pulse = Math.max(pulse, 1 - age / 0.4);
      }
    }
    return pulse;
  }

  function draw() {
    followSound();
    const now = secondNow();
    updateRanges();
    const perSecond = Math.max(74, Math.min(width / 8, 118));
    const bar = barAt(now);
    // With reduced motion, the picture stands still and the playhead moves through each bar.
    const left = still.matches && bar ? bar.start_second - 0.4 : now - (width * playheadAt) / perSecond;
    const view = { now, toX: (second) => (second - left) * perSecond };
    context.clearRect(0, 0, width, height);
    for (const known of bars.values()) {
      const secondsPerStep = 15 / known.tempo_bpm;
      if (view.toX(known.start_second) > width || view.toX(known.start_second + 24 * secondsPerStep) < 0) continue;
      drawGrid(view, known, secondsPerStep);
      drawPitched(view, known, "bass", secondsPerStep);
      drawPitched(view, known, "chords", secondsPerStep);
      drawPitched(view, known, "lead", secondsPerStep);
      drawDrums(view, known, secondsPerStep);
      context.globalAlpha = 1;
    }
    drawPlayhead(view.toX(now));
    glow.style.opacity = still.matches ? 0.16 : 0.13 + 0.12 * (wanted ? kickPulse(now) : 0);
  }

  function drawPlayhead(x) {
    const fade = context.createLinearGradient(0, 0, 0, height);
    for (const [at, colour] of [[0, "#fff0"], [0.15, "#fffc"], [0.85, "#fffc"], [1, "#fff0"]]) fade.addColorStop(at, colour);
    context.fillStyle = fade;
    context.fillRect(Math.round(x) - 1, 0, 2, height);
  }

  function frame() {
    if (width) draw();
    requestAnimationFrame(frame);
  }
  resize();
  requestAnimationFrame(frame);
  return { reset: () => { ranges = {}; } };
})();

/* ---- controls ---- */

function setVolume(percent) {
  audio.volume = percent / 100;
  byId("volume").value = percent;
  try { localStorage.setItem("volume", percent); } catch { /* Storage may be off in private windows. */ }
}

function storedVolume() {
  try { return Number(localStorage.getItem("volume") ?? 80); } catch { return 80; }
}

play.addEventListener("click", toggle);
byId("volume").addEventListener("input", (event) => setVolume(Number(event.target.value)));
byId("copy").addEventListener("click", async (event) => {
  const station = stations.find((known) => known.station === shown);
  if (!station) return;
  const button = event.target;
  const text = button.textContent;
  try {
    await navigator.clipboard.writeText(addressOf(station));
    button.textContent = "copied";
  } catch {
    // Without HTTPS, browsers deny the clipboard; the URL can be copied from the button's text.
    button.textContent = addressOf(station);
  }
  setTimeout(() => { button.textContent = text; }, 4000);
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const isOnControl = event.target.closest("button, a, input");
  if (event.key === " " && !isOnControl) {
    event.preventDefault();
    toggle();
  } else if (event.key.toLowerCase() === "m") {
    audio.muted = !audio.muted;
  } else if (/^[1-9]$/.test(event.key) && stations[event.key - 1]) {
    listen(stations[event.key - 1].station);
  }
});

if ("mediaSession" in navigator) {
  navigator.mediaSession.setActionHandler("play", () => listen(shown));
  navigator.mediaSession.setActionHandler("pause", pause);
  navigator.mediaSession.setActionHandler("stop", pause);
}

setVolume(storedVolume());
every(STATIONS_EVERY_MS, loadStations);
every(BARS_EVERY_MS, () => loadBars(false));
setInterval(paint, 500);
