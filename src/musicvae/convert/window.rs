//! A piece cut into windows: the examples of a network (musicvae `data.py`; for trios
//! `TrioConverter`).

use std::{collections::BTreeSet, ops::Range};

use crate::{
    music::{melody, meter::STEPS_PER_BAR, note::NoteSequence, trio::Line},
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

/// Token of a missing part. Windows with missing parts are not examples themselves; training
/// recombines their other parts into examples ([`crate::lab::train`]).
pub const ABSENT: u16 = u16::MAX;

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

/// The windows of a piece for networks of `config`, with the number of the first bar of each. One
/// or more start at every bar.
///
/// Every part must keep sounding: a window in which a part rests for two bars in a row is dropped.
/// Melodies, basses and drums are combined in all ways. `with_absent` adds windows of several parts
/// in which only one part sounds and the others are [`ABSENT`].
///
/// # Errors
/// The piece is not in 4/4 throughout, or is empty.
pub fn windows_in_order(
    piece: &NoteSequence,
    config: &Config,
    with_absent: bool,
) -> Result<Vec<(usize, Window)>, Unfit> {
    let n_steps = config.n_steps();
    let parts = match config.family.domain() {
        Domain::Performance => {
            extract::require_four_four(piece)?;
            let bars = performance::bars(piece, config.n_segments, config.n_segment_steps);
            return Ok(bars.into_iter().map(|(number, bar)| (number, vec![bar])).collect());
        }
        Domain::Groove(_) => {
            extract::require_four_four(piece)?;
            return Ok(cut(&groove::columns(piece), n_steps));
        }
        Domain::DrumRoll => {
            extract::require_four_four(piece)?;
            return Ok(cut(&extract::drum_roll(piece, config.n_classes), n_steps));
        }
        domain => parts(domain, Lines::extract(piece)?),
    };
    let length = parts.iter().flat_map(|part| &part.lines).map(Vec::len).max().unwrap_or(0);
    let found = starts(length, n_steps).flat_map(|start| {
        let span = start..start + n_steps;
        let whole = combine(&parts, &span);
        let partial = if with_absent { partial_windows(&parts, &span) } else { vec![] };
        whole.into_iter().chain(partial).map(move |window| (start / STEPS_PER_BAR, window))
    });
    Ok(found.collect())
}

/// The lines that may take a part of the window.
struct Part {
    lines: Vec<Line>,
    /// Whether a token starts a sound.
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

/// Whether `line` has a start, and has one in one of any two bars in a row.
fn keeps_sounding(line: &[u16], begins: fn(u16) -> bool) -> bool {
    let begins = |bar: &[u16]| bar.iter().any(|&token| begins(token));
    let bars: Vec<bool> = line.chunks(STEPS_PER_BAR).map(begins).collect();
    bars.contains(&true) && bars.windows(2).all(|pair| pair[0] || pair[1])
}

/// First steps of the windows of `n_steps` in a line of `length`.
fn starts(length: usize, n_steps: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(STEPS_PER_BAR).filter(move |start| start + n_steps <= length)
}

/// Every combination of one sounding line per part.
fn combine(parts: &[Part], span: &Range<usize>) -> Vec<Window> {
    let mut combined = vec![Window::new()];
    for part in parts {
        let sounding = part.sounding(span);
        let with = |window: &Window, slice: &[u16]| {
            let mut window = window.clone();
            window.push(slice.to_vec());
            window
        };
        let extended = combined
            .iter()
            .flat_map(|window| sounding.iter().map(move |slice| with(window, slice)));
        combined = extended.collect();
    }
    combined
}

/// If a part is silent, a window for each sounding line of the others, with only that line.
fn partial_windows(parts: &[Part], span: &Range<usize>) -> Vec<Window> {
    let sounding: Vec<Vec<&[u16]>> = parts.iter().map(|part| part.sounding(span)).collect();
    if sounding.iter().all(|lines| !lines.is_empty()) {
        return vec![];
    }
    let alone = |(part, line): (usize, &[u16])| {
        let mut window = vec![vec![ABSENT; span.len()]; parts.len()];
        window[part] = line.to_vec();
        window
    };
    let numbered = sounding.iter().enumerate();
    numbered
        .flat_map(|(part, lines)| lines.iter().map(move |line| (part, *line)))
        .map(alone)
        .collect()
}

/// The windows of drum columns: bits of a roll, or hits and feel of a groove.
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

/// Whether `window` has all its parts.
pub fn is_whole(window: &Window) -> bool {
    window.iter().all(|line| line.first() != Some(&ABSENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::note::Note, musicvae::net::family::Family};

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
    fn a_missing_part_gives_partial_windows_of_the_others() {
        let lines: [(u8, bool, &[u8]); 2] = [(2, false, &[70; 4]), (0, true, &[36; 4])];

        let partial = found(Family::Trio4Bar, &piece(&lines), true);

        assert_eq!(partial.len(), 2);
        assert!(partial.iter().all(|window| !is_whole(window)));
        assert!(partial.iter().any(|window| window[0][0] == ABSENT && window[2][0] == 1));
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
