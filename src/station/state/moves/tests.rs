//! Logs and moments on disk.

use super::*;
use crate::{
    compose::{
        composer::Composer,
        steering::Steering,
        testing::{loaded, stations},
    },
    station::studio::log::Version,
};

/// The moment before the first phrase of a station's music.
fn first() -> Moment {
    let composer = Composer::with(&stations()[0], loaded(), 1);
    let progress = composer.before().progress.clone();
    Moment {
        version: Version::default(),
        steering: Steering::default(),
        liked: Vec::new(),
        progress,
    }
}

/// The same at bar `bar`.
fn at(first: &Moment, bar: u64) -> Moment {
    let mut progress = (*first.progress).clone();
    progress.bar = bar;
    Moment { progress: progress.into(), ..first.clone() }
}

fn settings(bar: u64) -> Line {
    Line::Settings { at: Timestamp::UNIX_EPOCH, bar, version: Version::default() }
}

#[test]
fn the_last_moments_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = MovesLog::new(folder.path(), "a");
    let first = first();
    for n in 0..150 {
        log.note(&at(&first, 4 * n), false).unwrap();
    }
    // The phrase on air is noted once.
    log.note(&at(&first, 4 * 149), false).unwrap();

    let bars: Vec<u64> = read_moments(folder.path(), "a").iter().map(|past| past.bar).collect();
    assert!((N_MOMENTS..=N_MOMENTS + N_GATHERED).contains(&bars.len()), "{}", bars.len());
    assert!(bars.is_sorted_by(|a, b| a < b) && bars.last() == Some(&(4 * 149)));
}

#[test]
fn the_moment_of_a_split_phrase_is_not_kept_but_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = MovesLog::new(folder.path(), "a");
    let first = first();
    for (bar, is_split) in [(0, true), (4, true), (8, false), (12, false)] {
        log.note(&at(&first, bar), is_split).unwrap();
    }
    let bars: Vec<u64> = read_moments(folder.path(), "a").iter().map(|past| past.bar).collect();
    assert_eq!(bars[0], 8);
}

#[test]
fn a_long_log_begins_anew_with_the_phrase_on_air_and_what_follows() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = MovesLog::new(folder.path(), "a");
    [3, 9, 20].map(settings).iter().for_each(|line| log.append(line).unwrap());
    let path = path(folder.path(), "a");
    files::append(&path, &vec![b'\n'; MOST_LOG as usize]).unwrap();

    log.note(&at(&first(), 8), false).unwrap();
    log.append(&settings(24)).unwrap();

    let lines: Vec<Line> = read_lines(&path);
    assert!(matches!(lines[0], Line::Start { bar: 8, .. }));
    assert_eq!(lines[1..].iter().map(Line::bar).collect::<Vec<_>>(), [9, 20, 24]);
    assert_eq!(read_log(&path).len(), 3 + 4);
}
