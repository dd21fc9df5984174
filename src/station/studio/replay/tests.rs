//! Logs of several runs.

use jiff::Timestamp;

use super::*;
use crate::{
    compose::{
        steering::Steering,
        testing::{loaded, stations},
    },
    station::studio::hand::Hand,
};

fn start(bar: u64) -> Line {
    let composer = Composer::with(&stations()[0], loaded(), 1);
    let (version, steering) = (Version::default(), Steering::default());
    let moment = Moment {
        version,
        steering,
        liked: Vec::new(),
        progress: composer.before().progress.clone(),
    };
    Line::Start { at: Timestamp::UNIX_EPOCH, bar, moment: Box::new(moment) }
}

fn made(bar: u64) -> Line {
    let (at, by, step) = (Timestamp::UNIX_EPOCH, "x".to_owned(), None);
    let (what, hand) = (Move::Hold { on: true }, Hand::default());
    Line::Made(Box::new(Made { at, by, bar, step, what, hand, settings: "".into() }))
}

#[test]
fn lines_are_sorted_by_bar_and_those_that_a_restart_took_back_are_left_out() {
    let lines = [made(1), start(0), made(9), made(3), made(20), start(12), made(14)];
    let runs = runs(lines.into());

    let bars: Vec<Vec<u64>> =
        runs.iter().map(|run| run.lines.iter().map(Line::bar).collect()).collect();
    assert_eq!(bars, [vec![3, 9], vec![14]]);
    assert_eq!(runs.iter().map(|run| run.start).collect::<Vec<_>>(), [0, 12]);
}

#[test]
fn a_line_of_the_log_is_read_as_it_was_written() {
    for line in [start(4), made(7)] {
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
    }
}

#[test]
fn an_empty_log_knows_no_bar() {
    let folder = tempfile::tempdir().unwrap();
    let open: Box<Open<'_>> = Box::new(|_| Err(MoveError::Nothing("open")));
    let error = Replay::from_bar(folder.path(), "a", 3, open).err().unwrap();

    assert_eq!(error.to_string(), "bar: expected a log that tells of it, found 3");
}
