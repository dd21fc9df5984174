//! Characteristics by which the styles are recognised.

use std::collections::HashSet;

use super::*;
use crate::music::{
    drums::{self, Drum},
    melody,
    meter::STEPS_PER_BAR,
    trio::Line,
};

/// Patterns of each style that a test examines.
const N: u64 = 2000;

fn patterns(style: Style) -> Vec<Pattern> {
    (0..N).map(|number| pattern(style, number)).collect()
}

fn pitches(line: &Line) -> Vec<u8> {
    line.iter().filter_map(|&token| melody::pitch(token)).collect()
}

/// Whether `drum` sounds at `step` of the first bar, which has neither breaks nor fills.
fn has(pattern: &Pattern, drum: Drum, step: usize) -> bool {
    pattern.trio.drums[step] & drum.bit() != 0
}

fn share(patterns: &[Pattern], is_so: impl Fn(&Pattern) -> bool) -> f64 {
    patterns.iter().filter(|pattern| is_so(pattern)).count() as f64 / patterns.len() as f64
}

#[test]
fn a_pattern_is_64_steps_of_tokens_and_reproducible() {
    for style in Style::ALL {
        for Pattern { trio, .. } in &patterns(style)[..200] {
            assert_eq!([trio.melody.len(), trio.bass.len(), trio.drums.len()], [64; 3]);
            assert!(trio.drums.iter().all(|&token| usize::from(token) < drums::N_TOKENS));
            let notes = trio.melody.iter().chain(&trio.bass);
            assert!(notes.into_iter().all(|&token| usize::from(token) < melody::N_TOKENS));
        }
        assert_eq!(pattern(style, 7), pattern(style, 7));
    }
}

/// Themes name patterns by number, so a number's pattern must not change.
#[test]
fn a_new_style_does_not_change_the_older_ones() {
    for (style, expected) in [
        (Style::Techno, 0xe9b0_4753_4a70_610d),
        (Style::House, 0x27ad_a46e_372f_a8e5),
        (Style::Dub, 0xe0cb_3829_5d1a_18ac),
        (Style::HipHop, 0x2785_696b_d210_cad2),
        (Style::Punk, 0x1524_46d6_5b4b_720e),
        (Style::Ambient, 0xb206_96fa_f156_7053),
    ] {
        let trios = (0..100).map(|number| pattern(style, number).trio);
        let tokens = trios.flat_map(|trio| [trio.melody, trio.bass, trio.drums].concat());
        // FNV-1a, a token at a time.
        let found = tokens.fold(0xcbf2_9ce4_8422_2325_u64, |hash, token| {
            (hash ^ u64::from(token)).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!(found, expected, "{style}");
    }
}

#[test]
fn almost_all_patterns_differ() {
    for style in Style::ALL {
        let all = patterns(style);
        let windows: HashSet<&[u16]> =
            all.iter().flat_map(|pattern| pattern.trio.drums.chunks(32)).collect();
        let trios: HashSet<&Trio> = all.iter().map(|pattern| &pattern.trio).collect();

        assert!(0.95 * 2.0 * N as f64 <= windows.len() as f64, "{style} {}", windows.len());
        assert!(0.99 * N as f64 <= trios.len() as f64, "{style} {}", trios.len());
    }
}

#[test]
fn every_note_is_in_the_key_and_the_register() {
    for style in Style::ALL {
        let all = patterns(style);
        let register = |line: fn(&Trio) -> &Line, lowest, highest| {
            let mut found = Vec::new();
            for pattern in &all {
                let pitches = pitches(line(&pattern.trio));
                assert!(pitches.iter().all(|&pitch| pattern.key.contains(pitch)), "{style}");
                found.extend(pitches);
            }
            found.sort_unstable();
            assert!(lowest <= found[0] && *found.last().unwrap() <= highest, "{style}");
            found[found.len() / 2]
        };

        let median = register(|trio| &trio.melody, 55, 84);
        assert!((63..=67).contains(&median), "{style} {median}");
        let median = register(|trio| &trio.bass, 28, 50);
        assert!((33..=37).contains(&median), "{style} {median}");
        let roots: HashSet<u8> = all.iter().map(|pattern| pattern.key.root).collect();
        assert_eq!(roots.len(), 12);
    }
}

/// Shares of steps with drums, melody onsets and bass onsets; real trios have .59, .27 and .42.
#[test]
fn styles_have_their_usual_density() {
    for (style, expected) in [
        (Style::Techno, [0.70, 0.30, 0.50]),
        (Style::House, [0.64, 0.30, 0.40]),
        (Style::Dub, [0.60, 0.26, 0.28]),
        (Style::HipHop, [0.64, 0.25, 0.27]),
        (Style::Punk, [0.53, 0.32, 0.50]),
        (Style::Ambient, [0.33, 0.15, 0.14]),
        (Style::Acid, [0.71, 0.29, 0.66]),
        (Style::FreeJazz, [0.58, 0.30, 0.27]),
        (Style::LoFi, [0.57, 0.13, 0.22]),
        (Style::DrumAndBass, [0.70, 0.14, 0.14]),
    ] {
        let all = patterns(style);
        let share = |count: fn(&Trio) -> usize| {
            all.iter().map(|pattern| count(&pattern.trio)).sum::<usize>() as f64 / (64 * N) as f64
        };
        let found = [
            share(|trio| trio.drums.iter().filter(|&&token| token != 0).count()),
            share(|trio| pitches(&trio.melody).len()),
            share(|trio| pitches(&trio.bass).len()),
        ];

        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 0.03, "{style} {found} {expected}");
        }
    }
}

#[test]
fn no_bar_of_drums_is_empty() {
    for style in Style::ALL {
        for Pattern { trio, .. } in patterns(style) {
            let mut bars = trio.drums.chunks(STEPS_PER_BAR);
            assert!(bars.all(|bar| bar.iter().any(|&token| token != 0)), "{style}");
        }
    }
}

#[test]
fn techno_and_house_have_four_on_the_floor_and_offbeat_hats() {
    let on = |steps: [usize; 4], drums: &[Drum], pattern: &Pattern| {
        steps.iter().all(|&step| drums.iter().any(|&drum| has(pattern, drum, step)))
    };
    let hats = [Drum::ClosedHat, Drum::OpenHat, Drum::Ride];
    for style in [Style::Techno, Style::House] {
        let all = patterns(style);
        assert!(0.9 < share(&all, |pattern| on([0, 4, 8, 12], &[Drum::Kick], pattern)));
        assert!(0.9 < share(&all, |pattern| on([2, 6, 10, 14], &hats, pattern)), "{style}");
    }
    let has_four = |pattern: &Pattern| on([0, 4, 8, 12], &[Drum::Kick], pattern);
    assert!(share(&patterns(Style::HipHop), has_four) < 0.01);
}

#[test]
fn acid_has_a_sixteenth_bass_with_octave_jumps_and_held_accents() {
    let all = patterns(Style::Acid);
    let floor = |pattern: &Pattern| [0, 4, 8, 12].iter().all(|&at| has(pattern, Drum::Kick, at));
    let between =
        |pattern: &Pattern| [2, 6, 10, 14].iter().all(|&at| has(pattern, Drum::OpenHat, at));
    assert!(0.95 < share(&all, floor) && 0.6 < share(&all, between));
    let jumps = |pattern: &Pattern| {
        pitches(&pattern.trio.bass).windows(2).any(|pair| pair[0].abs_diff(pair[1]) == 12)
    };
    let is_held = |pattern: &Pattern| {
        let bass = &pattern.trio.bass;
        bass.windows(2).any(|pair| melody::pitch(pair[0]).is_some() && pair[1] == melody::HOLD)
    };
    assert!(0.9 < share(&all, jumps) && 0.9 < share(&all, is_held));
}

#[test]
fn free_jazz_has_a_ride_leaps_and_few_repeats() {
    let all = patterns(Style::FreeJazz);
    let rides = |pattern: &Pattern| {
        [Drum::Ride, Drum::ClosedHat]
            .iter()
            .any(|&drum| has(pattern, drum, 7) && has(pattern, drum, 8))
    };
    let leaps = |pattern: &Pattern| {
        let notes = pitches(&pattern.trio.melody);
        let n_leaps = notes.windows(2).filter(|pair| 3 < pair[0].abs_diff(pair[1])).count();
        notes.len() < 2 * n_leaps
    };
    let repeats = |line: &Line| {
        let bars: HashSet<&[u16]> = line.chunks(STEPS_PER_BAR).collect();
        bars.len() < form::N_BARS
    };
    assert!(0.5 < share(&all, rides) && 0.5 < share(&all, leaps));
    assert!(share(&all, |pattern| repeats(&pattern.trio.melody)) < 0.1);
    assert!(share(&all, |pattern| repeats(&pattern.trio.bass)) < 0.25);
}

#[test]
fn lo_fi_has_a_backbeat_and_a_slow_tempo() {
    let all = patterns(Style::LoFi);
    let backbeat =
        |pattern: &Pattern| has(pattern, Drum::Snare, 4) && has(pattern, Drum::Snare, 12);
    assert!(0.85 < share(&all, backbeat));
    let lazy = |pattern: &Pattern| pitches(&pattern.trio.melody).len() <= 16;
    assert!(0.8 < share(&all, lazy));
    assert!(all.iter().all(|pattern| pattern.tempo.get() < 90.0));
}

#[test]
fn drum_and_bass_kicks_after_beat_three_not_on_it() {
    let all = patterns(Style::DrumAndBass);
    let kicks = |pattern: &Pattern| has(pattern, Drum::Kick, 10) && !has(pattern, Drum::Kick, 8);
    let snares = |pattern: &Pattern| [4, 12].iter().all(|&step| has(pattern, Drum::Snare, step));
    assert!(0.6 < share(&all, |pattern| kicks(pattern) && snares(pattern)));
    let low_and_long = |pattern: &Pattern| pitches(&pattern.trio.bass).len() <= 16;
    assert!(0.7 < share(&all, low_and_long));
}

#[test]
fn one_drop_skips_beat_one_and_kicks_with_the_snare() {
    let all = patterns(Style::Dub);
    let (drop, other): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|pattern| !has(pattern, Drum::Kick, 0));

    let together = |pattern: &Pattern| {
        [4, 8, 12]
            .iter()
            .any(|&step| has(pattern, Drum::Kick, step) && has(pattern, Drum::Snare, step))
    };
    assert!(0.4 < drop.len() as f64 / N as f64 && 0.2 < other.len() as f64 / N as f64);
    assert!(0.99 < share(&drop, together));
}

#[test]
fn hip_hop_and_punk_have_a_backbeat() {
    let snare = |pattern: &Pattern, steps: &[usize]| {
        steps.iter().all(|&step| has(pattern, Drum::Snare, step))
    };
    let hip_hop = patterns(Style::HipHop);
    let is_boom_bap = share(&hip_hop, |pattern| snare(pattern, &[4, 12]));
    let is_half_time = share(&hip_hop, |pattern| snare(pattern, &[8]) && !snare(pattern, &[4]));
    assert!(0.6 < is_boom_bap && 0.15 < is_half_time && 0.99 < is_boom_bap + is_half_time);
    let punk = patterns(Style::Punk);
    let is_tupa_tupa = share(&punk, |pattern| snare(pattern, &[2, 6, 10, 14]));
    assert!(0.1 < is_tupa_tupa && 0.6 < share(&punk, |pattern| snare(pattern, &[4, 12])));
}

#[test]
fn ambient_notes_are_long() {
    let n_onsets = |line: &Line| pitches(line).len();
    let ambient = patterns(Style::Ambient);
    assert!(0.95 < share(&ambient, |pattern| n_onsets(&pattern.trio.bass) <= 16));
    assert!(0.7 < share(&ambient, |pattern| n_onsets(&pattern.trio.melody) <= 16));
}
