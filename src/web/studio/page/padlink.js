/* A link that restores a pad. */

import { byId, round } from "./dom.js";
import { change, make } from "./moves.js";
import { pad } from "./pad.js";
import { tell } from "./say.js";
import { canChange, known } from "./store.js";
import { CORNERS } from "./words.js";

/* Encodes what restores the pad: its corners, by name where possible, and the puck. */
function padLink() {
  const corners = pad.corners.map(({ name, grid }) => (/^[a-z-]+:\d+$/.test(name) ? name : grid));
  const packed = btoa(JSON.stringify({ corners, puck: pad.place })).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return new URL(`#station=${encodeURIComponent(known.station)}&pad=${packed}`, location.href).href;
}

function linkedPad() {
  const packed = new URLSearchParams(location.hash.slice(1)).get("pad");
  if (!packed) return null;
  try {
    const found = JSON.parse(atob(packed.replaceAll("-", "+").replaceAll("_", "/")));
    return Array.isArray(found.corners) && found.corners.length === 4 ? found : null;
  } catch {
    return null;
  }
}

export function offerLink() {
  byId("linked").hidden = !(linkedPad() && canChange());
}

byId("linked-use").addEventListener("click", async () => {
  const linked = linkedPad();
  byId("linked").hidden = true;
  for (const [index, corner] of linked.corners.entries()) {
    const body = typeof corner === "string" ? { anchor: corner } : { grid: corner };
    await change(`corner/${index}`, body, `Corner ${CORNERS[index]} from the link`);
  }
  const [x, y] = linked.puck ?? [0.5, 0.5];
  await make({ move: "beat", place: { by: "at", x: round(x), y: round(y) } });
});
byId("linked-drop").addEventListener("click", () => { byId("linked").hidden = true; });

byId("pad-link").addEventListener("click", async () => {
  const link = padLink();
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link);
    tell("Link to this pad copied");
  } catch {
    // Without HTTPS, browsers deny the clipboard.
    tell("The link to this pad is in the address bar");
  }
});
