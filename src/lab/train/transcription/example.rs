//! Examples for the pitch network: random stretches of random pieces as recordings.

use std::{ops::Range, sync::Arc};

use rand::{RngExt as _, seq::IndexedRandom as _};
use rustysynth::SoundFont;

use crate::{
    lab::{
        train::transcription::{
            mixdown::Mixdown,
            piece::{FIRST_EFFECT, Piece, PieceNote},
            pieces::Pieces,
            take::{self, Playing, Take},
            targets::Targets,
        },
        transcription::{
            HeardNote,
            activations::STEP,
            cqt::{Cqt, RATE, WINDOW},
        },
    },
    rng::Rng,
    sound::{Error, resample},
    units::SAMPLE_RATE,
};

/// Share of examples in which one or two instruments play alone.
const SOLO: f64 = 0.3;

/// Share of examples that are drums alone, without any notes to find.
const DRUMS_ALONE: f64 = 0.04;

/// Share of instruments that play a different program.
const OTHER_PROGRAM: f64 = 0.35;

/// Most semitones that a piece is transposed by.
const MOST_SEMITONES: i16 = 5;

/// General MIDI programs of basses, and the first of effects, ethnic and percussive instruments, which never
/// replace others.
const BASSES: Range<u8> = 32..40;
const FIRST_ODD: u8 = 96;

/// What examples are made from.
#[derive(Clone)]
pub struct Material {
    /// Pieces.
    pub pieces: Pieces,
    /// The fonts that play them.
    pub fonts: Vec<Arc<SoundFont>>,
}

/// A window and its targets.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its levels.
    pub levels: Vec<f32>,
    /// Its targets.
    pub targets: Targets,
}

/// A recording at [`RATE`] and its notes.
#[derive(Debug, Clone)]
pub struct Sound {
    /// The samples.
    pub samples: Vec<f32>,
    /// The notes; those that began before it have negative onsets.
    pub notes: Vec<HeardNote>,
}

/// Draws a recording of `n_windows` windows, [`STEP`] samples apart.
///
/// # Errors
/// The synthesizer or LAME fails.
///
/// # Panics
/// There are no pieces, or no fonts.
pub fn draw_sound(material: &Material, n_windows: usize, rng: &mut Rng) -> Result<Sound, Error> {
    let n_samples = WINDOW + (n_windows - 1) * STEP;
    let seconds = n_samples as f64 / f64::from(RATE);
    let title = material.pieces.titles.choose(rng).expect("there are pieces");
    let piece = title.choose(rng).expect("a title has a piece");
    let font = material.fonts.choose(rng).expect("there are fonts");
    let last = (piece.seconds() - 0.5 * seconds).max(0.1);
    let start = rng.random_range(0.0..last);
    let range = start..start + seconds;
    let excerpt = excerpt(piece, &range, rng);
    let take = take::play(&excerpt, font, range, &mut |note| draw_playing(note, rng))?;
    record(take, n_samples, rng)
}

/// `take` as a recording.
fn record(take: Take, n_samples: usize, rng: &mut Rng) -> Result<Sound, Error> {
    let mut mixdown = Mixdown::draw(rng);
    mixdown.is_drums_only = mixdown.drums.is_some() && rng.random_bool(DRUMS_ALONE);
    let sound = mixdown.apply(&take, rng)?;
    let mut samples = resample::mono(sound, SAMPLE_RATE, RATE);
    samples.resize(n_samples, 0.0);
    let notes = if mixdown.is_drums_only { Vec::new() } else { take.notes };
    Ok(Sound { samples, notes })
}

/// The notes of `piece` around `range`, transposed, sometimes only those of one or two instruments.
fn excerpt(piece: &Piece, range: &Range<f64>, rng: &mut Rng) -> Piece {
    let by = rng.random_range(-MOST_SEMITONES..=MOST_SEMITONES);
    let near = |note: &&PieceNote| note.start_s < range.end && range.start - 2.0 < note.end_s;
    let mut notes: Vec<PieceNote> = piece.notes.iter().filter(near).copied().collect();
    if rng.random_bool(SOLO) {
        let pitched: Vec<u16> = notes
            .iter()
            .filter(|note| !note.is_drum && note.program < FIRST_EFFECT)
            .map(|note| note.instrument)
            .collect();
        let kept: Vec<u16> =
            (0..rng.random_range(1..=2)).filter_map(|_| pitched.choose(rng)).copied().collect();
        notes.retain(|note| note.is_drum || kept.contains(&note.instrument));
    }
    for note in notes.iter_mut().filter(|note| !note.is_drum) {
        let moved = i16::from(note.pitch) + by;
        note.pitch = moved.clamp(0, 127) as u8;
    }
    Piece { title: piece.title.clone(), notes }
}

fn draw_playing(note: &PieceNote, rng: &mut Rng) -> Playing {
    let volume = rng.random_range(50..=127);
    let is_other = !note.is_drum && note.program < FIRST_EFFECT && rng.random_bool(OTHER_PROGRAM);
    let program = match is_other {
        false => note.program,
        true if BASSES.contains(&note.program) => rng.random_range(BASSES),
        true => rng.random_range(0..FIRST_ODD),
    };
    Playing { program, volume }
}

/// The windows of a recording.
pub fn examples(sound: &Sound, n_windows: usize, cqt: &Cqt) -> Vec<Example> {
    let window = |n: usize| Example {
        levels: cqt.levels(&sound.samples[n * STEP..n * STEP + WINDOW]),
        targets: Targets::of(&sound.notes, (n * STEP) as f64 / f64::from(RATE)),
    };
    (0..n_windows).map(window).collect()
}
