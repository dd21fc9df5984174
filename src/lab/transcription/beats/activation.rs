//! The probability of a beat at each frame, from the sound, its hits and its bass notes.

use crate::{
    lab::{
        measure::audio::flux::{Flux, FluxMeter},
        transcription::beats::Found,
    },
    music::drums::Drum,
};

/// Frames a second.
pub const PER_SECOND: f64 = 100.0;

/// From the start of a frame's window to the onset that it shows, in seconds: measured with clicks.
const LATENCY_S: f64 = 0.016;

/// Onset strength is reduced by its mean over this many frames before and after.
const LEVEL: usize = 50;

/// Share of frames whose onset strength is below that of a clear onset.
const CLEAR: f64 = 0.97;

/// Weights of the onset strength, of a clear hit of a kick or a snare, and of a bass note.
const OF_FLUX: f32 = 0.55;
const OF_KICK: f32 = 0.3;
const OF_SNARE: f32 = 0.3;
const OF_BASS: f32 = 0.15;

/// Samples that are measured at once.
const BLOCK: usize = 1152;

/// The onset strength of `samples`, mono at `rate` Hz, 100 values a second; the value `n` is that of second
/// `n` / 100.
pub fn onset_strength(samples: &[f32], rate: u32) -> Flux {
    let mut meter = FluxMeter::new(rate);
    // The first window begins before the sound, so that an onset at its start counts.
    let silence = vec![0.0; (LATENCY_S * f64::from(rate)) as usize];
    for block in silence.chunks(BLOCK).chain(samples.chunks(BLOCK)) {
        meter.push(block, block);
    }
    // The last window ends with the sound.
    for _ in 0..2 {
        meter.push(&[0.0; BLOCK], &[0.0; BLOCK]);
    }
    meter.finish()
}

/// The activation at each frame of `flux`, 0 to 1.
pub fn activation(flux: &Flux, found: &Found) -> Vec<f32> {
    let levelled = levelled(&flux.values);
    let clear = quantile(&levelled, CLEAR).max(f32::MIN_POSITIVE);
    let mut sum: Vec<f32> =
        levelled.iter().map(|value| OF_FLUX * (value / clear).min(1.0)).collect();
    let mut onset = |second: f64, weight: f32| {
        let frame = (second * PER_SECOND).round().max(0.0) as usize;
        for near in frame.saturating_sub(1)..=frame + 1 {
            if let Some(value) = sum.get_mut(near) {
                *value += if near == frame { weight } else { 0.5 * weight };
            }
        }
    };
    for hit in found.hits {
        let loudness = f32::from(hit.velocity) / 100.0;
        match hit.drum {
            Drum::Kick => onset(hit.onset_s, OF_KICK * loudness.min(1.0)),
            Drum::Snare => onset(hit.onset_s, OF_SNARE * loudness.min(1.0)),
            _ => {}
        }
    }
    for note in found.bass {
        onset(note.onset_s, OF_BASS);
    }
    for value in &mut sum {
        *value = value.min(1.0);
    }
    sum
}

/// The values minus their moving mean, at least 0.
fn levelled(values: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0];
    for value in values {
        sums.push(sums[sums.len() - 1] + f64::from(*value));
    }
    let level = |n: usize| {
        let (start, end) = (n.saturating_sub(LEVEL), (n + LEVEL + 1).min(values.len()));
        ((sums[end] - sums[start]) / (end - start) as f64) as f32
    };
    (0..values.len()).map(|n| (values[n] - level(n)).max(0.0)).collect()
}

fn quantile(values: &[f32], share: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((share * sorted.len() as f64) as usize).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::transcription::{HeardNote, Hit};

    #[test]
    fn a_click_is_strongest_at_its_frame() {
        for second in [0.0, 0.5, 0.737, 1.2] {
            let mut samples = vec![0.0; 60_000];
            let start = (second * 44_100.0) as usize;
            for (n, x) in samples[start..].iter_mut().take(2000).enumerate() {
                *x = if n % 2 == 0 { 0.5 } else { -0.5 } * (-(n as f32) / 300.0).exp();
            }
            let flux = onset_strength(&samples, 44_100);
            let loudest = (0..flux.values.len())
                .max_by(|a, b| flux.values[*a].total_cmp(&flux.values[*b]))
                .unwrap();
            assert!((loudest as f64 / 100.0 - second).abs() <= 0.011, "{second}: {loudest}");
        }
    }

    #[test]
    fn hits_and_bass_notes_raise_the_activation() {
        let flux = Flux { values: vec![0.0; 300], per_second: 100.0 };
        let hit = |onset_s, drum| Hit { onset_s, drum, velocity: 110 };
        let hits = [hit(1.0, Drum::Kick), hit(2.0, Drum::ClosedHat), hit(9.0, Drum::Kick)];
        let bass = HeardNote { onset_s: 1.0, end_s: 1.5, pitch: 36, amplitude: 1.0 };

        let found = Found { hits: &hits, bass: &[bass], ..Found::default() };
        let raised = activation(&flux, &found);

        assert!((raised[100] - 0.45).abs() < 1e-6 && (raised[101] - 0.225).abs() < 1e-6);
        assert_eq!(raised.iter().filter(|value| **value > 0.0).count(), 3);
        assert!(activation(&Flux { values: vec![], per_second: 100.0 }, &found).is_empty());
    }
}
