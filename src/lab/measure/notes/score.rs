//! A performance as bars of notes, with velocities and timing off the grid.

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

/// The musical function of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Names of parts.
pub enum Role {
    Drums,
    Bass,
    Lead,
    /// Chords, pads and all other pitched parts.
    Chords,
}

impl Role {
    /// All roles, in the order of their indices.
    pub const ALL: [Self; 4] = [Self::Drums, Self::Bass, Self::Lead, Self::Chords];

    /// The pitched roles.
    pub const PITCHED: [Self; 3] = [Self::Bass, Self::Lead, Self::Chords];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        ["drums", "bass", "lead", "chords"][self as usize]
    }
}

/// A set of pitch classes as bits; bit 0 is C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PitchClasses(pub u16);

impl PitchClasses {
    /// Whether the set contains the pitch class of `pitch`.
    pub fn contains(self, pitch: u8) -> bool {
        self.0 >> (pitch % 12) & 1 == 1
    }
}

/// A sequence of bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The bars.
    pub bars: Vec<ScoreBar>,
    /// Intended delay of every second sixteenth, in steps.
    pub swing: f64,
}

/// The notes of a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBar {
    /// Tempo of the bar.
    pub tempo: Bpm,
    /// Key of the bar, if known.
    pub key: Option<Key>,
    /// Chord of the bar, if known.
    pub chord: Option<PitchClasses>,
    /// Hits by `Role as usize`. Steps count from the bar's start; a hit ahead of the first step has
    /// a negative start.
    pub parts: [Vec<Hit>; Role::ALL.len()],
}

impl Score {
    /// The score of a station's bars, with its theme's `swing` in steps.
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

    /// The start of each bar in seconds from the first.
    pub fn starts(&self) -> Vec<f64> {
        let lengths = self.bars.iter().map(ScoreBar::seconds);
        lengths.scan(0.0, |end, length| Some(std::mem::replace(end, *end + length))).collect()
    }

    /// Duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.bars.iter().map(ScoreBar::seconds).sum()
    }

    /// The step, 0 to 15, that is nearest to a hit on the swung grid, and the hit's delay from it
    /// in steps.
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

    /// The onsets of each bar.
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
    /// Duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.tempo.seconds_per_step() * STEPS_PER_BAR as f64
    }
}

/// The onsets of a bar on the grid: step and pitch of each hit by `Role as usize`, sorted, without
/// duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Onsets(pub [Vec<(u8, u8)>; Role::ALL.len()]);

impl Onsets {
    /// Step and pitch of each onset of `role`.
    pub fn of(&self, role: Role) -> &[(u8, u8)] {
        &self.0[role as usize]
    }

    /// Whether there are no onsets.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The steps with an onset of `role`, as bits.
    pub fn rhythm(&self, role: Role) -> u16 {
        self.of(role).iter().fold(0, |steps, (step, _)| steps | 1 << step)
    }

    /// The steps with a hit of one of `classes` of drums, as bits.
    pub fn drum_rhythm(&self, classes: &[Drum]) -> u16 {
        let is_one = |pitch: u8| drums::class(pitch).is_some_and(|class| classes.contains(&class));
        let hits = self.of(Role::Drums).iter().filter(|(_, pitch)| is_one(*pitch));
        hits.fold(0, |steps, (step, _)| steps | 1 << step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::{hit, score};

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
