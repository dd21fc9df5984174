//! Recordings in folders, with a simulated clock.

use std::{fs, path::Path};

use jiff::{SignedDuration, ZonedDateTime};
use tempfile::TempDir;

use crate::{
    config,
    out::{
        archive::{Archive, recorder::Recorder, target::Target},
        testing::{mount, sound},
    },
    stream::{mp3::frames, ring::Chunk},
    threads::Supervisor,
};

fn recorder(root: &Path) -> Recorder {
    let root = root.to_owned();
    Recorder::new(Target { station: "a".into(), root, keep_days: 2, min_free_gb: 0.0 })
}

/// `seconds` after 14:59:59.
fn at(seconds: i64) -> ZonedDateTime {
    let three: ZonedDateTime = "2026-11-27T14:59:59[UTC]".parse().unwrap();
    three + SignedDuration::from_secs(seconds)
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("a")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join("a").join(name)).unwrap()
}

#[test]
fn each_hour_has_its_file_without_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = recorder(folder.path());

    for second in 0..4 {
        recorder.take(&sound(38, if second < 2 { "one" } else { "two" }), &at(second));
    }

    let files =
        ["2026-11-27_14h.cue", "2026-11-27_14h.mp3", "2026-11-27_15h.cue", "2026-11-27_15h.mp3"];
    assert_eq!(names(&folder), files);
    let n_frames = [1, 3].map(|index| frames(&read(&folder, files[index])).count());
    assert_eq!(n_frames, [38, 3 * 38]);
    let cue = String::from_utf8(read(&folder, files[2])).unwrap();
    assert!(cue.contains("TITLE \"one\"\n    INDEX 01 00:00:00\n"), "{cue}");
    assert!(cue.contains("TITLE \"two\"\n    INDEX 01 00:00:74\n"), "{cue}");
}

#[test]
fn a_restart_starts_another_file() {
    let folder = tempfile::tempdir().unwrap();
    for n in 1..4 {
        recorder(folder.path()).take(&sound(n, "one"), &at(0));
    }

    for (name, n) in [("2026-11-27_14h", 1), ("2026-11-27_14h_2", 2), ("2026-11-27_14h_3", 3)] {
        assert_eq!(frames(&read(&folder, &format!("{name}.mp3"))).count(), n);
        let cue = String::from_utf8(read(&folder, &format!("{name}.cue"))).unwrap();
        assert!(cue.contains(&format!("FILE \"{name}.mp3\" MP3")), "{cue}");
    }
}

#[test]
fn old_recordings_are_deleted_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a");
    fs::create_dir(&inner).unwrap();
    let old = ["2026-11-25_12h.mp3", "2026-11-25_12h.cue", "2024-02-29_00h_2.mp3"];
    let kept = ["2026-11-25_14h.mp3", "2020-01-01_00h best.mp3", "2020-01-01_00h.wav", "notes.txt"];
    old.iter().chain(&kept).for_each(|name| fs::write(inner.join(name), "").unwrap());
    let of_gone = folder.path().join("gone");
    fs::create_dir(&of_gone).unwrap();
    let best = folder.path().join("best");
    fs::create_dir(&best).unwrap();
    for of in [&of_gone, &best] {
        fs::write(of.join("2026-11-25_12h.mp3"), "").unwrap();
        fs::write(of.join("2026-11-25_12h.cue"), "PERFORMER \"gone\"\n").unwrap();
        fs::write(of.join("notes.txt"), "").unwrap();
    }

    recorder(folder.path()).take(&sound(1, ""), &at(0));

    assert!(!of_gone.join("2026-11-25_12h.mp3").exists() && of_gone.join("notes.txt").exists());
    assert!(best.join("2026-11-25_12h.mp3").exists(), "not a recorder's folder");

    let left = names(&folder);
    assert!(kept.iter().all(|name| left.iter().any(|left| left == name)), "{left:?}");
    assert!(!old.iter().any(|name| left.iter().any(|left| left == name)), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_stations_folder_is_not_followed() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = elsewhere.path().join("2020-01-01_00h.mp3");
    fs::write(&old, "somebody's").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("a")).unwrap();

    recorder(folder.path()).take(&sound(1, "one"), &at(0));

    assert!(old.exists());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn pipes_and_huge_cue_sheets_do_not_stop_a_recording() {
    use rustix::fs::{CWD, Mode, mkfifoat};

    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    mkfifoat(CWD, gone.join("a.cue"), Mode::RWXU).unwrap();
    fs::File::create(gone.join("b.cue")).unwrap().set_len(1 << 40).unwrap();

    recorder(folder.path()).take(&sound(2, "one"), &at(0));

    assert_eq!(frames(&read(&folder, "2026-11-27_14h.mp3")).count(), 2);
}

/// The number of files of 2026 that are left.
fn n_of_2026(folder: &TempDir) -> usize {
    names(folder).iter().filter(|name| name.starts_with("2026-")).count()
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

#[test]
fn a_clock_that_is_years_ahead_deletes_nothing_for_a_day_and_never_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = recorder(folder.path());
    (0..48).for_each(|hour| before.take(&sound(1, "one"), &(at(0) + hours(hour))));
    assert_eq!(n_of_2026(&folder), 96);

    let ahead = at(0) + hours(5 * 365 * 24);
    let mut started_ahead = recorder(folder.path());
    (0..24).for_each(|hour| started_ahead.take(&sound(1, "one"), &(&ahead + hours(hour))));
    assert_eq!(n_of_2026(&folder), 96, "a day to set the clock right");
    started_ahead.take(&sound(1, "one"), &(&ahead + hours(24)));
    assert_eq!(n_of_2026(&folder), 48, "then a day of recordings at once");

    recorder(folder.path()).take(&sound(1, "one"), &(at(0) + hours(48)));
    assert_eq!(n_of_2026(&folder), 50, "recordings of the future cast no doubt");
}

#[test]
fn a_clock_that_jumps_while_recording_deletes_nothing_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = recorder(folder.path());
    recorder.take(&sound(1, "one"), &at(0));

    let ahead = at(0) + hours(366 * 24);
    (0..24).for_each(|hour| recorder.take(&sound(1, "one"), &(&ahead + hours(hour))));

    assert_eq!(n_of_2026(&folder), 2);
}

#[test]
fn on_a_full_disk_no_empty_file_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().into();
    let target = Target { station: "a".into(), root, keep_days: 2, min_free_gb: 1e5 };
    let mut recorder = Recorder::new(target);

    for second in 0..100 {
        recorder.take(&sound(1, "one"), &at(second));
    }

    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn recording_resumes_ten_seconds_after_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("a");
    fs::write(&blocked, "in the way").unwrap();
    let mut recorder = recorder(folder.path());
    let chunk = |n| -> Chunk { sound(n, "one") };

    recorder.take(&chunk(1), &at(0));
    fs::remove_file(&blocked).unwrap();
    recorder.take(&chunk(2), &at(9));
    assert!(!blocked.exists());
    recorder.take(&chunk(3), &at(10));

    assert_eq!(frames(&read(&folder, "2026-11-27_15h.mp3")).count(), 3);
}

#[tokio::test]
async fn changed_settings_record_no_chunk_twice() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[themes.a]\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n";
    let station = config::parse(toml, "radio.toml", Path::new("")).unwrap().stations.remove(0);
    let (mut writer, mount) = mount(1 << 20);
    let mut archive = Archive::on(tokio::runtime::Handle::current(), &Supervisor::default());
    let settings = |keep_days| config::Archive {
        folder: Some(folder.path().into()),
        keep_days,
        min_free_gb: 0.0,
    };
    // The test may run across the full hour: there are one or two files.
    let recorded = || -> usize {
        let Ok(entries) = fs::read_dir(folder.path().join("a")) else { return 0 };
        let paths = entries.map(|entry| entry.unwrap().path());
        let sound = paths.filter(|path| path.extension().is_some_and(|ending| ending == "mp3"));
        sound.map(|path| frames(&fs::read(path).unwrap()).count()).sum()
    };
    let until = async |n| {
        while recorded() < n {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };

    writer.push(sound(40, "one"));
    archive.update(&settings(2), [(&station, mount.clone())]);
    until(40).await;
    archive.update(&settings(3), [(&station, mount.clone())]);
    writer.push(sound(2, "one"));
    until(42).await;
    drop(writer);

    assert_eq!(recorded(), 42);
}
