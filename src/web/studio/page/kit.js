/* A small drum kit for taps and previews in the browser. Its sounds are noise and falling tones. */

let context = null;
let noise = null;

const TONES = { kick: [150, 45, 0.28], "low tom": [130, 80, 0.25], "mid tom": [180, 115, 0.22], "high tom": [240, 160, 0.2] };
const NOISES = { snare: [1800, 0.16], "closed hat": [8000, 0.05], "open hat": [7000, 0.28], crash: [5000, 0.9], ride: [9000, 0.4] };

function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  if (noise) return;
  noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = noise.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
}

/* Seconds of the kit's clock. */
export function kitTime() {
  wake();
  return context.currentTime;
}

export function strike(name, at = 0) {
  wake();
  const start = Math.max(at, context.currentTime);
  const gain = context.createGain();
  gain.connect(context.destination);
  if (TONES[name]) playTone(gain, start, TONES[name]);
  else playNoise(gain, start, NOISES[name] ?? NOISES.snare);
}

function fade(gain, start, level, seconds) {
  gain.gain.setValueAtTime(level, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
}

function playTone(gain, start, [high, low, seconds]) {
  const tone = context.createOscillator();
  tone.frequency.setValueAtTime(high, start);
  tone.frequency.exponentialRampToValueAtTime(low, start + seconds / 2);
  fade(gain, start, 0.8, seconds);
  tone.connect(gain);
  tone.start(start);
  tone.stop(start + seconds);
}

function playNoise(gain, start, [hertz, seconds]) {
  const source = context.createBufferSource();
  const filter = context.createBiquadFilter();
  Object.assign(source, { buffer: noise, loop: true });
  filter.type = "highpass";
  filter.frequency.value = hertz;
  fade(gain, start, 0.35, seconds);
  source.connect(filter).connect(gain);
  source.start(start);
  source.stop(start + seconds);
}
