/* Takes: the bars that were just on air, as files. */

import { byId } from "./dom.js";
import { tell } from "./say.js";
import { known, on } from "./store.js";

const KINDS = { mid: "MIDI", wav: "WAV", flac: "FLAC", zip: "stems" };

const bars = () => document.querySelector("[name=take-bars]:checked").value;

function show() {
  for (const ending of Object.keys(KINDS)) {
    const link = byId(`take-${ending}`);
    link.href = `../api/stations/${encodeURIComponent(known.station)}/take.${ending}?bars=${bars()}`;
    link.download = `${known.station}-${bars()}-bars.${ending}`;
  }
}

for (const input of document.querySelectorAll("[name=take-bars]")) input.addEventListener("change", show);
for (const [ending, name] of Object.entries(KINDS)) {
  byId(`take-${ending}`).addEventListener("click", () => tell(`The last ${bars()} bars as ${name}`));
}
on("station", show);
