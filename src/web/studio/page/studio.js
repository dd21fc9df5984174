/* The studio page: the header, news from the radio, undo, and the start of everything. */

import { barAt, isPlaying, secondNow, toggle } from "./air.js";
import { get } from "./api.js";
import "./corners.js";
import "./cue.js";
import "./desk.js";
import "./difference.js";
import { byId, debounce, fill, setText } from "./dom.js";
import "./macros.js";
import { loadMap } from "./map.js";
import "./midi.js";
import { choice, isOwn, make } from "./moves.js";
import "./orders.js";
import { loadPad } from "./pad.js";
import { offerLink } from "./padlink.js";
import { say, sayError } from "./say.js";
import { canChange, emit, known, learnHand, learnState, on } from "./store.js";
import "./takes.js";
import "./tools.js";
import { sentence } from "./words.js";
import "./values.js";

const PATIENCE_MS = 4000; // The stream of events ends now and then; reconnecting takes a moment.

let stream = null;
let lost = 0;
let isOver = false; // The session has ended.
let promised = null; // The bar at which the last move is heard.

/* ---- the state ---- */

async function loadState(station) {
  const query = station ? `?station=${encodeURIComponent(station)}` : "";
  try {
    const state = await get(`state${query}`);
    const isOther = state.station !== known.station;
    learnState(state);
    if (isOther) {
      emit("station");
      listen();
    }
    return true;
  } catch (error) {
    sayError(error.message, error.status);
    isOver = error.status === 401;
    return false;
  }
}

const reload = debounce(300, () => loadState(known.station));

function listen() {
  stream?.close();
  stream = new EventSource(`events?station=${encodeURIComponent(known.station)}`);
  const receive = (event) => onNews(JSON.parse(event.data));
  for (const name of ["message", "bar", "hand", "moved"]) stream.addEventListener(name, receive);
  stream.addEventListener("open", () => {
    clearTimeout(lost);
    if (byId("connection").dataset.state === "lost") {
      reload();
      loadPad();
      loadMap();
    }
    showConnection("live");
  });
  stream.addEventListener("error", () => {
    clearTimeout(lost);
    lost = setTimeout(() => showConnection("lost"), PATIENCE_MS);
    if (stream.readyState === EventSource.CLOSED) setTimeout(returnLater, 2000);
  });
}

async function returnLater() {
  if (await loadState(known.station)) listen();
  else if (!isOver) setTimeout(returnLater, 5000);
}

function onNews(news) {
  if (news.type === "bar") {
    known.onAir = { ...known.onAir, ...news };
    if (news.lag_seconds !== undefined) known.lag = news.lag_seconds;
    showAir();
    emit("bar", news);
  } else if (news.type === "hand") {
    learnHand(news.hand ? { ...news, ...news.hand } : news);
  } else if (news.type === "moved") {
    heardOf(news);
  }
}

/* Announces others' moves. */
function heardOf({ what, by, bar }) {
  if (!isOwn(what)) say(`${sentence(what, known.values)}${bar === null || bar === undefined ? "" : ` from bar ${bar}`}`, bar, by);
}

/* ---- the header ---- */

function showConnection(state) {
  byId("connection").dataset.state = state;
  setText(byId("connection-words"), state === "live" ? "Live" : "Reconnecting…");
}

const sectionWords = ({ section, bar }) => [section, `bar ${bar}`].filter(Boolean).join(", ");

function showAir() {
  const air = known.onAir;
  if (!air) return;
  const heard = isPlaying() ? barAt(secondNow()) : null;
  setText(byId("air-title"), air.title ?? "");
  setText(byId("air-section"), air.section ?? "");
  setText(byId("air-bar"), `bar ${air.bar}`);
  setText(byId("air-key"), air.key ?? "");
  setText(byId("air-tempo"), air.tempo_bpm ? `${Math.round(air.tempo_bpm)} bpm` : "");
  setText(byId("air-chord"), air.chord ?? "");
  const lag = Math.round(known.lag * 10) / 10;
  setText(byId("lag"), heard ? `You hear ${sectionWords({ section: heard.section, bar: heard.number })}` : `Listeners hear this ${lag} s later`);
  const bars = promised === null ? 0 : promised - air.bar;
  if (bars <= 0) promised = null;
  byId("promise").hidden = bars <= 0;
  setText(byId("promise"), bars === 1 ? "Your move: next bar" : `Your move: in ${bars} bars`);
  document.title = `${air.title} · studio`;
}

function showRole() {
  const isViewer = !canChange();
  document.body.classList.toggle("is-viewer", isViewer);
  setText(byId("role"), isViewer ? "Viewer: you see everything and change nothing" : "Operator");
  for (const control of document.querySelectorAll(".needs-operator")) control.disabled = isViewer;
  for (const id of ["puck"]) byId(id).setAttribute("aria-disabled", isViewer);
}

function showCounts() {
  byId("undo").disabled = !canChange() || !known.counts.undo;
  byId("redo").disabled = !canChange() || !known.counts.redo;
}

function showStations() {
  fill(byId("station"), JSON.stringify(known.stations), () => known.stations.map(({ name, title }) => new Option(title, name)));
  byId("station").value = known.station;
}

function showPlaying() {
  const title = known.stations.find(({ name }) => name === known.station)?.title ?? "";
  byId("play").setAttribute("aria-pressed", isPlaying());
  byId("play").setAttribute("aria-label", `${isPlaying() ? "Stop" : "Hear"} ${title}`);
  showAir();
}

on("state", () => {
  showStations();
  showRole();
  showPlaying();
});
on("hand", showCounts);
on("playing", showPlaying);
on("promised", (bar) => {
  promised = bar;
  showAir();
});

/* ---- controls ---- */

byId("station").addEventListener("change", (event) => {
  history.replaceState(null, "", `#station=${encodeURIComponent(event.target.value)}`);
  loadState(event.target.value);
});
byId("play").addEventListener("click", toggle);
byId("undo").addEventListener("click", () => make({ move: "undo" }));
byId("redo").addEventListener("click", () => make({ move: "redo" }));
byId("error-close").addEventListener("click", () => { byId("error").hidden = true; });
for (const input of document.querySelectorAll("[name=when]")) input.addEventListener("change", () => { choice.when = input.value; });
document.addEventListener("studio-reload", reload);
document.addEventListener("studio-released", () => emit("hand"));

const isText = (element) => element.matches("input:not([type=range], [type=checkbox], [type=radio]), textarea");

addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (!isUndo || isText(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  byId(event.shiftKey ? "redo" : "undo").click();
});

setInterval(() => isPlaying() && !document.hidden && showAir(), 500);
addEventListener("hashchange", offerLink);

const wanted = new URLSearchParams(location.hash.slice(1)).get("station");
if (await loadState(wanted) || (wanted && await loadState(null))) offerLink();
