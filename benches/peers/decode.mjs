// Bars per second of @magenta/music on tfjs's wasm backend: the same decoders with random weights.
//
// `node decode.mjs FOLDER` reads the lines of decode.py and prints lines `magenta name batch
// bars_per_second`; FOLDER is where npm installed the packages. The encoders, which are not measured,
// are of width 1.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(resolve(process.argv[2]), 'package.json'));
console.log = () => {};
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const { MusicVAE } = require('@magenta/music/node/music_vae');

const BATCHES = [1, 8, 32];
const STEPS_PER_BAR = 16;
const PITCHES = { minPitch: 21, maxPitch: 108 };

function shapes(sizes, tokens) {
  const { nLatent, nHidden, nLayers, nConductor, nConductorLayers } = sizes;
  const list = [];
  const linear = (prefix, nIn, nOut) => list.push([`${prefix}/kernel`, [nIn, nOut]], [`${prefix}/bias`, [nOut]]);
  const lstm = (prefix, nIn, nHidden) => linear(prefix, nIn + nHidden, 4 * nHidden);
  const isConducted = nConductorLayers > 0;
  for (const level of isConducted ? ['hierarchical_level_0/', 'hierarchical_level_1/'] : [''])
    for (const way of ['fw', 'bw'])
      lstm(`encoder/${level}cell_0/bidirectional_rnn/${way}/multi_rnn_cell/cell_0/lstm_cell`, 1, 1);
  linear('encoder/mu', 2, nLatent);
  if (isConducted) linear('decoder/hierarchical_level_0/initial_state', nLatent, 2 * nConductorLayers * nConductor);
  for (let l = 0; l < nConductorLayers; ++l)
    lstm(`decoder/hierarchical_level_0/cell_${l}/lstm_cell`, l ? nConductor : 1, nConductor);
  const nContext = isConducted ? nConductor : nLatent;
  tokens.forEach((nTokens, core) => {
    const number = tokens.length > 1 ? `core_decoder_${core}/` : '';
    const prefix = `${isConducted ? 'core_decoder/' : ''}${number}decoder`;
    linear(`${prefix}/z_to_initial_state`, nContext, 2 * nLayers * nHidden);
    for (let l = 0; l < nLayers; ++l)
      lstm(`${prefix}/multi_rnn_cell/cell_${l}/lstm_cell`, l ? nHidden : nTokens + nContext, nHidden);
    linear(`${prefix}/output_projection`, nHidden, nTokens);
  });
  return list;
}

function converter(sizes, tokens) {
  const args = { numSteps: sizes.nSegments * sizes.nSteps };
  if (sizes.nConductorLayers > 0) args.numSegments = sizes.nSegments;
  if (tokens.length > 1)
    return { type: 'TrioConverter', args: { ...args, melArgs: PITCHES, bassArgs: PITCHES, drumsArgs: {} } };
  if (tokens[0] === 512) return { type: 'DrumsConverter', args };
  return { type: 'MelodyConverter', args: { ...args, ...PITCHES } };
}

// The library reads its weights over HTTP: this serves random ones.
async function serve(list) {
  const size = ([, shape]) => shape.reduce((a, b) => a * b, 1);
  const weights = list.map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const server = createServer((request, response) => {
    if (request.url.endsWith('.json')) return response.end(JSON.stringify([{ paths: ['shard'], weights }]));
    const values = new Float32Array(list.reduce((sum, entry) => sum + size(entry), 0));
    for (let i = 0; i < values.length; ++i) values[i] = (Math.random() - 0.5) * 0.16;
    response.end(Buffer.from(values.buffer));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

async function measure(line) {
  const [name, ...rest] = line.split(' ');
  const cores = rest.pop();
  if (cores.includes('+')) return;
  const tokens = cores.split(',').map(Number);
  const [nLatent, nHidden, nLayers, nSegments, nSteps, nConductor, nConductorLayers] = rest.map(Number);
  const sizes = { nLatent, nHidden, nLayers, nSegments, nSteps, nConductor, nConductorLayers };
  const server = await serve(shapes(sizes, tokens));
  const url = `http://127.0.0.1:${server.address().port}`;
  const model = new MusicVAE(url, { type: 'MusicVAE', dataConverter: converter(sizes, tokens) });
  await model.initialize();
  server.close();
  for (const batch of BATCHES) {
    const z = tf.randomNormal([batch, nLatent]);
    let best = Infinity;
    const began = performance.now();
    for (let run = 0; run < 3 || performance.now() - began < 1000; ++run) {
      const start = performance.now();
      const tensors = await model.decodeTensors(z);
      await tensors.data();
      tensors.dispose();
      best = Math.min(best, performance.now() - start);
    }
    const nBars = (batch * nSegments * nSteps) / STEPS_PER_BAR;
    process.stdout.write(`magenta ${name} ${batch} ${(1000 * nBars) / best}\n`);
    z.dispose();
  }
  model.dispose();
}

// The backend takes a `fetch` as a sign that it is in a browser, where files have URLs.
const { fetch } = globalThis;
globalThis.fetch = undefined;
await tf.setBackend('wasm');
globalThis.fetch = fetch;
for await (const line of createInterface({ input: process.stdin })) await measure(line);
