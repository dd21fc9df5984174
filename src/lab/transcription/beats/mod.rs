//! Beats and bars of a recording.
//!
//! The onset strength of the sound and the kicks, snares and bass notes found in it give an
//! [`mod@activation`]. [`viterbi`] finds the most probable beats under it; for a recording of one tempo,
//! [`mod@steady`] fits a grid. Drums and harmony show which of four beats begins a bar ([`downbeat`]), and
//! snares distinguish half tempo from double ([`octave`]).

pub mod activation;
pub mod downbeat;
pub mod grid;
pub mod octave;
pub mod steady;
pub mod viterbi;

pub use self::grid::Beats;

use std::ops::RangeInclusive;

use crate::{
    lab::transcription::{
        HeardNote, Hit,
        beats::{
            activation::{PER_SECOND, activation, onset_strength},
            steady::steady,
            viterbi::Decoder,
        },
    },
    units::Bpm,
};

/// Range of tempos if none is given.
const SLOWEST: f64 = 55.0;
const FASTEST: f64 = 215.0;

/// Ratio by which beats may deviate from a given tempo.
const SPREAD: f64 = 1.06;

/// What is known of a recording's beats.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Known {
    /// Its tempo, roughly.
    pub tempo: Option<Bpm>,
    /// Roughly when a bar begins, in seconds.
    pub first_beat_s: Option<f64>,
}

/// What was found in a recording before its beats, each sorted by onset.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Found<'a> {
    /// Drum hits.
    pub hits: &'a [Hit],
    /// Pitched notes.
    pub notes: &'a [HeardNote],
    /// Bass notes.
    pub bass: &'a [HeardNote],
}

/// The beats of `samples`, mono at `rate` Hz; in bars of 4/4.
pub fn find(samples: &[f32], rate: u32, found: &Found, known: &Known) -> Beats {
    let activation = activation(&onset_strength(samples, rate), found);
    let decoder = Decoder::new(&activation, lengths(known.tempo));
    let path = decoder.decode();
    let mut times_s = match steady(&decoder, &path) {
        Some(frames) => grid::moved(&frames, &activation),
        None => grid::smoothed(&path, &activation),
    };
    if known.tempo.is_none()
        && let Some(kept) = octave::every_second(&times_s, found.hits)
    {
        times_s = kept.into_iter().map(|number| times_s[number]).collect();
    }
    let downbeat = match known.first_beat_s {
        Some(second) => downbeat::nearest(&times_s, second),
        None => downbeat::find(&times_s, found),
    };
    Beats { times_s, downbeat }
}

/// Lengths of a beat in frames.
fn lengths(tempo: Option<Bpm>) -> RangeInclusive<usize> {
    let frames = |bpm: f64| 60.0 * PER_SECOND / bpm;
    let (low, high) = match tempo {
        Some(tempo) => (tempo.get() / SPREAD, tempo.get() * SPREAD),
        None => (SLOWEST, FASTEST),
    };
    frames(high).ceil().max(1.0) as usize..=frames(low).floor() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::drums::Drum;

    #[test]
    fn lengths_are_those_of_the_tempos() {
        assert_eq!(lengths(None), 28..=109);
        let told = lengths(Bpm::try_from(120.0).ok());
        assert!(told.contains(&50) && !told.contains(&25) && !told.contains(&60));
    }

    #[test]
    fn a_beat_of_kick_and_snare_is_found_with_its_bars() {
        // 100 bpm: kicks and snares of noise and eighths of hats.
        let beat = 0.6;
        let mut samples = vec![0.0f32; 44_100 * 20];
        let mut hits = Vec::new();
        let mut strike = |second: f64, drum: Drum, level: f32, length: f32| {
            let start = (second * 44_100.0) as usize;
            for (n, x) in samples.iter_mut().skip(start).take(6000).enumerate() {
                let noise = ((n as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 32_768.0 - 1.0;
                *x += level * noise * (-(n as f32) / length).exp();
            }
            hits.push(Hit { onset_s: second, drum, velocity: (100.0 * level) as u8 });
        };
        for n in 0..30 {
            let second = 0.3 + beat * f64::from(n);
            match n % 4 {
                0 => strike(second, Drum::Kick, 0.9, 900.0),
                1 | 3 => strike(second, Drum::Snare, 0.8, 1500.0),
                _ => strike(second, Drum::Kick, 0.5, 900.0),
            }
            strike(second, Drum::ClosedHat, 0.3, 200.0);
            strike(second + beat / 2.0, Drum::ClosedHat, 0.3, 200.0);
        }

        let drums = Found { hits: &hits, ..Found::default() };
        let beats = find(&samples, 44_100, &drums, &Known::default());

        assert!((beats.bpm().unwrap() - 100.0).abs() < 0.2, "{:?}", beats.bpm());
        let near = |second: f64| beats.times_s.iter().any(|time| (time - second).abs() < 0.02);
        assert!((1..29).all(|n| near(0.3 + beat * f64::from(n))), "{:?}", beats.times_s);
        let first = beats.times_s[beats.downbeat];
        let since = (first - 0.3) / beat;
        assert!((since - 4.0 * (since / 4.0).round()).abs() < 0.1, "{since}");

        let known = Known { first_beat_s: Some(0.9), ..Known::default() };
        let told = find(&samples, 44_100, &drums, &known);
        assert!((told.times_s[told.downbeat] - 0.9).abs() < 0.02);
    }

    #[test]
    fn silence_has_no_bars() {
        let beats = find(&[0.0; 2000], 44_100, &Found::default(), &Known::default());
        assert_eq!(beats.n_bars(), 0);
        assert_eq!(find(&[], 44_100, &Found::default(), &Known::default()).bpm(), None);
    }
}
