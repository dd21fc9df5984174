/* Requests to the radio. An error is one sentence for the user. */

export class Refusal extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

async function answer(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Refusal("The radio can't be reached.", 0);
  }
  const text = await response.text();
  let json = {};
  try { json = JSON.parse(text); } catch { /* Some answers have no body. */ }
  if (!response.ok) throw new Refusal(json.error || sentenceOf(response.status), response.status);
  return json;
}

const SENTENCES = {
  401: "The session has ended. Sign in again.",
  403: "A viewer may look but not change anything.",
  404: "This radio has no such function.",
  413: "The file is too large.",
  429: "Too many changes at once. Wait a moment.",
};

const sentenceOf = (status) => SENTENCES[status] || `The radio answered ${status}.`;

export const get = (path) => answer(`api/${path}`);

/* A browser opens six connections to a server. The stream of events, the sound and the cue use one each;
 * with two for requests that decode, moves never wait. */
const MOST_LOOKS = 2;

let nLooks = 0;
const waiting = [];

/* As `get`, for answers that may take seconds. */
export async function look(path) {
  if (nLooks >= MOST_LOOKS) await new Promise((begin) => { waiting.push(begin); });
  else nLooks += 1;
  try {
    return await get(path);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else nLooks -= 1;
  }
}

export const outside = (path) => answer(path);

export const post = (path, body = {}) =>
  answer(`api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const postMidi = (path, file) =>
  answer(`api/${path}`, { method: "POST", headers: { "Content-Type": "audio/midi" }, body: file });
