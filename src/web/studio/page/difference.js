/* Values set by hand, compared with radio.toml. */

import { get } from "./api.js";
import { byId, debounce, make as makeElement, setText } from "./dom.js";
import { change } from "./moves.js";
import { canChange, known, on } from "./store.js";

const KINDS = { "+": "added", "-": "removed" };

function lineOf(text) {
  const line = makeElement(KINDS[text[0]] === "added" ? "ins" : KINDS[text[0]] ? "del" : "span", { className: "line", textContent: text });
  return line;
}

const load = debounce(300, async () => {
  try {
    const { text } = await get(`${known.station}/difference`);
    const lines = text.split("\n").filter(Boolean);
    byId("difference").replaceChildren(...lines.map(lineOf));
    byId("difference").hidden = !lines.length;
    setText(byId("difference-words"), lines.length ? "Changed by hand and not yet in radio.toml. A restart keeps it." : "Everything is as radio.toml has it.");
    for (const id of ["keep", "drop"]) byId(id).disabled = !lines.length || !canChange();
  } catch { /* Loaded again with the next change. */ }
});

async function end(path, text) {
  await change(path, {}, text);
  load();
  document.dispatchEvent(new Event("studio-reload"));
}

byId("keep").addEventListener("click", () => end("keep", "Changes written into radio.toml"));
byId("drop").addEventListener("click", () => end("drop", "Changes dropped"));
on("hand", load);
on("station", load);
