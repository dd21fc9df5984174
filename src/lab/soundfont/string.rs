//! Plucked strings: recordings of a pluck, followed by a loop of its last cycles.
//!
//! The string is that of Karplus and Strong as extended by Jaffe and Smith ("Extensions of the
//! Karplus-Strong plucked-string algorithm", Computer Music Journal 7:2, 1983): place of the pick,
//! losses that grow with frequency, stiffness, a damping hand. Its modes are computed, so that each
//! cycle is in tune to a fraction of a cent and the loop has no seam: at the loop all decays stop, and
//! the synthesizer's envelope takes over.

use std::{f64::consts::PI, ops::RangeInclusive};

use libm::{exp, sin};
use rand::RngExt as _;

use crate::{
    lab::soundfont::{
        sf2::{Font, Sample, SampleId},
        signal::{Signal, to_frames},
        swing::Swing,
        tone::{N_AROUND, key_to_hz},
    },
    rng,
    units::SAMPLE_RATE,
};

/// Highest mode, in hertz.
const HIGHEST_HZ: f64 = 9000.0;

/// Time for filters after the string to settle before the loop, in seconds.
const SETTLING: f64 = 0.05;

/// Shortest loop in seconds.
const LOOP: f64 = 0.11;

/// A string, its pluck, and its body or amplifier.
#[derive(Debug, Clone)]
pub struct Pluck {
    /// Name of the random stream of the modes' beats.
    pub name: &'static str,
    /// Strings that sound together, as (ratio to the pitch, level); ratios are multiples of 0.5.
    pub strings: &'static [(f64, f64)],
    /// Place of the pick as a share of the length.
    pub pick_at: f64,
    /// Place of the pickup as a share of the length; none for the bridge.
    pub pickup_at: Option<f64>,
    /// Inharmonicity of the lowest usual note: mode `n` is sharp by the factor `sqrt(1 + B n^2)`.
    pub stiffness: f64,
    /// Decay of the lowest modes to 1/e, in seconds.
    pub decay_seconds: f64,
    /// Frequency at which modes decay twice as fast, in hertz.
    pub loss_hz: f64,
    /// Corner of the pick's low-pass in hertz.
    pub pick_hz: f64,
    /// Noise of the pick or finger, relative to the string.
    pub noise: f64,
    /// Cents by which the pitch is sharp at the pluck, where the string is stretched most.
    pub sharp_cents: f64,
    /// Delay of each band of keys after the one below, in seconds, as the strings of a chord are
    /// struck one after another; bands from the sixth on are together.
    pub strum: f64,
    /// Effect on the string, such as a body or an amplifier.
    pub heard: fn(Signal) -> Signal,
    /// Length of the recording before the loop in seconds, for the lowest keys; without a loop, the
    /// whole length.
    pub seconds: f64,
    /// Whether the end is looped.
    pub is_looped: bool,
    /// Keys that are usually played; others are transposed.
    pub keys: RangeInclusive<u8>,
    /// Keys that share a recording.
    pub zone_keys: u8,
    /// Only every n-th sample is stored.
    pub thinning: usize,
}

/// A stored recording.
pub struct Recording {
    /// Keys that play it.
    pub keys: RangeInclusive<u8>,
    /// The sample.
    pub sample: SampleId,
    /// Seconds until the loop starts.
    pub seconds: f64,
}

impl Pluck {
    /// Stores a recording for each band of keys.
    pub fn store(&self, font: &mut Font, name: &str, level: f64) -> Vec<Recording> {
        self.bands().map(|keys| self.record(font, name, level, keys)).collect()
    }

    /// Bands of keys; the outermost reach to the ends.
    fn bands(&self) -> impl Iterator<Item = RangeInclusive<u8>> {
        let (first, last, n) = (*self.keys.start(), *self.keys.end(), self.zone_keys);
        (first..=last).step_by(usize::from(n)).map(move |low| {
            let high = if last < low + n { 127 } else { low + n - 1 };
            (if low == first { 0 } else { low })..=high
        })
    }

    fn record(
        &self,
        font: &mut Font,
        name: &str,
        level: f64,
        keys: RangeInclusive<u8>,
    ) -> Recording {
        let low = (*keys.start()).max(*self.keys.start());
        let key = low + self.zone_keys / 2;
        let rate = f64::from(SAMPLE_RATE);
        // High strings fade sooner.
        let seconds = self.seconds * libm::pow(key_to_hz(*self.keys.start()) / key_to_hz(key), 0.3);
        let (cycles, period) = self.loop_of(key);
        let n_free = (seconds * rate) as usize / self.thinning * self.thinning;
        let n_settling = (SETTLING * rate) as usize / self.thinning * self.thinning;
        let n_loop = period * self.thinning;
        let around = N_AROUND * self.thinning;
        let n = if self.is_looped { n_free + n_settling + n_loop + around } else { n_free };
        let mut wave = vec![0.0; n];
        let freeze = if self.is_looped { n_free } else { n };
        for swing in self.swings(cycles as f64 * rate / n_loop as f64) {
            swing.ring(&mut wave, freeze, n_loop);
        }
        let struck = Signal::from(self.bent(wave)) + self.pick(key);
        let sound = (self.heard)(struck);
        let sound = if self.is_looped { sound.cut(n) } else { sound.cut(n).faded() };
        let sound = sound.decimated(self.thinning);
        let scale = level / sound.peak();
        let band = (low - self.keys.start()) / self.zone_keys;
        let late = (self.strum * f64::from(band.min(5)) * rate) as usize / self.thinning;
        let stored =
            std::iter::repeat_n(0.0, late).chain(sound.samples().iter().map(|x| x * scale));
        let stored: Vec<f64> = stored.collect();
        let mut frames = to_frames(&stored);
        let start = late + (n_free + n_settling) / self.thinning;
        if self.is_looped {
            // The ends differ only by the rounding of nearly settled filters.
            let first = frames[start - N_AROUND..start + N_AROUND].to_vec();
            let end = start + period;
            frames[end - N_AROUND..end + N_AROUND].copy_from_slice(&first);
        }
        let looped = self.is_looped.then(|| start as u32..(start + period) as u32);
        let rate = SAMPLE_RATE / self.thinning as u32;
        let sample = Sample { name: name.to_owned(), frames, looped, rate, root_key: key };
        Recording { keys, sample: font.add_sample(sample), seconds }
    }

    /// Cycles and stored samples of a loop that is in tune for `key`: an even number of cycles.
    fn loop_of(&self, key: u8) -> (usize, usize) {
        let samples = |cycles: usize| {
            cycles as f64 * f64::from(SAMPLE_RATE) / key_to_hz(key) / self.thinning as f64
        };
        let fewest = 2 * (0.5 * LOOP * key_to_hz(key)).ceil() as usize;
        let off = |cycles: &usize| {
            let n = samples(*cycles);
            (n - n.round()).abs() / n
        };
        let cycles = (fewest..2 * fewest + 8).step_by(2).min_by(|a, b| off(a).total_cmp(&off(b)));
        let cycles = cycles.unwrap_or(fewest);
        (cycles, samples(cycles).round() as usize)
    }

    fn swings(&self, hz: f64) -> Vec<Swing> {
        let mut rng = rng::stream(0, self.name);
        let mut swings = Vec::new();
        for (ratio, level) in self.strings {
            // A shorter string of the same steel is stiffer.
            let stiffness = self.stiffness * hz * ratio / 82.4;
            for n in (1..200).map(f64::from) {
                let beat_hz: f64 = rng.random_range(0.35..1.4);
                let stretch = (1.0 + stiffness * n * n) / (1.0 + stiffness);
                let mode_hz = n * hz * ratio * stretch.sqrt();
                let pickup = self.pickup_at.map_or(1.0, |place| sin(PI * place * n));
                let rounded = mode_hz / self.pick_hz;
                let level =
                    level * sin(PI * self.pick_at * n) * pickup / n / (1.0 + rounded * rounded);
                let loss = mode_hz / self.loss_hz;
                let rate = (1.0 + loss * loss) / self.decay_seconds;
                if mode_hz < HIGHEST_HZ {
                    let beat_hz = beat_hz * (mode_hz / 250.0).min(1.0);
                    swings.push(Swing { hz: mode_hz, level, beat_hz, rate });
                }
            }
        }
        swings
    }

    /// `wave` read faster at first, so that its pitch falls to the nominal one.
    fn bent(&self, wave: Vec<f64>) -> Vec<f64> {
        const SECONDS: f64 = 0.05;
        let ahead = self.sharp_cents / 1200.0 * std::f64::consts::LN_2 * SECONDS;
        if ahead == 0.0 {
            return wave;
        }
        let rate = f64::from(SAMPLE_RATE);
        let read = |index: usize| {
            // The offset has decayed by the start of the loop, so that the loop stays whole.
            let t = index as f64 / rate;
            let place = index as f64 - ahead * rate * exp(-t / SECONDS);
            let below = place.floor();
            let share = place - below;
            let at =
                |n: f64| if n < 0.0 { 0.0 } else { wave.get(n as usize).copied().unwrap_or(0.0) };
            // Cubic interpolation (Catmull-Rom).
            let [a, b, c, d] = [-1.0, 0.0, 1.0, 2.0].map(|n| at(below + n));
            let (p, q) = (c - a, 2.0 * a - 5.0 * b + 4.0 * c - d);
            let r = 3.0 * (b - c) + d - a;
            b + 0.5 * share * (p + share * (q + share * r))
        };
        (0..wave.len()).map(read).collect()
    }

    /// The noise of the pick, which is duller on thick strings.
    fn pick(&self, key: u8) -> Signal {
        let hz = 1400.0 + 0.8 * key_to_hz(key);
        let noise = Signal::noise(self.name, 0.02).decay(0.003).band_pass(hz, 0.7);
        noise.envelope(|_| 8.0 * self.noise)
    }
}
