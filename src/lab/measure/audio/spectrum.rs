//! Energy by frequency: bands, spectral centroid, and a spectrogram on a logarithmic axis.

use std::sync::Arc;

use rustfft::{Fft, FftPlanner, num_complex::Complex};

use crate::lab::measure::audio::windows::{Windows, hann};

/// Window length in frames: bins of 5.4 Hz at 44.1 kHz, which separate the lowest bass notes.
const LEN: usize = 8192;

/// Rows of the spectrogram, of equal width on a logarithmic axis.
pub const N_ROWS: usize = 240;

/// Lower and upper edge of the spectrogram, in Hz.
pub const EDGES: (f64, f64) = (25.0, 20_000.0);

/// Columns of the spectrogram at most; once reached, pairs of columns are merged.
const MAX_COLUMNS: usize = 2048;

/// Name and upper edge, in Hz, of each band.
pub const BANDS: [(&str, f64); 5] = [
    ("sub, below 60 Hz", 60.0),
    ("bass, 60 to 250 Hz", 250.0),
    ("low mid, 250 Hz to 1 kHz", 1000.0),
    ("mid, 1 to 6 kHz", 6000.0),
    ("high, above 6 kHz", f64::INFINITY),
];

/// Energy by frequency. Power is the mean square of both channels: a full-scale sine in both has 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Spectral centroid in Hz, weighted by magnitude: the mean over all windows that are not
    /// silent.
    pub centroid: f64,
    /// The share of the energy in each of [`BANDS`], 0 to 1.
    pub bands: [f64; BANDS.len()],
    /// Mean power of each row, lowest frequency first.
    pub rows: Vec<f64>,
    /// The spectrogram: columns in time order, each with the power of every row, lowest first.
    pub columns: Vec<Vec<f32>>,
    /// Duration of a column in seconds.
    pub seconds_per_column: f64,
}

/// Measures sound block by block.
pub(crate) struct SpectrumMeter {
    hz_per_bin: f64,
    windows: Windows,
    analyser: Analyser,
    /// First bin of each row, and the one after its last.
    rows: Vec<(usize, usize)>,
    sums: Vec<f64>,
    n_windows: u64,
    centroids: (f64, u64),
    columns: Columns,
}

impl SpectrumMeter {
    pub fn new(rate: u32) -> Self {
        let hz_per_bin = f64::from(rate) / LEN as f64;
        Self {
            hz_per_bin,
            windows: Windows::new(LEN, LEN / 2),
            analyser: Analyser::new(),
            rows: (0..N_ROWS).map(|row| bins_of(row, hz_per_bin)).collect(),
            sums: vec![0.0; LEN / 2],
            n_windows: 0,
            centroids: (0.0, 0),
            columns: Columns { done: Vec::new(), open: vec![0.0; N_ROWS], n_open: 0, n_each: 1 },
        }
    }

    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let Self { windows, analyser, rows, sums, n_windows, centroids, columns, .. } = self;
        windows.push(left, right, |left, right| {
            let powers = analyser.powers(left, right);
            sums.iter_mut().zip(powers).for_each(|(sum, power)| *sum += f64::from(*power));
            if let Some(bin) = centroid(powers) {
                *centroids = (centroids.0 + bin, centroids.1 + 1);
            }
            *n_windows += 1;
            columns.push(rows.iter().map(|row| mean(&powers[row.0..row.1])));
        });
    }

    pub fn finish(self) -> Spectrum {
        let n_windows = self.n_windows.max(1) as f64;
        let seconds_per_window = 0.5 / self.hz_per_bin;
        let means: Vec<f32> = self.sums.iter().map(|sum| (sum / n_windows) as f32).collect();
        Spectrum {
            centroid: self.centroids.0 / self.centroids.1.max(1) as f64 * self.hz_per_bin,
            bands: bands(&self.sums, self.hz_per_bin),
            rows: self.rows.iter().map(|row| mean(&means[row.0..row.1]).into()).collect(),
            seconds_per_column: self.columns.n_each as f64 * seconds_per_window,
            columns: self.columns.finish(),
        }
    }
}

/// The frequency at `row`, which may be fractional, in Hz.
pub fn frequency_at(row: f64) -> f64 {
    EDGES.0 * (EDGES.1 / EDGES.0).powf(row / N_ROWS as f64)
}

/// The bins of a row, at least one.
fn bins_of(row: usize, hz_per_bin: f64) -> (usize, usize) {
    let bin = |row: usize| (frequency_at(row as f64) / hz_per_bin).round() as usize;
    let first = bin(row).min(LEN / 2 - 1);
    (first, bin(row + 1).clamp(first + 1, LEN / 2))
}

fn mean(powers: &[f32]) -> f32 {
    powers.iter().sum::<f32>() / powers.len() as f32
}

/// The centroid in bins; none for silence.
fn centroid(powers: &[f32]) -> Option<f64> {
    let (mut sum, mut weighted) = (0.0_f64, 0.0_f64);
    for (bin, power) in powers.iter().enumerate() {
        let magnitude = f64::from(power.sqrt());
        sum += magnitude;
        weighted += magnitude * bin as f64;
    }
    (1e-3 < sum).then(|| weighted / sum)
}

fn bands(sums: &[f64], hz_per_bin: f64) -> [f64; BANDS.len()] {
    let mut bands = [0.0; BANDS.len()];
    for (bin, power) in sums.iter().enumerate() {
        let hz = bin as f64 * hz_per_bin;
        let band = BANDS.iter().position(|(_, end)| hz < *end).unwrap_or(BANDS.len() - 1);
        bands[band] += power;
    }
    let total: f64 = bands.iter().sum();
    bands.map(|band| if total > 0.0 { band / total } else { 0.0 })
}

/// Computes the power spectrum of windows.
struct Analyser {
    fft: Arc<dyn Fft<f32>>,
    hann: Vec<f32>,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    powers: Vec<f32>,
}

impl Analyser {
    fn new() -> Self {
        let fft = FftPlanner::new().plan_fft_forward(LEN);
        let zero = Complex::new(0.0, 0.0);
        Self {
            scratch: vec![zero; fft.get_inplace_scratch_len()],
            fft,
            hann: hann(LEN),
            buffer: vec![zero; LEN],
            powers: vec![0.0; LEN / 2],
        }
    }

    /// The mean power of both channels for each bin below the Nyquist frequency.
    ///
    /// One transform takes left as the real and right as the imaginary part: the sum of both
    /// channels' power at a bin is half the power of that bin and its mirror together.
    fn powers(&mut self, left: &[f32], right: &[f32]) -> &[f32] {
        let frames = left.iter().zip(right).zip(&self.hann);
        for (value, ((left, right), weight)) in self.buffer.iter_mut().zip(frames) {
            *value = Complex::new(left * weight, right * weight);
        }
        self.fft.process_with_scratch(&mut self.buffer, &mut self.scratch);
        // A full-scale sine has magnitude LEN / 4 at its bin; the mean is half of both channels'
        // sum.
        let scale = (4.0 / LEN as f32).powi(2) / 4.0;
        for (bin, power) in self.powers.iter_mut().enumerate() {
            let mirror = self.buffer[(LEN - bin) % LEN];
            *power = scale * (self.buffer[bin].norm_sqr() + mirror.norm_sqr());
        }
        &self.powers
    }
}

/// Spectrogram columns: means over `n_each` windows, which doubles when there are too many columns.
struct Columns {
    done: Vec<Vec<f32>>,
    open: Vec<f32>,
    n_open: usize,
    n_each: usize,
}

impl Columns {
    fn push(&mut self, powers: impl Iterator<Item = f32>) {
        self.open.iter_mut().zip(powers).for_each(|(sum, power)| *sum += power);
        self.n_open += 1;
        if self.n_open == self.n_each {
            self.close();
        }
        if self.done.len() == MAX_COLUMNS {
            let half = |pair: &[Vec<f32>]| {
                let values = pair[0].iter().zip(&pair[1]);
                values.map(|(a, b)| f32::midpoint(*a, *b)).collect()
            };
            self.done = self.done.chunks_exact(2).map(half).collect();
            self.n_each *= 2;
        }
    }

    fn close(&mut self) {
        let n = self.n_open as f32;
        self.done.push(self.open.iter().map(|sum| sum / n).collect());
        self.open.fill(0.0);
        self.n_open = 0;
    }

    fn finish(mut self) -> Vec<Vec<f32>> {
        if 0 < self.n_open {
            self.close();
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    fn spectrum(seconds: f64, frame: impl FnMut(usize) -> [f32; 2]) -> Spectrum {
        let mut meter = SpectrumMeter::new(RATE);
        feed(seconds, frame, |left, right| meter.push(left, right));
        meter.finish()
    }

    #[test]
    fn a_sine_has_its_energy_at_its_frequency() {
        let found = spectrum(2.0, |n| [sine(440.0, n); 2]);

        assert!((found.centroid - 440.0).abs() < 15.0, "{}", found.centroid);
        assert!(found.bands[2] > 0.99, "{:?}", found.bands);
        let loudest =
            |rows: &[f64]| (0..N_ROWS).max_by(|a, b| rows[*a].total_cmp(&rows[*b])).unwrap();
        let row = loudest(&found.rows);
        assert!((frequency_at(row as f64 + 0.5) / 440.0 - 1.0).abs() < 0.03, "{row}");
        assert!((0.3..=1.1).contains(&found.rows[row]), "{}", found.rows[row]);
        assert_eq!(found.columns.len(), 20);
        assert!((found.seconds_per_column - 4096.0 / 44_100.0).abs() < 1e-9);
    }

    #[test]
    fn a_single_channel_has_half_the_power() {
        let power = |right: f32| {
            let found = spectrum(1.0, |n| [sine(1000.0, n), right * sine(1000.0, n)]);
            found.rows.iter().sum::<f64>()
        };
        assert!((power(0.0) / power(1.0) - 0.5).abs() < 1e-3);
    }

    #[test]
    fn long_sound_has_wider_columns() {
        let mut columns =
            Columns { done: Vec::new(), open: vec![0.0; N_ROWS], n_open: 0, n_each: 1 };
        for n in 0..5000 {
            columns.push(std::iter::repeat_n((n / 8) as f32, N_ROWS));
        }
        assert_eq!(columns.n_each, 4);
        let found = columns.finish();
        assert_eq!(
            (found.len(), found[0][0], found[2][0], found[1249][0]),
            (1250, 0.0, 1.0, 624.0)
        );
    }

    #[test]
    fn silence_has_no_centroid() {
        let found = spectrum(0.5, |_| [0.0; 2]);
        assert_eq!((found.centroid, found.bands), (0.0, [0.0; 5]));
    }
}
