//! From the step grid to a performance: accents, swing, and spread in timing and velocity.

use rand_distr::{Distribution, Normal};

use crate::{
    music::{
        arrange::LineNote,
        bar::Hit,
        drums::{self, Drum, N_CLASSES},
        meter::STEPS_PER_BAR,
        percussion,
    },
    rng::Rng,
};

/// Standard deviation of timing at full looseness, in steps: about 8 ms at 120 bpm, as on the beat in the
/// Groove MIDI Dataset.
const TIME_SPREAD: f64 = 0.065;

/// Standard deviation of velocity at full looseness.
const VELOCITY_SPREAD: f64 = 11.0;

/// MIDI velocity of unaccented notes of the bass at full force.
pub const BASS_VELOCITY: f64 = 92.0;

/// MIDI velocity of unaccented notes of the lead at full force.
pub const LEAD_VELOCITY: f64 = 88.0;

/// Length of a drum hit in steps: long enough for any one-shot sample to ring out.
const DRUM_STEPS: f32 = 1.0;

/// The feel of a theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feel {
    /// Delay of every second sixteenth, as a share of a sixteenth.
    pub swing: f64,
    /// Spread of timing and velocity: 0 like a machine, 1 like a loose band.
    pub looseness: f64,
    /// How much of the groove model's velocities the drums take, 0 to 1.
    pub groove: f64,
    /// How much of the groove model's timing the drums take, 0 to 1.
    pub groove_time: f64,
}

/// Velocity and timing of one hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touch {
    /// MIDI velocity.
    pub velocity: f64,
    /// Delay in steps; negative values are early.
    pub late_steps: f64,
}

impl Touch {
    /// Accents by rule, on the grid, at `step` of a bar.
    pub fn by_rule(drum: Drum, step: usize) -> Self {
        Self { velocity: drum_level(drum) * drum_accent(drum, step), late_steps: 0.0 }
    }

    /// Interpolates towards a drummer's touch by the shares in `feel`.
    fn towards(self, drummer: Self, feel: Feel) -> Self {
        let mix = |from: f64, to: f64, share: f64| from + share * (to - from);
        Self {
            velocity: mix(self.velocity, drummer.velocity, feel.groove),
            late_steps: mix(self.late_steps, drummer.late_steps, feel.groove_time),
        }
    }
}

/// Plays a bar of drum tokens.
///
/// `touches` are a drummer's velocity and timing by step and class; where there are none, hits are
/// accented by rule. `force` multiplies velocities.
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

/// Plays the percussion of a phrase that starts in the bar at step `bar_start`, accented by rule.
/// `force` multiplies velocities.
pub fn play_percussion(
    notes: &[LineNote],
    bar_start: usize,
    feel: Feel,
    force: f64,
    rng: &mut Rng,
) -> Vec<Hit> {
    let hits = starting_in(notes, bar_start).map(|note| {
        let step = note.start_step - bar_start;
        let velocity = force * percussion::velocity(note.pitch, step);
        let touch = Touch { velocity, late_steps: 0.0 };
        hit(step, DRUM_STEPS, note.pitch, touch, feel, rng)
    });
    hits.collect()
}

/// How the notes of a part are played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Articulation {
    /// MIDI velocity of an unaccented note.
    pub velocity: f64,
    /// Share of its length that a note is held: 0.1 staccato, 1 legato.
    pub hold: f64,
}

/// Plays the notes of a phrase that start in the bar at step `bar_start`.
pub fn play_notes(
    notes: &[LineNote],
    bar_start: usize,
    articulation: Articulation,
    feel: Feel,
    rng: &mut Rng,
) -> Vec<Hit> {
    let mut played: Vec<Hit> = starting_in(notes, bar_start)
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

/// The notes that start in the bar at step `bar_start`.
fn starting_in(notes: &[LineNote], bar_start: usize) -> impl Iterator<Item = &LineNote> {
    let bar = bar_start..bar_start + STEPS_PER_BAR;
    notes.iter().filter(move |note| bar.contains(&note.start_step))
}

fn hit(step: usize, n_steps: f32, pitch: u8, touch: Touch, feel: Feel, rng: &mut Rng) -> Hit {
    let late = if step % 2 == 1 { feel.swing } else { 0.0 };
    let spread_steps = spread(TIME_SPREAD * feel.looseness, rng);
    let start = step as f64 + late + touch.late_steps + spread_steps;
    let velocity = touch.velocity + spread(VELOCITY_SPREAD * feel.looseness, rng);
    Hit {
        // A hit cannot start before its bar; an early one moves to the bar line.
        start_step: start.max(0.0) as f32,
        n_steps: (n_steps - late as f32).max(0.25),
        pitch,
        velocity: velocity.round().clamp(1.0, 127.0) as u8,
    }
}

/// A normal draw with this standard deviation, clamped to three deviations.
fn spread(deviation: f64, rng: &mut Rng) -> f64 {
    let normal = Normal::new(0.0, 1.0).expect("the deviation is 1");
    let draw: f64 = normal.sample(rng);
    draw.clamp(-3.0, 3.0) * deviation
}

/// Sorts hits by start, then pitch.
pub fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| a.start_step.total_cmp(&b.start_step).then(a.pitch.cmp(&b.pitch)));
}

/// Velocity of an accented hit.
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

/// Factor on the velocity by position: hats follow the beat, a snare off the beat is a ghost note.
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

/// Standard deviation of velocity that a groove model leaves out, since it predicts the mean: measured
/// against the Groove MIDI Dataset. It is largest for drums that are rarely hit.
fn unexplained(drum: Drum) -> f64 {
    match drum {
        Drum::Kick | Drum::Snare | Drum::ClosedHat => 4.0,
        Drum::LowTom | Drum::MidTom | Drum::HighTom => 21.0,
        Drum::OpenHat | Drum::Crash | Drum::Ride => 11.0,
    }
}

/// Tom fills get louder towards the end of the bar.
fn swell(drum: Drum, step: usize) -> f64 {
    match drum {
        Drum::LowTom | Drum::MidTom | Drum::HighTom => {
            let odd = if step.is_multiple_of(2) { 1.0 } else { 0.8 };
            odd * (0.72 + 0.4 * (step % STEPS_PER_BAR) as f64 / STEPS_PER_BAR as f64)
        }
        _ => 1.0,
    }
}

/// Factor on the velocity of a note of a melody or a bass by its step in the bar.
pub fn note_accent(step: usize) -> f64 {
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
    fn groove_sets_how_much_of_a_drummers_touch_is_used() {
        let touches = [[Touch { velocity: 20.0, late_steps: 0.2 }; N_CLASSES]; 1];
        let played = |groove: f64| {
            let feel = Feel { groove, groove_time: groove, ..MACHINE };
            let hit = play_drums(&[1], &touches, feel, 1.0, &mut rng::stream(1, "test"))[0];
            (hit.start_step, hit.velocity)
        };

        assert_eq!(played(0.0), (0.0, 112));
        assert_eq!((played(0.5).0, played(1.0).0), (0.1, 0.2));
        // The variation that no model predicts is added.
        assert!((54..=78).contains(&played(0.5).1) && (8..=32).contains(&played(1.0).1));
    }

    #[test]
    fn percussion_is_played_in_its_bar_with_its_accents() {
        let note = |start_step| LineNote { start_step, n_steps: 1, pitch: 70 };
        let notes: Vec<LineNote> = (0..32).map(note).collect();
        let hits = play_percussion(&notes, 16, MACHINE, 1.0, &mut rng::stream(1, "test"));

        assert_eq!(hits.len(), 16);
        assert!(hits[2].velocity > hits[0].velocity && hits[0].velocity > hits[1].velocity);
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
    fn a_note_is_played_in_the_bar_that_it_starts_in() {
        let note = LineNote { start_step: 20, n_steps: 30, pitch: 60 };
        let mut rng = rng::stream(1, "test");

        assert!(play_notes(&[note], 0, LEGATO, MACHINE, &mut rng).is_empty());
        let hits = play_notes(&[note], 16, LEGATO, MACHINE, &mut rng);
        assert_eq!((hits[0].start_step, hits[0].n_steps), (4.0, 30.0));
    }
}
