//! Strips about what is played.

use crate::{
    lab::{
        measure::score::{
            Role, Score,
            figures::{LAGS, NoteFigures},
            touch::Touch,
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

/// Bars that are shown, in rolls of half as many.
const N_BARS: usize = 64;
const BARS_A_ROLL: usize = 32;

/// Height of one roll, and of what lies between two, in pixels.
const ROLL: usize = 252;
const BETWEEN: usize = 30;

/// Height of all rolls, in pixels.
pub const ROLL_HEIGHT: usize = 2 * ROLL + BETWEEN;

/// Height of a histogram, and from one to the next, in pixels.
const HISTOGRAM: usize = 22;
const HISTOGRAM_STRIDE: usize = 46;

/// Bins of a histogram, and how far from the grid the outermost lie, in milliseconds.
const N_BINS: usize = 32;
const LATEST_MS: f64 = 60.0;

/// The first bars as piano rolls.
pub fn rolls(canvas: &mut Canvas, field: Rect, score: &Score) {
    let hits = hits(score);
    let title = format!("the first {} bars", N_BARS.min(score.bars.len()));
    let y = field.y - LETTER_HEIGHT - 20;
    canvas.write(field.x, y, &title, palette::TEXT);
    let mut x = field.x + (title.len() + 4) * LETTER_WIDTH;
    for role in Role::ALL {
        canvas.write(x, y, role.name(), Voice::of(role.name()).colour());
        x += (role.name().len() + 2) * LETTER_WIDTH;
    }
    for (n, first) in (0..N_BARS).step_by(BARS_A_ROLL).enumerate() {
        let rect = Rect { y: field.y + n * (ROLL + BETWEEN), height: ROLL, ..field };
        played::paint(canvas, rect, &hits, first..first + BARS_A_ROLL);
    }
}

/// What the rolls show.
fn hits(score: &Score) -> Vec<Played> {
    let bars = score.bars.iter().take(N_BARS).enumerate();
    let of_role = |number: usize, bar: &crate::lab::measure::score::ScoreBar, role: Role| {
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
    // The lead last, so that nothing hides it.
    let roles = [Role::Drums, Role::Chords, Role::Bass, Role::Lead];
    bars.flat_map(|(number, bar)| roles.map(|role| of_role(number, bar, role)).concat()).collect()
}

/// The self-similarity matrix, a square.
pub fn matrix(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let side = field.width.min(field.height);
    let matrix = &figures.matrix;
    let bars = Scale::linear(0.0, figures.bars as f64, 6);
    let plot = Plot {
        title: "likeness of two bars to two others, by bars".to_owned(),
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

/// The mean likeness by lag.
pub fn lags(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let plot = Plot {
        title: "mean likeness after so many bars".to_owned(),
        field,
        x: Scale::of_names(&LAGS.map(|lag| lag.to_string())),
        y: Scale::linear(0.0, 1.0, 4),
    };
    plot.prepare(canvas);
    let columns = figures
        .likeness
        .iter()
        .enumerate()
        .filter_map(|(n, likeness)| Some((n as f64 - 0.35, n as f64 + 0.35, (*likeness)?)));
    plot.columns(canvas, &columns.collect::<Vec<_>>(), Voice::Melody.colour());
}

/// How hard and how late each drum is struck, as histograms.
pub fn touch(canvas: &mut Canvas, field: Rect, figures: &NoteFigures) {
    let half = (field.width - 30) / 2;
    let caption = "how drums are struck: ± deviation (drummers')";
    canvas.write(field.x, field.y - LETTER_HEIGHT - 6, caption, palette::TEXT);
    for (n, touch) in figures.touch.iter().enumerate() {
        let y = field.y + LETTER_HEIGHT + 8 + n * HISTOGRAM_STRIDE;
        let is_last = n + 1 == figures.touch.len();
        let left = Rect { x: field.x, y, width: half, height: HISTOGRAM };
        let right = Rect { x: field.x + half + 30, ..left };
        let strokes = figures.strokes.iter().filter(|stroke| stroke.class == touch.class);
        let velocities = strokes.clone().map(|stroke| f64::from(stroke.velocity));
        let late = strokes.map(|stroke| stroke.late_ms);
        let [strength, time] = titles(touch);
        let force = Scale::linear(0.0, 128.0, 4);
        histogram(canvas, (strength, left), (force, (0.0, 128.0)), is_last, velocities);
        let span = (-LATEST_MS, LATEST_MS);
        let ms = Scale::linear(span.0, span.1, 6);
        histogram(canvas, (time, right), (ms, span), is_last, late);
    }
}

fn titles(touch: &Touch) -> [String; 2] {
    let Touch { class, velocity_deviation, late_deviation_ms, .. } = touch;
    let Touch { drummers_velocity_deviation, drummers_late_deviation_ms, .. } = touch;
    let name = class.name();
    [
        format!("{name} velocity ±{velocity_deviation:.0} ({drummers_velocity_deviation:.0})"),
        format!("time ±{late_deviation_ms:.0} ms ({drummers_late_deviation_ms:.0})"),
    ]
}

/// Values in bins; those beyond the ends are in the outermost.
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
