//! Plots of the sound.

use crate::lab::{
    cmd::critique::{analysis::Analysis, page::layout::time},
    measure::{
        audio::{
            analyser::AudioFigures,
            loudness::HOPS_PER_SECOND,
            spectrum::{self, EDGES, N_ROWS, Spectrum},
        },
        bar_starts::{BarStarts, ROUGH},
        statistics::quantile,
    },
    picture::{
        canvas::{Canvas, Rect},
        palette::{self, Voice},
        plot::{Plot, Scale},
    },
};

/// Labels of the frequency axis.
const HERTZ: [(f64, &str); 9] = [
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, "20k"),
];

/// Dynamic range of spectrogram and spectrum in dB.
const DEPTH: f64 = 72.0;

/// Range and labels of the roughness axis.
const ROUGHNESSES: (f64, f64) = (0.02, 10.0);
const ROUGHNESS_TICKS: [(f64, &str); 5] =
    [(0.03, "0.03"), (0.1, "0.1"), (0.3, "0.3"), (1.0, "1"), (3.0, "3")];

/// Draws momentary, short-term and target loudness.
pub fn loudness(canvas: &mut Canvas, field: Rect, analysis: &Analysis) {
    let loudness = &analysis.audio.loudness;
    let (x, unit, seconds) = time(analysis.audio.seconds);
    let most = loudness.momentary.iter().copied().fold(-30.0, f64::max);
    let usual = quantile(&loudness.short_term, 0.05).max(-50.0);
    let low = usual.min(analysis.target.unwrap_or(0.0)).min(most - 12.0) - 6.0;
    let target = analysis.target.map_or_else(String::new, |target| format!(", target {target}"));
    let plot = Plot {
        title: format!(
            "loudness, LUFS: momentary (pale), short-term (bright){target}; integrated {:.1}, \
             by {unit}",
            loudness.integrated
        ),
        field,
        x,
        y: Scale::linear(low, most + 1.0, 4),
    };
    plot.prepare(canvas);
    let curve = |values: &[f64]| -> Vec<(f64, f64)> {
        let second = |n: usize| (n + 1) as f64 / HOPS_PER_SECOND as f64;
        let known = values.iter().enumerate().filter(|(_, value)| !value.is_nan());
        known.map(|(n, value)| (second(n) / seconds, value.max(low))).collect()
    };
    let pale = palette::RAISED.mix(Voice::Melody.colour(), 130);
    plot.line(canvas, &curve(&loudness.momentary), pale);
    if let Some(target) = analysis.target {
        plot.level(canvas, target, Voice::Bass.colour());
    }
    plot.line(canvas, &curve(&loudness.short_term), palette::TEXT);
}

/// Draws the spectrogram.
pub fn spectrogram(canvas: &mut Canvas, field: Rect, audio: &AudioFigures) {
    let (x, unit, _) = time(audio.seconds);
    let columns = &audio.spectrum.columns;
    let plot = Plot {
        title: format!("spectrogram, Hz, range {DEPTH} dB, by {unit}"),
        field,
        x,
        y: Scale::logarithmic(EDGES.0, EDGES.1, &HERTZ),
    };
    plot.prepare(canvas);
    if columns.is_empty() {
        return;
    }
    let loudest = columns.iter().flatten().copied().fold(1e-9, f32::max);
    let n_columns = audio.seconds / audio.spectrum.seconds_per_column;
    plot.heat(canvas, |x, y| {
        let column = ((x * n_columns) as usize).min(columns.len() - 1);
        let row = ((y * N_ROWS as f64) as usize).min(N_ROWS - 1);
        1.0 + decibels((columns[column][row] / loudest).into()) / DEPTH
    });
}

/// Draws the mean spectrum.
pub fn spectrum(canvas: &mut Canvas, field: Rect, spectrum: &Spectrum) {
    let loudest = spectrum.rows.iter().copied().fold(1e-9, f64::max);
    let plot = Plot {
        title: "mean spectrum, dB, by Hz".to_owned(),
        field,
        x: Scale::logarithmic(EDGES.0, EDGES.1, &HERTZ.map(|(hertz, name)| (hertz, name))),
        y: Scale::linear(-DEPTH, 0.0, 4),
    };
    plot.prepare(canvas);
    let points = spectrum.rows.iter().enumerate().map(|(row, power)| {
        (spectrum::frequency_at(row as f64 + 0.5), decibels(power / loudest).max(-DEPTH))
    });
    plot.line(canvas, &points.collect::<Vec<_>>(), Voice::Bass.colour());
}

/// Draws the detected tempo.
pub fn tempo(canvas: &mut Canvas, field: Rect, analysis: &Analysis) {
    let (x, unit, seconds) = time(analysis.audio.seconds);
    let plot = Plot {
        title: format!("detected tempo, bpm, by {unit}"),
        field,
        x,
        y: Scale::linear(60.0, 200.0, 5),
    };
    plot.prepare(canvas);
    let points = analysis.tempos.iter().map(|tempo| (tempo.second / seconds, tempo.bpm));
    plot.dots(canvas, &points.collect::<Vec<_>>(), 5, Voice::Drums.colour());
}

/// Draws the relative roughness of each bar start.
pub fn bar_starts(canvas: &mut Canvas, field: Rect, found: &BarStarts, seconds: f64) {
    let (x, unit, each) = time(seconds);
    let plot = Plot {
        title: format!(
            "roughness of bar starts relative to the 99th percentile of similar onsets, by {unit}; \
             broken lines at 1 and 1.5"
        ),
        field,
        x,
        y: Scale::logarithmic(ROUGHNESSES.0, ROUGHNESSES.1, &ROUGHNESS_TICKS),
    };
    plot.prepare(canvas);
    plot.level(canvas, 1.0, palette::QUIET);
    plot.level(canvas, ROUGH, Voice::Drums.colour());
    let points = found.bars.iter().map(|(second, rough)| (second / each, *rough));
    let (below, above): (Vec<_>, Vec<_>) = points.partition(|(_, rough)| *rough <= ROUGH);
    plot.dots(canvas, &below, 4, Voice::Bass.colour());
    plot.dots(canvas, &above, 6, palette::BAD);
}

fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-12).log10()
}
