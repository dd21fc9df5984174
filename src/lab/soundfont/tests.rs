//! Properties of the built font.

mod kits;

use super::{
    audition::{NOTE, Note},
    figures::{Figures, Goals, cents_off, home},
    hearing::width_db,
    listening::*,
    *,
};

const MELODIC: i32 = 0;

/// Guitars whose soft strokes are damped.
const GUITARS_WITH_A_PALM: [i32; 2] = [29, 30];

fn programs(bank: i32) -> Vec<i32> {
    let presets = font().get_presets().iter();
    presets
        .filter(|preset| preset.get_bank_number() == bank)
        .map(rustysynth::Preset::get_patch_number)
        .collect()
}

#[test]
fn the_shipped_file_equals_the_built_font() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/soundfonts/electropunk.sf2");

    let shipped = std::fs::read(path).unwrap();

    assert!(shipped == build(), "stale file: run `electropunk soundfont` and commit the result");
    assert!(shipped.len() < 9_000_000, "{} bytes", shipped.len());
}

#[test]
fn ten_themes_find_their_instruments() {
    assert!(26 <= programs(MELODIC).len());
    assert_eq!(programs(128), [0, 8, 25, 40]);
}

#[test]
fn no_sample_clips() {
    let wave = font().get_wave_data();
    for sample in font().get_sample_headers() {
        let (start, end) = (sample.get_start() as usize, sample.get_end() as usize);
        assert!(wave[start..end].iter().all(|x| x.unsigned_abs() < 32_700), "{sample:?}");
    }
}

#[test]
fn loops_stay_constant() {
    let wave = font().get_wave_data();
    for instrument in font().get_instruments() {
        for region in instrument.get_regions() {
            let (from, to) = (region.get_sample_start_loop(), region.get_sample_end_loop());
            let (from, to) = (from as usize, to as usize);
            if region.get_sample_modes() == rustysynth::LoopMode::Continuous {
                assert_eq!(wave[from - 8..from + 8], wave[to - 8..to + 8]);
            }
        }
    }
}

#[test]
fn every_preset_sounds_on_every_octave() {
    for program in programs(MELODIC) {
        for key in (24..=108).step_by(12) {
            let heard = Note { program, key, ..NOTE }.render(0.8);
            assert!(peak(&heard) > 0.02, "program {program}, key {key}: {}", peak(&heard));
        }
    }
}

#[test]
fn every_preset_is_in_tune() {
    for program in programs(MELODIC) {
        for key in [home(program) - 7, home(program) + 5, home(program) + 17] {
            let cents = cents_off(shared_font(), program, key).unwrap();
            // A closing filter shifts the phase; a formant amplifies the sharp voices.
            assert!(cents.abs() < 1.5, "program {program}, key {key}: {cents:.2} cents");
        }
    }
}

#[test]
fn presets_are_equally_loud() {
    for program in programs(MELODIC) {
        let loudness = loudness(&Note { program, key: home(program), ..NOTE }.render(1.5));
        assert!((loudness + 29.5).abs() < 0.75, "program {program}: {loudness:.1} LUFS");
    }
}

#[test]
fn a_harder_key_is_louder_without_steps() {
    for program in programs(MELODIC) {
        let key = home(program);
        let loudness =
            |velocity| loudness(&Note { program, key, velocity, held: 0.4, ..NOTE }.render(0.5));
        // The synthesizer's own velocity curve. A filter that opens adds a little to it.
        let law = |velocity: i32| 40.0 * (f64::from(velocity) / 127.0).log10();
        let velocities = [24, 40, 54, 55, 64, 69, 79, 80, 84, 85, 95, 99, 100, 104, 105, 115, 127];
        let off = velocities.map(|velocity| loudness(velocity) - law(velocity));
        for (pair, velocity) in off.windows(2).zip(velocities) {
            // Lower velocities are palm-muted.
            let is_damped = GUITARS_WITH_A_PALM.contains(&program) && velocity == 64;
            let step = pair[1] - pair[0];
            assert!(
                (-1.4..2.5).contains(&step) || is_damped,
                "program {program}, above velocity {velocity}: {step:.1} dB"
            );
        }
        let growth = off[off.len() - 1] - off[0];
        assert!((-1.5..4.0).contains(&growth), "program {program}: {growth:.1} dB");
    }
}

#[test]
fn every_preset_meets_its_goals() {
    for program in programs(MELODIC) {
        let figures = Figures::of(shared_font(), program).unwrap();
        let goals = Goals::of(program);
        assert!(goals.missed(figures).is_empty(), "program {program}: {figures:?}, {goals:?}");
    }
}

#[test]
fn ensembles_doubled_guitars_and_keys_are_wide() {
    for program in [0, 1, 4, 5, 16, 29, 30, 45, 50, 62, 81, 84, 89, 90, 91, 92, 95] {
        let width = width_db(&Note { program, key: home(program), ..NOTE }.render(1.0));
        assert!(width > -26.0, "program {program}: {width:.1} dB");
    }
}

#[test]
fn no_held_note_clicks() {
    for program in programs(MELODIC) {
        let heard = Note { program, key: home(program), held: 3.0, ..NOTE }.render(3.0);
        // A click stands out of the highs around it; loops and layers must not click.
        let slope =
            |n: usize| f64::from(heard[0][n + 1] - 2.0 * heard[0][n] + heard[0][n - 1]).abs();
        for from in (6615..heard[0].len() - 4410).step_by(2205) {
            let slopes: Vec<f64> = (from..from + 4410).map(slope).collect();
            let mean = slopes.iter().sum::<f64>() / slopes.len() as f64;
            let sharpest = slopes.iter().copied().fold(0.0, f64::max);
            assert!(
                sharpest < 30.0 * mean + 5e-4,
                "program {program} at {from}: {sharpest} {mean}"
            );
        }
    }
}

#[test]
fn soft_strokes_of_a_guitar_are_damped() {
    for program in GUITARS_WITH_A_PALM {
        let left = |velocity| {
            let heard = Note { program, key: 45, velocity, held: 0.6, ..NOTE }.render(0.6);
            peak(&heard.clone().map(|side| side[17_640..].to_vec())) / peak(&heard)
        };
        assert!(left(60) < 0.1 && left(90) > 0.2, "program {program}: {} {}", left(60), left(90));
    }
}

#[test]
fn struck_sounds_decay_while_the_key_is_held() {
    for program in [0, 1, 4, 5, 11, 14, 24, 26, 32, 33, 34, 45, 55, 98, 108] {
        let heard = Note { program, key: home(program), held: 3.0, ..NOTE }.render(3.0);
        let early = peak(&heard.clone().map(|side| side[4410..22_050].to_vec()));
        let late = peak(&heard.map(|side| side[110_250..].to_vec()));
        assert!(late < 0.45 * early, "program {program}: {}", late / early);
    }
}

#[test]
fn presets_of_a_register_differ() {
    let portraits: Vec<_> = programs(MELODIC)
        .into_iter()
        .map(|program| {
            let note = Note { program, key: home(program), held: 0.8, ..NOTE };
            (program, portrait(&note.render(1.4)))
        })
        .collect();
    for (n, (program, portrait)) in portraits.iter().enumerate() {
        let others = portraits[..n].iter().filter(|(other, _)| home(*other) == home(*program));
        for (other, others) in others {
            let difference = difference(portrait, others);
            assert!(difference > 2.0, "programs {program} and {other}: {difference:.2} dB");
        }
    }
}

#[test]
fn nothing_aliases_between_the_harmonics_of_high_notes() {
    for key in [84, 91, 96] {
        let heard = Note { program: 80, key, ..NOTE }.render(0.4);
        let hz = tone::key_to_hz(key as u8);
        let level = |hz| power_at(&heard[0][2000..15_000], hz);
        for between in 1..9 {
            let ratio = level((f64::from(between) + 0.37) * hz) / level(hz);
            assert!(10.0 * ratio.log10() < -66.0, "key {key}, {between}: {ratio:e}");
        }
    }
}
