//! From the grid to something played: accents, swing and a spread in time and strength.

use rand_distr::{Distribution, Normal};

use crate::{
    music::{
        arrange::LineNote,
        bar::Hit,
        drums::{self, Drum, N_CLASSES},
        meter::STEPS_PER_BAR,
    },
    rng::Rng,
};

/// Deviation of a hit's time at full looseness, in steps: about 8 ms at 120 bpm, what drummers of
/// the Groove MIDI Dataset show on the beat.
const TIME_SPREAD: f64 = 0.065;

/// Deviation of its velocity at full looseness.
const VELOCITY_SPREAD: f64 = 11.0;

/// Drums are hit, not held: long enough for any one-shot sample to be let ring.
const DRUM_STEPS: f32 = 1.0;

/// How a theme is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feel {
    /// How late every second sixteenth comes, as a share of a sixteenth.
    pub swing: f64,
    /// 0 as a machine, 1 as a loose band.
    pub looseness: f64,
    /// How much of a drummer's force the drums have, 0 to 1.
    pub groove: f64,
    /// And how much of his timing.
    pub groove_time: f64,
}

/// How one hit is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touch {
    /// MIDI velocity.
    pub velocity: f64,
    /// How late it is, in steps; below 0 early.
    pub late_steps: f64,
}

impl Touch {
    /// By rule: accents on the beat, no time of its own.
    fn by_rule(drum: Drum, step: usize) -> Self {
        Self { velocity: drum_level(drum) * drum_accent(drum, step), late_steps: 0.0 }
    }

    /// As far towards a drummer's touch as `feel` goes.
    fn towards(self, drummer: Self, feel: Feel) -> Self {
        let mix = |from: f64, to: f64, share: f64| from + share * (to - from);
        Self {
            velocity: mix(self.velocity, drummer.velocity, feel.groove),
            late_steps: mix(self.late_steps, drummer.late_steps, feel.groove_time),
        }
    }
}

/// Plays a bar of drum tokens, in part as a drummer does, whose `touches` are by step and class;
/// where there are none, by rule. `force` multiplies velocities.
pub fn play_drums(
    tokens: &[u16],
    touches: &[[Touch; N_CLASSES]],
    feel: Feel,
    force: f64,
    rng: &mut Rng,
) -> Vec<Hit> {
    let hits = tokens
        .iter()
        .enumerate()
        .flat_map(|(step, &token)| drums::classes(token).map(move |drum| (step, drum)));
    let mut played: Vec<Hit> = hits
        .map(|(step, drum)| {
            let rule = Touch::by_rule(drum, step);
            let drummer = touches.get(step).map_or(rule, |touches| touches[drum as usize]);
            let touch = rule.towards(drummer, feel);
            let velocity = force * swell(drum, step) * touch.velocity;
            let velocity = velocity + spread(unexplained(drum) * feel.groove, rng);
            let touch = Touch { velocity, ..touch };
            hit(step, DRUM_STEPS, drum.pitch(), touch, feel, rng)
        })
        .collect();
    sort(&mut played);
    played
}

/// How the notes of a part are played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Articulation {
    /// MIDI velocity of a note without accent.
    pub velocity: f64,
    /// Share of its length that a note is held: 0.1 short as can be, 1 up to the next.
    pub hold: f64,
}

/// Plays those `notes` of a phrase that begin in the bar at `bar_start` steps.
pub fn play_notes(
    notes: &[LineNote],
    bar_start: usize,
    articulation: Articulation,
    feel: Feel,
    rng: &mut Rng,
) -> Vec<Hit> {
    let here = notes
        .iter()
        .filter(|note| (bar_start..bar_start + STEPS_PER_BAR).contains(&note.start_step));
    let mut played: Vec<Hit> = here
        .map(|note| {
            let step = note.start_step - bar_start;
            let velocity = articulation.velocity * note_accent(step);
            let n_steps = (note.n_steps as f64 * articulation.hold) as f32;
            let touch = Touch { velocity, late_steps: 0.0 };
            hit(step, n_steps, note.pitch, touch, feel, rng)
        })
        .collect();
    sort(&mut played);
    played
}

fn hit(step: usize, n_steps: f32, pitch: u8, touch: Touch, feel: Feel, rng: &mut Rng) -> Hit {
    let late = if step % 2 == 1 { feel.swing } else { 0.0 };
    let spread_steps = spread(TIME_SPREAD * feel.looseness, rng);
    let start = step as f64 + late + touch.late_steps + spread_steps;
    let velocity = touch.velocity + spread(VELOCITY_SPREAD * feel.looseness, rng);
    Hit {
        // What would come before the bar's start is played on it, not lost.
        start_step: start.max(0.0) as f32,
        n_steps: (n_steps - late as f32).max(0.25),
        pitch,
        velocity: velocity.round().clamp(1.0, 127.0) as u8,
    }
}

/// A draw of this deviation, within three of them.
fn spread(deviation: f64, rng: &mut Rng) -> f64 {
    let normal = Normal::new(0.0, 1.0).expect("the deviation is 1");
    let draw: f64 = normal.sample(rng);
    draw.clamp(-3.0, 3.0) * deviation
}

fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| a.start_step.total_cmp(&b.start_step).then(a.pitch.cmp(&b.pitch)));
}

/// How hard a drum is hit where it is accented.
fn drum_level(drum: Drum) -> f64 {
    match drum {
        Drum::Kick => 112.0,
        Drum::Snare => 108.0,
        Drum::ClosedHat => 88.0,
        Drum::OpenHat => 90.0,
        Drum::LowTom | Drum::MidTom | Drum::HighTom => 102.0,
        Drum::Crash => 104.0,
        Drum::Ride => 86.0,
    }
}

/// What is left of it elsewhere: hats breathe with the beat, a snare off the beat is a ghost note.
fn drum_accent(drum: Drum, step: usize) -> f64 {
    match (drum, step % 4) {
        (_, 0) => 1.0,
        (Drum::Snare, odd) if odd % 2 == 1 => 0.52,
        (Drum::Snare, _) => 0.8,
        (Drum::Kick, _) => 0.92,
        (Drum::ClosedHat | Drum::Ride, 2) => 0.88,
        (Drum::ClosedHat | Drum::Ride, _) => 0.68,
        _ => 0.94,
    }
}

/// What a groove model leaves out of a drummer's velocities: it tells the mean of what he might do. So
/// much deviation is missing beside the Groove MIDI Dataset's, most of it in drums that are rarely
/// struck.
fn unexplained(drum: Drum) -> f64 {
    match drum {
        Drum::Kick | Drum::Snare | Drum::ClosedHat => 4.0,
        Drum::LowTom | Drum::MidTom | Drum::HighTom => 21.0,
        Drum::OpenHat | Drum::Crash | Drum::Ride => 11.0,
    }
}

/// Toms, which play fills, get louder towards the end of their bar.
fn swell(drum: Drum, step: usize) -> f64 {
    match drum {
        Drum::LowTom | Drum::MidTom | Drum::HighTom => {
            let odd = if step.is_multiple_of(2) { 1.0 } else { 0.8 };
            odd * (0.72 + 0.4 * (step % STEPS_PER_BAR) as f64 / STEPS_PER_BAR as f64)
        }
        _ => 1.0,
    }
}

fn note_accent(step: usize) -> f64 {
    match step {
        0 => 1.2,
        8 => 1.12,
        4 | 12 => 1.06,
        even if even % 2 == 0 => 0.98,
        _ => 0.86,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    const MACHINE: Feel = Feel { swing: 0.0, looseness: 0.0, groove: 0.0, groove_time: 0.0 };
    const LEGATO: Articulation = Articulation { velocity: 84.0, hold: 1.0 };

    #[test]
    fn a_machine_plays_on_the_grid() {
        let tokens = [0b101, 0, 0b100, 0, 0b110];
        let hits = play_drums(&tokens, &[], MACHINE, 1.0, &mut rng::stream(1, "test"));

        let found: Vec<_> = hits.iter().map(|hit| (hit.start_step, hit.pitch)).collect();
        assert_eq!(found, [(0.0, 36), (0.0, 42), (2.0, 42), (4.0, 38), (4.0, 42)]);
        assert!(hits[2].velocity < hits[1].velocity);
    }

    #[test]
    fn swing_delays_every_second_sixteenth() {
        let feel = Feel { swing: 0.33, ..MACHINE };
        let hits = play_drums(&[4, 4, 4], &[], feel, 1.0, &mut rng::stream(1, "test"));

        let starts: Vec<_> = hits.iter().map(|hit| hit.start_step).collect();
        assert_eq!(starts, [0.0, 1.33, 2.0]);
    }

    #[test]
    fn a_drummer_s_touch_is_taken_as_far_as_the_groove_goes() {
        let touches = [[Touch { velocity: 20.0, late_steps: 0.2 }; N_CLASSES]; 1];
        let played = |groove: f64| {
            let feel = Feel { groove, groove_time: groove, ..MACHINE };
            let hit = play_drums(&[1], &touches, feel, 1.0, &mut rng::stream(1, "test"))[0];
            (hit.start_step, hit.velocity)
        };

        assert_eq!(played(0.0), (0.0, 112));
        assert_eq!((played(0.5).0, played(1.0).0), (0.1, 0.2));
        // What no model knows of a drummer is added.
        assert!((54..=78).contains(&played(0.5).1) && (8..=32).contains(&played(1.0).1));
    }

    #[test]
    fn nothing_is_played_before_the_bar() {
        let feel = Feel { looseness: 1.0, ..MACHINE };
        let mut rng = rng::stream(1, "test");
        for _ in 0..200 {
            let hits = play_drums(&[1; 16], &[], feel, 1.0, &mut rng);
            assert_eq!(hits.len(), 16);
            assert!(hits.iter().all(|hit| 0.0 <= hit.start_step && 1 <= hit.velocity));
        }
    }

    #[test]
    fn a_phrases_notes_are_played_in_the_bar_that_they_begin_in() {
        let note = LineNote { start_step: 20, n_steps: 30, pitch: 60 };
        let mut rng = rng::stream(1, "test");

        assert!(play_notes(&[note], 0, LEGATO, MACHINE, &mut rng).is_empty());
        let hits = play_notes(&[note], 16, LEGATO, MACHINE, &mut rng);
        assert_eq!((hits[0].start_step, hits[0].n_steps), (4.0, 30.0));
    }
}
