/* Files dropped on the page. */

import { canChange } from "./store.js";

/* Takes MIDI files that are dropped on `element`. */
export function acceptFiles(element, task) {
  const mark = (isOver) => element.classList.toggle("is-over", isOver);
  element.addEventListener("dragover", (event) => {
    if (!canChange() || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  element.addEventListener("dragleave", () => mark(false));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const [file] = event.dataTransfer.files;
    if (file && canChange()) task(file);
  });
}

/* A file dropped beside the places for it would replace the page. */
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
