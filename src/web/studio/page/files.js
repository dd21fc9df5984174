/* Files dropped on the page, and files dragged from it. */

import { sayError } from "./say.js";
import { canChange } from "./store.js";

/* The type of a file of the radio that is dragged within the page: its address and name, in JSON. */
const OWN = "application/x-electropunk-file";

/* Takes MIDI files that are dropped on `element`. */
export function acceptFiles(element, task) {
  const mark = (isOver) => element.classList.toggle("is-over", isOver);
  element.addEventListener("dragover", (event) => {
    const { types } = event.dataTransfer;
    if (!canChange() || !(types.includes("Files") || types.includes(OWN))) return;
    event.preventDefault();
    mark(true);
  });
  element.addEventListener("dragleave", () => mark(false));
  element.addEventListener("drop", async (event) => {
    event.preventDefault();
    mark(false);
    const own = event.dataTransfer.getData(OWN);
    const file = own ? await fetched(JSON.parse(own)) : event.dataTransfer.files[0];
    if (file && canChange()) task(file);
  });
}

async function fetched({ path, name }) {
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(response.statusText);
    return new File([await response.blob()], name, { type: "audio/midi" });
  } catch {
    return sayError(`${name} is no longer there.`);
  }
}

/* Lets `link` be dragged as the MIDI file called `name`: to another place of the page, and in browsers that
 * offer it to a folder or a DAW. */
export function offerFile(link, name) {
  link.addEventListener("dragstart", ({ dataTransfer }) => {
    dataTransfer.effectAllowed = "copy";
    dataTransfer.setData(OWN, JSON.stringify({ path: link.href, name }));
    dataTransfer.setData("DownloadURL", `audio/midi:${name}:${link.href}`);
    dataTransfer.setData("text/uri-list", link.href);
  });
}

/* A file dropped anywhere else would replace the page. */
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
