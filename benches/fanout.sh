#!/usr/bin/env bash
# Listeners of one 128 kbit/s mount: electropunk beside Icecast, in one run on one machine.
#
#   benches/fanout.sh LOADGEN [N...]
#
# LOADGEN is a program that opens N listeners and prints one line of JSON:
#   LOADGEN URL N SECONDS RAMP_PER_S --settle S --pid PID --src-spread K
# (url, alive_start, full_rate, gap_ms_max, ttfb_ms_p50, ttfb_ms_p99, t64k_ms_p50,
# srv_cpu_s_per_1000_per_min, srv_rss_kb_per_listener...). Icecast and ffmpeg are installed with apt if
# missing; ffmpeg feeds Icecast with a recording of the same station.
set -euo pipefail
cd "$(dirname "$0")/.."
loadgen=$(realpath "$1")
shift
counts=("$@")
[ ${#counts[@]} -gt 0 ] || counts=(1000 2000 4000 8000)
seconds=${SECONDS_PER_RUN:-20}

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
command -v icecast2 ffmpeg >/dev/null || $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --no-install-recommends icecast2 ffmpeg
cargo build --release --quiet
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -m 777 "$work/log"
cat > "$work/radio.toml" <<TOML
[server]
bind = "127.0.0.1:18200"
max_listeners = 20000
listeners_per_address = 0
[themes.techno]
[[stations]]
name = "techno"
theme = "techno"
TOML
cat > "$work/icecast.xml" <<XML
<icecast><hostname>localhost</hostname>
<limits><clients>20000</clients><sources>4</sources><queue-size>524288</queue-size>
<burst-size>65536</burst-size></limits>
<authentication><source-password>source</source-password><admin-password>admin</admin-password>
</authentication>
<listen-socket><port>18201</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><basedir>/usr/share/icecast2</basedir><logdir>$work/log</logdir>
<webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><loglevel>1</loglevel></logging></icecast>
XML
target/release/electropunk render --config "$work/radio.toml" --station techno --minutes 2 \
    --out "$work/techno.mp3" 2>/dev/null
target/release/electropunk serve --config "$work/radio.toml" >/dev/null 2>"$work/log/radio" &
radio=$!
by_nobody=()
[ "$(id -u)" != 0 ] || by_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
"${by_nobody[@]}" icecast2 -c "$work/icecast.xml" >/dev/null 2>&1 &
icecast=$!
until curl -s -o /dev/null http://127.0.0.1:18201/; do sleep 0.2; done
ffmpeg -loglevel error -re -stream_loop -1 -i "$work/techno.mp3" -c copy -f mp3 \
    -content_type audio/mpeg icecast://source:source@127.0.0.1:18201/techno.mp3 &
until curl -s --max-time 5 http://127.0.0.1:18201/techno.mp3 -o /dev/null -r 0-9; do
    [ $? = 28 ] && break
    sleep 0.2
done
sleep 6 # Fills Icecast's burst.

# CPU time without listeners, which is subtracted: the radio also makes the music.
hertz=$(getconf CLK_TCK)
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
alone() { # pid
    local before
    before=$(ticks "$1")
    sleep 30
    echo $((($(ticks "$1") - before) * 2)) | awk -v hertz="$hertz" '{ print $1 / hertz }'
}
radio_alone=$(alone $radio)
icecast_alone=$(alone $icecast)
echo "without listeners, CPU s a minute: electropunk $radio_alone, Icecast $icecast_alone"

echo "| server | listeners | at full rate | CPU s per 1000 a minute, beyond that | first byte ms p50 / p99 | 64 KB ms p50 | longest gap ms | KB a listener |"
echo "|---|---|---|---|---|---|---|---|"
run() { # name url pid count ramp alone
    "$loadgen" "$2" "$4" "$seconds" "$5" --settle 8 --pid "$3" --src-spread 50 |
        python3 -c '
import json, sys
r = json.loads(sys.stdin.read())
print("| %s | %d (%d/s) | %d | %.2f | %.2f / %.1f | %.1f | %.0f | %.1f |" % (sys.argv[1], r["count"],
    int(sys.argv[2]), r["full_rate"],
    r["srv_cpu_s_per_1000_per_min"] - float(sys.argv[3]) * 1000 / r["count"], r["ttfb_ms_p50"],
    r["ttfb_ms_p99"], r["t64k_ms_p50"], r["gap_ms_max"], r["srv_rss_kb_per_listener"]))' "$1" "$5" "$6"
}
for count in "${counts[@]}"; do
    ramp=1000
    [ "$count" -lt 4000 ] || ramp=400
    run electropunk http://127.0.0.1:18200/techno.mp3 $radio "$count" $ramp "$radio_alone"
    sleep 5
    run "Icecast $(icecast2 -v 2>&1 | grep -o '[0-9][0-9.]*' | head -1)" \
        http://127.0.0.1:18201/techno.mp3 $icecast "$count" $ramp "$icecast_alone"
    sleep 5
done
