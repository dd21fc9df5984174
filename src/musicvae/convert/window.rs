//! A piece cut into windows: the examples of a network (musicvae `data.py`; for trios
//! `TrioConverter`).

use std::{collections::BTreeSet, ops::Range};

use crate::{
    music::{
        melody,
        meter::STEPS_PER_BAR,
        note::NoteSequence,
        segments::{Segment, segments},
        trio::Line,
    },
    musicvae::{
        convert::{
            extract::{self, Lines, Unfit},
            groove, performance,
        },
        net::{config::Config, domain::Domain},
    },
};

/// One example: a line per column.
pub type Window = Vec<Line>;

/// Token of a missing part. Windows with missing parts are not examples themselves; training fills
/// them with parts of other windows ([`crate::lab::train`]).
pub const ABSENT: u16 = u16::MAX;

/// Most combinations of lines per bar: an orchestral score would have hundreds of similar ones.
pub const MAX_COMBINATIONS: usize = 64;

/// All distinct windows of a piece for networks of `config`.
///
/// # Errors
/// As [`windows_in_order`].
pub fn windows(
    piece: &NoteSequence,
    config: &Config,
    with_absent: bool,
) -> Result<BTreeSet<Window>, Unfit> {
    let found = windows_in_order(piece, config, with_absent)?;
    Ok(found.into_iter().map(|(_, window)| window).collect())
}

/// The windows of a piece for networks of `config`, each with the number of its first bar in the
/// file. Windows start at every bar of each of the piece's [`segments`].
///
/// Every part must keep sounding: a window in which a part rests for two bars in a row is dropped.
/// Melodies, basses and drums are combined in all ways, up to [`MAX_COMBINATIONS`] per bar.
/// `with_absent` adds windows in which the parts that don't sound are [`ABSENT`].
///
/// # Errors
/// The piece has no bars of 4/4, or is empty.
pub fn windows_in_order(
    piece: &NoteSequence,
    config: &Config,
    with_absent: bool,
) -> Result<Vec<(usize, Window)>, Unfit> {
    let in_file = |segment: &Segment, (bar, window)| (segment.bar_in_file(bar), window);
    let found = require_segments(piece)?.into_iter().map(|segment| {
        let found = of_segment(&segment.sequence, config, with_absent)?;
        Ok(found.into_iter().map(|found| in_file(&segment, found)).collect())
    });
    Ok(found.collect::<Result<Vec<Vec<_>>, Unfit>>()?.concat())
}

/// Non-overlapping windows of a piece, chosen greedily from its start, with the numbers of their first bars
/// in the file.
///
/// # Errors
/// As [`windows_in_order`].
pub fn consecutive_windows(
    piece: &NoteSequence,
    config: &Config,
) -> Result<Vec<(usize, Window)>, Unfit> {
    let mut windows = Vec::new();
    for segment in require_segments(piece)? {
        let mut end = 0;
        for (bar, window) in of_segment(&segment.sequence, config, false)? {
            if end <= bar {
                end = bar + config.n_bars();
                windows.push((segment.bar_in_file(bar), window));
            }
        }
    }
    Ok(windows)
}

fn require_segments(piece: &NoteSequence) -> Result<Vec<Segment>, Unfit> {
    match segments(piece) {
        _ if piece.notes.is_empty() => Err(Unfit::Empty),
        none if none.is_empty() => Err(Unfit::Meter),
        segments => Ok(segments),
    }
}

/// The windows of a segment's notes, with the numbers of their first bars in it.
fn of_segment(
    notes: &NoteSequence,
    config: &Config,
    with_absent: bool,
) -> Result<Vec<(usize, Window)>, Unfit> {
    let n_steps = config.n_steps();
    let parts = match config.family.domain() {
        Domain::Performance => {
            let bars = performance::bars(notes, config.n_segments, config.n_segment_steps);
            return Ok(bars.into_iter().map(|(number, bar)| (number, vec![bar])).collect());
        }
        Domain::Groove(_) => return Ok(cut(&groove::columns(notes), n_steps)),
        Domain::DrumRoll => {
            return Ok(cut(&extract::drum_roll(notes, config.n_classes), n_steps));
        }
        domain => parts(domain, Lines::extract(notes)?),
    };
    let length = parts.iter().flat_map(|part| &part.lines).map(Vec::len).max().unwrap_or(0);
    let found = starts(length, n_steps).flat_map(|start| {
        let combined = combine(&parts, &(start..start + n_steps), with_absent);
        combined.into_iter().map(move |window| (start / STEPS_PER_BAR, window))
    });
    Ok(found.collect())
}

/// The candidate lines for a part of the window.
struct Part {
    lines: Vec<Line>,
    /// Whether a token is an onset.
    begins: fn(u16) -> bool,
}

fn parts(domain: Domain, lines: Lines) -> Vec<Part> {
    let pitched = |lines| Part { lines, begins: |token| melody::pitch(token).is_some() };
    let kit = Part { lines: lines.drums.into_iter().collect(), begins: |token| token != 0 };
    match domain {
        Domain::Melody => vec![pitched([lines.melodies, lines.basses].concat())],
        Domain::Trio => vec![pitched(lines.melodies), pitched(lines.basses), kit],
        _ => vec![kit],
    }
}

impl Part {
    /// The slices of lines that keep sounding through `span`.
    fn sounding(&self, span: &Range<usize>) -> Vec<&[u16]> {
        let slices = self.lines.iter().filter_map(|line| line.get(span.clone()));
        slices.filter(|slice| keeps_sounding(slice, self.begins)).collect()
    }
}

/// Whether `line` has an onset, and has one in one of any two bars in a row.
fn keeps_sounding(line: &[u16], begins: fn(u16) -> bool) -> bool {
    let begins = |bar: &[u16]| bar.iter().any(|&token| begins(token));
    let bars: Vec<bool> = line.chunks(STEPS_PER_BAR).map(begins).collect();
    bars.contains(&true) && bars.windows(2).all(|pair| pair[0] || pair[1])
}

/// First steps of the windows of `n_steps` in a line of `length`.
fn starts(length: usize, n_steps: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(STEPS_PER_BAR).filter(move |start| start + n_steps <= length)
}

/// The combinations of one sounding line per part; with `with_absent`, a part without one is absent. More
/// than [`MAX_COMBINATIONS`] are subsampled evenly.
fn combine(parts: &[Part], span: &Range<usize>, with_absent: bool) -> Vec<Window> {
    let absent = vec![ABSENT; span.len()];
    let mut sounding: Vec<Vec<&[u16]>> = parts.iter().map(|part| part.sounding(span)).collect();
    if sounding.iter().all(Vec::is_empty) {
        return vec![];
    }
    if with_absent {
        for lines in sounding.iter_mut().filter(|lines| lines.is_empty()) {
            lines.push(&absent);
        }
    }
    let n_all: usize = sounding.iter().map(Vec::len).product();
    let n = n_all.min(MAX_COMBINATIONS);
    let window = |number: usize| {
        // The last part changes fastest.
        let mut rest = number * n_all / n;
        let mut window: Window = Vec::new();
        for lines in sounding.iter().rev() {
            window.push(lines[rest % lines.len()].to_vec());
            rest /= lines.len();
        }
        window.reverse();
        window
    };
    (0..n).map(window).collect()
}

/// The windows of drum columns: bits of a roll, or hits, velocities and offsets of a groove.
fn cut(columns: &[Line], n_steps: usize) -> Vec<(usize, Window)> {
    let Some(first) = columns.first() else { return vec![] };
    let n_words = if columns.len() == groove::N_COLUMNS { 1 } else { columns.len() };
    let hit = |step: usize| columns[..n_words].iter().any(|column| column[step] != 0);
    let windows = starts(first.len(), n_steps).filter_map(|start| {
        let span = start..start + n_steps;
        let hits: Line = span.clone().map(|step| u16::from(hit(step))).collect();
        let slice = |column: &Line| column[span.clone()].to_vec();
        let window = || (start / STEPS_PER_BAR, columns.iter().map(slice).collect());
        keeps_sounding(&hits, |hit| hit != 0).then(window)
    });
    windows.collect()
}

/// `window` with its missing parts taken from `lender`.
pub fn lend(window: &Window, lender: &Window) -> Window {
    let parts = window.iter().zip(lender);
    parts.map(|(line, lent)| if is_absent(line) { lent } else { line }.clone()).collect()
}

/// Whether `line` consists of [`ABSENT`] tokens: the window lacks this part.
pub fn is_absent(line: &Line) -> bool {
    line.first() == Some(&ABSENT)
}

/// Whether `window` has all its parts.
pub fn is_whole(window: &Window) -> bool {
    !window.iter().any(is_absent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::note::{Note, TimeSignature},
        musicvae::net::family::Family,
    };

    /// A piece with a note at the start of each bar, of the pitches in `bars`; 0 is a rest.
    fn piece(instruments: &[(u8, bool, &[u8])]) -> NoteSequence {
        let mut notes = Vec::new();
        for (instrument, &(program, is_drum, bars)) in instruments.iter().enumerate() {
            for (bar, &pitch) in bars.iter().enumerate().filter(|(_, pitch)| **pitch != 0) {
                let (start, end) = (bar as f64 * 4.0, bar as f64 * 4.0 + 4.0);
                let instrument = instrument as u16;
                notes.push(Note { pitch, velocity: 90, start, end, program, is_drum, instrument });
            }
        }
        NoteSequence { notes, tempos: vec![], meters: vec![] }
    }

    fn found(family: Family, piece: &NoteSequence, with_absent: bool) -> Vec<Window> {
        let found = windows(piece, &Config::official(family), with_absent).unwrap();
        found.into_iter().collect()
    }

    #[test]
    fn windows_start_at_every_bar_without_duplicates() {
        let beat = piece(&[(0, true, &[36, 38, 36, 38, 42])]);

        let firsts: Vec<u16> =
            found(Family::Drums2Bar, &beat, false).iter().map(|window| window[0][0]).collect();

        assert_eq!(firsts, [1, 2, 2]);
    }

    #[test]
    fn sounding_parts_are_combined_in_all_ways() {
        let lines: [(u8, bool, &[u8]); 5] = [
            (0, false, &[60, 0, 62, 0]),
            (1, false, &[60, 0, 0, 62]),
            (2, false, &[70; 4]),
            (33, false, &[40; 4]),
            (0, true, &[36; 4]),
        ];

        assert_eq!(found(Family::Trio4Bar, &piece(&lines), false).len(), 2);
        assert!(found(Family::Trio4Bar, &piece(&lines[..4]), false).is_empty());
    }

    #[test]
    fn a_melody_and_its_bass_stay_together_where_drums_are_missing() {
        let lines: [(u8, bool, &[u8]); 3] =
            [(2, false, &[70; 4]), (5, false, &[72; 4]), (33, false, &[40; 4])];

        let pairs = found(Family::Trio4Bar, &piece(&lines), true);

        assert_eq!(pairs.len(), 2);
        for (pair, first) in pairs.iter().zip([70u8, 72]) {
            assert_eq!([pair[0][0], pair[1][0]].map(melody::pitch), [Some(first), Some(40)]);
            assert_eq!(pair[2], [ABSENT; 64]);
        }
        assert!(found(Family::Trio4Bar, &piece(&lines), false).is_empty());
    }

    #[test]
    fn a_part_alone_gives_windows_without_the_others() {
        let alone = found(Family::Trio4Bar, &piece(&[(0, true, &[36; 4])]), true);

        assert_eq!(alone.len(), 1);
        assert_eq!([alone[0][0][0], alone[0][1][0], alone[0][2][0]], [ABSENT, ABSENT, 1]);
        assert!(!is_whole(&alone[0]));
    }

    #[test]
    fn combinations_are_bounded_and_use_every_line() {
        let bars: Vec<[u8; 4]> = (0..60).map(|n| [30 + n; 4]).collect();
        let basses = (0..12).map(|n| (33, false, &bars[n][..]));
        let lines: Vec<(u8, bool, &[u8])> =
            bars.iter().map(|bars| (0, false, &bars[..])).chain(basses).collect();
        let lines = [lines, vec![(0, true, &[36; 4][..])]].concat();

        let windows = found(Family::Trio4Bar, &piece(&lines), false);

        let firsts = |part: usize| {
            windows.iter().map(|window| window[part][0]).collect::<BTreeSet<_>>().len()
        };
        assert_eq!((windows.len(), firsts(0), firsts(1)), (MAX_COMBINATIONS, 60, 12));
    }

    #[test]
    fn windows_start_after_each_change_of_meter() {
        let mut beat = piece(&[(0, true, &[36, 38, 36, 38, 42, 36])]);
        let meter = |numerator| TimeSignature { numerator, denominator: 4 };
        // A pickup of a quarter, then two bars, a bar of 3/4, two bars.
        for note in &mut beat.notes[1..] {
            note.start -= 3.0;
        }
        for note in &mut beat.notes[4..] {
            note.start -= 1.0;
        }
        beat.meters = vec![(0.0, meter(1)), (1.0, meter(4)), (9.0, meter(3)), (12.0, meter(4))];
        let config = Config::official(Family::Drums2Bar);

        let found = windows_in_order(&beat, &config, false).unwrap();

        let firsts: Vec<(usize, u16)> = found.iter().map(|(bar, w)| (*bar, w[0][0])).collect();
        assert_eq!(firsts, [(1, 2), (4, 4)]);
        assert_eq!(consecutive_windows(&beat, &config).unwrap(), found);
    }

    #[test]
    fn only_missing_parts_are_lent() {
        let window = vec![vec![2; 4], vec![ABSENT; 4], vec![3; 4]];
        let lender = vec![vec![7; 4], vec![8; 4], vec![9; 4]];

        assert_eq!(lend(&window, &lender), [vec![2; 4], vec![8; 4], vec![3; 4]]);
    }

    #[test]
    fn every_domain_has_its_windows() {
        let song = piece(&[(30, false, &[60, 62, 64, 65]), (0, true, &[36, 38, 36, 42])]);
        for (family, n_columns) in
            [(Family::NadeDrums2Bar, 4), (Family::Humanize2Bar, groove::N_COLUMNS)]
        {
            let found = found(family, &song, false);
            assert_eq!((found.len(), found[0].len(), found[0][0].len()), (3, n_columns, 32));
        }
    }
}
