/* The live region and the list of the last moves. */

import { byId, make } from "./dom.js";
import { emit } from "./store.js";

const LONGEST_LIST = 12;

/* Announces anything but a move. */
export function tell(text) {
  byId("said").textContent = `${text}.`;
}

/* Announces a move; `bar` is where it is heard first, if not at once. */
export function say(text, bar = null, by = null) {
  const whole = by ? `${text}, by ${by}` : text;
  byId("said").textContent = `${whole}.`;
  const item = make("li", {}, make("span", { className: "what", textContent: text }));
  if (by) item.append(make("span", { className: "who", textContent: by }));
  const list = byId("log");
  list.prepend(item);
  while (list.children.length > LONGEST_LIST) list.lastChild.remove();
  byId("log-empty").hidden = true;
  if (bar !== null && bar !== undefined) emit("promised", bar);
}

const AGAIN_MS = 2000;
const NOT_YET = [0, 404, 429, 503]; // A station that has just started has no bars yet.

/* Calls `task` again in a moment if the radio isn't ready; shows other errors. */
export function later(error, task) {
  if (NOT_YET.includes(error.status)) setTimeout(task, AGAIN_MS);
  else sayError(error.message, error.status);
}

let timer = 0;

export function sayError(text, status = 0) {
  const box = byId("error");
  box.querySelector("span").textContent = text;
  byId("sign-in").hidden = status !== 401;
  box.hidden = false;
  clearTimeout(timer);
  if (status !== 401) timer = setTimeout(() => { box.hidden = true; }, 8000);
  return null;
}
