//! HLS: valid playlists, players, a crash.

use std::{
    collections::BTreeMap,
    fs,
    process::Command,
    time::{Duration, Instant},
};

use crate::common::{
    browser::Browser,
    hls::{Playlist, unpack},
    http::Answer,
    mp3::decode,
    process::{Finished, run},
    radio::{ONE_STATION, Radio},
    tier::is_long,
    tool::{tool, without_underruns},
    wait::{PATIENCE, until_some},
};
use electropunk::stream::mp3::frames;
use serde_json::{Value, json};

/// The player that the browser loads.
const HLS_JS: &str = "hls.js@1.7.4";

/// The length of a segment.
const SEGMENT: Duration = Duration::from_secs(2);

/// A radio with short segments, so that playlists change often.
fn radio() -> Radio {
    let hls = "state = \"state\"\n[hls]\nenabled = true\nsegment_seconds = 2\nsegments = 4\n";
    Radio::start_with(&format!("{hls}{ONE_STATION}"), &[])
}

const MAIN: &str = "/hls/a/live.m3u8";
const MEDIA: &str = "/hls/a/128k.m3u8";

/// Waits until the playlist `is_so`.
fn playlist_that(radio: &Radio, what: &str, is_so: impl Fn(&Playlist) -> bool) -> Playlist {
    until_some(what, || {
        let answer = radio.get(MEDIA);
        let playlist = (answer.status() == 200).then(|| Playlist::read(&answer.text()));
        playlist.filter(&is_so)
    })
}

fn segment(radio: &Radio, name: &str) -> Answer {
    radio.get(&format!("/hls/a/{name}"))
}

#[test]
fn playlists_follow_the_rules_and_segments_join_without_a_gap() {
    let radio = radio();
    let mut segments = BTreeMap::new();
    let mut before = playlist_that(&radio, "a segment", |_| true);
    while segments.len() < 10 {
        let now = playlist_that(&radio, "a new segment", |now| now.newest() != before.newest());
        before.assert_continues_in(&now);
        for (number, listed) in (now.sequence..).zip(&now.segments) {
            segments.entry(number).or_insert_with(|| {
                let answer = segment(&radio, &listed.name);
                assert_eq!(answer.status(), 200, "{}", listed.name);
                (listed.clone(), answer.rest())
            });
        }
        before = now;
    }
    assert_eq!((before.target, before.segments.len()), (2, 4));

    let mut heard = Vec::new();
    let mut expected = None;
    for (number, (listed, bytes)) in &segments {
        let packed = unpack(bytes);
        let n_samples = 1152 * frames(packed.audio).count() as u64;
        assert!((listed.seconds - n_samples as f64 / 44_100.0).abs() < 0.001, "{listed:?}");
        if let Some((due, number_due, clock)) = expected {
            assert_eq!((*number, listed.is_break), (number_due, false));
            let late: jiff::SignedDuration = listed.begins.duration_since(due);
            assert!(late.unsigned_abs() < Duration::from_millis(2), "{listed:?} {late}");
            assert!(packed.clock.abs_diff(clock) <= 1, "{} {clock}", packed.clock);
        }
        let due = listed.begins + jiff::SignedDuration::from_secs_f64(n_samples as f64 / 44_100.0);
        expected = Some((due, number + 1, packed.clock + n_samples * 90_000 / 44_100));
        assert_eq!(packed.texts["TPE1"], "Test Tone's \u{fc}ber");
        assert!(packed.texts["TIT2"].starts_with("Test Tone's \u{fc}ber - "), "{:?}", packed.texts);
        heard.extend_from_slice(packed.audio);
    }
    eprintln!("{} segments, {} bytes of sound", segments.len(), heard.len());
    assert!(0.02 < decode(&heard));
}

/// `FFmpeg` and players built on it find the cover.
#[test]
fn the_first_segment_of_a_piece_has_its_cover() {
    let Some(mut ffprobe) = tool("ffprobe") else { return };
    let radio = radio();
    let playlist = playlist_that(&radio, "a segment", |_| true);

    let first = radio.url(&format!("/hls/a/{}", playlist.segments[0].name));
    let what = "stream=codec_name,width,height:stream_disposition=attached_pic";
    ffprobe.args(["-v", "error", "-select_streams", "v", "-show_entries", what]);
    let shown = run(ffprobe.args(["-of", "csv=p=0"]).arg(first), PATIENCE).stdout;

    assert_eq!(shown.trim(), "png,128,128,1");
}

#[test]
fn answers_have_types_and_lifetimes_and_segments_ranges() {
    let radio = radio();
    let playlist = playlist_that(&radio, "a segment", |_| true);
    let main = radio.get(MAIN);

    assert_eq!(main.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert_eq!(main.header("access-control-allow-origin"), Some("*"));
    let text = main.text();
    let lines: Vec<&str> = text.lines().collect();
    let variant = "#EXT-X-STREAM-INF:BANDWIDTH=208000,CODECS=\"mp4a.40.34\"";
    assert_eq!(lines, ["#EXTM3U", "#EXT-X-VERSION:3", variant, "128k.m3u8"]);
    let media = radio.get(MEDIA);
    assert_eq!(media.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert_eq!(media.header("cache-control"), Some("no-cache"));

    let now: Value = serde_json::from_str(&radio.get("/api/stations").text()).unwrap();
    assert_eq!(
        (&now[0]["hls_url"], &now[0]["hls_listeners"]),
        (&json!(radio.url(MAIN)), &json!(1))
    );

    let name = format!("/hls/a/{}", playlist.segments[0].name);
    let whole = radio.get(&name);
    assert_eq!(whole.header("content-type"), Some("audio/mpeg"));
    assert_eq!(whole.header("cache-control"), Some("public, max-age=18, immutable"));
    let whole = whole.rest();
    assert!(whole.len() as f64 * 8.0 / playlist.segments[0].seconds < 208_000.0);
    let head = radio.ask("HEAD", &name, "Connection: close");
    assert_eq!(head.header("content-length"), Some(&*whole.len().to_string()));
    assert_eq!(head.what_follows(), b"");
    let part = radio.ask("GET", &name, "Range: bytes=10-19\nConnection: close");
    let range = format!("bytes 10-19/{}", whole.len());
    assert_eq!((part.status(), part.header("content-range")), (206, Some(&*range)));
    assert_eq!(part.rest(), whole[10..20]);
    for path in ["/hls/a/", "/hls/a/x.mp3", "/hls/b/live.m3u8", "/hls/a/../a/live.m3u8"] {
        assert_eq!(radio.get(path).status(), 404, "{path}");
    }
}

#[test]
fn after_a_crash_the_playlist_continues_with_a_break() {
    let radio = radio();
    let before = playlist_that(&radio, "a full playlist", |playlist| playlist.segments.len() == 4);
    let looked = Instant::now();
    let old = &before.segments[3].name;
    assert_eq!(segment(&radio, old).status(), 200);
    let folder = radio.kill();
    let n_whole = looked.elapsed().as_secs() / SEGMENT.as_secs();

    let radio = Radio::start_in(folder, &[]);
    let after = playlist_that(&radio, "a segment", |_| true);

    eprintln!("{} and a break, then {}", before.newest(), after.sequence);
    let n_unseen = after.sequence.checked_sub(before.newest() + 1).expect("numbers only grow");
    assert!(
        n_unseen <= 1 + n_whole,
        "only segments made between the look and the crash may be missing"
    );
    assert!(after.segments[0].is_break);
    assert_eq!(before.breaks_until(3) + 1, after.breaks_until(0));
    assert_eq!(segment(&radio, old).status(), 404);
    assert!(
        before.segments.iter().all(|old| after.segments.iter().all(|new| new.name != old.name))
    );
}

#[test]
fn a_new_title_of_the_station_causes_no_break() {
    let radio = radio();
    let before = playlist_that(&radio, "a segment", |_| true);
    let path = radio.folder.path().join("radio.toml");
    radio.save(&fs::read_to_string(path).unwrap().replace("Test Tone's", "Other"));
    let is_told = |playlist: &Playlist| {
        let newest = &playlist.segments[playlist.segments.len() - 1];
        unpack(&segment(&radio, &newest.name).rest()).texts["TPE1"].starts_with("Other")
    };
    let after = playlist_that(&radio, "the new title", is_told);

    assert!(before.newest() < after.newest());
    assert_eq!(before.breaks_until(0), after.breaks_until(after.segments.len() - 1));
}

/// Runs a player, which must succeed.
fn play(command: &mut Command) -> Finished {
    let finished = run(command, PATIENCE);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    finished
}

#[test]
fn ffmpeg_plays_hls_without_a_warning() {
    let Some(mut ffmpeg) = tool("ffmpeg") else { return };
    let radio = radio();
    playlist_that(&radio, "a full playlist", |playlist| playlist.segments.len() == 4);

    let options = ["-nostdin", "-v", "warning", "-i", &radio.url(MAIN), "-t", "20"];
    let said = play(ffmpeg.args(options).args(["-f", "null", "-"])).stderr;

    // `FFmpeg` shows the title and the cover of the first segment alone, and says so at the next ones.
    let is_about_tags = |line: &&str| line.contains("Changing ID3 metadata in HLS");
    let other: Vec<&str> = said.lines().filter(|line| !is_about_tags(line)).collect();
    assert!(other.is_empty(), "{other:?}");
}

#[test]
fn mpv_plays_hls() {
    let Some(mut mpv) = tool("mpv") else { return };
    let radio = radio();
    playlist_that(&radio, "a full playlist", |playlist| playlist.segments.len() == 4);

    let options = ["--no-config", "--no-video", "--ao=null", "--length=12", "--msg-level=all=warn"];
    let finished = play(mpv.args(options).arg(radio.url(MAIN)));

    let report = without_underruns(&finished.stdout);
    assert_eq!((report.as_str(), finished.stderr.as_str()), ("", ""));
}

/// Reports once more than two whole playlists have been played, or on a fatal error.
const UNTIL_TWO_PLAYLISTS_ARE_HEARD: &str = "
    const [done] = arguments;
    const audio = document.createElement('audio');
    document.body.append(audio);
    const hls = new Hls();
    const errors = [];
    let first = null, waits = 0;
    const report = () => done({
      heard: audio.currentTime - first, waits, errors, stalled: hls.latency,
    });
    hls.on(Hls.Events.ERROR, (_, data) => {
      errors.push(data.details);
      if (data.fatal) report();
    });
    audio.addEventListener('playing', () => { if (first === null) first = audio.currentTime; });
    audio.addEventListener('waiting', () => { if (first !== null) waits += 1; });
    audio.addEventListener('timeupdate', () => {
      if (first !== null && audio.currentTime - first > 18) report();
    });
    hls.loadSource('/hls/a/live.m3u8');
    hls.attachMedia(audio);
    audio.play().catch(error => errors.push(String(error)));";

/// On a machine under load the browser may wait for sound.
#[test]
fn long_hls_js_plays_in_a_browser_without_waiting() {
    if !is_long() {
        return;
    }
    let (Some(browser), Some(mut npm)) = (Browser::start(), tool("npm")) else { return };
    let folder = tempfile::tempdir().unwrap();
    npm.args(["install", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
    play(npm.arg("--prefix").arg(folder.path()).arg(HLS_JS));
    let library = folder.path().join("node_modules/hls.js/dist/hls.min.js");
    let library = fs::read_to_string(library).unwrap();
    let radio = radio();
    playlist_that(&radio, "a full playlist", |playlist| playlist.segments.len() == 4);

    // This page may run any script; the player's may not.
    browser.open(&radio.url("/healthz"));
    let heard = browser.wait_for(&format!("{library}\n{UNTIL_TWO_PLAYLISTS_ARE_HEARD}"));

    eprintln!("{heard}");
    assert!(18.0 < heard["heard"].as_f64().unwrap(), "{heard}");
    assert_eq!((&heard["errors"], &heard["waits"]), (&json!([]), &json!(0)));
}
