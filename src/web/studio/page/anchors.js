/* The anchors on the map: buttons that are dragged, or moved and removed by keys. */

import { debounce, make as makeElement } from "./dom.js";
import { change } from "./moves.js";
import { nudged, placeOf, putAt, toMap, toScreen } from "./plane.js";
import { sayError } from "./say.js";
import { canChange } from "./store.js";

const FEWEST = 2;
const LOW = 0.85; // From the top, as a share of the map.

/* A button at the place of `anchor` in `square`; `map` has all anchors, and `choose` is called with the
 * place while it is moved. */
export function makeAnchor(map, square, index, choose) {
  const anchor = map.anchors[index];
  const label = `Anchor ${anchor.name}. Arrow keys move it, Delete removes it`;
  const button = makeElement("button", { type: "button", className: "anchor", id: `anchor-${index}`, disabled: !canChange(), "aria-label": label });
  button.append(makeElement("span", { textContent: anchor.name }));
  button.dataset.ownPointer = "";
  const put = () => {
    const place = toScreen([anchor.x, anchor.y]);
    putAt(button, square, place);
    button.classList.toggle("is-low", place[1] > LOW); // Its name is above it, within the map.
  };
  const moveTo = (place) => {
    [anchor.x, anchor.y] = toMap(place);
    put();
    choose([anchor.x, anchor.y]);
  };
  put();
  moveByKeys(button, anchor, { moveTo, rest: debounce(500, () => send(anchor, index)), remove: () => removeAnchor(map, index) });
  moveByPointer(button, { moveTo: (event) => moveTo(placeOf(event, square)), rest: () => send(anchor, index) });
  button.addEventListener("focus", () => choose([anchor.x, anchor.y]));
  return button;
}

const send = ({ name, x, y }, index) => change("anchors", { move: { index, x, y } }, `Anchor ${name} moved`);

export function removeAnchor(map, index) {
  if (map.anchors.length <= FEWEST) return sayError("A station needs two anchors or more.");
  return change("anchors", { remove: { index } }, `Anchor ${map.anchors[index].name} removed`);
}

function moveByKeys(button, anchor, does) {
  button.addEventListener("keydown", (event) => {
    if (event.key === "Delete" || event.key === "Backspace") return does.remove();
    const to = nudged(event, toScreen([anchor.x, anchor.y]));
    if (!to) return undefined;
    does.moveTo(to);
    return does.rest();
  });
}

function moveByPointer(button, does) {
  let from = null;
  let isDragged = false;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    from = [event.clientX, event.clientY];
    isDragged = false;
  });
  button.addEventListener("pointermove", (event) => {
    if (!from) return;
    isDragged ||= Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4;
    if (isDragged) does.moveTo(event);
  });
  const end = () => {
    if (from && isDragged) does.rest();
    from = null;
  };
  button.addEventListener("pointerup", end);
  button.addEventListener("pointercancel", end);
}
