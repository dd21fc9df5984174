//! Tests of the band, by hits at known frames.

use super::*;
use crate::{
    sound::testing::{bar, energy, mix, onsets, tiny_font},
    units::{Bpm, Decibels},
};

fn hit(start_step: f32, pitch: u8) -> Hit {
    Hit { start_step, n_steps: 1.0, pitch, velocity: 110 }
}

fn bars(tempo: f64) -> Vec<Bar> {
    let drums: Vec<_> = (0..4).map(|beat| hit(4.0 * beat as f32, 60)).collect();
    let lead = vec![Hit { n_steps: 6.0, ..hit(14.3, 69) }];
    (0..8)
        .map(|n| {
            bar(n, tempo + n as f64, [drums.clone(), vec![hit(2.2, 45)], lead.clone(), vec![]])
        })
        .collect()
}

fn render(band: &mut Band, n_blocks: usize) -> Vec<f32> {
    let mut mix = Block::SILENCE;
    let mut left = Vec::new();
    for _ in 0..n_blocks {
        band.render(&mut mix);
        left.extend_from_slice(&mix.left);
    }
    left
}

#[test]
fn bar_by_bar_is_bit_identical_to_all_at_once() {
    let bars = bars(97.3);
    let mut at_once = Band::new(&tiny_font(), &mix().into()).unwrap();
    let end = bars.iter().map(|bar| at_once.queue(bar).end).max().unwrap();
    let n_blocks = end as usize / FRAMES_PER_MP3_FRAME;
    let whole = render(&mut at_once, n_blocks);

    let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
    let mut pieces = Vec::new();
    let mut bars = bars.iter();
    while pieces.len() < whole.len() {
        while band.queued_frames() < FRAMES_PER_MP3_FRAME as u64 {
            band.queue(bars.next().unwrap());
        }
        pieces.extend(render(&mut band, 1));
    }

    assert!(whole.iter().any(|x| *x != 0.0));
    assert_eq!(pieces, whole);
}

#[test]
fn splitting_hits_over_a_bar_line_does_not_change_the_sound() {
    let kick = Hit { pitch: 36, ..hit(0.0, 36) };
    let hits: Vec<Hit> = [8.0, 10.5, 12.0, 15.9, 16.0, 16.2, 20.0, 23.0]
        .into_iter()
        .map(|start_step| Hit { start_step, ..kick })
        .collect();
    let (before, after): (Vec<Hit>, Vec<Hit>) = hits.iter().partition(|hit| hit.start_step < 16.0);
    let after = after.iter().map(|hit| Hit { start_step: hit.start_step - 16.0, ..*hit });
    let sound = |first: Vec<Hit>, second: Vec<Hit>| {
        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        for (number, hits) in [first, second].into_iter().enumerate() {
            let parts = [hits.clone(), hits.clone(), hits, vec![]];
            band.queue(&bar(number as u64, 120.0, parts));
        }
        render(&mut band, 150)
    };

    let with_a_line = sound(before, after.collect());
    assert!(with_a_line.iter().any(|x| 0.01 < x.abs()));
    assert!(with_a_line == sound(hits, vec![]), "the bar line is audible");
}

#[test]
fn hits_sound_at_their_step() {
    let mut dry = mix();
    for voice in &mut dry.voices {
        (voice.reverb, voice.echo) = (0.0, 0.0);
    }
    let dry = Arc::new(dry);
    let mut band = Band::new(&tiny_font(), &dry).unwrap();
    let written = [0.0, 3.3, 7.0, 12.75f32];
    let drums = written.map(|step| hit(step, 60)).to_vec();
    band.queue(&Bar { mix: dry, ..bar(0, 97.3, [drums, vec![], vec![], vec![]]) });

    let found = onsets(&render(&mut band, 90), 4000);

    let frames_per_step = Bpm::try_from(97.3).unwrap().seconds_per_step() * 44_100.0;
    assert_eq!(found.len(), written.len(), "{found:?}");
    for (found, step) in found.iter().zip(written) {
        let late = *found as f64 - f64::from(step) * frames_per_step;
        assert!(late.abs() <= 34.0, "{late} frames");
    }
}

#[test]
fn a_muted_part_is_silent_and_the_others_are_not() {
    let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
    let mut muted = mix();
    muted.voices[Part::Drums as usize].gain = Decibels(f64::NEG_INFINITY);
    let muted = Arc::new(muted);
    for bar in bars(120.0) {
        band.queue(&Bar { mix: muted.clone(), ..bar });
    }

    render(&mut band, 1);
    let (mut drums, mut bass) = (0.0, 0.0);
    for _ in 0..100 {
        render(&mut band, 1);
        drums += energy(band.stem(Part::Drums));
        bass += energy(band.stem(Part::Bass));
    }

    assert_eq!(drums, 0.0);
    assert!(bass > 1.0);
}

#[test]
fn the_mix_is_the_sum_of_stems_and_effects() {
    let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
    for bar in bars(120.0) {
        band.queue(&bar);
    }
    let mut mix = Block::SILENCE;
    for _ in 0..50 {
        band.render(&mut mix);
        let mut sum = Block::SILENCE;
        for part in Part::ALL {
            sum.add(band.stem(part), Ramp::UNITY);
        }
        sum.add(band.effects(), Ramp::UNITY);
        assert_eq!(sum, mix);
    }
    assert!(energy(band.effects()) > 0.0);
}

#[test]
fn with_nothing_queued_sound_decays_and_a_late_bar_starts_at_once() {
    let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
    band.queue(&bars(120.0)[0]);
    let sound = render(&mut band, 400);
    assert!(sound[sound.len() - 1152..].iter().all(|x| x.abs() < 1e-5));

    let frames = band.queue(&bars(120.0)[1]);

    assert_eq!(frames.start, band.rendered_frames());
    assert_eq!(band.queued_frames(), frames.end - frames.start);
}

#[test]
fn a_missing_preset_falls_back_to_another() {
    let mut rare = mix();
    rare.voices[Part::Bass as usize].program = 99;
    let rare = Arc::new(rare);
    let mut band = Band::new(&tiny_font(), &rare).unwrap();
    let parts = [vec![], vec![hit(0.0, 45)], vec![], vec![]];
    band.queue(&Bar { mix: rare, ..bar(0, 120.0, parts) });
    render(&mut band, 1);
    assert!(energy(band.stem(Part::Bass)) > 0.1);
}
