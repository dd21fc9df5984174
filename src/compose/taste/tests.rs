use super::*;
use crate::config::Register;

const LIMITS: PartLimits =
    PartLimits { register: Register { low: 48, high: 72 }, min_notes: 2, max_notes: 4, hold: 1.0 };

fn line(pitches: &[u8], every: usize) -> Vec<LineNote> {
    let note =
        |(n, &pitch): (usize, &u8)| LineNote { start_step: every * n, n_steps: every, pitch };
    pitches.iter().enumerate().map(note).collect()
}

/// A tune of four bars: a phrase, its answer, a breath.
fn tune() -> Vec<LineNote> {
    let rhythm = [(0, 6), (6, 2), (8, 4), (12, 4), (16, 8), (24, 4), (28, 4)];
    let answer = [(32, 6), (38, 2), (40, 4), (44, 4), (48, 12)];
    let pitches = [60, 64, 67, 65, 64, 60, 62, 64, 67, 64, 62, 60];
    let notes = rhythm.iter().chain(&answer).zip(pitches);
    notes.map(|(&(start_step, n_steps), pitch)| LineNote { start_step, n_steps, pitch }).collect()
}

fn context(role: Role) -> Context<'static> {
    Context { role, limits: LIMITS, n_bars: 4, bass: &[] }
}

fn cost(notes: &[LineNote], role: Role) -> f64 {
    lead_cost(notes, context(role), [])
}

#[test]
fn a_tune_costs_nothing_as_a_hook() {
    assert_eq!(cost(&tune(), Role::Hook), 0.0);
}

#[test]
fn one_pitch_in_one_rhythm_costs_much_in_every_role() {
    let dull = line(&[60; 16], 4);
    for role in [Role::Riff, Role::Hook, Role::Call, Role::PadLine] {
        assert!(10.0 < cost(&dull, role), "{role:?}: {}", cost(&dull, role));
        assert!(cost(&dull, role) < cost(&[], role), "{role:?}");
    }
    assert_eq!(bass_cost(&dull, LIMITS, 4), MISSING_PITCH);
}

#[test]
fn a_zigzag_of_leaps_costs_more_than_the_tune() {
    let zigzag = line(&[60, 67, 60, 69, 60, 67, 62, 71], 8);
    assert!(5.0 < cost(&zigzag, Role::Hook));
}

#[test]
fn a_lead_in_the_bass_s_rhythm_costs() {
    let tune = tune();
    let doubled = Context { bass: &tune, ..context(Role::Hook) };
    assert!(3.0 < lead_cost(&tune, doubled, []));
}

#[test]
fn a_lead_at_the_edge_of_its_register_costs() {
    let mut high = tune();
    for note in &mut high {
        note.pitch += 12;
    }
    assert!(0.0 < cost(&high, Role::Hook));
}

#[test]
fn a_copy_of_a_lead_is_found() {
    assert_eq!(lead_cost(&tune(), context(Role::Hook), [&tune()]), HEARD_BEFORE);
}

#[test]
fn a_bass_leaps_an_octave_but_no_further() {
    let leaping = |to: u8| bass_cost(&line(&[36, to, 36, to], 16), LIMITS, 4);
    assert!(leaping(48) < leaping(50));
}
