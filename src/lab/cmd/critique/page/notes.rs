//! Plots of the notes.

use crate::{
    lab::{
        measure::notes::{
            drum_hits::DrumSpread,
            figures::{LAGS, NoteFigures},
            score::{Role, Score, ScoreBar},
        },
        picture::{
            canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
            palette::{self, Voice},
            played::{self, Played, Sound},
            plot::{Plot, Scale},
        },
    },
    music::{drums, meter::STEPS_PER_BAR},
};

/// Bars shown, and bars per piano roll.
const N_BARS: usize = 64;
const BARS_PER_ROLL: usize = 32;

/// Height of a roll, and of the space between two, in pixels.
const ROLL: usize = 252;
const BETWEEN: usize = 30;

/// Height of all rolls, in pixels.
pub const ROLL_HEIGHT: usize = 2 * ROLL + BETWEEN;

/// Height of a histogram, and the distance between two, in pixels.
const HISTOGRAM: usize = 22;
const HISTOGRAM_STRIDE: usize = 46;

/// Bins of a histogram, and the range of the timing histograms, ± milliseconds.
const N_BINS: usize = 32;
const RANGE_MS: f64 = 60.0;

/// Draws the first bars as piano rolls.
pub fn rolls(canvas: &mut Canvas, field: Rect, score: &Score) {
    let hits = hits(score);
    let title = format!("first {} bars", N_BARS.min(score.bars.len()));
    let y = field.y - LETTER_HEIGHT - 20;
    canvas.write(field.x, y, &title, palette::TEXT);
    let mut x = field.x + (title.len() + 4) * LETTER_WIDTH;
    for role in Role::ALL {
        canvas.write(x, y, role.name(), Voice::of(role.name()).colour());
        x += (role.name().len() + 2) * LETTER_WIDTH;
    }
    for (n, first) in (0..N_BARS).step_by(BARS_PER_ROLL).enumerate() {
        let rect = Rect { y: field.y + n * (ROLL + BETWEEN), height: ROLL, ..field };
        played::paint(canvas, rect, &hits, first..first + BARS_PER_ROLL);
    }
}

/// The notes of the first bars.
fn hits(score: &Score) -> Vec<Played> {
    let bars = score.bars.iter().take(N_BARS).enumerate();
    let of_role = |number: usize, bar: &ScoreBar, role: Role| {
        let start = (number * STEPS_PER_BAR) as f64;
        let played = |hit: &crate::music::bar::Hit| {
            let sound = match role {
                Role::Drums => Sound::Drum(drums::class(hit.pitch)?),
                _ => Sound::Pitch(hit.pitch),
            };
            Some(Played {
                start: (start + f64::from(hit.start_step)).max(0.0),
                length: hit.n_steps.into(),
                sound,
                velocity: hit.velocity,
                voice: Voice::of(role.name()),
            })
        };
        bar.parts[role as usize].iter().filter_map(played).collect::<Vec<_>>()
    };
    // The lead is drawn last, so that no other part covers it.
    let roles = [Role::Drums, Role::Chords, Role::Bass, Role::Lead];
    bars.flat_map(|(number, bar)| roles.map(|role| of_role(number, bar, role)).concat()).collect()
}

/// Draws the self-similarity matrix as a square.
pub fn matrix(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let side = field.width.min(field.height);
    let matrix = &figures.matrix;
    let bars = Scale::linear(0.0, figures.bars as f64, 6);
    let plot = Plot {
        title: "self-similarity of pairs of bars, by bar".to_owned(),
        field: Rect { width: side, height: side, ..field },
        x: bars.clone(),
        y: bars,
    };
    plot.prepare(canvas);
    if !matrix.is_empty() {
        let at = |share: f64| ((share * matrix.len() as f64) as usize).min(matrix.len() - 1);
        plot.heat(canvas, |x, y| matrix[at(y)][at(x)]);
    }
}

/// Draws the mean similarity by lag.
pub fn similarity_by_lag(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let plot = Plot {
        title: "mean similarity by lag in bars".to_owned(),
        field,
        x: Scale::of_names(&LAGS.map(|lag| lag.to_string())),
        y: Scale::linear(0.0, 1.0, 4),
    };
    plot.prepare(canvas);
    let columns = figures
        .similarity
        .iter()
        .enumerate()
        .filter_map(|(n, similarity)| Some((n as f64 - 0.35, n as f64 + 0.35, (*similarity)?)));
    plot.columns(canvas, &columns.collect::<Vec<_>>(), Voice::Melody.colour());
}

/// Draws histograms of velocity and timing of each drum class.
pub fn drum_spreads(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let half = (field.width - 30) / 2;
    let caption = "drum velocity and timing: ± deviation (drummers')";
    canvas.write(field.x, field.y - LETTER_HEIGHT - 6, caption, palette::TEXT);
    for (n, spread) in figures.drum_spreads.iter().enumerate() {
        let y = field.y + LETTER_HEIGHT + 8 + n * HISTOGRAM_STRIDE;
        let is_last = n + 1 == figures.drum_spreads.len();
        let left = Rect { x: field.x, y, width: half, height: HISTOGRAM };
        let right = Rect { x: field.x + half + 30, ..left };
        let hits = figures.drum_hits.iter().filter(|hit| hit.class == spread.class);
        let velocities = hits.clone().map(|hit| f64::from(hit.velocity));
        let late = hits.map(|hit| hit.late_ms);
        let [velocity, timing] = titles(spread);
        let scale = Scale::linear(0.0, 128.0, 4);
        histogram(canvas, (velocity, left), (scale, (0.0, 128.0)), is_last, velocities);
        let range = (-RANGE_MS, RANGE_MS);
        let ms = Scale::linear(range.0, range.1, 6);
        histogram(canvas, (timing, right), (ms, range), is_last, late);
    }
}

fn titles(spread: &DrumSpread) -> [String; 2] {
    let DrumSpread { class, velocity_deviation, late_deviation_ms, .. } = spread;
    let DrumSpread { drummers_velocity_deviation, drummers_late_deviation_ms, .. } = spread;
    let name = class.name();
    [
        format!("{name} velocity ±{velocity_deviation:.0} ({drummers_velocity_deviation:.0})"),
        format!("timing ±{late_deviation_ms:.0} ms ({drummers_late_deviation_ms:.0})"),
    ]
}

/// Draws a histogram; values out of range count in the outermost bins.
fn histogram(
    canvas: &mut Canvas,
    (title, field): (String, Rect),
    (scale, (low, high)): (Scale, (f64, f64)),
    is_labelled: bool,
    values: impl Iterator<Item = f64>,
) {
    let mut counts = [0.0_f64; N_BINS];
    for value in values {
        let bin = (value - low) / (high - low) * N_BINS as f64;
        counts[bin.clamp(0.0, N_BINS as f64 - 1.0) as usize] += 1.0;
    }
    let most = counts.into_iter().fold(1.0, f64::max);
    let x = if is_labelled { scale } else { scale.unlabelled() };
    let y = Scale::linear(0.0, most, 1).unlabelled();
    let plot = Plot { title, field, x, y };
    plot.prepare(canvas);
    let edge = |n: usize| low + (high - low) * n as f64 / N_BINS as f64;
    let columns = counts.into_iter().enumerate();
    let columns: Vec<_> = columns.map(|(n, count)| (edge(n), edge(n + 1), count)).collect();
    plot.columns(canvas, &columns, Voice::Drums.colour());
}
