//! A piece as it is played, bar by bar, and what can be said about it without hearing it.
//!
//! Unlike lines of tokens, hits have strength and lie beside the grid. [`Score`] is all that the
//! figures below need, whether a station or a MIDI file has given it:
//!
//! - [`presence`]: who plays, and in how many bars nobody does.
//! - [`pitch`]: in the key, in the chord, how many pitches.
//! - [`rhythm`]: syncopation, how steady the groove is, fills.
//! - [`touch`]: how hard and how far from the grid drums are struck, beside drummers.
//! - [`repetition`], [`likeness`]: what comes back, and after how long.
//! - [`figures`]: all of them.

pub mod figures;
pub mod likeness;
pub mod pitch;
pub mod presence;
pub mod repetition;
pub mod rhythm;
mod sequence;
pub mod touch;

use std::borrow::Borrow;

use crate::{
    music::{
        bar::{self, Hit, Part},
        drums::{self, Drum},
        meter::STEPS_PER_BAR,
        scale::Key,
    },
    units::Bpm,
};

/// What a part is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Role {
    Drums,
    Bass,
    Lead,
    /// Chords, pads and whatever else has pitches.
    Chords,
}

impl Role {
    /// All roles, in the order of their indices.
    pub const ALL: [Self; 4] = [Self::Drums, Self::Bass, Self::Lead, Self::Chords];

    /// Those that have pitches.
    pub const PITCHED: [Self; 3] = [Self::Bass, Self::Lead, Self::Chords];

    /// What tables call it.
    pub fn name(self) -> &'static str {
        ["drums", "bass", "lead", "chords"][self as usize]
    }
}

/// Pitch classes as bits, C the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PitchClasses(pub u16);

impl PitchClasses {
    /// Whether `pitch` is among them, in whatever octave.
    pub fn contains(self, pitch: u8) -> bool {
        self.0 >> (pitch % 12) & 1 == 1
    }
}

/// Bars in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The bars.
    pub bars: Vec<ScoreBar>,
    /// How much later than straight every second sixteenth is meant to come, in steps.
    pub swing: f64,
}

/// What is played in a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBar {
    /// How fast it goes.
    pub tempo: Bpm,
    /// What it keeps to, where that is known.
    pub key: Option<Key>,
    /// The chord that it is in, where that is known.
    pub chord: Option<PitchClasses>,
    /// Hits by `Role as usize`. Steps count from the bar's start; a hit that comes early for its
    /// first step has less than 0.
    pub parts: [Vec<Hit>; Role::ALL.len()],
}

impl Score {
    /// What a station plays, every second sixteenth late by `swing` steps.
    pub fn from_bars<B: Borrow<bar::Bar>>(bars: &[B], swing: f64) -> Self {
        let role = |part: Part| Role::ALL.into_iter().find(|role| role.name() == part.name());
        let score_bar = |bar: &bar::Bar| {
            let mut parts: [Vec<Hit>; Role::ALL.len()] = Default::default();
            for part in Part::ALL {
                let role = role(part).unwrap_or(Role::Chords);
                parts[role as usize].extend(&bar.parts[part as usize]);
            }
            let chord = bar.chord.classes().fold(0, |classes, class| classes | 1 << class);
            let (key, chord) = (Some(bar.key), Some(PitchClasses(chord)));
            ScoreBar { tempo: bar.tempo, key, chord, parts }
        };
        Self { bars: bars.iter().map(|bar| score_bar(bar.borrow())).collect(), swing }
    }

    /// When each bar begins, in seconds from the first.
    pub fn starts(&self) -> Vec<f64> {
        let lengths = self.bars.iter().map(ScoreBar::seconds);
        lengths.scan(0.0, |end, length| Some(std::mem::replace(end, *end + length))).collect()
    }

    /// How long all bars last, in seconds.
    pub fn seconds(&self) -> f64 {
        self.bars.iter().map(ScoreBar::seconds).sum()
    }

    /// The step, 0 to 15, that a hit belongs to, and by how many steps it comes later than that.
    pub fn place(&self, hit: &Hit) -> (usize, f64) {
        let start = f64::from(hit.start_step);
        let meant = |step: usize| step as f64 + if step % 2 == 1 { self.swing } else { 0.0 };
        let around = start.floor().max(0.0) as usize;
        let near = around.saturating_sub(1)..=around + 1;
        let near = near.map(|step| step.min(STEPS_PER_BAR - 1));
        let step =
            near.min_by(|a, b| (start - meant(*a)).abs().total_cmp(&(start - meant(*b)).abs()));
        let step = step.unwrap_or(0);
        (step, start - meant(step))
    }

    /// What begins where, bar by bar.
    pub fn onsets(&self) -> Vec<Onsets> {
        let of_role = |hits: &Vec<Hit>| {
            let places = hits.iter().map(|hit| (self.place(hit).0 as u8, hit.pitch));
            let mut places: Vec<(u8, u8)> = places.collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        self.bars.iter().map(|bar| Onsets(bar.parts.each_ref().map(of_role))).collect()
    }
}

impl ScoreBar {
    /// How long it lasts.
    pub fn seconds(&self) -> f64 {
        self.tempo.seconds_per_step() * STEPS_PER_BAR as f64
    }
}

/// Where something begins in a bar, on the grid: step and pitch of each hit by `Role as usize`,
/// sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Onsets(pub [Vec<(u8, u8)>; Role::ALL.len()]);

impl Onsets {
    /// What `role` begins.
    pub fn of(&self, role: Role) -> &[(u8, u8)] {
        &self.0[role as usize]
    }

    /// Whether nothing begins.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The steps at which `role` begins something, as bits.
    pub fn rhythm(&self, role: Role) -> u16 {
        self.of(role).iter().fold(0, |steps, (step, _)| steps | 1 << step)
    }

    /// The steps at which one of `classes` of drums is struck, as bits.
    pub fn struck(&self, classes: &[Drum]) -> u16 {
        let is_one = |pitch: u8| drums::class(pitch).is_some_and(|class| classes.contains(&class));
        let hits = self.of(Role::Drums).iter().filter(|(_, pitch)| is_one(*pitch));
        hits.fold(0, |steps, (step, _)| steps | 1 << step)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::music::scale::Mode;

    pub const A_MINOR: Key = Key { root: 9, mode: Mode::Minor };

    pub fn hit(start_step: f32, pitch: u8) -> Hit {
        Hit { start_step, n_steps: 1.0, pitch, velocity: 100 }
    }

    /// A score at 120 bpm in A minor of bars that have these hits of one role, a step long.
    pub fn score(role: Role, bars: &[&[(f32, u8)]]) -> Score {
        let bar = |hits: &&[(f32, u8)]| {
            let mut parts: [Vec<Hit>; Role::ALL.len()] = Default::default();
            parts[role as usize] = hits.iter().map(|(step, pitch)| hit(*step, *pitch)).collect();
            ScoreBar { tempo: Bpm::DEFAULT, key: Some(A_MINOR), chord: None, parts }
        };
        Score { bars: bars.iter().map(bar).collect(), swing: 0.0 }
    }

    #[test]
    fn a_hit_belongs_to_the_nearest_step_of_the_swung_grid() {
        let mut score = score(Role::Drums, &[]);
        assert_eq!(score.place(&hit(1.5, 36)), (1, 0.5));
        score.swing = 0.6;
        assert_eq!(score.place(&hit(1.5, 36)).0, 1);
        assert!((score.place(&hit(1.7, 36)).1 - 0.1).abs() < 1e-6);
        assert_eq!(score.place(&hit(15.9, 36)).0, 15);
        assert_eq!(score.place(&hit(-0.1, 36)).0, 0);
    }
}
