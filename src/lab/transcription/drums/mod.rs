//! Drum hits in a recording, found by a network trained on SoundFonts.
//!
//! Reading order: [`bands`] (the network's input), [`shape`] and [`network`] (bands to activations),
//! [`peaks`] (activations to hits).

pub mod bands;
pub mod network;
pub mod peaks;
pub mod shape;

use crate::lab::transcription::{
    drums::{bands::FilterBank, network::Network},
    event::Hit,
};

/// The hits in `samples`, mono at 44.1 kHz, sorted by time.
pub fn transcribe(network: &Network, samples: &[f32]) -> Vec<Hit> {
    let bands = FilterBank::default().bands(samples);
    peaks::hits(&network.activations(&bands), &network.thresholds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::{
            measure::onsets::agreement,
            transcription::beats::{self, Found, Known},
        },
        music::{
            drums::Drum,
            note::{Note, NoteSequence},
        },
        musicvae::net::weights::Weights,
        sound::{font_file, midi_player::MidiPlayer},
        units::Bpm,
    };

    /// Quarters of kicks, snares and hats of eight bars, and their sound at 110 bpm.
    fn beat() -> (Vec<(Drum, f64)>, Vec<f32>) {
        let hits = (0..64).flat_map(|eighth| {
            let at = f64::from(eighth) / 2.0;
            let beat = match eighth % 8 {
                0 | 5 => Some((Drum::Kick, at)),
                2 | 6 => Some((Drum::Snare, at)),
                _ => None,
            };
            [Some((Drum::ClosedHat, at)), beat].into_iter().flatten()
        });
        let hits: Vec<(Drum, f64)> = hits.collect();
        let note = |&(drum, start): &(Drum, f64)| Note {
            pitch: drum.pitch(),
            velocity: 90,
            start,
            end: start + 0.2,
            program: 8,
            is_drum: true,
            instrument: 0,
        };
        let tempos = vec![(0.0, Bpm::try_from(110.0).unwrap())];
        let piece = NoteSequence { notes: hits.iter().map(note).collect(), tempos, meters: vec![] };
        let font = include_bytes!("../../../../soundfonts/electropunk.sf2");
        let font = font_file::parse(font, "electropunk").unwrap();
        let mut player = MidiPlayer::new(&piece, &font).unwrap();
        let mut sound = Vec::new();
        while let Some(block) = player.render() {
            let pairs = block.left.iter().zip(&block.right);
            sound.extend(pairs.map(|(left, right)| f32::midpoint(*left, *right)));
        }
        (hits, sound)
    }

    #[test]
    fn the_shipped_weights_find_a_beat_its_tempo_and_its_bars() {
        let bytes = include_bytes!("../../../../models/drum-hits.safetensors");
        let network = Network::load(&Weights::read(bytes, "drum-hits").unwrap()).unwrap();
        let (hits, sound) = beat();

        let found = transcribe(&network, &sound);

        for (drum, least) in [(Drum::Kick, 0.9), (Drum::Snare, 0.9), (Drum::ClosedHat, 0.8)] {
            let of = |drum: Drum| move |hit: &&Hit| hit.drum == drum;
            let there = hits.iter().filter(|hit| hit.0 == drum);
            let there: Vec<f64> = there.map(|(_, quarter)| quarter * 60.0 / 110.0).collect();
            let here: Vec<f64> = found.iter().filter(of(drum)).map(|hit| hit.onset_s).collect();
            let f = agreement(&there, &here, 0.05).f();
            assert!(least <= f, "{}: {f}", drum.name());
        }
        let found = Found { hits: &found, ..Found::default() };
        let beats = beats::find(&sound, bands::RATE, &found, &Known::default());
        assert!((beats.bpm().unwrap() - 110.0).abs() < 0.5, "{:?}", beats.bpm());
        let bar = beats.times_s[beats.downbeat] / (4.0 * 60.0 / 110.0);
        assert!((bar - bar.round()).abs() < 0.03, "{bar}");
    }
}
