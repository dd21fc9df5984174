//! Writes SoundFont files.
//!
//! Source: SoundFont Technical Specification 2.04 (E-mu 2006). Each velocity layer of a preset is an
//! instrument of the same name; generators common to its zones are in a global zone.

use std::ops::Range;

pub use crate::lab::soundfont::zones::{SampleId, Zone};
use crate::lab::soundfont::zones::{Zones, common, range, records};

/// Zeros required after each sample, so that interpolation may read past the end.
const N_GUARD: usize = 46;

/// The bank of percussion kits.
pub const KIT_BANK: u16 = 128;

/// A font in memory: samples and presets.
#[derive(Debug, Default)]
pub struct Font {
    samples: Vec<Sample>,
    presets: Vec<Preset>,
}

/// A mono recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// At most 19 ASCII characters.
    pub name: String,
    /// Samples with full scale at 32767.
    pub frames: Vec<i16>,
    /// The loop; at least 8 samples precede and follow it.
    pub looped: Option<Range<u32>>,
    /// Sample rate, 400 to 50000 Hz.
    pub rate: u32,
    /// The key whose pitch the sample has at that rate.
    pub root_key: u8,
}

/// A preset, selected by a program change.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// At most 19 ASCII characters.
    pub name: String,
    /// 0 or [`KIT_BANK`].
    pub bank: u16,
    /// MIDI program, 0 to 127.
    pub program: u16,
    /// All zones that contain a note's key and velocity sound together.
    pub zones: Vec<Zone>,
}

impl Font {
    /// Adds a sample, or returns the id of an equal one.
    pub fn add_sample(&mut self, sample: Sample) -> SampleId {
        let known = self.samples.iter().position(|known| *known == sample);
        let index = known.unwrap_or(self.samples.len());
        if known.is_none() {
            self.samples.push(sample);
        }
        SampleId(index as u16)
    }

    /// Adds a preset.
    pub fn add_preset(&mut self, preset: Preset) {
        self.presets.push(preset);
    }

    /// The bytes of the file.
    pub fn to_bytes(&self, title: &str) -> Vec<u8> {
        let (smpl, shdr) = self.sample_chunks();
        let body = [
            b"sfbk".to_vec(),
            list("INFO", &info(title)),
            list("sdta", &chunk("smpl", &smpl)),
            list("pdta", &self.preset_chunks(&shdr)),
        ];
        chunk("RIFF", &body.concat())
    }

    /// The bodies of `smpl` and `shdr`.
    fn sample_chunks(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut smpl, mut shdr) = (Vec::new(), Vec::new());
        for sample in &self.samples {
            let start = smpl.len() as u32 / 2;
            let end = start + sample.frames.len() as u32;
            let looped = sample.looped.clone().unwrap_or(8..sample.frames.len() as u32 - 8);
            smpl.extend(sample.frames.iter().flat_map(|frame| frame.to_le_bytes()));
            smpl.extend([0; 2 * N_GUARD]);
            shdr.extend(name(&sample.name));
            for place in [start, end, start + looped.start, start + looped.end, sample.rate] {
                shdr.extend(place.to_le_bytes());
            }
            shdr.extend([sample.root_key, 0]);
            // No linked sample, mono.
            shdr.extend([0, 0, 1, 0]);
        }
        shdr.extend(name("EOS"));
        shdr.extend([0; 26]);
        (smpl, shdr)
    }

    fn preset_chunks(&self, shdr: &[u8]) -> Vec<u8> {
        let (mut phdr, mut inst) = (Vec::new(), Vec::new());
        let (mut preset_zones, mut zones) = (Zones::default(), Zones::default());
        let mut n_instruments = 0;
        for preset in &self.presets {
            phdr.extend(preset_header(preset, preset_zones.n_zones()));
            for layer in preset.zones.chunk_by(|a, b| a.velocities == b.velocities) {
                preset_zones.add(&[(44, range(&layer[0].velocities)), (41, n_instruments)]);
                n_instruments += 1;
                inst.extend(name(&preset.name));
                inst.extend(zones.n_zones().to_le_bytes());
                let common = common(layer);
                if !common.is_empty() {
                    zones.add(
                        &common.iter().map(|generator| generator.to_record()).collect::<Vec<_>>(),
                    );
                }
                for zone in layer {
                    zones.add(&records(zone, &common));
                }
            }
        }
        let end = Preset { name: "EOP".into(), bank: 0, program: 0, zones: Vec::new() };
        phdr.extend(preset_header(&end, preset_zones.n_zones()));
        inst.extend(name("EOI"));
        inst.extend(zones.n_zones().to_le_bytes());
        let (pbag, pgen) = preset_zones.finish();
        let (ibag, igen) = zones.finish();
        let no_modulators = [0; 10];
        let chunks: [(&str, &[u8]); 9] = [
            ("phdr", &phdr),
            ("pbag", &pbag),
            ("pmod", &no_modulators),
            ("pgen", &pgen),
            ("inst", &inst),
            ("ibag", &ibag),
            ("imod", &no_modulators),
            ("igen", &igen),
            ("shdr", shdr),
        ];
        chunks.into_iter().flat_map(|(id, body)| chunk(id, body)).collect()
    }
}

fn preset_header(preset: &Preset, first_zone: u16) -> Vec<u8> {
    let mut bytes = name(&preset.name).to_vec();
    for number in [preset.program, preset.bank, first_zone] {
        bytes.extend(number.to_le_bytes());
    }
    // Library, genre and morphology are reserved.
    bytes.extend([0; 12]);
    bytes
}

/// The sub-chunks of INFO.
fn info(title: &str) -> Vec<u8> {
    let text = |id: &str, text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        // A zero ends the text; a second one makes the length even.
        bytes.resize(2 * (bytes.len() / 2 + 1), 0);
        chunk(id, &bytes)
    };
    [
        chunk("ifil", &[2, 0, 4, 0]),
        text("isng", "EMU8000"),
        text("INAM", title),
        text("ICOP", "MIT OR Apache-2.0"),
        text("ISFT", "electropunk"),
    ]
    .concat()
}

/// 20 bytes, padded with zeros.
fn name(text: &str) -> [u8; 20] {
    let mut bytes = [0; 20];
    for (byte, character) in bytes[..19].iter_mut().zip(text.bytes()) {
        *byte = character;
    }
    bytes
}

fn list(kind: &str, body: &[u8]) -> Vec<u8> {
    chunk("LIST", &[kind.as_bytes(), body].concat())
}

fn chunk(id: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), &(body.len() as u32).to_le_bytes()[..], body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::soundfont::generator::Generator;

    fn font() -> Font {
        let mut font = Font::default();
        let frames = (0..40).collect();
        let sample = font.add_sample(Sample {
            name: "ramp".into(),
            frames,
            looped: Some(8..32),
            rate: 22_050,
            root_key: 60,
        });
        let generators = vec![Generator::Looped];
        let zone = Zone { keys: 0..=127, velocities: 1..=127, generators, sample };
        font.add_preset(Preset { name: "Ramp".into(), bank: 0, program: 5, zones: vec![zone] });
        font
    }

    #[test]
    fn a_written_font_reads_back() {
        let bytes = font().to_bytes("Test");

        let read = rustysynth::SoundFont::new(&mut bytes.as_slice()).unwrap();

        assert_eq!(read.get_presets()[0].get_patch_number(), 5);
        assert_eq!(read.get_presets()[0].get_name(), "Ramp");
        let sample = &read.get_sample_headers()[0];
        assert_eq!((sample.get_start_loop(), sample.get_end_loop()), (8, 32));
        assert_eq!(sample.get_sample_rate(), 22_050);
        assert_eq!(read.get_wave_data().len(), 40 + N_GUARD);
        assert_eq!(read.get_instruments()[0].get_regions().len(), 1);
    }

    #[test]
    fn what_all_zones_of_a_layer_have_is_stored_once() {
        let mut font = font();
        let zone = font.presets[0].zones[0].clone();
        let with = |generators: &[Generator]| Zone {
            generators: [&zone.generators, generators].concat(),
            ..zone.clone()
        };
        font.presets[0].zones = vec![with(&[Generator::Tune(3)]), with(&[Generator::Tune(-3)])];

        assert_eq!(common(&font.presets[0].zones), [Generator::Looped]);
        let bytes = font.to_bytes("Test");
        let read = rustysynth::SoundFont::new(&mut bytes.as_slice()).unwrap();
        let regions = read.get_instruments()[0].get_regions();
        let tunes: Vec<_> =
            regions.iter().map(rustysynth::InstrumentRegion::get_fine_tune).collect();
        assert_eq!(tunes, [3, -3]);
        assert!(regions.iter().all(|r| r.get_sample_modes() == rustysynth::LoopMode::Continuous));
    }

    #[test]
    fn sizes_count_the_bytes_that_follow() {
        let bytes = font().to_bytes("odd");

        assert_eq!(bytes.len() % 2, 0);
        assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    }

    #[test]
    fn the_sample_is_the_last_generator_of_its_zone() {
        let font = font();

        let records = records(&font.presets[0].zones[0], &[]);

        assert_eq!(records[0], (43, 0x7F00));
        assert_eq!(records.last(), Some(&(53, 0)));
    }
}
