/* Moves, values and places as words. */

export const PARTS = ["drums", "bass", "lead", "chords"];
export const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
export const NEUTRAL = { level_db: 0, mute: false, solo: false, filter: 1, reverb: 0, echo: 0, chorus: 0 };

const ORDERS = { drop: "Drop now", "next-piece": "Next piece", fill: "Fill now" };

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const percent = (share) => `${Math.round(share * 100)} %`;

/* A share with its sign. */
export const signed = (share) => `${share > 0 ? "+" : ""}${Math.round(share * 100)} %`.replace("-", "−");

export const decibels = (value) => `${value > 0 ? "+" : ""}${Number(value.toFixed(1))} dB`.replace("-", "−");

export function titleOf(key, values) {
  const pad = /^pad\.(\d)$/.exec(key);
  if (pad) return `Corner ${CORNERS[pad[1]] ?? pad[1]}`;
  const known = values.find((value) => value.key === key);
  return capital(known?.title ?? key.replaceAll(/[._]/g, " "));
}

export function valueText(value) {
  if (typeof value === "number") return String(round3(value));
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (value && typeof value === "object") return "changed";
  return String(value);
}

const round3 = (value) => Number(value.toFixed(3));

function faderWords({ part, fader }) {
  const words = [];
  if (fader.mute) words.push("muted");
  if (fader.solo) words.push("solo");
  if (fader.level_db) words.push(decibels(fader.level_db));
  if (fader.filter < 1) words.push(`filter ${percent(fader.filter)}`);
  for (const send of ["reverb", "echo", "chorus"]) if (fader[send]) words.push(`${send} ${signed(fader[send])}`);
  return `${capital(part)}: ${words.join(", ") || "as the theme has it"}`;
}

function placeWords(name, place) {
  if (place.by === "walk") return `${name} back to the walk`;
  if (place.by === "at") return name === "Beat" ? `${name} at ${percent(place.x)}, ${percent(place.y)}` : `${name} at a place`;
  return `${name} along a path of ${place.bars} bars`;
}

/* What a move does, without a full stop. */
export function sentence(move, values) {
  switch (move.move) {
    case "set": return `${titleOf(move.key, values)} ${valueText(move.value)}`;
    case "reset": return move.key ? `${titleOf(move.key, values)} back to radio.toml` : "All values back to radio.toml";
    case "macro": return `${capital(move.name)} ${percent(move.value)}`;
    case "beat": return placeWords("Beat", move.place);
    case "line": return placeWords("Bass and lead", move.place);
    case "tune": return `A tune on the map; ${placeWords("bass and lead", move.place)}`;
    case "hold": return move.on ? "Hold this section" : "Sections go on";
    case "order": return ORDERS[move.order] ?? capital(move.order);
    case "desk": return faderWords(move);
    case "jingle": return `Jingle from ${move.list}`;
    case "title": return move.text ? `Title “${move.text}”` : "Titles from the radio";
    case "undo": return "Undone";
    case "redo": return "Redone";
    default: return capital(move.move ?? "changed");
  }
}

export const fromBar = (bar) => (bar === null || bar === undefined ? "at once" : `from bar ${bar}`);
