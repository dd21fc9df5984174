//! Plots in pixels: a plotting area with title and scales, and what is drawn in it.
//!
//! For data with too many points for SVG, and for pages that combine plots with piano rolls.

use crate::lab::picture::{
    axis::Axis,
    canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
    palette::{self, Colour},
};

/// Gap between the plotting area and its labels in pixels.
const GAP: usize = 6;

/// The numbers along a side of a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    is_logarithmic: bool,
    /// Position and label of each grid line.
    ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A linear scale from `low` to `high`, with about `n_ticks` at round numbers.
    pub fn linear(low: f64, high: f64, n_ticks: usize) -> Self {
        let high = if low < high { high } else { low + 1.0 };
        let axis = Axis::around([low, high].into_iter(), n_ticks);
        let slack = 1e-9 * (high - low);
        let is_in = |tick: &f64| (low - slack..=high + slack).contains(tick);
        let ticks = axis.ticks().filter(is_in).map(|tick| (tick, axis.label(tick))).collect();
        Self { low, high, is_logarithmic: false, ticks }
    }

    /// A logarithmic scale from `low`, above 0, to `high`, with these ticks.
    pub fn logarithmic(low: f64, high: f64, ticks: &[(f64, &str)]) -> Self {
        let ticks = ticks.iter().map(|(tick, label)| (*tick, (*label).to_owned())).collect();
        Self { low, high, is_logarithmic: true, ticks }
    }

    /// A scale of categories at 0, 1, 2, ..., labelled with `names`.
    pub fn of_names(names: &[String]) -> Self {
        let ticks = names.iter().enumerate().map(|(n, name)| (n as f64, name.clone())).collect();
        Self { low: -0.5, high: names.len().max(1) as f64 - 0.5, is_logarithmic: false, ticks }
    }

    /// Removes the labels.
    pub fn unlabelled(mut self) -> Self {
        self.ticks.iter_mut().for_each(|(_, label)| label.clear());
        self
    }

    /// Position of `value`: 0 at the start, 1 at the end.
    fn share(&self, value: f64) -> f64 {
        match self.is_logarithmic {
            true => (value / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        }
    }
}

/// A plotting area with its scales.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The title above.
    pub title: String,
    /// The plotting area; labels are outside, left and below.
    pub field: Rect,
    /// The horizontal scale.
    pub x: Scale,
    /// The vertical scale.
    pub y: Scale,
}

impl Plot {
    /// Paints background, grid, title and labels.
    pub fn prepare(&self, canvas: &mut Canvas) {
        let Rect { x, y, width, height } = self.field;
        canvas.write(x, y.saturating_sub(LETTER_HEIGHT + GAP), &self.title, palette::TEXT);
        canvas.fill(self.field, palette::RAISED);
        for (tick, label) in &self.x.ticks {
            let at = self.column(*tick);
            canvas.fill(Rect { x: at, y, width: 1, height }, palette::FAINT);
            let left = at.saturating_sub(label.chars().count() * LETTER_WIDTH / 2);
            canvas.write(left, y + height + GAP / 2, label, palette::QUIET);
        }
        for (tick, label) in &self.y.ticks {
            let at = self.row(*tick);
            canvas.fill(Rect { x, y: at, width, height: 1 }, palette::FAINT);
            let left = x.saturating_sub(label.chars().count() * LETTER_WIDTH + GAP);
            canvas.write(left, at.saturating_sub(LETTER_HEIGHT / 2), label, palette::QUIET);
        }
    }

    /// Draws a line through points, by ascending x; non-finite points leave a gap.
    pub fn line(&self, canvas: &mut Canvas, points: &[(f64, f64)], colour: Colour) {
        for pair in points.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            if !(a.0 + a.1 + b.0 + b.1).is_finite() {
                continue;
            }
            let (start, end) = (self.column(a.0), self.column(b.0));
            let (from, to) = (self.row(a.1) as f64, self.row(b.1) as f64);
            let at = |x: usize| {
                let share = (x - start) as f64 / (end - start).max(1) as f64;
                (from + (to - from) * share).round() as usize
            };
            for x in start..=end {
                let (here, next) = (at(x), if x < end { at(x + 1) } else { to as usize });
                let (top, height) = (here.min(next), here.abs_diff(next).max(1) + 1);
                canvas.fill(Rect { x, y: top, width: 1, height }, colour);
            }
        }
    }

    /// Draws a dashed line at `value`.
    pub fn level(&self, canvas: &mut Canvas, value: f64, colour: Colour) {
        let Rect { x, width, .. } = self.field;
        for left in (x..x + width).step_by(12) {
            let width = 7.min(x + width - left);
            canvas.fill(Rect { x: left, y: self.row(value), width, height: 2 }, colour);
        }
    }

    /// Draws a square of `size` pixels at each point; points outside are drawn at the edge.
    pub fn dots(&self, canvas: &mut Canvas, points: &[(f64, f64)], size: usize, colour: Colour) {
        for (x, y) in points.iter().filter(|(x, y)| (x + y).is_finite()) {
            let left = self.column(*x).saturating_sub(size / 2);
            let top = self.row(*y).saturating_sub(size / 2);
            canvas.fill(Rect { x: left, y: top, width: size, height: size }, colour);
        }
    }

    /// Draws a column from the bottom up to each value: (left, right, value).
    pub fn columns(&self, canvas: &mut Canvas, columns: &[(f64, f64, f64)], colour: Colour) {
        let bottom = self.field.y + self.field.height;
        for (from, to, value) in columns.iter().filter(|(_, _, value)| *value > self.y.low) {
            let (x, end, y) = (self.column(*from), self.column(*to), self.row(*value));
            let width = end.saturating_sub(x + 1).max(1);
            canvas.fill(Rect { x, y, width, height: bottom.saturating_sub(y) }, colour);
        }
    }

    /// Paints each pixel by `amount(x, y)`, 0 to 1, where `x` and `y` are the pixel's position from
    /// the left and from the bottom, 0 to 1.
    pub fn heat(&self, canvas: &mut Canvas, amount: impl Fn(f64, f64) -> f64) {
        let Rect { x, y, width, height } = self.field;
        let share = |n: usize, of: usize| (n as f64 + 0.5) / of as f64;
        for row in 0..height {
            for column in 0..width {
                let amount = amount(share(column, width), 1.0 - share(row, height));
                let pixel = Rect { x: x + column, y: y + row, width: 1, height: 1 };
                canvas.fill(pixel, palette::heat(amount));
            }
        }
    }

    fn column(&self, value: f64) -> usize {
        let share = self.x.share(value).clamp(0.0, 1.0);
        self.field.x + (share * self.field.width.saturating_sub(1) as f64).round() as usize
    }

    fn row(&self, value: f64) -> usize {
        let share = 1.0 - self.y.share(value).clamp(0.0, 1.0);
        self.field.y + (share * self.field.height.saturating_sub(1) as f64).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Colour = Colour([255; 3]);

    fn plot() -> (Plot, Canvas) {
        let field = Rect { x: 40, y: 30, width: 101, height: 51 };
        let (x, y) = (Scale::linear(0.0, 10.0, 5), Scale::linear(-1.0, 1.0, 2));
        let mut canvas = Canvas::new(160, 110, palette::GROUND);
        let plot = Plot { title: "a".into(), field, x, y };
        plot.prepare(&mut canvas);
        (plot, canvas)
    }

    fn inked(canvas: &Canvas) -> Vec<(usize, usize)> {
        let places = (0..110).flat_map(|y| (0..160).map(move |x| (x, y)));
        places.filter(|(x, y)| canvas.pixel(*x, *y) == Some(INK)).collect()
    }

    #[test]
    fn a_line_is_drawn_without_gaps() {
        let (plot, mut canvas) = plot();

        plot.line(&mut canvas, &[(0.0, -1.0), (10.0, 1.0)], INK);

        let found = inked(&canvas);
        assert!((40..=140).all(|column| found.iter().any(|(x, _)| *x == column)));
        assert!(found.contains(&(40, 80)) && found.contains(&(140, 30)));
    }

    #[test]
    fn non_finite_points_are_skipped_and_outliers_are_drawn_at_the_edge() {
        let (plot, mut canvas) = plot();
        plot.line(&mut canvas, &[(0.0, f64::NAN), (5.0, 0.0)], INK);
        plot.dots(&mut canvas, &[(f64::INFINITY, 0.0)], 1, INK);
        assert_eq!(inked(&canvas), []);
        plot.dots(&mut canvas, &[(20.0, 9.0)], 1, INK);
        assert_eq!(inked(&canvas), [(140, 30)]);
    }

    #[test]
    fn columns_start_at_the_bottom() {
        let (plot, mut canvas) = plot();
        plot.columns(&mut canvas, &[(0.0, 1.0, 0.0), (1.0, 2.0, -1.0)], INK);
        let found = inked(&canvas);
        assert_eq!(found.iter().map(|(x, _)| *x).max(), Some(48));
        assert_eq!((found[0].1, found.last().map(|(_, y)| *y)), (55, Some(80)));
    }

    #[test]
    fn octaves_are_equally_wide() {
        let scale = Scale::logarithmic(25.0, 1600.0, &[]);
        assert!((scale.share(200.0) - 0.5).abs() < 1e-12);
        let names = Scale::of_names(&["a".into(), "b".into()]);
        assert_eq!((names.share(0.0), names.share(1.0)), (0.25, 0.75));
    }
}
