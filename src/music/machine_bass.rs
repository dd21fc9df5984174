//! Accents and slides of a bass machine, whose sequencer has a switch for each at every step.

use rand::RngExt as _;

use crate::{
    music::{
        arrange::LineNote,
        bar::Hit,
        meter::{STEPS_PER_BAR, STEPS_PER_STRONG_BEAT},
    },
    rng::Rng,
};

/// Steps of the sequencer.
const STEPS: usize = 2 * STEPS_PER_BAR;

/// Shares of steps with an accent: on beats, on eighths between, on the other sixteenths.
const ACCENTS: [f64; 3] = [0.2, 0.25, 0.35];

/// Share of steps from which a note slides to the next.
const SLIDES: f64 = 0.6;

/// A note slides to the next, and lasts to it, if that starts within this many steps.
const REACH: usize = 4;

/// How far a note that slides overlaps the next, in steps: more than timing varies.
const OVERLAP: f32 = 0.3;

/// Lowest velocity of an accent, and highest of any other note; the filter's threshold is 100.
const ACCENT_VELOCITY: u8 = 112;
const PLAIN_VELOCITY: u8 = 94;

/// The switches of two bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineBass {
    accents: [bool; STEPS],
    slides: [bool; STEPS],
}

impl MachineBass {
    /// Random switches, with more accents off the beat.
    pub fn draw(rng: &mut Rng) -> Self {
        let mut drawn = |share: f64| rng.random_bool(share);
        let accents = std::array::from_fn(|step| {
            drawn(match step % 4 {
                0 => ACCENTS[0],
                2 => ACCENTS[1],
                _ => ACCENTS[2],
            })
        });
        Self { accents, slides: std::array::from_fn(|_| drawn(SLIDES)) }
    }

    /// Sets velocities and lengths of `hits`, which play the `notes` of a phrase that start in the bar at
    /// step `bar_start`.
    pub fn articulate(&self, hits: &mut [Hit], notes: &[LineNote], bar_start: usize) {
        for hit in hits {
            let distance = |note: &&LineNote| {
                (note.start_step as f32 - bar_start as f32 - hit.start_step).abs()
            };
            let own = notes.iter().filter(|note| note.pitch == hit.pitch);
            let Some(note) = own.min_by(|a, b| distance(a).total_cmp(&distance(b))) else {
                continue;
            };
            let step = note.start_step % STEPS;
            hit.velocity = if self.accents[step] {
                hit.velocity.max(ACCENT_VELOCITY)
            } else {
                hit.velocity.min(PLAIN_VELOCITY)
            };
            let later = notes.iter().filter(|other| note.start_step < other.start_step);
            let next = later.min_by_key(|other| other.start_step);
            let target = next.filter(|next| {
                // A slide over a strong beat would hold a pitch that may be outside the chord.
                let end = note.start_step + note.n_steps;
                let strong = end.next_multiple_of(STEPS_PER_STRONG_BEAT);
                next.pitch != note.pitch
                    && next.start_step - note.start_step <= REACH
                    && next.start_step <= strong
            });
            if let Some(next) = target.filter(|_| self.slides[step]) {
                hit.n_steps = (next.start_step - note.start_step) as f32 + OVERLAP;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    const HIT: Hit = Hit { start_step: 0.0, n_steps: 0.6, pitch: 40, velocity: 90 };

    fn note(start_step: usize, pitch: u8) -> LineNote {
        LineNote { start_step, n_steps: 1, pitch }
    }

    fn switches(accents: bool, slides: bool) -> MachineBass {
        MachineBass { accents: [accents; STEPS], slides: [slides; STEPS] }
    }

    #[test]
    fn a_note_slides_to_another_pitch_that_follows_soon() {
        let length = |notes: &[LineNote]| {
            let mut hits = [Hit { start_step: 2.02, ..HIT }];
            switches(false, true).articulate(&mut hits, notes, 16);
            hits[0].n_steps
        };
        assert_eq!(length(&[note(18, 40), note(19, 43)]), 1.3);
        assert_eq!(length(&[note(18, 40), note(22, 28)]), 4.3);
        assert_eq!(length(&[note(18, 40), note(19, 40)]), 0.6);
        assert_eq!(length(&[note(18, 40), note(23, 43)]), 0.6);
        assert_eq!(length(&[note(18, 40)]), 0.6);
    }

    #[test]
    fn no_slide_holds_a_note_over_a_strong_beat() {
        let length = |n_steps: usize, next: usize| {
            let mut hits = [Hit { start_step: 7.0, ..HIT }];
            let notes = [LineNote { n_steps, ..note(23, 40) }, note(next, 43)];
            switches(false, true).articulate(&mut hits, &notes, 16);
            hits[0].n_steps
        };
        assert_eq!(length(1, 24), 1.3);
        assert_eq!(length(1, 25), 0.6);
        // Where the note sounds on the beat anyway, its pitch was chosen for the beat.
        assert_eq!(length(2, 25), 2.3);
    }

    #[test]
    fn accents_are_at_least_100_and_others_are_below() {
        let velocity = |accents: bool, velocity: u8| {
            let mut hits = [Hit { velocity, ..HIT }];
            switches(accents, false).articulate(&mut hits, &[note(0, 40)], 0);
            hits[0].velocity
        };
        assert_eq!([velocity(true, 70), velocity(true, 120)], [112, 120]);
        assert_eq!([velocity(false, 70), velocity(false, 120)], [70, 94]);
    }

    #[test]
    fn most_steps_slide_and_more_accents_are_off_the_beat() {
        let drawn = || (0..200).map(|seed| MachineBass::draw(&mut rng::stream(seed, "test")));
        let share = |flags: Vec<bool>| {
            flags.iter().filter(|&&flag| flag).count() as f64 / flags.len() as f64
        };
        let slides = share(drawn().flat_map(|drawn| drawn.slides).collect());
        assert!((0.55..0.65).contains(&slides), "{slides}");
        let accents = |rest: usize| {
            let on = |drawn: MachineBass| (0..8).map(move |n| drawn.accents[4 * n + rest]);
            share(drawn().flat_map(on).collect())
        };
        assert!(accents(0) < accents(2) && accents(2) < accents(3));
    }
}
