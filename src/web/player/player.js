/* The player page: shows what is on air, and its controls. */

import {
  allStations, artOf, bareTitle, barNow, loadBars, loadStations, select, shownStation, stationNamed, streamOf,
} from "./radio.js";
import { audio, isWanted, momentNow, pause, play, setVolume, whenChanged } from "./sound.js";
import { paintPanels, setText } from "./panels.js";
import { reset as resetRoll } from "./roll.js";

const STATIONS_EVERY_MS = 5000;
const BARS_EVERY_MS = 2000;
const PAINT_EVERY_MS = 500;
const ACCENTS = ["#b79bff", "#5ee0d0", "#ff7f92", "#7fb4ff", "#ffb35c", "#9be07a"];

const byId = (id) => document.getElementById(id);

/* ---- storage ---- */

function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* Storage may be off in private windows. */ }
}

function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

/* ---- stations ---- */

function listen(name) {
  show(name);
  play();
}

const toggle = () => (isWanted() ? pause() : listen(shownStation()?.station));

function show(name) {
  const station = stationNamed(name);
  if (!station || shownStation() === station) return;
  if (isWanted()) pause();
  select(name);
  resetRoll();
  remember("station", name);
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  loadBars(false).catch(() => {});
  paint();
}

/* The station in the page's URL. */
function linkedName() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return null; }
}

/* The station of the link, else the one heard last, else the first. */
function showFirst() {
  const names = [linkedName(), remembered("station")];
  const known = names.find((name) => stationNamed(name));
  show(known ?? allStations()[0]?.station);
}

function step(by) {
  const stations = allStations();
  const index = stations.indexOf(shownStation());
  if (index >= 0) listen(stations[(index + by + stations.length) % stations.length].station);
}

async function refresh() {
  try {
    await loadStations();
    if (!shownStation()) showFirst();
    if (!isWanted()) setState(audio.dataset.state ?? "Press play");
  } catch {
    if (!isWanted()) setText(byId("state"), "Can't reach the radio");
  }
  paintStations();
}

function every(ms, task) {
  const run = async () => {
    if (!document.hidden || isWanted()) await task();
    setTimeout(run, ms);
  };
  run();
}

/* ---- the page ---- */

function accentOf(name) {
  const index = allStations().findIndex((known) => known.station === name);
  return ACCENTS[Math.max(0, index) % ACCENTS.length];
}

function setState(text) {
  audio.dataset.state = text;
  setText(byId("state"), text);
}

const listenersOf = (n) => (n === 1 ? "1 listener" : `${n} listeners`);

function factsOf(station, bar) {
  const tempo = bar ? bar.tempo_bpm : station.tempo_bpm;
  return [
    bar ? bar.key : station.key,
    tempo ? `${Math.round(tempo)} bpm` : "",
    bar ? bar.section : "",
    bar ? bar.chord : "",
    listenersOf(station.listeners),
  ].filter(Boolean);
}

function paintFacts(list) {
  const items = byId("facts");
  while (items.children.length < list.length) items.append(document.createElement("li"));
  while (items.children.length > list.length) items.lastChild.remove();
  list.forEach((text, index) => setText(items.children[index], text));
}

function setSource(image, url) {
  if (image.src !== url) image.src = url;
}

function paint() {
  const station = shownStation();
  if (!station) return;
  const bar = barNow();
  const { title: full, piece } = momentNow() ?? bar ?? station;
  const title = bareTitle(full, station);
  document.documentElement.style.setProperty("--accent", accentOf(station.station));
  document.querySelector(".stage").classList.toggle("is-on", isWanted());
  setText(byId("station"), station.name);
  setText(byId("title"), title);
  setSource(byId("art"), artOf(station.station, piece, ".svg"));
  paintFacts(factsOf(station, bar));
  byId("play").setAttribute("aria-pressed", isWanted());
  byId("play").setAttribute("aria-label", `${isWanted() ? "Pause" : "Play"} ${station.name}`);
  byId("m3u").href = `${streamOf(station)}.m3u`;
  document.title = isWanted() ? `${title} · ${station.name}` : "electropunk";
  updateMediaSession(station, title, piece);
  for (const card of byId("stations").children) paintCard(card);
  paintPanels();
}

let sessionText = "";
function updateMediaSession(station, title, piece) {
  const text = `${station.station} ${piece} ${title}`;
  if (!("mediaSession" in navigator) || sessionText === text) return;
  sessionText = text;
  const artwork = [192, 512].map((side) => ({
    src: `${artOf(station.station, piece, ".png")}?side=${side}`,
    sizes: `${side}x${side}`,
    type: "image/png",
  }));
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist: station.name, album: "electropunk", artwork });
}

function paintStations() {
  const list = byId("stations");
  const stations = allStations();
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
    if (isWanted() && shownStation()?.station === station) pause();
    else listen(station);
  });
  card.addEventListener("click", () => {
    if (shownStation()?.station === station) return;
    if (isWanted()) listen(station);
    else show(station);
  });
  return card;
}

function paintCard(card) {
  const station = stationNamed(card.dataset.station);
  if (!station) return;
  const isShown = shownStation() === station;
  const isOn = isWanted() && isShown;
  card.classList.toggle("is-shown", isShown);
  card.classList.toggle("is-on", isOn);
  setText(card.querySelector("h2"), station.name);
  setText(card.querySelector(".description"), station.description);
  setText(card.querySelector(".title"), bareTitle(station.title, station));
  setSource(card.querySelector("img"), `${artOf(station.station, station.piece, ".png")}?side=96`);
  const tempo = station.tempo_bpm ? `${Math.round(station.tempo_bpm)} bpm` : "";
  setText(card.querySelector(".live"), [tempo, listenersOf(station.listeners)].filter(Boolean).join(" · "));
  const button = card.querySelector("button");
  button.setAttribute("aria-pressed", isOn);
  button.setAttribute("aria-label", `${isOn ? "Pause" : "Play"} ${station.name}`);
}

/* ---- controls ---- */

function changeVolume(percent) {
  setVolume(percent / 100);
  byId("volume").value = percent;
  remember("volume", percent);
}

async function copyStream(button) {
  const station = shownStation();
  if (!station) return;
  const text = button.textContent;
  try {
    await navigator.clipboard.writeText(streamOf(station));
    button.textContent = "copied";
  } catch {
    // Without HTTPS, browsers deny the clipboard; the URL can be copied from the button's text.
    button.textContent = streamOf(station);
  }
  setTimeout(() => { button.textContent = text; }, 4000);
}

byId("play").addEventListener("click", toggle);
byId("volume").addEventListener("input", (event) => changeVolume(Number(event.target.value)));
byId("copy").addEventListener("click", (event) => copyStream(event.target));
addEventListener("hashchange", () => show(linkedName()));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea")) return;
  const station = allStations()[event.key - 1];
  if (event.key === " " && !event.target.closest("button, a, summary")) {
    event.preventDefault();
    toggle();
  } else if (event.key.toLowerCase() === "m") {
    audio.muted = !audio.muted;
  } else if (event.key.toLowerCase() === "l") {
    byId("like").click();
  } else if (/^[1-9]$/.test(event.key) && station) {
    listen(station.station);
  }
});

if ("mediaSession" in navigator) {
  const actions = {
    play: () => listen(shownStation()?.station),
    pause: () => pause(),
    stop: () => pause(),
    nexttrack: () => step(1),
    previoustrack: () => step(-1),
  };
  for (const [name, action] of Object.entries(actions)) navigator.mediaSession.setActionHandler(name, action);
}

whenChanged((text) => {
  setState(text);
  paint();
});
changeVolume(Number(remembered("volume") ?? 80));
every(STATIONS_EVERY_MS, refresh);
every(BARS_EVERY_MS, () => loadBars(false).catch(() => {}));
setInterval(paint, PAINT_EVERY_MS);
