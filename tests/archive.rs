//! The real binary records: whole files, true cue sheets, and nothing that listeners hear of the disk.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use common::{
    ELECTROPUNK,
    disk::SmallDisk,
    mp3::{decode, whole_frames},
    process::run,
    radio::Radio,
    tool::tool,
};
use serde_json::Value;

/// However slow the machine, it is so by then.
const PATIENCE: Duration = Duration::from_mins(3);

/// Nobody tells when a file has grown.
const LOOK: Duration = Duration::from_millis(200);

/// A listener hears nothing of a gap that is shorter than the burst, which is four seconds.
const MOST_GAP: Duration = Duration::from_secs(3);

/// Half a second of sound at 128 kbit/s: what comes at a time.
const CHUNK: usize = 8_000;

/// How much later than its bar a title may begin: it waits for the next chunk.
const CHUNK_SECONDS: f64 = 0.6;

/// Records station a into `folder`.
fn toml(folder: &str) -> String {
    format!(
        "[archive]\nfolder = \"{folder}\"\nmin_free_gb = 0\n\
         [themes.a]\ntempo = 170\nminutes = [1, 1]\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n"
    )
}

/// The most that can be rendered at once, and recorded: a whole piece.
const LONG_BURST: &str = "[server]\nburst_bytes = 1048576\n";

/// Starts radios in a time zone where the hour began ten minutes ago, so that none ends in a test.
fn mid_hour() -> Command {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let minute = since_1970.as_secs() / 60 % 60;
    let mut command = Command::new(ELECTROPUNK);
    // In POSIX what is east of Greenwich is negative.
    command.env("TZ", format!("TEST-0:{:02}", (70 - minute) % 60));
    command
}

/// Waits until `find` finds something.
fn until<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
        thread::sleep(LOOK);
    }
}

/// The files in `folder` with that ending, in the order of their making, and how long they are.
fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .filter_map(|path| Some((path.clone(), fs::metadata(path).ok()?.len())))
        .collect();
    files.sort_by_key(|(path, _)| fs::metadata(path).and_then(|about| about.created()).ok());
    files
}

/// The titles of a cue sheet and the seconds at which they begin.
fn tracks(cue: &str) -> Vec<(String, f64)> {
    let titles =
        cue.lines().filter_map(|line| line.strip_prefix("    TITLE \"")?.strip_suffix('"'));
    let places = cue.lines().filter_map(|line| line.strip_prefix("    INDEX 01 "));
    let seconds = places.map(|place| {
        let parts: Vec<f64> = place.split(':').map(|part| part.parse().unwrap()).collect();
        parts[0] * 60.0 + parts[1] + parts[2] / 75.0
    });
    titles.map(str::to_owned).zip(seconds).collect()
}

/// The titles that are on air and the seconds of the station's sound at which they begin.
fn aired(radio: &Radio) -> Vec<(String, f64)> {
    let now: Value = serde_json::from_str(&radio.get("/api/stations/a/bars").text()).unwrap();
    let mut titles: Vec<(String, f64)> = Vec::new();
    for bar in now["bars"].as_array().unwrap() {
        let title = bar["title"].as_str().unwrap();
        if titles.last().is_none_or(|(last, _)| last != title) {
            titles.push((title.to_owned(), bar["start_second"].as_f64().unwrap()));
        }
    }
    titles
}

#[test]
fn a_recording_is_whole_and_its_sheet_names_what_was_on_air() {
    let radio = Radio::start_by(mid_hour(), &format!("{LONG_BURST}{}", toml("recordings")), &[]);
    let folder = radio.folder.path().join("recordings/a");
    let (sheet, noted) = until("a second title", || {
        let (sheet, _) = files(&folder, "cue").pop()?;
        let noted = tracks(&fs::read_to_string(&sheet).unwrap());
        (noted.len() > 1).then_some((sheet, noted))
    });
    let on_air = aired(&radio);
    eprintln!("noted {noted:?}\non air {on_air:?}");
    // Of the titles on air the first may have begun before the bars that are still known.
    let (title, second) = on_air.iter().find(|(title, _)| *title == noted[1].0).unwrap();
    assert_eq!(&noted[1].0, title);
    let late = noted[1].1 - second;
    assert!((-0.05..CHUNK_SECONDS).contains(&late), "{late} s late");
    assert!(noted[0].1.abs() < 1e-9);

    // A restart within the hour leaves what is there.
    let folder_of_all = radio.folder.clone();
    radio.signal("KILL");
    radio.wait(PATIENCE);
    let recording = sheet.with_extension("mp3");
    let first = fs::read(&recording).unwrap();
    assert!(0.02 < decode(&first));
    let heard = whole_frames(&first).len();
    eprintln!("{heard} frames in {}", recording.display());
    let radio = Radio::start_by_in(mid_hour(), folder_of_all.clone(), &[]);
    until("a second file", || files(&folder, "mp3").get(1).filter(|(_, n)| *n > 100_000).cloned());
    drop(radio);
    assert_eq!(fs::read(&recording).unwrap(), first);

    let Some(mut ffmpeg) = tool("ffmpeg") else { return };
    let options = ["-nostdin", "-v", "error", "-i"];
    let finished = run(ffmpeg.args(options).arg(&recording).args(["-f", "null", "-"]), PATIENCE);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_stops_the_recording_alone_and_until_there_is_room() {
    let disk = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(disk.path(), 300) else { return };
    let radio = Radio::start_by(mid_hour(), &toml(disk.path().to_str().unwrap()), &[]);
    let folder = disk.path().join("a");
    let mut stream = radio.get("/a.mp3");
    stream.read(CHUNK);
    let mut longest_gap = Duration::ZERO;
    let mut hear = |n_chunks: usize| {
        for _ in 0..n_chunks {
            let asked = Instant::now();
            stream.read(CHUNK);
            longest_gap = longest_gap.max(asked.elapsed());
        }
    };
    let mut hear_until = |what: &str, is_so: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
            hear(1);
        }
        hear(10);
    };

    let room = || rustix::fs::statvfs(disk.path()).unwrap().f_bavail * 4096;
    hear_until("a full disk", &|| room() < CHUNK as u64);
    let recordings = files(&folder, "mp3");
    let [(recording, n_bytes)] = &recordings[..] else { panic!("{recordings:?}") };
    assert!(250_000 < *n_bytes);
    assert!(0.02 < decode(&fs::read(recording).unwrap()));
    fs::remove_file(recording).unwrap();
    hear_until("another recording", &|| files(&folder, "mp3").iter().any(|(_, n)| *n > 50_000));

    eprintln!("longest gap {longest_gap:?}");
    assert!(longest_gap < MOST_GAP, "{longest_gap:?}");
    radio.signal("TERM");
    let (_, log) = radio.wait(PATIENCE);
    assert_eq!(log.matches("a: recording paused, retrying every 10 s: ").count(), 1, "{log}");
    assert!(log.contains("No space left on device"), "{log}");
    assert_eq!(log.matches("a: recording resumed in ").count(), 1, "{log}");
}

#[test]
fn below_the_floor_nothing_is_recorded_until_it_is_lowered() {
    let floor =
        |gb: &str| toml("recordings").replace("min_free_gb = 0", &format!("min_free_gb = {gb}"));
    let radio = Radio::start_by(mid_hour(), &floor("100000"), &[]);
    let recordings = radio.folder.path().join("recordings/a");
    let mut stream = radio.get("/a.mp3");
    let mut heard = stream.read(200_000);
    assert!(files(&recordings, "mp3").is_empty());

    radio.save(&floor("0"));
    until("a recording", || files(&recordings, "mp3").pop().filter(|(_, n)| *n > 50_000));

    heard.extend(stream.read(100_000));
    assert!(0.02 < decode(&heard));
    radio.signal("TERM");
    let (_, log) = radio.wait(PATIENCE);
    assert_eq!(log.matches("GB free, below min_free_gb = 100000").count(), 1, "{log}");
}

#[test]
fn where_nothing_can_be_written_that_is_said_once_and_listeners_hear_all() {
    let radio = Radio::start_with(&toml("radio.toml/recordings"), &[]);
    let heard = radio.get("/a.mp3").read(200_000);
    assert!(0.02 < decode(&heard));
    radio.signal("TERM");
    let (status, log) = radio.wait(PATIENCE);

    assert!(status.is_some_and(|status| status.success()), "{log}");
    let sentence = "a: recording paused, retrying every 10 s: radio.toml/recordings/a: ";
    assert_eq!(log.matches(sentence).count(), 1, "{log}");
}
