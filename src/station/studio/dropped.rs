//! MIDI files that a hand drops on the studio's page, as windows of a model.

use crate::{
    music::{midi, note::NoteSequence, trio::Line},
    musicvae::{
        convert::{
            extract::Lines,
            pattern_windows,
            window::{ABSENT, Window, windows_in_order},
        },
        net::config::Config,
    },
    patterns::style::Style,
    station::{load, studio::lab_error::LabError},
};

/// The largest MIDI file that a hand may drop, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Melody and bass among the lines of a trio; the drums follow.
pub(super) const N_PITCHED: usize = 2;

/// What a dropped MIDI file is called in messages.
const DROPPED: &str = "the MIDI file";

/// The notes of `bytes`, a MIDI file.
///
/// # Errors
/// It is no MIDI file, or larger than [`MOST_BYTES`].
pub(super) fn read(bytes: &[u8]) -> Result<NoteSequence, LabError> {
    if MOST_BYTES < bytes.len() {
        let expected = format!("at most {MOST_BYTES} bytes");
        return Err(LabError::value(DROPPED, &expected, bytes.len()));
    }
    midi::read(bytes).map_err(|error| LabError::Load(refused(error.to_string())))
}

fn refused(reason: String) -> load::Error {
    load::Error::Anchor { file: DROPPED.to_owned(), reason }
}

/// The first window of `sequence` for a model of `config`, whose parts are `parts`.
///
/// # Errors
/// There is none.
pub(super) fn window(
    sequence: &NoteSequence,
    config: &Config,
    parts: &[&str],
) -> Result<Window, LabError> {
    let found = windows_in_order(sequence, config, false)
        .map_err(|unfit| LabError::Load(refused(unfit.to_string())))?;
    let first = found.into_iter().next().map(|(_, window)| window);
    first.ok_or_else(|| missing(sequence, config, parts))
}

/// The first window with melody and bass, and a plain beat beside them.
///
/// # Errors
/// There is none.
pub(super) fn without_drums(sequence: &NoteSequence, config: &Config) -> Result<Window, LabError> {
    let found = windows_in_order(sequence, config, true)
        .map_err(|unfit| LabError::Load(refused(unfit.to_string())))?;
    let is_there = |line: &Line| line.first() != Some(&ABSENT);
    let first = found.into_iter().map(|(_, window)| window);
    let mut first = first.filter(|window| window.iter().take(N_PITCHED).all(is_there));
    let mut window = first.next().ok_or_else(|| missing(sequence, config, &["melody", "bass"]))?;
    let plain = pattern_windows::of_pattern(config, Style::Techno, 0).swap_remove(0);
    for (line, plain) in window.iter_mut().zip(plain).skip(N_PITCHED) {
        if !is_there(line) {
            *line = plain;
        }
    }
    Ok(window)
}

/// What a file would need, and what it has.
fn missing(sequence: &NoteSequence, config: &Config, parts: &[&str]) -> LabError {
    let Lines { melodies, basses, drums } = Lines::extract(sequence).unwrap_or_default();
    let has = [
        ("melody", !melodies.is_empty()),
        ("bass", !basses.is_empty()),
        ("drums", drums.is_some()),
    ];
    let has: Vec<&str> = has.iter().filter(|(_, has)| *has).map(|(part, _)| *part).collect();
    let found = match (parts.iter().all(|part| has.contains(part)), has.is_empty()) {
        (true, _) => "parts that are shorter or rest for two bars in a row".to_owned(),
        (false, true) => "none of these".to_owned(),
        (false, false) => format!("{} alone", has.join(", ")),
    };
    let expected = format!("{} bars of 4/4 with {}", config.n_bars(), parts.join(" and "));
    LabError::value(DROPPED, &expected, found)
}
