/* A slider with a label and its value in words. */

import { hold, isHeld, make, setText } from "./dom.js";

/* `is`: { id, label, low, high, step, words(value), learn }. `does`: { input(value), rest(value) }, both optional.
 * Returns { element, input, show(value) }. */
export function makeFader(is, does) {
  const input = make("input", { type: "range", min: is.low, max: is.high, step: is.step ?? "any", id: is.id, className: "needs-operator" });
  input.dataset.learn = is.id;
  const output = make("span", { className: "value", "aria-hidden": "true" });
  const label = make("label", { className: "fader-label", htmlFor: is.id, textContent: is.label });
  const element = make("div", { className: "fader" }, label, input, output);
  const paint = (value) => {
    const words = is.words(value);
    setText(output, words);
    input.setAttribute("aria-valuetext", words);
    const shareOf = (value) => (value - is.low) / (is.high - is.low);
    // The coloured part starts at the middle if the range is symmetric.
    const [share, zero] = [shareOf(input.value), is.low === -is.high ? 0.5 : 0];
    input.style.setProperty("--from", Math.min(share, zero));
    input.style.setProperty("--to", Math.max(share, zero));
  };
  input.addEventListener("input", () => {
    hold(input);
    paint(Number(input.value));
    does.input?.(Number(input.value));
  });
  input.addEventListener("change", () => does.rest?.(Number(input.value)));
  if (is.neutral !== undefined) {
    input.addEventListener("dblclick", () => {
      input.value = is.neutral;
      input.dispatchEvent(new Event("input"));
      input.dispatchEvent(new Event("change"));
    });
  }
  const show = (value) => {
    if (isHeld(input)) return;
    input.value = value ?? (is.low + is.high) / 2;
    paint(value); // Not input.value, which is rounded to a step.
  };
  return { element, input, show };
}
