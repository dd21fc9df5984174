//! HLS uploaded to S3 storage.

use std::net::SocketAddr;

use crate::common::{
    hls::Playlist,
    icecast::free_address,
    moto::{BUCKET, Key, Moto},
    mp3::{decode, frames_from_the_first},
    process::run,
    radio::{ONE_STATION, Radio},
    tool::tool,
    wait::{PATIENCE, until, until_some},
};

/// A second of sound at 128 kbit/s, in bytes.
const SECOND: usize = 16_000;

const PLAYLIST_TYPE: Option<&str> = Some("application/vnd.apple.mpegurl");

/// A radio.toml of one station with short segments and `lines` after `[hls]`.
fn programme(lines: &str) -> String {
    let hls = "state = \"state\"\n[hls]\nenabled = true\nsegment_seconds = 2\nsegments = 4\n";
    format!("{hls}{lines}{ONE_STATION}")
}

/// Such a radio.toml that uploads into `folder` of the bucket at `address`.
fn upload(address: SocketAddr, folder: &str, Key { id, secret }: &Key) -> String {
    programme(&format!(
        "[hls.upload]\nendpoint = \"http://{address}\"\nbucket = \"{BUCKET}\"\n\
         prefix = \"{folder}\"\naccess_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n"
    ))
}

fn any_key() -> Key {
    Key { id: "ANYBODY".to_owned(), secret: "hackme".to_owned() }
}

/// Waits until the station's playlist in `folder` `is_so`.
fn playlist_that(moto: &Moto, folder: &str, is_so: impl Fn(&Playlist) -> bool) -> Playlist {
    until_some("a playlist in the bucket", || {
        let answer = moto.get(&format!("{folder}/a/128k.m3u8"));
        let playlist = (answer.status() == 200).then(|| Playlist::read(&answer.text()));
        playlist.filter(&is_so)
    })
}

/// A metric of the upload.
fn figure(radio: &Radio, name: &str) -> Option<u64> {
    let name = format!("electropunk_upload_{name}{{station=\"a\"}} ");
    radio.get("/metrics").text().lines().find_map(|line| line.strip_prefix(&name)?.parse().ok())
}

/// Stops the radio; returns the lines of its log about the bucket, without times, and the whole log.
fn log_of(radio: Radio) -> (Vec<String>, String) {
    let log = radio.stop();
    // A deletion may or may not fail while the storage stops.
    let is_deletion = |line: &str| line.contains("old segments");
    let told = log.lines().filter(|line| line.contains(BUCKET) && !is_deletion(line));
    let told = told.map(|line| line.split_once(' ').unwrap().1.trim().to_owned());
    (told.collect(), log)
}

#[test]
fn players_play_a_station_from_a_bucket() {
    let Some(moto) = Moto::start(free_address()) else { return };
    let (left, other) = ("live/a/128k-1700000000000-5.mp3", "live/a/jingle.mp3");
    moto.put(left);
    moto.put(other);
    let radio = Radio::start_with(&upload(moto.address, "live", &any_key()), &[]);

    let first = playlist_that(&moto, "live", |playlist| playlist.segments.len() == 4);
    for listed in &first.segments {
        let there = moto.get(&format!("live/a/{}", listed.name));
        assert_eq!(there.status(), 200, "{}", listed.name);
        for (name, value) in
            [("content-type", "audio/mpeg"), ("cache-control", "public, max-age=18, immutable")]
        {
            assert_eq!(there.header(name), Some(value));
        }
        assert_eq!(there.rest(), radio.get(&format!("/hls/a/{}", listed.name)).rest());
    }
    let main = moto.get("live/a/live.m3u8");
    assert_eq!((main.header("content-type"), main.status()), (PLAYLIST_TYPE, 200));
    assert_eq!(main.header("cache-control"), Some("public, max-age=1"));
    assert_eq!(main.text(), radio.get("/hls/a/live.m3u8").text());

    if let Some(mut ffmpeg) = tool("ffmpeg") {
        let options = ["-nostdin", "-v", "warning", "-i", &moto.url("live/a/live.m3u8")];
        let heard = run(ffmpeg.args(options).args(["-t", "16", "-f", "null", "-"]), PATIENCE);
        assert_eq!((heard.code, heard.stderr.as_str()), (Some(0), ""));
    }
    for old in [left, &format!("live/a/{}", first.segments[0].name)] {
        until("an old segment is gone", || moto.get(old).status() != 200);
    }
    assert_eq!(moto.get(other).status(), 200);
    let now = playlist_that(&moto, "live", |_| true);
    for listed in &now.segments {
        assert_eq!(moto.get(&format!("live/a/{}", listed.name)).status(), 200);
    }
}

#[test]
fn storage_that_is_late_lost_or_changed_is_not_heard() {
    let Some(_) = tool("moto_server") else { return };
    let address = free_address();
    let radio = Radio::start_with(&upload(address, "live", &any_key()), &[]);
    let mut listener = radio.get("/a.mp3");
    let own = || Playlist::read(&radio.get("/hls/a/128k.m3u8").text());
    let n_breaks = |playlist: &Playlist| playlist.breaks_until(playlist.segments.len() - 1);
    until("a segment", || radio.get("/hls/a/128k.m3u8").status() == 200);
    let breaks = n_breaks(&own());
    assert_eq!(["up", "times_total"].map(|name| figure(&radio, name)), [Some(0); 2]);

    let moto = Moto::start(address).unwrap();
    let before = playlist_that(&moto, "live", |_| true);
    until("the metric", || figure(&radio, "up") == Some(1));
    drop(moto);
    until("the metric", || figure(&radio, "up") == Some(0));
    let moto = Moto::start(address).unwrap();
    let after = playlist_that(&moto, "live", |_| true);
    assert!(before.newest() < after.newest());
    until("the metric", || Some(2) <= figure(&radio, "times_total"));

    radio.save(&upload(address, "elsewhere", &any_key()));
    let elsewhere = playlist_that(&moto, "elsewhere", |_| true);
    assert_eq!(n_breaks(&elsewhere), breaks);

    radio.save(&programme(""));
    until("no upload", || {
        let playlist = playlist_that(&moto, "elsewhere", |_| true);
        playlist.newest() + 2 < own().newest()
    });
    assert_eq!(n_breaks(&own()), breaks);
    assert_eq!(figure(&radio, "up"), None);
    let sound = listener.read(20 * SECOND);
    assert!(0.02 < decode(frames_from_the_first(&sound)));

    let (told, _) = log_of(radio);
    let [failed, on, on_elsewhere] = &told[..] else { panic!("{told:#?}") };
    assert!(failed.starts_with("WARN ") && failed.contains("failed to connect: "), "{failed}");
    assert!(on.starts_with("INFO ") && on.contains("/live/a/live.m3u8"), "{on}");
    assert!(on_elsewhere.contains("/elsewhere/a/live.m3u8"), "{on_elsewhere}");
}

#[test]
fn a_wrong_key_is_logged_once_and_no_key_is_logged() {
    let Some(moto) = Moto::start(free_address()) else { return };
    let right = moto.lock();
    let wrong = Key { id: right.id.clone(), secret: "forgotten".to_owned() };
    let radio = Radio::start_with(&upload(moto.address, "live", &wrong), &[]);
    let done = |what: &str, status| moto.count(&format!("{what} /{BUCKET}/live/a/"), status);
    until("three tries", || 3 <= done("PUT", 403));

    radio.save(&upload(moto.address, "live", &right));
    until("a deletion", || 0 < done("DELETE", 204));

    let (told, log) = log_of(radio);
    let [failed, on] = &told[..] else { panic!("{told:#?}") };
    let reason = "refused: 403 SignatureDoesNotMatch; retrying";
    assert!(failed.starts_with("WARN ") && failed.contains(reason), "{failed}");
    assert!(on.starts_with("INFO ") && on.contains("/live/a/live.m3u8"), "{on}");
    for secret in ["forgotten", &right.secret, &right.id] {
        assert!(!log.contains(secret));
    }
}
