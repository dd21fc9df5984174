//! Our own SoundFont: every sample is computed here, so its licence is the project's.
//!
//! # Presets
//! Programs are those of General MIDI for a like sound, so that a theme keeps its sense with another
//! SoundFont. Melodic presets (bank 0) play all keys:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 4 | Electric Piano | tines, bark on hard notes |
//! | 14 | FM Bell | long, reverberant |
//! | 16 | Organ | nine drawbars |
//! | 22 | Melodica | a reed, vibrato on long notes |
//! | 24 | Plucked String | nylon |
//! | 29 | Overdriven Guitar | single notes |
//! | 30 | Power Guitar | root and fifth on one key |
//! | 34 | Picked Bass | steel |
//! | 38 | Acid Bass | resonant filter, accents from velocity 100 |
//! | 39 | Sub Bass | almost a sine |
//! | 45 | Synth Pluck | short |
//! | 50 | Synth Strings | ensemble of five |
//! | 62 | Dub Stab | brassy, for offbeats |
//! | 80 | Square Lead | hollow, vibrato on long notes |
//! | 81 | Saw Lead | two saws |
//! | 87 | Reese Bass | beating saws over a sine |
//! | 89 | Warm Pad | swells in half a second |
//! | 95 | Sweep Pad | opens for two seconds |
//! | 98 | Crystal | glassy bar |
//!
//! Kits (bank 128, MIDI channel 10): 0 Electronic, 8 Acoustic, with the keys of `kit::keys`. Open
//! hats are choked by closed ones. Kick and snare have three layers of velocity, hats two, all
//! brighter when struck harder.
//!
//! # How
//! Melodic sounds are layers of loops (`patch`), each a sum of sines that go round a whole number
//! of times (`spectrum`); envelopes and filters are left to the synth, so a sound takes kilobytes.
//! Drums are recordings of modes and noise (`signal`, `modal`). All loudness is in the samples:
//! synths disagree on what the generator initialAttenuation means.

mod acoustic;
#[cfg(test)]
mod audition;
mod basses;
mod biquad;
mod electronic;
mod generator;
mod guitars;
mod keys;
mod kit;
mod leads;
mod modal;
mod pads;
mod patch;
mod sf2;
mod signal;
mod spectrum;

use self::{patch::Patch, sf2::Font};

/// The file's bytes, the same each time.
pub fn build() -> Vec<u8> {
    let mut font = Font::default();
    for patch in melodic() {
        patch.add_to(&mut font);
    }
    electronic::kit().add_to(&mut font);
    acoustic::kit().add_to(&mut font);
    font.to_bytes("electropunk")
}

/// The presets of bank 0.
fn melodic() -> Vec<Patch> {
    vec![
        keys::electric_piano(),
        keys::fm_bell(),
        keys::organ(),
        leads::melodica(),
        guitars::plucked_string(),
        guitars::overdriven_guitar(),
        guitars::power_guitar(),
        basses::picked_bass(),
        basses::acid_bass(),
        basses::sub_bass(),
        leads::synth_pluck(),
        pads::strings(),
        leads::dub_stab(),
        leads::square_lead(),
        leads::saw_lead(),
        basses::reese_bass(),
        pads::warm_pad(),
        pads::sweep_pad(),
        keys::crystal(),
    ]
}

#[cfg(test)]
mod tests {
    use super::{audition::*, *};

    const MELODIC: i32 = 0;

    /// The middle of where a program is played.
    fn home(program: i32) -> i32 {
        if [34, 38, 39, 87].contains(&program) { 40 } else { 64 }
    }

    fn programs(bank: i32) -> Vec<i32> {
        let presets = font().get_presets().iter();
        presets
            .filter(|preset| preset.get_bank_number() == bank)
            .map(rustysynth::Preset::get_patch_number)
            .collect()
    }

    #[test]
    fn the_shipped_file_is_what_the_code_makes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/soundfonts/electropunk.sf2");

        let shipped = std::fs::read(path).unwrap();

        assert!(shipped == build(), "run `electropunk soundfont` and commit the file");
        assert!(shipped.len() < 4_000_000, "{} bytes", shipped.len());
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
    fn loops_go_on_as_they_began() {
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
    fn every_piece_of_a_kit_sounds_at_any_velocity() {
        let keys = (35..=53).chain([55, 57, 59]);
        for (program, key) in
            keys.flat_map(|key| programs(128).into_iter().map(move |program| (program, key)))
        {
            for (velocity, floor) in [(30, 0.002), (80, 0.015), (127, 0.05)] {
                let heard = Note { channel: 9, program, key, velocity, held: 0.05 }.render(0.3);
                assert!(peak(&heard) > floor, "kit {program}, key {key}, velocity {velocity}");
            }
        }
    }

    #[test]
    fn every_preset_is_in_tune() {
        for program in programs(MELODIC) {
            for key in [home(program) - 7, home(program) + 5, home(program) + 17] {
                let cents = cents_off(program, key);
                assert!(cents.abs() < 0.5, "program {program}, key {key}: {cents:.2} cents");
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
    fn an_open_hat_is_choked_by_a_closed_one() {
        for program in programs(128) {
            let open = Note { channel: 9, program, key: 46, velocity: 100, held: 0.05 };

            let free = open.render(0.5);
            let choked = render(&[(0.0, open), (0.1, Note { key: 42, ..open })], 0.5);

            let tail =
                |heard: &Stereo| peak(&[heard[0][15_000..].into(), heard[1][15_000..].into()]);
            assert!(tail(&choked) < 0.1 * tail(&free), "kit {program}");
        }
    }

    #[test]
    fn harder_strikes_are_brighter() {
        for (program, key) in
            programs(128).into_iter().flat_map(|program| [36, 38, 42, 46].map(|key| (program, key)))
        {
            let brightness = |velocity| {
                brightness(&Note { channel: 9, program, key, velocity, held: 0.05 }.render(0.3))
            };
            assert!(brightness(40) < 0.95 * brightness(120), "kit {program}, key {key}");
        }
    }

    #[test]
    fn drums_ring_on_when_their_key_is_up() {
        let crash = Note { channel: 9, program: 0, key: 49, velocity: 100, held: 0.05 };

        let heard = crash.render(1.0);

        assert!(peak(&[heard[0][40_000..].into(), heard[1][40_000..].into()]) > 0.001);
    }

    #[test]
    fn nothing_aliases_between_the_harmonics_of_high_notes() {
        for key in [84, 91, 96] {
            let heard = Note { program: 80, key, ..NOTE }.render(0.4);
            let hz = patch::key_to_hz(key as u8);
            let level = |hz| power_at(&heard[0][2000..15_000], hz);
            for between in 1..9 {
                let ratio = level((f64::from(between) + 0.37) * hz) / level(hz);
                assert!(10.0 * ratio.log10() < -66.0, "key {key}, {between}: {ratio:e}");
            }
        }
    }
}
