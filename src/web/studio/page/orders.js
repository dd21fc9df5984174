/* Orders that are carried out once, the hold, jingles and the title. */

import { byId, fill } from "./dom.js";
import { make } from "./moves.js";
import { hand, known, on } from "./store.js";

for (const button of document.querySelectorAll("[data-order]")) {
  button.dataset.learn = `order-${button.dataset.order}`;
  button.addEventListener("click", () => make({ move: "order", order: button.dataset.order }));
}

byId("hold").addEventListener("click", () => make({ move: "hold", on: !hand().steering.hold }));

byId("jingle").addEventListener("click", () => {
  const list = byId("jingle-list").value;
  if (list) make({ move: "jingle", list });
});

byId("title-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("title-text").value.trim();
  if (text) make({ move: "title", text });
});

byId("title-clear").addEventListener("click", () => {
  byId("title-text").value = "";
  make({ move: "title", text: null });
});

on("hand", () => {
  const { steering } = hand();
  byId("hold").setAttribute("aria-pressed", steering.hold);
});

on("state", () => {
  fill(byId("jingle-list"), JSON.stringify(known.playlists), () => known.playlists.map((list) => new Option(list, list)));
  byId("jingle-row").hidden = !known.playlists.length;
});
