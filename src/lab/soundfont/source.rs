//! Sources of layers, and how they are stored.

use std::ops::RangeInclusive;

use crate::{
    lab::soundfont::{
        sf2::{Font, Sample, SampleId},
        signal::Signal,
        string::Pluck,
        tone::{Tone, looped},
        zones::ANY,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The source of a layer.
#[derive(Debug, Clone)]
pub enum Source {
    /// A loop, played at the pitch of the key.
    Tone(Tone),
    /// A one-shot noise, the same for all keys.
    Shot(Signal),
    /// A plucked string, recorded for each band of keys.
    Plucked(Pluck),
    /// A looped noise for as long as the note sounds, the same for all keys.
    Breath(Signal),
}

/// The stored samples of a source: keys, their sample, and the seconds before the loop of a looped
/// recording.
pub type Stored = Vec<(RangeInclusive<u8>, SampleId, Option<f64>)>;

impl Source {
    /// Stores the samples, peaking at `level`.
    pub fn store(&self, font: &mut Font, name: &str, level: f64) -> Stored {
        let one = |sample| vec![(ANY, sample, None)];
        match self {
            Self::Tone(tone) => {
                let stored = tone.store(font, name, level);
                stored.into_iter().map(|(keys, sample)| (keys, sample, None)).collect()
            }
            Self::Plucked(pluck) => {
                let recordings = pluck.store(font, name, level);
                let loop_after = |seconds| pluck.is_looped.then_some(seconds);
                recordings.into_iter().map(|r| (r.keys, r.sample, loop_after(r.seconds))).collect()
            }
            Self::Shot(signal) => {
                let frames = signal.clone().gain(Decibels::from_ratio(level)).to_frames();
                let name = name.to_owned();
                let sample = Sample { name, frames, looped: None, rate: SAMPLE_RATE, root_key: 60 };
                one(font.add_sample(sample))
            }
            Self::Breath(signal) => {
                let samples = signal.clone().gain(Decibels::from_ratio(level));
                let sample = looped(name.to_owned(), samples.samples(), SAMPLE_RATE, 60);
                one(font.add_sample(sample))
            }
        }
    }
}
