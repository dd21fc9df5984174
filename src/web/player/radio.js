/* What is on air, and when.
 *
 * The page uses:
 *   api/stations                        what each station plays now
 *   api/stations/NAME/bars?after=N      a station's bars, with the second at which each starts
 *   api/stations/NAME/history           its last titles
 *   api/stations/NAME/like?bar=N        POST: the listener likes the piece of that bar
 *   art/NAME/PIECE.svg                  the picture of a piece
 *   NAME.mp3                            the stream, which starts `burst_seconds` behind the live edge
 * So a listener hears second `rendered - burst + audio.currentTime` of the station's sound. */

const KEEP_SECONDS = 30;

let stations = [];
let shown = null; // Name of the selected station.
let bars = new Map(); // Bars of the selected station, by number.
let clock = null; // { second, at }: the station's second at performance.now() === at.
let anchor = null; // The station's second at audio.currentTime 0.
let edge = 0; // The live edge in the last answer, in seconds.

export async function fetchJson(url, options) {
  const response = await fetch(url, { cache: "no-store", ...options });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/* A URL relative to the page, since a proxy may serve the radio under a path. */
export const address = (path) => new URL(path, document.baseURI).href;

export const allStations = () => stations;
export const stationNamed = (name) => stations.find((known) => known.station === name);
export const shownStation = () => stationNamed(shown);
export const knownBars = () => bars;
export const apiOf = (name, what) => address(`api/stations/${encodeURIComponent(name)}/${what}`);
export const streamOf = (station) => address(`.${station.path}`);

/* A title without the leading name of its station. */
export function bareTitle(title, station) {
  const start = `${station.name} - `;
  return title.startsWith(start) ? title.slice(start.length) : title;
}

/* The picture of a piece, or of what is on air if it is not known. */
export function artOf(name, piece, ending) {
  const path = `art/${encodeURIComponent(name)}`;
  return address(Number.isInteger(piece) ? `${path}/${piece}${ending}` : `${path}${ending}`);
}

export async function loadStations() {
  stations = await fetchJson(address("api/stations"));
  return stations;
}

export function select(name) {
  shown = name;
  bars = new Map();
  clock = null;
  anchor = null;
  edge = 0;
}

/* Loads new bars. With `isJoining`, the listener's sound starts with this answer. */
export async function loadBars(isJoining) {
  const name = shown;
  if (!name) return;
  const newest = Math.max(-1, ...bars.keys());
  const query = newest < 0 ? "" : `?after=${newest}`;
  const answer = await fetchJson(apiOf(name, "bars") + query);
  if (name !== shown) return;
  if (answer.rendered_seconds < edge) bars.clear(); // The station has restarted.
  edge = answer.rendered_seconds;
  for (const bar of answer.bars) bars.set(bar.number, bar);
  const joins = answer.rendered_seconds - answer.burst_seconds;
  if (isJoining) anchor = joins;
  // While paused, the picture shows what a new listener would hear.
  if (!clock || (anchor === null && Math.abs(secondNow() - joins) > 1)) {
    clock = { second: joins, at: performance.now() };
  }
  for (const [number, bar] of bars) {
    if (bar.start_second < joins - KEEP_SECONDS) bars.delete(number);
  }
}

/* Stops following the sound's time. */
export function leave() {
  anchor = null;
}

export function secondNow() {
  return clock ? clock.second + (performance.now() - clock.at) / 1000 : 0;
}

/* Adjusts the clock to the sound; called a few times a second. Small differences are corrected slowly:
 * currentTime moves in steps. */
export function followSound(audio) {
  if (anchor === null || audio.currentTime === 0) return;
  const heard = anchor + audio.currentTime;
  const now = secondNow();
  const isFar = Math.abs(heard - now) > 0.3;
  clock = { second: isFar || audio.paused ? heard : now + (heard - now) * 0.3, at: performance.now() };
}

export function barAt(second) {
  let found = null;
  for (const bar of bars.values()) {
    if (bar.start_second <= second && (!found || bar.start_second > found.start_second)) found = bar;
  }
  return found;
}

/* The bar that is heard now; none before the first answer. */
export const barNow = () => barAt(secondNow());
