/* Pictures of drum grids and piano rolls. */

import { colour, fitted } from "./dom.js";

const QUIET = "#ffffff0d";
const BEAT = "#ffffff1c";

export const emptyGrid = (like) => ({ steps: like.steps, rows: like.rows.map(([name]) => [name, []]) });

export function gridText(grid) {
  const heard = grid.rows.filter(([, steps]) => steps.length);
  return heard.map(([name, steps]) => `${name} ${steps.length}`).join(", ") || "silent";
}

/* Nine rows of steps, the kick lowest. */
export function drawGrid(canvas, grid) {
  const fit = fitted(canvas);
  if (!fit || !grid) return;
  const { context, width, height } = fit;
  const [wide, high] = [width / grid.steps, height / grid.rows.length];
  const gap = wide > 8 ? 2 : 1;
  const hit = colour("drums");
  grid.rows.forEach(([, steps], index) => {
    const y = height - (index + 1) * high;
    const on = new Set(steps);
    for (let step = 0; step < grid.steps; step += 1) {
      context.fillStyle = on.has(step) ? hit : step % 4 ? QUIET : BEAT;
      context.beginPath();
      context.roundRect(step * wide + gap / 2, y + gap / 2, wide - gap, high - gap, Math.min(2, wide / 4));
      context.fill();
    }
  });
}

/* Bass and lead of a few bars. */
export function drawTune(canvas, tune) {
  const fit = fitted(canvas);
  if (!fit) return;
  const { context, width, height } = fit;
  const steps = (tune?.bars ?? 4) * 16;
  for (let step = 0; step < steps; step += 4) {
    context.fillStyle = step % 16 ? QUIET : BEAT;
    context.fillRect(Math.round((step / steps) * width), 0, 1, height);
  }
  if (!tune) return;
  const notes = [...tune.bass, ...tune.lead].map(([, , pitch]) => pitch);
  const [low, high] = [Math.min(...notes) - 2, Math.max(...notes) + 2];
  const step = height / (high - low + 1);
  const thick = Math.max(3, Math.min(9, step * 0.9));
  for (const [part, paint] of [["bass", colour("bass")], ["lead", colour("lead")]]) {
    context.fillStyle = paint;
    for (const [start, length, pitch, velocity] of tune[part]) {
      context.globalAlpha = 0.5 + velocity / 254;
      context.beginPath();
      context.roundRect((start / steps) * width, (high - pitch) * step, Math.max(2, (length / steps) * width - 1), thick, 2);
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

export function tuneText(tune) {
  const words = ["bass", "lead"].map((part) => `${part} ${tune[part].length} notes`);
  return `${words.join(", ")} in ${tune.bars} bars`;
}
