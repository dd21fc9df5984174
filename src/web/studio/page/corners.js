/* The four corners of the pad. */

import { byId, make as makeElement, onResize, setText } from "./dom.js";
import { openEditor } from "./editor.js";
import { acceptFiles } from "./files.js";
import { drawGrid, gridText } from "./grid.js";
import { change } from "./moves.js";
import { pad } from "./pad.js";
import { on } from "./store.js";
import { CORNERS, capital } from "./words.js";

const corners = CORNERS.map((name, index) => makeCorner(name, index));

function makeCorner(name, index) {
  const label = makeElement("span", { className: "corner-name", textContent: "…" });
  const canvas = makeElement("canvas", { "aria-hidden": "true" });
  const button = makeElement("button", { type: "button", className: "corner", id: `corner-${index}` }, canvas, label);
  button.addEventListener("click", () => openEditor(index, pad.corners[index]));
  acceptFiles(button, (file) => change(`corner/${index}`, file, `Corner ${name} from ${file.name}`));
  onResize(canvas, () => drawGrid(canvas, pad.corners[index]?.grid));
  byId(`corner-slot-${index}`).append(button);
  return { button, canvas, label, name };
}

on("pad", () => {
  pad.corners.forEach(({ name, grid }, index) => {
    const corner = corners[index];
    setText(corner.label, name);
    drawGrid(corner.canvas, grid);
    corner.button.setAttribute("aria-label", `${capital(corner.name)}: ${name}. ${gridText(grid)}. Change`);
    corner.button.setAttribute("aria-haspopup", "dialog");
  });
});
