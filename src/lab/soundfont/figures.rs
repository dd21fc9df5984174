//! Figures of presets, and their goals.

use std::{
    f64::consts::{PI, TAU},
    sync::Arc,
};

use rustysynth::{SoundFont, SynthesizerError};

use crate::{
    lab::soundfont::{
        audition::{NOTE, Note, Stereo, render},
        hearing::{centroid_hz, middle, movement_db, swing, width_db},
        tone::key_to_hz,
    },
    units::SAMPLE_RATE,
};

/// Presets of the bass register.
const BASSES: [i32; 7] = [32, 33, 34, 36, 38, 39, 87];

/// Held sounds that should move: organs, reeds, winds, strings, leads, pads.
const MOVING: [i32; 16] = [16, 17, 22, 50, 59, 65, 80, 81, 83, 84, 87, 89, 90, 91, 92, 95];

/// Sounds that should open with velocity: keys, guitars, basses, leads, winds, strings.
const OPENING: [i32; 27] = [
    0, 1, 4, 5, 17, 22, 24, 26, 29, 30, 32, 33, 34, 36, 38, 39, 45, 50, 59, 62, 65, 80, 81, 83, 84,
    87, 90,
];

/// Presets with vibrato; their tuning is measured before it starts.
const VIBRATO: [i32; 6] = [16, 22, 59, 65, 80, 83];

/// Figures of a preset, played in the middle of its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Change of a held note's spectrum apart from a steady decay, in decibels.
    pub movement_db: f64,
    /// Ratio of the centroid at velocity 120 to that at velocity 50.
    pub opening: f64,
    /// Tuning of the first partial, in cents.
    pub cents: f64,
    /// Sides relative to the middle, in decibels.
    pub width_db: f64,
}

/// Goals of a preset's figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goals {
    /// The least movement, for sounds that are held.
    pub movement_db: Option<f64>,
    /// The least opening.
    pub opening: Option<f64>,
    /// The greatest mistuning.
    pub cents: f64,
}

impl Figures {
    /// The figures of `program` in bank 0 of `font`.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn of(font: &Arc<SoundFont>, program: i32) -> Result<Self, SynthesizerError> {
        let key = home(program);
        let held = |velocity| {
            let note = Note { program, key, velocity, held: 1.5, ..NOTE };
            render(font, &[(0.0, note)], 1.5)
        };
        let (soft, hard) = (held(50)?, held(120)?);
        // From 0.15 s to 1.2 s: after the attack, as in external measurements.
        let middle_part: Stereo = hard.clone().map(|side| side[6615..52_920].to_vec());
        Ok(Self {
            movement_db: movement_db(&middle_part),
            opening: centroid_hz(&middle(&hard)) / centroid_hz(&middle(&soft)),
            cents: cents_off(font, program, key)?,
            width_db: width_db(&hard),
        })
    }
}

impl Goals {
    /// The goals of `program`.
    pub fn of(program: i32) -> Self {
        let is_in = |programs: &[i32]| programs.contains(&program);
        Self {
            movement_db: is_in(&MOVING).then_some(1.5),
            opening: is_in(&OPENING).then_some(1.25),
            cents: 2.0,
        }
    }

    /// The names of the figures that miss their goal by more than rounding.
    pub fn missed(self, figures: Figures) -> Vec<&'static str> {
        const ROUNDING: f64 = 0.05;
        let is_under =
            |least: Option<f64>, found| least.is_some_and(|least| found < least - ROUNDING);
        let goals = [
            ("movement", is_under(self.movement_db, figures.movement_db)),
            ("opening", is_under(self.opening, figures.opening)),
            ("tuning", figures.cents.abs() > self.cents),
        ];
        goals.into_iter().filter(|(_, is_missed)| *is_missed).map(|(name, _)| name).collect()
    }
}

/// The middle of a program's usual range, as a MIDI key.
pub fn home(program: i32) -> i32 {
    if BASSES.contains(&program) { 40 } else { 64 }
}

/// Deviation in cents of a note's first partial from its key: the power-weighted mean frequency
/// around it, which is the centre of detuned voices.
///
/// # Errors
/// The synthesizer can't start.
pub fn cents_off(font: &Arc<SoundFont>, program: i32, key: i32) -> Result<f64, SynthesizerError> {
    const HOP: usize = 882;
    // Narrow enough to exclude the second partial, from 50 Hz upwards.
    const WINDOW: usize = 4 * HOP;
    // Slightly detuned voices beat over seconds.
    let seconds = if VIBRATO.contains(&program) { 0.29 } else { 8.0 };
    let note = Note { program, key, held: 9.0, ..NOTE };
    let heard = render(font, &[(0.0, note)], seconds)?;
    let hz = key_to_hz(key as u8);
    let turned = TAU * hz / f64::from(SAMPLE_RATE) * HOP as f64;
    let (mut x, mut y) = (0.0, 0.0);
    for side in &heard {
        let swings: Vec<_> =
            side[HOP..].windows(WINDOW).step_by(HOP).map(|part| swing(part, hz)).collect();
        for pair in swings.windows(2) {
            let ((re, im), (next_re, next_im)) = (pair[0], pair[1]);
            x += re * next_re + im * next_im;
            y += re * next_im - im * next_re;
        }
    }
    // The phase decreases as the sine advances.
    let ahead = ((-y).atan2(x) - turned + PI).rem_euclid(TAU) - PI;
    Ok(1200.0 * (1.0 + ahead / turned).log2())
}
