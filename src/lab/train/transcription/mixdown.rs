//! Turns a take into a recording: drums, distortion, echo, room, tone, noise, MP3.

use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_distr::{Distribution as _, StandardNormal};

use crate::{
    lab::train::transcription::{
        mp3::through_mp3,
        room::{add_echo, add_room},
        take::Take,
    },
    music::room::{Room, RoomKind},
    rng::Rng,
    sound::Error,
    units::{Decibels, Kbps, SAMPLE_RATE},
};

/// Bitrates of MP3s.
const KBPS: [i64; 5] = [96, 112, 128, 160, 192];

/// Pivot of the spectral tilt, in Hz.
const PIVOT_HZ: f64 = 900.0;

/// Augmentations that make a recording of a take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixdown {
    /// Level of the drums relative to the rest; none leaves them out.
    pub drums: Option<Decibels>,
    /// Whether the pitched stem is left out.
    pub is_drums_only: bool,
    /// How far the sound is driven into saturation: the peak before a tanh; none leaves it clean.
    pub drive: Option<f32>,
    /// Seconds between repeats, gain of the first, and feedback.
    pub echo: Option<(f64, f32, f32)>,
    /// A room and the gain of its reverb.
    pub room: Option<(Room, f32)>,
    /// Highs relative to lows.
    pub tilt: Decibels,
    /// White noise relative to the sound's level.
    pub noise: Option<Decibels>,
    /// Peak amplitude.
    pub peak: f32,
    /// Bitrate of MP3 compression, if any.
    pub mp3: Option<Kbps>,
}

impl Mixdown {
    /// The pitched stem alone, as the synthesizer plays it, at a peak of 0.5.
    pub const CLEAN: Self = Self {
        drums: None,
        is_drums_only: false,
        drive: None,
        echo: None,
        room: None,
        tilt: Decibels(0.0),
        noise: None,
        peak: 0.5,
        mp3: None,
    };

    /// Draws random augmentations. About two recordings in three have drums.
    pub fn draw(rng: &mut Rng) -> Self {
        let mut perhaps = |share: f64, low: f64, high: f64| {
            let (is_so, value) = (rng.random_bool(share), rng.random_range(low..high));
            is_so.then_some(value)
        };
        let drums = perhaps(0.65, -14.0, 4.0).map(Decibels);
        let drive = perhaps(0.25, 0.5, 4.0).map(|drive| drive as f32);
        let echo = perhaps(0.15, 0.15, 0.5);
        let room = perhaps(0.5, 0.25, 2.2);
        let noise = perhaps(0.4, -60.0, -22.0).map(Decibels);
        let tilt = Decibels(rng.random_range(-7.0..7.0));
        let echo =
            echo.map(|seconds| (seconds, rng.random_range(0.08..0.4), rng.random_range(0.0..0.5)));
        let room =
            room.map(|t60_seconds| (draw_room(t60_seconds, rng), rng.random_range(0.05..0.5)));
        let mp3 = rng.random_bool(0.3).then(|| {
            let kbps = *KBPS.choose(rng).expect("there are bitrates");
            Kbps::try_from(kbps).expect("all of them are bitrates of MP3")
        });
        let peak = rng.random_range(0.1..0.98);
        Self { drums, is_drums_only: false, drive, echo, room, tilt, noise, peak, mp3 }
    }

    /// The recording, mono at 44.1 kHz.
    ///
    /// # Errors
    /// LAME fails.
    pub fn apply(&self, take: &Take, rng: &mut Rng) -> Result<Vec<f32>, Error> {
        let mut sound = self.mix(take);
        if let Some(drive) = self.drive {
            saturate(&mut sound, drive);
        }
        if let Some((seconds, gain, feedback)) = self.echo {
            add_echo(&mut sound, seconds, gain, feedback);
        }
        if let Some((room, gain)) = self.room {
            add_room(&mut sound, room, gain);
        }
        tilt(&mut sound, self.tilt);
        if let Some(noise) = self.noise {
            let level = loudness(&sound) * noise.ratio() as f32;
            for x in &mut sound {
                let noise: f32 = StandardNormal.sample(rng);
                *x += level * noise;
            }
        }
        let gain = self.peak / peak(&sound).max(1e-6);
        // A silent take stays silent.
        for x in &mut sound {
            *x *= gain.min(1e3);
        }
        match self.mp3 {
            Some(kbps) => through_mp3(&sound, kbps),
            None => Ok(sound),
        }
    }

    /// The sum of the stems.
    fn mix(&self, take: &Take) -> Vec<f32> {
        let (pitched, drums) = (loudness(&take.pitched), loudness(&take.drums));
        let mut sound = match self.is_drums_only {
            false => take.pitched.clone(),
            true => vec![0.0; take.pitched.len()],
        };
        if let Some(level) = self.drums.filter(|_| 0.0 < drums) {
            let gain = match !self.is_drums_only && 0.0 < pitched {
                true => level.ratio() as f32 * pitched / drums,
                false => 1.0,
            };
            sound.iter_mut().zip(&take.drums).for_each(|(x, drum)| *x += gain * drum);
        }
        sound
    }
}

fn draw_room(t60_seconds: f64, rng: &mut Rng) -> Room {
    let kinds = [RoomKind::Room, RoomKind::Plate, RoomKind::Hall];
    Room {
        kind: *kinds.choose(rng).expect("there are kinds"),
        t60_seconds,
        pre_delay_ms: rng.random_range(0.0..40.0),
        damping: rng.random_range(0.2..0.8),
    }
}

/// Root mean square.
fn loudness(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt() as f32
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

fn saturate(samples: &mut [f32], drive: f32) {
    let gain = drive / peak(samples).max(1e-6);
    for x in samples {
        *x = (gain * *x).tanh();
    }
}

/// Raises frequencies above the pivot by half of `by`, and lowers the rest by half.
pub fn tilt(samples: &mut [f32], by: Decibels) {
    let (low, high) = (Decibels(-by.0 / 2.0).ratio() as f32, Decibels(by.0 / 2.0).ratio() as f32);
    let share = 1.0 - (-std::f64::consts::TAU * PIVOT_HZ / f64::from(SAMPLE_RATE)).exp();
    let mut below = 0.0;
    for x in samples {
        below += share as f32 * (*x - below);
        *x = low * below + high * (*x - below);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    fn take() -> Take {
        let mut rng = rng::stream(1, "take");
        let mut noise = |gain: f32| -> Vec<f32> {
            (0..44_100).map(|_| gain * rng.random_range(-1.0f32..1.0)).collect()
        };
        Take { drums: noise(0.4), pitched: noise(0.1), notes: vec![], hits: vec![] }
    }

    #[test]
    fn drums_have_the_level_that_is_asked_for() {
        let take = take();
        for db in [-12.0, 0.0] {
            let mixdown = Mixdown { drums: Some(Decibels(db)), ..Mixdown::CLEAN };

            let sound = mixdown.mix(&take);

            let drums: Vec<f32> = sound.iter().zip(&take.pitched).map(|(x, y)| x - y).collect();
            let found = 20.0 * (loudness(&drums) / loudness(&take.pitched)).log10();
            assert!((f64::from(found) - db).abs() < 0.01, "{found}");
        }
        let alone = Mixdown { drums: Some(Decibels(0.0)), is_drums_only: true, ..Mixdown::CLEAN };
        assert_eq!(alone.mix(&take), take.drums);
    }

    #[test]
    fn a_drawn_mixdown_is_finite_and_repeatable() {
        let take = take();
        for seed in 0..8 {
            let sound = || {
                let mut rng = rng::stream(seed, "mixdown");
                Mixdown::draw(&mut rng).apply(&take, &mut rng).unwrap()
            };
            let found = sound();
            assert!(found.iter().all(|x| x.is_finite() && x.abs() < 1.5));
            assert_eq!((found.len(), found == sound()), (44_100, true));
        }
    }

    #[test]
    fn a_tilt_raises_highs_and_lowers_lows() {
        let tone = |hz: f64| -> Vec<f32> {
            let x = |n: usize| (std::f64::consts::TAU * hz * n as f64 / 44_100.0).sin() as f32;
            (0..44_100).map(x).collect()
        };
        let change = |hz: f64| {
            let mut sound = tone(hz);
            let before = loudness(&sound);
            tilt(&mut sound, Decibels(6.0));
            20.0 * (loudness(&sound) / before).log10()
        };
        let (low, high) = (change(40.0), change(12_000.0));
        assert!((low + 3.0).abs() < 0.5 && (high - 3.0).abs() < 0.5, "{low} {high}");
    }
}
