/* The tools that answer clips: MIDI files in, answers that are heard and dragged out. */

import { post } from "./api.js";
import { byId, make, setText } from "./dom.js";
import { acceptFiles, offerFile } from "./files.js";
import { sayError, tell } from "./say.js";
import { canChange, known, on } from "./store.js";
import { capital } from "./words.js";

const N_ANSWERS = 4;
const MOST_LISTED = 24;
const MOST_BYTES = 1 << 20;
const N_CLIPS = { continue: 1, generate: 0, interpolate: 2, drumify: 1, groove: 1 };

const SENTENCES = {
  continue: "The clip stays as it is, and bars follow it.",
  generate: "New clips, drawn from the models.",
  interpolate: "The way from one clip to the other.",
  drumify: "Drums for the rhythm of the clip.",
  groove: "A drummer's velocities and timing for the drums of the clip.",
};

const audio = byId("answer-audio");
const clips = [null, null]; // { name, midi } with the bytes in base 64.
let isRunning = false;

const tool = () => document.querySelector("[name=tool]:checked").value;
const ready = () => clips.slice(0, N_CLIPS[tool()]).every(Boolean);

function show() {
  byId("panel-tools").hidden = !known.tools.length;
  setText(byId("tool-words"), SENTENCES[tool()]);
  clips.forEach((clip, index) => {
    byId(`clip-${index}`).hidden = N_CLIPS[tool()] <= index;
    setText(byId(`clip-${index}`).querySelector("span"), clip?.name ?? "Drop a MIDI file here, or choose one");
  });
  for (const setting of document.querySelectorAll("[data-tools]")) setting.hidden = !setting.dataset.tools.split(" ").includes(tool());
  byId("tool-run").disabled = !canChange() || isRunning || !ready();
  setText(byId("tool-run"), isRunning ? "Working…" : `Make ${N_ANSWERS}`);
}

/* ---- clips in ---- */

const inBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
  reader.addEventListener("error", () => reject(reader.error));
  reader.readAsDataURL(file);
});

async function take(index, file) {
  if (file.size > MOST_BYTES) return sayError(`${file.name}: expected at most 1 MiB, found ${Math.ceil(file.size / 1024)} KiB`);
  try {
    clips[index] = { name: file.name, midi: await inBase64(file) };
    tell(`${file.name} taken`);
  } catch {
    sayError(`${file.name} can't be read.`);
  }
  return show();
}

clips.forEach((_, index) => {
  const place = byId(`clip-${index}`);
  acceptFiles(place, (file) => take(index, file));
  place.querySelector("input").addEventListener("change", ({ target }) => {
    if (target.files[0]) take(index, target.files[0]);
    target.value = "";
  });
});

/* ---- answers out ---- */

const whole = (id) => Number.parseInt(byId(id).value, 10);

const settings = () => ({
  bars: whole("tool-bars"),
  far: byId("tool-far").checked,
  parts: byId("tool-parts").value,
  steps: whole("tool-steps"),
  amount: whole("tool-amount") / 100,
});

async function run() {
  const [name, given, asked] = [tool(), clips.slice(0, N_CLIPS[tool()]), settings()];
  const seed = Math.floor(Math.random() * 2 ** 32);
  isRunning = true;
  show();
  try {
    for (let number = 0; number < N_ANSWERS; number += 1) {
      const answer = await post(`tools/${name}`, { clips: given, ...asked, seed, number });
      list(answer, `${stem(given[0]?.name ?? name)}.${name}-${seed}-${number}.mid`);
    }
    tell(`${N_ANSWERS} answers of ${name}`);
  } catch (error) {
    sayError(error.message, error.status);
  }
  isRunning = false;
  show();
}

const stem = (name) => name.replace(/\.midi?$/i, "");
const here = (path) => path.replace(/^\/studio\//, ""); // The radio may be below another path.

/* Lists an answer: a button that plays it, and a link that is dragged or clicked. */
function list({ midi, sound }, name) {
  const link = make("a", { className: "pill", href: here(midi), download: name, draggable: true, textContent: name });
  offerFile(link, name);
  const play = make("button", { type: "button", className: "pill", "aria-pressed": "false", "aria-label": `Play ${name}`, textContent: "Play" });
  play.addEventListener("click", () => (play.getAttribute("aria-pressed") === "true" ? stop() : start(play, here(sound))));
  byId("answers").prepend(make("li", {}, play, link));
  while (byId("answers").children.length > MOST_LISTED) byId("answers").lastChild.remove();
}

function stop() {
  audio.pause();
  for (const button of byId("answers").querySelectorAll("[aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
}

async function start(button, path) {
  stop();
  button.setAttribute("aria-pressed", "true");
  audio.src = path;
  try {
    await audio.play();
  } catch (error) {
    if (error.name === "AbortError") return; // Another answer plays.
    stop();
    sayError("The answer can't be played; the radio keeps only the last 64.");
  }
}

audio.addEventListener("ended", stop);
for (const choice of document.querySelectorAll("[name=tool]")) {
  choice.addEventListener("change", show);
  choice.nextElementSibling.textContent = capital(choice.value);
}
byId("tool-run").addEventListener("click", run);
on("state", show);
show();
