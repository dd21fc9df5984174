#!/bin/sh
# Installs the frameworks with which the benches are compared, PyTorch and @magenta/music, and runs a
# script of benches/peers/ on each framework that has one of that name: `benches/peers.sh decode < models`.
#
# They are installed into $PEERS (default: a folder under /tmp), which is kept for the next run. Needs
# python3 with venv, node and npm.
set -eu
here=$(dirname "$0")/peers
peers=${PEERS:-${TMPDIR:-/tmp}/electropunk-peers}
mkdir -p "$peers"
if ! "$peers/python/bin/python" -c 'import torch' 2>/dev/null; then
    python3 -m venv "$peers/python"
    "$peers/python/bin/pip" install --quiet torch numpy >&2
fi
if [ ! -d "$peers/node_modules/@magenta/music" ]; then
    echo '{"private": true}' >"$peers/package.json"
    npm install --prefix "$peers" --ignore-scripts --no-audit --no-fund \
        @magenta/music@1.23.1 @tensorflow/tfjs-backend-wasm@2.8.6 >&2
fi
models=$(cat)
export OMP_NUM_THREADS="${THREADS:-1}" MKL_NUM_THREADS="${THREADS:-1}" PYTHONWARNINGS=ignore
echo "$models" | "$peers/python/bin/python" "$here/$1.py"
if [ -f "$here/$1.mjs" ]; then
    echo "$models" | node "$here/$1.mjs" "$peers"
fi
