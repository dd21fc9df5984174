//! The archive: recordings are whole, cue sheets match what was on air, and disk faults are not heard.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::common::{
    ELECTROPUNK,
    disk::SmallDisk,
    mp3::{decode, whole_frames},
    process::run,
    radio::Radio,
    recorder::Recorder,
    tier::is_long,
    tool::tool,
    wait::{PATIENCE, until_some},
};
use serde_json::Value;

/// A gap that is shorter than the burst, which is four seconds, is not heard.
const MOST_GAP: Duration = Duration::from_secs(3);

/// How much later than its bar a title may begin in a cue sheet: it waits for the next chunk of sound.
const CHUNK_SECONDS: f64 = 0.6;

/// Records station a into `folder`.
fn toml(folder: &str) -> String {
    format!(
        "[archive]\nfolder = \"{folder}\"\nmin_free_gb = 0\n\
         [themes.a]\ntempo = 170\nminutes = [1, 1]\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n"
    )
}

/// The largest burst: a whole piece is rendered, and recorded, without waiting for the clock.
const LONG_BURST: &str = "[server]\nburst_bytes = 1048576\n";

/// Runs the program in a time zone in which the hour began ten minutes ago: recordings end on the hour, and
/// none may end during a test.
fn mid_hour() -> Command {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let minute = since_1970.as_secs() / 60 % 60;
    let mut command = Command::new(ELECTROPUNK);
    // In POSIX offsets east of Greenwich are negative.
    command.env("TZ", format!("TEST-0:{:02}", (70 - minute) % 60));
    command
}

/// The files in `folder` with the extension `ending`, oldest first, and their lengths.
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

/// The titles of the bars that the API shows, and the seconds at which they begin.
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
fn a_recording_is_whole_and_its_cue_sheet_matches_the_bars() {
    let radio = Radio::start_by(mid_hour(), &format!("{LONG_BURST}{}", toml("recordings")), &[]);
    let folder = radio.folder.path().join("recordings/a");
    let (sheet, noted) = until_some("a second title", || {
        let (sheet, _) = files(&folder, "cue").pop()?;
        let noted = tracks(&fs::read_to_string(&sheet).unwrap());
        (noted.len() > 1).then_some((sheet, noted))
    });
    let on_air = aired(&radio);
    eprintln!("noted {noted:?}\non air {on_air:?}");
    // The first title may have begun before the oldest bar that the API shows.
    let (title, second) = on_air.iter().find(|(title, _)| *title == noted[1].0).unwrap();
    assert_eq!(&noted[1].0, title);
    let late = noted[1].1 - second;
    assert!((-0.05..CHUNK_SECONDS).contains(&late), "{late} s late");
    assert!(noted[0].1.abs() < 1e-9);

    // A restart within the hour does not change the first recording.
    let folder_of_all = radio.kill();
    let recording = sheet.with_extension("mp3");
    let first = fs::read(&recording).unwrap();
    assert!(0.02 < decode(&first));
    let heard = whole_frames(&first).len();
    eprintln!("{heard} frames in {}", recording.display());
    let radio = Radio::start_by_in(mid_hour(), folder_of_all.clone(), &[]);
    until_some("a second file", || {
        files(&folder, "mp3").get(1).filter(|(_, n)| *n > 100_000).cloned()
    });
    drop(radio);
    assert_eq!(fs::read(&recording).unwrap(), first);

    let Some(mut ffmpeg) = tool("ffmpeg") else { return };
    let options = ["-nostdin", "-v", "error", "-i"];
    let finished = run(ffmpeg.args(options).arg(&recording).args(["-f", "null", "-"]), PATIENCE);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_stops_the_recording_until_there_is_room() {
    full_disk();
}

#[test]
fn long_a_full_disk_is_not_heard() {
    if is_long()
        && let Some(longest_gap) = full_disk()
    {
        assert!(longest_gap < MOST_GAP, "{longest_gap:?}");
    }
}

/// Fills the disk and makes room; returns the longest gap that a listener had, if a disk can be mounted.
fn full_disk() -> Option<Duration> {
    let disk = tempfile::tempdir().unwrap();
    let _disk = SmallDisk::mount(disk.path(), 300)?;
    let radio = Radio::start_by(mid_hour(), &toml(disk.path().to_str().unwrap()), &[]);
    let folder = disk.path().join("a");
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear();
    listener.longest_gap = Duration::ZERO;

    let n_free = || rustix::fs::statvfs(disk.path()).unwrap().f_bavail * 4096;
    listener.until("a full disk", || n_free() < 8_000);
    listener.hear_seconds(5);
    let recordings = files(&folder, "mp3");
    let [(recording, n_bytes)] = &recordings[..] else { panic!("{recordings:?}") };
    assert!(250_000 < *n_bytes);
    assert!(0.02 < decode(&fs::read(recording).unwrap()));
    fs::remove_file(recording).unwrap();
    let has_grown = || files(&folder, "mp3").iter().any(|(_, n)| *n > 50_000);
    listener.until("another recording", has_grown);
    listener.hear_seconds(5);

    let log = radio.stop();
    assert_eq!(log.matches("a: recording paused, retrying every 10 s: ").count(), 1, "{log}");
    assert!(log.contains("No space left on device"), "{log}");
    assert_eq!(log.matches("a: recording resumed in ").count(), 1, "{log}");
    eprintln!("longest gap {:?}", listener.longest_gap);
    Some(listener.longest_gap)
}

#[test]
fn below_min_free_gb_nothing_is_recorded() {
    let floor =
        |gb: &str| toml("recordings").replace("min_free_gb = 0", &format!("min_free_gb = {gb}"));
    let radio = Radio::start_by(mid_hour(), &floor("100000"), &[]);
    let recordings = radio.folder.path().join("recordings/a");
    let mut stream = radio.get("/a.mp3");
    let mut heard = stream.read(200_000);
    assert!(files(&recordings, "mp3").is_empty());

    radio.save(&floor("0"));
    until_some("a recording", || files(&recordings, "mp3").pop().filter(|(_, n)| *n > 50_000));

    heard.extend(stream.read(100_000));
    assert!(0.02 < decode(&heard));
    let log = radio.stop();
    assert_eq!(log.matches("GB free, below min_free_gb = 100000").count(), 1, "{log}");
}

#[test]
fn a_folder_that_can_t_be_written_is_logged_once_and_not_heard() {
    let radio = Radio::start_with(&toml("radio.toml/recordings"), &[]);
    let heard = radio.get("/a.mp3").read(200_000);
    assert!(0.02 < decode(&heard));
    let log = radio.stop();

    let sentence = "a: recording paused, retrying every 10 s: radio.toml/recordings/a: ";
    assert_eq!(log.matches(sentence).count(), 1, "{log}");
}
