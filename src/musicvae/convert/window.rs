//! Windows of a piece: the examples that a model learns from.

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

/// One example: a line for each column.
pub type Window = Vec<Line>;

/// What a column of a part holds that a window lacks: such windows are not examples themselves, but
/// lend the parts that they have to others ([`crate::lab::train`] recombines them).
pub const ABSENT: u16 = u16::MAX;

/// All different windows of a piece for networks of `config`.
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

/// The windows of a piece for networks of `config`, one or more beginning at every bar, each with
/// the number of its first bar.
///
/// A part must go on through the window: two bars in a row without it end it there. Melodies,
/// basses and drums are combined in all ways. `with_absent` also gives windows in which but some of
/// several parts go on, the others [`ABSENT`].
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
        let partial = if with_absent { lend(&parts, &span) } else { vec![] };
        whole.into_iter().chain(partial).map(move |window| (start / STEPS_PER_BAR, window))
    });
    Ok(found.collect())
}

/// The lines that may play a part of the window.
struct Part {
    lines: Vec<Line>,
    /// Whether a token begins a sound.
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
    /// What of the lines sounds through `span`.
    fn sounding(&self, span: &Range<usize>) -> Vec<&[u16]> {
        let slices = self.lines.iter().filter_map(|line| line.get(span.clone()));
        slices.filter(|slice| goes_on(slice, self.begins)).collect()
    }
}

/// Whether something begins in `line`, and in one of any two bars in a row.
fn goes_on(line: &[u16], begins: fn(u16) -> bool) -> bool {
    let begins = |bar: &[u16]| bar.iter().any(|&token| begins(token));
    let bars: Vec<bool> = line.chunks(STEPS_PER_BAR).map(begins).collect();
    bars.contains(&true) && bars.windows(2).all(|pair| pair[0] || pair[1])
}

/// Where windows of `n_steps` begin in a line of `length`.
fn starts(length: usize, n_steps: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(STEPS_PER_BAR).filter(move |start| start + n_steps <= length)
}

/// Every choice of one sounding line a part.
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

/// A window for each sounding line, alone, where not all of several parts sound.
fn lend(parts: &[Part], span: &Range<usize>) -> Vec<Window> {
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

/// The windows of columns whose first ones are bits of what is hit.
fn cut(columns: &[Line], n_steps: usize) -> Vec<(usize, Window)> {
    let Some(first) = columns.first() else { return vec![] };
    let n_words = if columns.len() == groove::N_COLUMNS { 1 } else { columns.len() };
    let hit = |step: usize| columns[..n_words].iter().any(|column| column[step] != 0);
    let windows = starts(first.len(), n_steps).filter_map(|start| {
        let span = start..start + n_steps;
        let hits: Line = span.clone().map(|step| u16::from(hit(step))).collect();
        let slice = |column: &Line| column[span.clone()].to_vec();
        let window = || (start / STEPS_PER_BAR, columns.iter().map(slice).collect());
        goes_on(&hits, |hit| hit != 0).then(window)
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

    /// A piece with a note at the beginning of each bar, of the pitches that `bars` give; 0 rests.
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
    fn a_window_begins_at_every_bar_and_none_is_there_twice() {
        let beat = piece(&[(0, true, &[36, 38, 36, 38, 42])]);

        let firsts: Vec<u16> =
            found(Family::Drums2Bar, &beat, false).iter().map(|window| window[0][0]).collect();

        assert_eq!(firsts, [1, 2, 2]);
    }

    #[test]
    fn parts_are_combined_in_all_ways_but_silent_ones() {
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
    fn where_a_part_is_absent_the_others_are_lent() {
        let lines: [(u8, bool, &[u8]); 2] = [(2, false, &[70; 4]), (0, true, &[36; 4])];

        let lent = found(Family::Trio4Bar, &piece(&lines), true);

        assert_eq!(lent.len(), 2);
        assert!(lent.iter().all(|window| !is_whole(window)));
        assert!(lent.iter().any(|window| window[0][0] == ABSENT && window[2][0] == 1));
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
