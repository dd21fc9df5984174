/* The small player for pages of other sites: one station, named by the path. */

import { bareTitle } from "./radio.js";

const EVERY_MS = 5000;
const RETRY_MS = 3000;

const byId = (id) => document.getElementById(id);
const audio = byId("audio");
// A proxy may serve the radio under a path.
const root = new URL("../", location.href);
const name = decodeURIComponent(location.pathname.split("/").pop());

let station = null;
let wanted = false;
let retry = 0;

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function paint() {
  byId("play").setAttribute("aria-pressed", wanted);
  byId("play").setAttribute("aria-label", `${wanted ? "Pause" : "Play"} ${station?.name ?? name}`);
  if (!station) return;
  setText(byId("station"), station.name);
  const title = bareTitle(station.title, station);
  setText(byId("title"), title);
  document.title = `${title} · ${station.name}`;
  const piece = Number.isInteger(station.piece) ? `/${station.piece}` : "";
  const art = new URL(`art/${encodeURIComponent(name)}${piece}.svg`, root).href;
  if (byId("art").src !== art) byId("art").src = art;
}

async function load() {
  try {
    const response = await fetch(new URL("api/stations", root), { cache: "no-store" });
    const stations = await response.json();
    station = stations.find((known) => known.station === name) ?? station;
    paint();
  } catch {
    if (!wanted) setText(byId("state"), "Can't reach the radio");
  }
}

function connect() {
  clearTimeout(retry);
  if (!wanted || !station) return;
  setText(byId("state"), "Connecting…");
  audio.src = new URL(`.${station.path}?t=${Date.now().toString(36)}`, root).href;
  audio.play().catch((error) => error.name === "NotAllowedError" && pause());
}

function pause() {
  wanted = false;
  clearTimeout(retry);
  audio.removeAttribute("src");
  audio.load();
  setText(byId("state"), "Paused");
  paint();
}

function reconnect() {
  if (!wanted) return;
  setText(byId("state"), "Reconnecting…");
  clearTimeout(retry);
  retry = setTimeout(connect, RETRY_MS);
}

audio.addEventListener("playing", () => setText(byId("state"), "On air"));
audio.addEventListener("ended", reconnect);
audio.addEventListener("error", () => audio.hasAttribute("src") && reconnect());
byId("play").addEventListener("click", () => {
  if (wanted) return pause();
  wanted = true;
  connect();
  paint();
});
byId("page").href = new URL(`#${encodeURIComponent(name)}`, root).href;

await load();
setInterval(() => document.hidden && !wanted || load(), EVERY_MS);
