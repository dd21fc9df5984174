/* The listener's controls besides playback: likes, history, sleep timer, sharing, taking the last bars. */

import { address, apiOf, artOf, bareTitle, barNow, fetchJson, shownStation, stationNamed } from "./radio.js";
import { momentNow, playMoment, sleepIn, sleepLeft } from "./sound.js";

const byId = (id) => document.getElementById(id);
const MAX_SHOWN = 40;
const LIKED_WITHIN_MS = 3600000; // Older moments can't be liked any more.
const liked = new Set(); // "STATION PIECE" of what this page has liked.
const counts = new Map(); // Likes by "STATION PIECE", newer than those of api/stations.

const keyOf = (name, piece) => `${name} ${piece}`;

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/* ---- likes ---- */

async function like(name, piece, query) {
  try {
    const answer = await fetchJson(`${apiOf(name, "like")}?${query}`, { method: "POST" });
    liked.add(keyOf(name, answer.piece));
    counts.set(keyOf(name, answer.piece), answer.likes);
    return answer.counted ? "Thank you" : "Liked before";
  } catch (error) {
    return error.message.endsWith("429") ? "Enough likes for now" : "The like did not arrive";
  }
}

function paintHeart(button, name, piece, known) {
  const key = keyOf(name, piece);
  const n = Math.max(counts.get(key) ?? 0, known);
  button.setAttribute("aria-pressed", liked.has(key));
  setText(button.querySelector(".count"), n ? String(n) : "");
}

byId("like").addEventListener("click", async () => {
  const station = shownStation();
  if (!station) return;
  const bar = barNow();
  const text = await like(station.station, bar?.piece ?? station.piece, bar ? `bar=${bar.number}` : "");
  setText(byId("said"), text);
  paintPanels();
});

/* ---- history ---- */

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

function whenOf(at) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? time.format(date) : `${day.format(date)}, ${time.format(date)}`;
}

function entryOf(name, entry) {
  const item = byId("entry").content.firstElementChild.cloneNode(true);
  const when = item.querySelector("time");
  when.dateTime = entry.at;
  when.textContent = whenOf(entry.at);
  const link = item.querySelector("a");
  const heart = item.querySelector("button");
  const title = bareTitle(entry.title, stationNamed(name));
  link.textContent = title;
  if (entry.bar === undefined) {
    link.removeAttribute("href");
    heart.remove();
    item.querySelector("img").remove();
    return item;
  }
  link.href = `${apiOf(name, "moment.mp3")}?bar=${entry.bar}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    playMoment({ url: link.href, title: entry.title, piece: entry.piece });
  });
  item.querySelector("img").src = `${artOf(name, entry.piece, ".png")}?side=96`;
  heart.querySelector(".unseen").textContent = `Like ${title}`;
  heart.addEventListener("click", async () => {
    setText(byId("said"), await like(name, entry.piece, `piece=${entry.piece}`));
    paintHeart(heart, name, entry.piece, entry.likes);
    paintPanels();
  });
  heart.disabled = new Date(entry.at).getTime() + LIKED_WITHIN_MS < Date.now();
  paintHeart(heart, name, entry.piece, entry.likes);
  return item;
}

async function loadHistory() {
  const station = shownStation();
  if (!station || !byId("history").open) return;
  const list = byId("entries");
  try {
    const entries = await fetchJson(apiOf(station.station, "history"));
    list.replaceChildren(...entries.slice(0, MAX_SHOWN).map((entry) => entryOf(station.station, entry)));
    byId("nothing").hidden = entries.length > 0;
  } catch {
    // The list stays as it was.
  }
}

byId("history").addEventListener("toggle", loadHistory);

/* ---- sleep timer ---- */

byId("sleep").addEventListener("change", (event) => sleepIn(Number(event.target.value)));

function paintSleep() {
  const left = sleepLeft();
  if (left === null) byId("sleep").value = "0";
  const minutes = left === null ? 0 : Math.ceil(left / 60000);
  setText(byId("left"), left === null ? "" : `${minutes} min left`);
}

/* ---- sharing ---- */

async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    // Without HTTPS, browsers deny the clipboard; the text can be copied from the button.
    button.textContent = text;
  }
  setTimeout(() => { button.textContent = label; }, 4000);
}

function addressOfShown() {
  const url = new URL(address("./"));
  url.hash = encodeURIComponent(shownStation()?.station ?? "");
  return url.href;
}

byId("share").addEventListener("click", async () => {
  const station = shownStation();
  if (!station) return;
  const url = addressOfShown();
  if (navigator.share) {
    // Rejected if the listener closes the dialog.
    await navigator.share({ title: station.name, text: station.title, url }).catch(() => {});
  } else {
    await copy(byId("share").querySelector("span"), url);
  }
});

byId("embed").addEventListener("click", (event) => {
  const name = shownStation()?.station ?? "";
  const url = address(`embed/${encodeURIComponent(name)}`);
  copy(event.target, `<iframe src="${url}" width="340" height="116" style="border:0" title="electropunk: ${name}"></iframe>`);
});

/* ---- taking the last bars ---- */

function paintTakes(station) {
  byId("takes").hidden = !station.takes;
  const bars = byId("bars").value;
  for (const link of byId("takes").querySelectorAll("a")) {
    link.href = `${apiOf(station.station, `take.${link.dataset.ending}`)}?bars=${bars}`;
  }
}

byId("bars").addEventListener("change", () => paintPanels());

/* ---- updates ---- */

let painted = ""; // Station and piece of the history shown.

export function paintPanels() {
  const station = shownStation();
  if (!station) return;
  const piece = barNow()?.piece ?? station.piece;
  paintHeart(byId("like"), station.station, piece, piece === station.piece ? station.likes : 0);
  byId("like").hidden = momentNow() !== null;
  paintSleep();
  paintTakes(station);
  const key = keyOf(station.station, piece);
  if (painted !== key) {
    painted = key;
    setText(byId("said"), "");
    loadHistory();
  }
}
