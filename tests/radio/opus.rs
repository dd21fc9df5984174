//! Opus mounts in players and through Icecast.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    thread,
};

use crate::common::{
    browser::Browser,
    icecast::{Icecast, free_address},
    process::{Finished, Watched, run},
    radio::Radio,
    tool::{tool, tool_of_nobody, without_underruns},
    wait::{PATIENCE, until},
};
use serde_json::Value;

const PATH: &str = "/a.opus";

/// The header lines of the admin, whose password is hackme.
const LOGIN: &str = "Authorization: Basic YWRtaW46aGFja21l\nConnection: close";

/// A station with a mount of MP3, two of Opus, and more `lines`.
fn programme(lines: &str) -> String {
    format!(
        "seed = 5\n[admin]\npassword = \"hackme\"\n[themes.a]\ntempo = 128\n[[stations]]\n\
         name = \"a\"\ntheme = \"a\"\ntitle = \"Night Line\"\n[[stations.mounts]]\n\
         [[stations.mounts]]\npath = \"{PATH}\"\n\
         [[stations.mounts]]\npath = \"/low.opus\"\nbitrate_kbps = 48\n{lines}"
    )
}

/// Runs a player, which must succeed without a warning.
fn play(command: &mut Command) -> Finished {
    let finished = run(command, PATIENCE);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{}", finished.stdout);
    finished
}

/// The first stream that ffprobe finds at `url`.
fn probe(ffprobe: &mut Command, url: &str) -> Value {
    let options = ["-v", "error", "-show_entries", "stream=codec_name:stream_tags"];
    let shown = play(ffprobe.args(options).args(["-of", "json", "-icy", "0", url])).stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    shown["streams"][0].clone()
}

#[test]
fn head_and_status_name_the_codec() {
    let radio = Radio::start_with(&programme(""), &[]);

    let mut answer = radio.get(PATH);

    assert_eq!((answer.status(), answer.header("content-type")), (200, Some("audio/ogg")));
    assert_eq!((answer.header("icy-sr"), answer.header("icy-br")), (Some("48000"), Some("96")));
    assert_eq!(&answer.read(4), b"OggS");
    let status = radio.get(&format!("/status-json.xsl?mount={PATH}")).text();
    let status: Value = serde_json::from_str(&status).unwrap();
    let source = &status["icestats"]["source"];
    assert_eq!((&source["subtype"], &source["server_type"]), (&"Opus".into(), &"audio/ogg".into()));
}

#[test]
fn ffmpeg_finds_codec_and_title_and_decodes_without_a_warning() {
    let (Some(mut ffprobe), Some(_)) = (tool("ffprobe"), tool("ffmpeg")) else { return };
    let radio = Radio::start_with(&programme(""), &[]);

    let url = radio.url(PATH);
    let stream = probe(&mut ffprobe, &url);
    assert_eq!(stream["codec_name"], "opus");
    assert_eq!(stream["tags"]["ARTIST"], "Night Line", "{stream}");
    assert!(stream["tags"]["TITLE"].as_str().is_some_and(|title| !title.is_empty()), "{stream}");

    // Without and with interleaved titles, which ffmpeg requests by default.
    for icy in ["0", "1"] {
        let options = ["-nostdin", "-v", "warning", "-xerror", "-icy", icy, "-i", &url];
        play(tool("ffmpeg").unwrap().args(options).args(["-t", "10", "-f", "null", "-"]));
    }
}

#[test]
fn mpv_plays_some_seconds() {
    let Some(mut mpv) = tool("mpv") else { return };
    let radio = Radio::start_with(&programme(""), &[]);

    let options = ["--no-config", "--no-video", "--ao=null", "--length=5", "--msg-level=all=warn"];
    let said = play(mpv.args(options).arg(radio.url(PATH))).stdout;

    assert_eq!(without_underruns(&said), "");
}

#[test]
fn vlc_plays_some_seconds() {
    // VLC refuses to run as root.
    let Some(mut vlc) = tool_of_nobody("cvlc") else { return };
    let radio = Radio::start_with(&programme(""), &[]);

    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.path().join("heard.wav");
    let sink = format!(
        "--sout=#transcode{{acodec=s16l}}:std{{access=file,mux=wav,dst={}}}",
        file.display()
    );
    // Not `--run-time`, which counts from the beginning of the stream.
    vlc.args(["--quiet", &sink, &radio.url(PATH)]);
    let pipes = vlc.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _vlc = Watched::new(pipes.spawn().unwrap());

    let five_seconds = 5 * 48_000 * 4;
    until("five seconds in VLC", || fs::metadata(&file).is_ok_and(|of| five_seconds < of.len()));
}

/// Plays URL; reports an error, or the seconds played once there are five.
const UNTIL_FIVE_SECONDS_ARE_HEARD: &str = "
    const [done] = arguments;
    const audio = new Audio('URL');
    audio.addEventListener('error', () => done(audio.error.message));
    audio.addEventListener('timeupdate', () => {
      const first = audio.played.length ? audio.played.start(0) : audio.currentTime;
      if (audio.currentTime - first > 5) done(audio.currentTime - first);
    });
    audio.play().catch((error) => done(String(error)));";

#[test]
fn a_browser_plays_some_seconds() {
    let Some(browser) = Browser::start() else { return };
    let radio = Radio::start_with(&programme(""), &[]);

    browser.open(&radio.url("/status.xsl"));
    let heard = browser.wait_for(&UNTIL_FIVE_SECONDS_ARE_HEARD.replace("URL", PATH));

    assert!(heard.as_f64().is_some_and(|seconds| 5.0 < seconds), "{heard}");
}

#[test]
fn a_moved_listener_receives_the_head_of_the_other_stream() {
    let radio = Radio::start_with(&programme(""), &[]);
    let mut listener = radio.get(PATH);
    listener.read(20_000);

    let ask = |to: &str| {
        let path = format!("/admin/moveclients?mount={PATH}&destination={to}");
        radio.ask("POST", &path, LOGIN).text()
    };
    let refused = ask("/a.mp3");
    assert!(refused.contains("expected a mount whose path ends in .opus"), "{refused}");
    let moved = ask("/low.opus");
    assert!(moved.contains("1 Clients moved"), "{moved}");

    let mut heard = Vec::new();
    while !heard.windows(8).any(|bytes| bytes == b"OpusHead") {
        assert!(heard.len() < 200_000, "no head of the other stream");
        heard.extend(listener.read(1000));
    }
}

/// An Icecast that receives a radio's push at [`PATH`] and also relays the radio.
struct ByIcecast {
    radio: Radio,
    icecast: Icecast,
    address: SocketAddr,
}

const RELAY: &str = "/relay.opus";

impl ByIcecast {
    /// Starts both and waits until both mounts are on air; none if Icecast is not installed.
    fn start() -> Option<Self> {
        let address = free_address();
        let push = format!(
            "[[stations.push]]\nurl = \"http://{address}{PATH}\"\nmount = \"{PATH}\"\n\
             password = \"hackme\"\n"
        );
        let radio = Radio::start_with(&programme(&push), &[]);
        let (ip, port) = (radio.address.ip(), radio.address.port());
        let relay = format!(
            "<relay><server>{ip}</server><port>{port}</port><mount>{PATH}</mount>\
             <local-mount>{RELAY}</local-mount></relay>"
        );
        let icecast = Icecast::start(address, &relay)?;
        for mount in [PATH, RELAY] {
            until(mount, || icecast.source(mount)["listenurl"].is_string());
        }
        Some(Self { radio, icecast, address })
    }

    fn url(&self, mount: &str) -> String {
        format!("http://{}{mount}", self.address)
    }

    /// Waits until `mount` has `n` listeners.
    fn until_listeners(&self, mount: &str, n: u64) {
        until("so many listeners", || self.icecast.source(mount)["listeners"] == n);
    }

    /// Sets the title.
    fn retitle(&self, title: &str) {
        let song = format!("Night%20Line%20-%20{title}");
        let path = format!("/admin/metadata?mount={PATH}&mode=updinfo&song={song}");
        let answer = self.radio.ask("POST", &path, LOGIN).text();
        assert!(answer.contains("Metadata update successful"), "{answer}");
    }
}

#[test]
fn icecast_serves_opus_as_a_pushed_mount_and_as_a_relay() {
    let (Some(_), Some(_)) = (tool("ffprobe"), tool("ffmpeg")) else { return };
    let Some(there) = ByIcecast::start() else { return };

    for mount in [PATH, RELAY] {
        let stream = probe(&mut tool("ffprobe").unwrap(), &there.url(mount));
        assert_eq!(stream["codec_name"], "opus", "{mount}");
        assert_eq!(stream["tags"]["ARTIST"], "Night Line", "{mount}");
        let options = ["-nostdin", "-v", "warning", "-xerror", "-i", &there.url(mount), "-t", "5"];
        play(tool("ffmpeg").unwrap().args(options).args(["-f", "null", "-"]));
        let pages = pages(&there.icecast.get(mount, "").read(120_000));
        assert!(30 < pages.len(), "{mount}: {pages:?}");
        // Two pages of headers, then consecutive pages; a new title starts a new stream.
        assert_eq!((pages[0].number, pages[1].number), (0, 1), "{mount}");
        let is_next = |pair: &[Page]| pair[1].number == 0 || pair[0].number + 1 == pair[1].number;
        assert!(pages[2..].windows(2).all(is_next), "{mount}: {pages:?}");
    }
}

#[test]
fn listeners_of_icecast_survive_a_new_title() {
    let Some(_) = tool("ffmpeg") else { return };
    let Some(there) = ByIcecast::start() else { return };
    let players = [PATH, RELAY].map(|mount| {
        let mut ffmpeg = tool("ffmpeg").unwrap();
        ffmpeg.args(["-nostdin", "-v", "warning", "-xerror", "-i", &there.url(mount), "-t", "20"]);
        thread::spawn(move || play(ffmpeg.args(["-f", "null", "-"])))
    });
    for mount in [PATH, RELAY] {
        there.until_listeners(mount, 1);
    }
    let mut listeners = [PATH, RELAY].map(|mount| there.icecast.get(mount, ""));
    let mut heard = listeners.each_mut().map(|listener| listener.read(1000));

    there.retitle("Proof");

    for (listener, heard) in listeners.iter_mut().zip(&mut heard) {
        while !heard.windows(11).any(|bytes| bytes == b"TITLE=Proof") {
            assert!(heard.len() < 500_000, "no such title");
            heard.extend(listener.read(1000));
        }
        heard.extend(listener.read(20_000));
        let pages = pages(heard);
        let first = pages.iter().rposition(Page::begins).unwrap();
        let (before, after) = (&pages[first - 1], &pages[first]);
        assert!(before.ends() && before.serial != after.serial, "{before:?} {after:?}");
        let numbers: Vec<u32> = pages[first..].iter().map(|page| page.number).collect();
        assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
        assert!(pages[first..].iter().all(|page| page.serial == after.serial));
    }
    for player in players {
        player.join().unwrap();
    }
}

/// Plays URL; reports once two seconds have been played.
const BEGIN: &str = "
    const [done] = arguments;
    window.radio = new Audio('URL');
    radio.addEventListener('error', () => done(radio.error.message));
    radio.addEventListener('timeupdate', () => {
      if (radio.played.length && radio.currentTime - radio.played.start(0) > 2) done('plays');
    });
    radio.play().catch((error) => done(String(error)));";

/// Reports an error, or once 15 more seconds have been played.
const GO_ON: &str = "
    const [done] = arguments;
    const began = radio.currentTime;
    radio.addEventListener('error', () => done(radio.error.message));
    radio.addEventListener('ended', () => done('ended'));
    radio.addEventListener('timeupdate', () => {
      if (radio.currentTime - began > 15) done('plays');
    });";

#[test]
fn a_browser_on_icecast_survives_a_new_title() {
    let Some(browser) = Browser::start() else { return };
    let Some(there) = ByIcecast::start() else { return };
    browser.open(&there.url("/status.xsl"));
    assert_eq!(browser.wait_for(&BEGIN.replace("URL", PATH)), "plays");

    there.retitle("Proof");

    assert_eq!(browser.wait_for(GO_ON), "plays");
}

/// The header of an Ogg page.
#[derive(Debug)]
struct Page {
    flags: u8,
    serial: u32,
    number: u32,
}

impl Page {
    fn begins(&self) -> bool {
        self.flags & 2 != 0
    }

    fn ends(&self) -> bool {
        self.flags & 4 != 0
    }
}

/// Splits `stream`, whose last page may be cut off. Source: RFC 3533, section 6.
fn pages(stream: &[u8]) -> Vec<Page> {
    let (mut pages, mut rest) = (Vec::new(), stream);
    while let Some((head, body)) = rest.split_at_checked(27) {
        assert_eq!(&head[..4], b"OggS", "a page follows a page");
        let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        pages.push(Page { flags: head[5], serial: word(14), number: word(18) });
        let n_segments = usize::from(head[26]);
        let Some((lengths, body)) = body.split_at_checked(n_segments) else { break };
        let n_bytes = lengths.iter().map(|length| usize::from(*length)).sum();
        let Some((_, later)) = body.split_at_checked(n_bytes) else { break };
        rest = later;
    }
    pages
}
