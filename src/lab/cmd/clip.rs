//! Bars of a MIDI file as a model's windows.

use std::{ops::RangeInclusive, path::Path};

use anyhow::{Context as _, ensure};

use crate::{
    lab::{
        cli::BarRange,
        cmd::{encode::windows_of_piece, output::read_midi},
    },
    music::{
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence},
        segments::is_four_four_throughout,
    },
    musicvae::{
        convert::window::{Window, windows_in_order},
        net::config::Config,
    },
};

/// Quarters in a bar of 4/4.
const QUARTERS: f64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as f64;

/// Half a step in quarters: a note this close before a bar line is in the next bar.
const HALF_STEP: f64 = 0.5 / STEPS_PER_QUARTER as f64;

/// The windows of `bars` of the file at `path`, as [`windows_of`].
///
/// # Errors
/// The file can't be read, or as [`windows_of`].
pub fn windows(
    path: &Path,
    bars: Option<BarRange>,
    config: &Config,
) -> anyhow::Result<Vec<Window>> {
    windows_of(&read_midi(path)?, &path.display().to_string(), bars, config)
}

/// The windows of `bars` of `piece`, repeated until they fill the last window; without `bars` the first
/// window, of a repeated piece if it is shorter than a window. Errors begin with `name`.
///
/// # Errors
/// The piece is not in 4/4, or has no such bars with all parts.
pub fn windows_of(
    piece: &NoteSequence,
    name: &str,
    bars: Option<BarRange>,
    config: &Config,
) -> anyhow::Result<Vec<Window>> {
    let bar = |note: &Note| ((note.start + HALF_STEP) / QUARTERS) as usize;
    let n_found = piece.notes.iter().map(|note| bar(note) + 1).max().unwrap_or(0);
    let bars = match bars {
        Some(bars) => bars.from_0(),
        None if n_found < config.n_bars() && 0 < n_found => 0..=n_found - 1,
        None => return Ok(vec![windows_of_piece(piece, name, config)?.swap_remove(0).1]),
    };
    ensure!(
        is_four_four_throughout(piece),
        "{name}: expected bars of 4/4 from the start to the end, found another time signature"
    );
    ensure!(
        *bars.end() < n_found,
        "{name}: expected bars from 1 to {n_found}, found {}",
        bars.end() + 1
    );
    let n_windows = bars.clone().count().div_ceil(config.n_bars());
    let looped = looped(piece, &bars, n_windows * config.n_bars());
    let found = windows_in_order(&looped, config, false).with_context(|| name.to_owned())?;
    let at = |window: usize| {
        let start = window * config.n_bars();
        let here = found.iter().find(|(bar, _)| *bar == start).map(|(_, window)| window.clone());
        here.with_context(|| {
            let parts = config.family.domain().parts().join(", ");
            let (first, last) = (bars.start() + 1, bars.end() + 1);
            format!("{name}: expected {parts} in bars {first} to {last}, found some that rest")
        })
    };
    (0..n_windows).map(at).collect()
}

/// `bars` of `piece`, repeated to `n_bars`.
fn looped(piece: &NoteSequence, bars: &RangeInclusive<usize>, n_bars: usize) -> NoteSequence {
    let (first, n) = (*bars.start(), bars.clone().count());
    let (start, length) = (first as f64 * QUARTERS, n as f64 * QUARTERS);
    let within = |note: &&Note| {
        let at = note.start - start + HALF_STEP;
        (0.0..length).contains(&at)
    };
    let end = n_bars as f64 * QUARTERS;
    let mut notes = Vec::new();
    for round in 0..n_bars.div_ceil(n) {
        let shift = round as f64 * length - start;
        let until = (round + 1) as f64 * length;
        notes.extend(piece.notes.iter().filter(within).map(|note| Note {
            start: (note.start + shift).max(0.0),
            end: (note.end + shift).min(until),
            ..*note
        }));
    }
    notes.retain(|note| note.start + HALF_STEP < end);
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    NoteSequence { notes, tempos: piece.tempos.clone(), meters: piece.meters.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_cut_out_and_repeated() {
        let note = |start: f64| Note {
            pitch: 36,
            velocity: 90,
            start,
            end: start + 2.0,
            program: 0,
            is_drum: true,
            instrument: 0,
        };
        let notes = [0.0, 3.95, 7.0, 9.0].map(note).to_vec();
        let piece = NoteSequence { notes, tempos: vec![], meters: vec![] };

        let second = looped(&piece, &(1..=1), 3);

        let spans: Vec<(f64, f64)> = second.notes.iter().map(|n| (n.start, n.end)).collect();
        let expected =
            [(0.0, 1.95), (3.0, 4.0), (3.95, 5.95), (7.0, 8.0), (7.95, 9.95), (11.0, 12.0)];
        assert!(
            spans.iter().zip(expected).all(|(a, b)| (a.0 - b.0).abs() + (a.1 - b.1).abs() < 1e-9)
        );
        assert_eq!(spans.len(), expected.len());
    }
}
