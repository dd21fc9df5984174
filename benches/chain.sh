#!/usr/bin/env bash
# CPU time of a station beside the usual tools: seconds a minute of sound at 128 kbit/s, measured on
# five minutes, one program after the other. Run it on a quiet machine.
#
#     benches/chain.sh [STATION]     needs fluidsynth, lame and liquidsoap (apt)
set -euo pipefail
cd "$(dirname "$0")/.."
station=${1:-techno}
cargo build --release --quiet
bin=${CARGO_TARGET_DIR:-target}/release/electropunk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cost() { # NAME COMMAND...
    local name=$1 TIMEFORMAT='%U %S' seconds
    shift
    seconds=$( { time "$@" >"$work/log" 2>&1; } 2>&1 ) || { cat "$work/log"; exit 1; }
    awk -v name="$name" '{ printf "%-58s %.2f\n", name, ($1 + $2) / 5 }' <<<"$seconds"
}
render() { "$bin" render --station "$station" --minutes 5 --seed 1 --out "$1"; }

render "$work/s.mid" >/dev/null 2>&1
cost "electropunk: composes, plays, masters and encodes" render "$work/ours.mp3"
fluid() {
    fluidsynth -ni -r 44100 -F "$work/f.wav" soundfonts/electropunk.sf2 "$work/s.mid"
    lame -S --cbr -b 128 --nores -q 5 "$work/f.wav" "$work/f.mp3"
}
cost "fluidsynth + lame: play and encode its MIDI file" fluid
render "$work/s.wav" >/dev/null 2>&1
cat >"$work/l.liq" <<LIQ
settings.log.level.set(1)
settings.init.allow_root.set(true)
s = once(single("$work/s.wav"))
clock.assign_new(sync="none", [s])
output.file(fallible=true, on_stop=shutdown, %mp3(bitrate=128), "$work/l.mp3", s)
LIQ
cost "Liquidsoap: encodes the finished sound" liquidsoap "$work/l.liq"
