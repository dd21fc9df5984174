use std::sync::Arc;

use super::*;
use crate::{
    compose::{
        form::{self, FormProgress},
        testing,
    },
    config::Station,
    music::{arrange::LineNote, chain::Filter, trio::Line},
};

/// Four bars with a kick on each beat, of the first built-in station with `player`.
fn bars(player: Player, tension: [f64; 2], percussion: Vec<LineNote>) -> Vec<Bar> {
    let station = testing::stations()[0].clone();
    let mut theme = (*station.theme).clone();
    (theme.drums.player, theme.humanise) = (player, 0.0);
    let setting = testing::setting(&Station { theme: Arc::new(theme), ..station }, 1);
    let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
    phrase.tension = tension;
    let drums: Line = (0..64).map(|step| u16::from(step % 4 == 0)).collect();
    let score = Score { drums, notes: [percussion, vec![], vec![], vec![]] };
    let chords = crate::compose::accompaniment::chords(&phrase, setting.theme());
    Performance { setting: &setting, phrase: &phrase, chords: &chords, score: &score }.bars(0)
}

fn kicks(bars: &[Bar]) -> Vec<u8> {
    let hits = bars.iter().flat_map(|bar| &bar.parts[Part::Drums as usize]);
    hits.filter(|hit| hit.pitch == 36).map(|hit| hit.velocity).collect()
}

#[test]
fn a_machine_s_kick_is_always_as_hard_and_a_drummer_s_follows_the_tension() {
    let rising = [0.1, 0.9];
    let machine = kicks(&bars(Player::Machine, rising, vec![]));
    let drummer = kicks(&bars(Player::Drummer, rising, vec![]));

    assert_eq!(machine.len(), 16);
    assert!(machine.iter().all(|&velocity| velocity == machine[0]), "{machine:?}");
    assert!(drummer.iter().any(|&velocity| velocity != drummer[0]));
}

#[test]
fn percussion_is_among_the_drum_hits_in_order() {
    let clap = LineNote { start_step: 20, n_steps: 1, pitch: 39 };
    let played = bars(Player::Machine, [0.5; 2], vec![clap]);
    let hits = &played[1].parts[Part::Drums as usize];

    assert!(hits.is_sorted_by(|a, b| a.start_step <= b.start_step));
    let claps: Vec<f32> =
        hits.iter().filter(|hit| hit.pitch == 39).map(|hit| hit.start_step).collect();
    assert_eq!(claps, [4.0]);
}

#[test]
fn a_bass_machine_slides_into_some_notes_and_accents_some() {
    let station = testing::stations()[0].clone();
    let mut theme = (*station.theme).clone();
    theme.voices[Part::Bass as usize].chain.filter = Filter::Acid;
    let setting = testing::setting(&Station { theme: Arc::new(theme), ..station }, 1);
    let phrase = form::next(&setting, &mut FormProgress::start(&setting));
    let line =
        |step: usize| LineNote { start_step: step, n_steps: 1, pitch: 36 + (step % 3) as u8 };
    let notes: Vec<LineNote> = (0..64).map(line).collect();
    let score = Score { drums: vec![0; 64], notes: [vec![], notes, vec![], vec![]] };
    let chords = crate::compose::accompaniment::chords(&phrase, setting.theme());
    let played = Performance { setting: &setting, phrase: &phrase, chords: &chords, score: &score };

    let bars = played.bars(0);

    let hits: Vec<Hit> =
        bars.iter().flat_map(|bar| bar.parts[Part::Bass as usize].clone()).collect();
    let slides = hits.iter().filter(|hit| 1.2 < hit.n_steps).count();
    assert!((10..54).contains(&slides), "{slides} of {}", hits.len());
    let accents = hits.iter().filter(|hit| 100 <= hit.velocity).count();
    assert!((5..40).contains(&accents), "{accents} of {}", hits.len());
    // The switches repeat after two bars.
    let of = |bar: usize| bars[bar].parts[Part::Bass as usize].iter().map(|hit| 1.2 < hit.n_steps);
    assert!(of(0).eq(of(2)));
}
