//! Resamples between any two rates by FFT (crate `rubato`).

use rubato::{
    Fft, FixedSync, Indexing, Resampler as _, WindowFunction,
    audioadapter_buffers::direct::SequentialSliceOfVecs,
};

/// Approximate frames of a transform; longer ones have a steeper cut-off.
const CHUNK: usize = 2048;

/// `samples` of one channel at `from` Hz, resampled to `to` Hz; neither is 0.
pub fn mono(samples: Vec<f32>, from: u32, to: u32) -> Vec<f32> {
    let mut resampler = Resampler::new(from, to);
    let mut found = [Vec::new(), Vec::new()];
    resampler.push(&mut [samples.clone(), samples], &mut found);
    resampler.finish(&mut found);
    let [found, _] = found;
    found
}

/// Resamples a stream in pieces. Length and timing are kept within half a frame.
pub(super) struct Resampler {
    fft: Option<Fft<f32>>, // none for equal rates
    from: u32,
    to: u32,
    waiting: [Vec<f32>; 2],
    chunk: [Vec<f32>; 2],
    n_in: u64,
    n_out: u64,
    /// Frames of the transform's own delay that are still to be dropped.
    skip: usize,
}

impl Resampler {
    /// Resamples between two rates in Hz, neither 0.
    pub fn new(from: u32, to: u32) -> Self {
        let fft = (from != to).then(|| {
            let window = WindowFunction::BlackmanHarris2;
            Fft::new_custom(from as usize, to as usize, CHUNK, 1, 2, window, FixedSync::Both)
                .expect("rates and chunk size are above 0")
        });
        let n_most = fft.as_ref().map_or(0, Fft::output_frames_max);
        let skip = fft.as_ref().map_or(0, Fft::output_delay);
        let chunk = [vec![0.0; n_most], vec![0.0; n_most]];
        Self { fft, from, to, waiting: Default::default(), chunk, n_in: 0, n_out: 0, skip }
    }

    /// Consumes all of `input` and appends the available output.
    pub fn push(&mut self, input: &mut [Vec<f32>; 2], output: &mut [Vec<f32>; 2]) {
        self.n_in += input[0].len() as u64;
        let Some(need) = self.fft.as_ref().map(Fft::input_frames_next) else {
            output.iter_mut().zip(input).for_each(|(output, input)| output.append(input));
            return;
        };
        self.waiting.iter_mut().zip(input).for_each(|(waiting, input)| waiting.append(input));
        let mut at = 0;
        while at + need <= self.waiting[0].len() {
            self.transform(at, output);
            at += need;
        }
        self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..at)));
    }

    /// Appends the remaining output.
    pub fn finish(&mut self, output: &mut [Vec<f32>; 2]) {
        let Some(need) = self.fft.as_ref().map(Fft::input_frames_next) else { return };
        let n_wanted = self.n_in * u64::from(self.to) / u64::from(self.from);
        while self.n_out < n_wanted {
            self.waiting.iter_mut().for_each(|waiting| waiting.resize(need, 0.0));
            self.transform(0, output);
            self.waiting.iter_mut().for_each(Vec::clear);
        }
        let surplus = (self.n_out - n_wanted) as usize;
        for plane in output {
            plane.truncate(plane.len() - surplus);
        }
    }

    /// Transforms the waiting chunk that starts at `at`.
    fn transform(&mut self, at: usize, output: &mut [Vec<f32>; 2]) {
        let Some(fft) = &mut self.fft else { return };
        let (n_in, n_out) = (self.waiting[0].len(), self.chunk[0].len());
        let input = SequentialSliceOfVecs::new(&self.waiting[..], 2, n_in);
        let chunk = SequentialSliceOfVecs::new_mut(&mut self.chunk[..], 2, n_out);
        let (input, mut chunk) = (
            input.expect("two planes of equal length"),
            chunk.expect("two planes of equal length"),
        );
        let indexing = Indexing::new().input_offset(at);
        let (_, n) = fft
            .process_into_buffer(&input, &mut chunk, Some(&indexing))
            .expect("both buffers have the lengths that the transform asked for");
        let skipped = self.skip.min(n);
        self.skip -= skipped;
        self.n_out += (n - skipped) as u64;
        for (output, chunk) in output.iter_mut().zip(&self.chunk) {
            output.extend_from_slice(&chunk[skipped..n]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// A tone of amplitude 1 at `rate`, resampled in pieces of odd lengths.
    fn resampled(rate: u32, frequency: f64, seconds: f64) -> Vec<f32> {
        let mut resampler = Resampler::new(rate, 44_100);
        let n_frames = (f64::from(rate) * seconds) as usize;
        let tone = |n: usize| (TAU * frequency * n as f64 / f64::from(rate)).sin() as f32;
        let mut output = [Vec::new(), Vec::new()];
        for start in (0..n_frames).step_by(1009) {
            let piece: Vec<f32> = (start..n_frames.min(start + 1009)).map(tone).collect();
            resampler.push(&mut [piece.clone(), piece], &mut output);
        }
        resampler.finish(&mut output);
        let [left, right] = output;
        assert_eq!(left, right);
        left
    }

    /// The largest error against the expected tone, away from the ends.
    fn error(rate: u32, frequency: f64) -> f32 {
        let sound = resampled(rate, frequency, 0.5);
        let late_by = |late: f64| {
            let tone = |n: usize| (TAU * frequency * (n as f64 - late) / 44_100.0).sin() as f32;
            let middle = 2000..sound.len() - 2000;
            middle.map(|n| (sound[n] - tone(n)).abs()).fold(0.0, f32::max)
        };
        late_by(0.0).min(late_by(0.5)).min(late_by(-0.5))
    }

    #[test]
    fn tones_keep_timing_level_and_pitch() {
        for rate in [8_000, 11_025, 22_050, 32_000, 44_100, 44_101, 48_000, 96_000, 192_000] {
            assert!(error(rate, 1000.0) < 1e-4, "{rate}: {}", error(rate, 1000.0));
        }
        assert!(error(48_000, 18_000.0) < 1e-3, "{}", error(48_000, 18_000.0));
    }

    #[test]
    fn ultrasound_does_not_alias() {
        let sound = resampled(96_000, 30_000.0, 0.5);
        let peak = sound[2000..20_000].iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(peak < 3e-5, "{peak}");
    }

    #[test]
    fn resampling_keeps_the_length() {
        for (rate, seconds) in [(48_000, 1.0), (22_050, 0.02), (44_100, 0.3), (96_000, 0.0)] {
            assert_eq!(resampled(rate, 440.0, seconds).len(), (44_100.0 * seconds) as usize);
        }
    }
}
