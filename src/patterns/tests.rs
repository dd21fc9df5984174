//! Characteristics of the styles.

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

/// FNV-1a of tokens, one at a time.
fn hash(tokens: impl Iterator<Item = u16>) -> u64 {
    tokens.fold(0xcbf2_9ce4_8422_2325_u64, |hash, token| {
        (hash ^ u64::from(token)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Themes name patterns by number, so a number's pattern must not change: hashes of the melodies and
/// basses, and of the drums, of a hundred patterns.
#[test]
fn a_number_always_gives_the_same_pattern() {
    for (style, lines, drums) in [
        (Style::Techno, 0xf822_2037_8749_f0e6, 0xcc09_0653_a06e_a5e6),
        (Style::House, 0x7f84_805d_2dc5_a2a6, 0x202f_4a1d_08dd_0ab2),
        (Style::Dub, 0x3923_80fe_9d01_c9bd, 0xf942_e977_fe31_4785),
        (Style::HipHop, 0x6164_90c7_c534_f97e, 0x5511_fced_a4c2_1130),
        (Style::Punk, 0xd78b_ea32_e5a8_2a2d, 0xd6ff_f5a1_3ec4_feb2),
        (Style::Ambient, 0xd4a9_01f1_5670_45c0, 0x0172_d9df_eddf_a00f),
        (Style::Acid, 0x78fb_6ea2_b5a9_4af5, 0x4144_5c3d_e4c3_00d8),
        (Style::FreeJazz, 0x7a03_01af_71f7_9a2f, 0x5440_5182_ed92_24f0),
        (Style::LoFi, 0x5349_4d63_3385_1a6c, 0x7165_e564_60ea_a1c4),
        (Style::DrumAndBass, 0x361a_c6d6_fa7b_4872, 0xd0e0_5374_8a8c_350e),
    ] {
        let trios: Vec<Trio> = (0..100).map(|number| pattern(style, number).trio).collect();
        let of_lines = trios.iter().flat_map(|trio| [&trio.melody[..], &trio.bass].concat());
        let of_drums = trios.iter().flat_map(|trio| trio.drums.clone());
        let found = (hash(of_lines), hash(of_drums));
        assert_eq!(found, (lines, drums), "{style} {:#x} {:#x}", found.0, found.1);
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

/// Whether a note may be outside the key: it is weak and leads by a semitone into the next note, which
/// is on a beat and in the key.
fn is_approach(line: &Line, step: usize, key: Key) -> bool {
    let mut later = (step + 1..line.len()).filter_map(|at| Some((at, melody::pitch(line[at])?)));
    let Some((next, goal)) = later.next() else { return false };
    let by = melody::pitch(line[step]).map_or(0, |pitch| pitch.abs_diff(goal));
    !step.is_multiple_of(8) && next.is_multiple_of(4) && by == 1 && key.contains(goal)
}

#[test]
fn every_note_is_in_the_key_or_approaches_one_that_is() {
    for style in Style::ALL {
        let (mut n_outside, mut n) = (0, 0);
        for Pattern { key, trio, .. } in patterns(style) {
            for line in [&trio.melody, &trio.bass] {
                for (step, &token) in line.iter().enumerate() {
                    let Some(pitch) = melody::pitch(token) else { continue };
                    let is_outside = !key.contains(pitch);
                    assert!(!is_outside || is_approach(line, step, key), "{style} {line:?}");
                    n += 1;
                    n_outside += usize::from(is_outside);
                }
            }
        }
        assert!(n_outside * 10 < n, "{style} {n_outside} of {n}");
    }
}

#[test]
fn every_note_is_in_the_register() {
    for style in Style::ALL {
        let all = patterns(style);
        let register = |line: fn(&Trio) -> &Line, lowest, highest| {
            let mut found: Vec<u8> =
                all.iter().flat_map(|pattern| pitches(line(&pattern.trio))).collect();
            found.sort_unstable();
            assert!(lowest <= found[0] && *found.last().unwrap() <= highest, "{style}");
            found[found.len() / 2]
        };

        let median = register(|trio| &trio.melody, 55, 84);
        assert!((62..=68).contains(&median), "{style} {median}");
        let median = register(|trio| &trio.bass, 28, 50);
        assert!((33..=39).contains(&median), "{style} {median}");
        let roots: HashSet<u8> = all.iter().map(|pattern| pattern.key.root).collect();
        assert_eq!(roots.len(), 12);
    }
}

/// Tunes move as in songs, which have .28 repeated notes and .31 steps; public-domain songs have .21 and .39.
#[test]
fn melodies_step_more_than_they_repeat() {
    for style in Style::ALL {
        let (mut n, mut n_steps, mut n_repeats) = (0, 0, 0);
        for Pattern { trio, .. } in patterns(style) {
            for pair in pitches(&trio.melody).windows(2) {
                n += 1;
                n_repeats += usize::from(pair[0] == pair[1]);
                n_steps += usize::from((1..=2).contains(&pair[0].abs_diff(pair[1])));
            }
        }
        let share = |count: usize| count as f64 / n as f64;
        assert!(share(n_repeats) < 0.25, "{style} {}", share(n_repeats));
        // Free jazz leaps.
        let fewest = if style == Style::FreeJazz { 0.2 } else { 0.28 };
        assert!(fewest < share(n_steps), "{style} {}", share(n_steps));
    }
}

/// Distinct rhythms of bars; 2,500 windows of songs have 1,455 (melody) and 851 (bass).
#[test]
fn a_style_has_hundreds_of_bar_rhythms() {
    for style in Style::ALL {
        let all = patterns(style);
        for line in [|trio: &Trio| trio.melody.clone(), |trio: &Trio| trio.bass.clone()] {
            let rhythms: HashSet<Vec<bool>> = all
                .iter()
                .flat_map(|pattern| {
                    let line = line(&pattern.trio);
                    let bars = line.chunks(STEPS_PER_BAR).map(|bar| {
                        bar.iter().map(|&token| melody::pitch(token).is_some()).collect()
                    });
                    bars.collect::<Vec<Vec<bool>>>()
                })
                .collect();
            // Ambient has a note or two a bar, so that there are few.
            let fewest = if style == Style::Ambient { 300 } else { 600 };
            assert!(fewest <= rhythms.len(), "{style} {}", rhythms.len());
        }
    }
}

/// Shares of steps with drums, melody onsets and bass onsets; real trios have .59, .27 and .42.
#[test]
fn styles_have_their_usual_density() {
    for (style, expected) in [
        (Style::Techno, [0.71, 0.36, 0.47]),
        (Style::House, [0.65, 0.30, 0.38]),
        (Style::Dub, [0.61, 0.25, 0.29]),
        (Style::HipHop, [0.65, 0.27, 0.26]),
        (Style::Punk, [0.54, 0.29, 0.49]),
        (Style::Ambient, [0.34, 0.19, 0.14]),
        (Style::Acid, [0.71, 0.35, 0.63]),
        (Style::FreeJazz, [0.58, 0.34, 0.28]),
        (Style::LoFi, [0.56, 0.18, 0.23]),
        (Style::DrumAndBass, [0.70, 0.23, 0.21]),
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
        notes.len() < 4 * n_leaps
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
    assert!(0.6 < share(&all, low_and_long));
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
    assert!(0.9 < share(&ambient, |pattern| n_onsets(&pattern.trio.bass) <= 16));
    assert!(0.7 < share(&ambient, |pattern| n_onsets(&pattern.trio.melody) <= 16));
}

#[test]
fn free_jazz_basses_walk_in_quarters() {
    let walks = |pattern: &Pattern| {
        let bass = &pattern.trio.bass;
        (0..64).step_by(4).filter(|&step| melody::pitch(bass[step]).is_some()).count() >= 14
    };
    let steps = |pattern: &Pattern| {
        let notes = pitches(&pattern.trio.bass);
        let n_steps = notes.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 2).count();
        notes.len() <= 2 * n_steps
    };
    let all = patterns(Style::FreeJazz);
    assert!(0.5 < share(&all, walks) && 0.5 < share(&all, steps));
}

#[test]
fn dub_basses_are_silent_on_one() {
    let is_silent = |pattern: &Pattern| {
        let starts = (0..64).step_by(STEPS_PER_BAR);
        starts.filter(|&step| melody::pitch(pattern.trio.bass[step]).is_none()).count() >= 2
    };
    assert!(0.6 < share(&patterns(Style::Dub), is_silent));
}

#[test]
fn house_basses_play_between_the_kicks_and_answer_an_octave_higher() {
    let all = patterns(Style::House);
    let between = |pattern: &Pattern| {
        let at = |step: usize| melody::pitch(pattern.trio.bass[step]).is_some();
        (0..16).all(|beat| at(4 * beat + 2))
    };
    let octaves = |pattern: &Pattern| {
        pitches(&pattern.trio.bass).windows(2).any(|pair| pair[0].abs_diff(pair[1]) == 12)
    };
    assert!(0.15 < share(&all, between) && 0.6 < share(&all, octaves));
}

#[test]
fn punk_basses_hammer_the_root_and_lead_into_the_next_chord() {
    let all = patterns(Style::Punk);
    let hammers = |pattern: &Pattern| {
        let notes = pitches(&pattern.trio.bass);
        2 * notes.windows(2).filter(|pair| pair[0] == pair[1]).count() >= notes.len()
    };
    let leads = |pattern: &Pattern| {
        let bass = &pattern.trio.bass;
        [16, 32, 48].iter().any(|&bar| {
            let last = bass[..bar].iter().rev().find_map(|&token| melody::pitch(token));
            let first = melody::pitch(bass[bar]);
            last.zip(first).is_some_and(|(last, first)| (1..=2).contains(&last.abs_diff(first)))
        })
    };
    assert!(0.4 < share(&all, hammers) && 0.6 < share(&all, leads));
}
