//! Curves over training steps as SVG: stacked panels with a common x axis.
//!
//! Written as plain SVG text, which needs only paths and text and is sharp at any size.

use crate::lab::picture::{
    axis::Axis,
    palette::{self, Colour},
};

/// Width and height of a panel's plotting area in SVG units.
const FIELD: (f64, f64) = (720.0, 190.0);

/// Left margin for tick labels.
const LEFT: f64 = 70.0;

/// Right margin for legends.
const RIGHT: f64 = 210.0;

/// Space above each panel for its title.
const ABOVE: f64 = 46.0;

/// Space below the last panel for the step labels.
const BELOW: f64 = 52.0;

/// Most points per curve; more can't be distinguished and enlarge the file.
const MAX_POINTS: usize = 360;

/// The line style of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Thin and pale, for noisy values.
    Thin,
    /// Thick, for important values.
    Strong,
    /// Thick and dashed.
    Dashed,
}

/// Values over steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The name in the legend.
    pub name: String,
    /// The colour.
    pub colour: Colour,
    /// The line style.
    pub stroke: Stroke,
    /// Steps and values, by ascending step; non-finite values are skipped.
    pub points: Vec<(f64, f64)>,
}

/// Curves with a common scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The measured quantity and its unit.
    pub title: String,
    /// The curves, drawn in order.
    pub curves: Vec<Curve>,
}

/// Renders the panels as an SVG file.
pub fn svg(panels: &[Panel]) -> String {
    let (width, height) = (LEFT + FIELD.0 + RIGHT, panels.len() as f64 * (ABOVE + FIELD.1) + BELOW);
    let steps = panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.points);
    let time = Axis::around(steps.map(|(step, _)| *step), 8);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" fill=\"none\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        palette::GROUND
    );
    svg.extend(panels.iter().enumerate().map(|(number, panel)| {
        let y = ABOVE + number as f64 * (ABOVE + FIELD.1);
        let is_last = number + 1 == panels.len();
        let steps = if is_last { step_labels(&time) } else { String::new() };
        format!("<g transform=\"translate({LEFT} {y})\">\n{}{steps}</g>\n", draw(panel, &time))
    }));
    svg + "</svg>\n"
}

fn draw(panel: &Panel, time: &Axis) -> String {
    let values = panel.curves.iter().flat_map(|curve| &curve.points).map(|(_, value)| *value);
    let scale = Axis::around(values, 4);
    let title = text(0.0, -16.0, palette::TEXT, "", &panel.title);
    let paths = panel.curves.iter().map(|curve| path(curve, time, &scale));
    let mut svg = title + &grid(time, &scale);
    svg.extend(paths);
    svg + &legend(panel, &scale)
}

fn grid(time: &Axis, scale: &Axis) -> String {
    let (width, height) = FIELD;
    let (raised, faint) = (palette::RAISED, palette::FAINT);
    let mut svg =
        format!("<rect width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"{raised}\"/>\n");
    svg.extend(scale.ticks().map(|tick| {
        let y = height * (1.0 - scale.share(tick));
        let label = text(-10.0, y + 4.0, palette::QUIET, "end", &scale.label(tick));
        format!("<path d=\"M0 {y:.1}H{width}\" stroke=\"{faint}\"/>\n{label}")
    }));
    svg.extend(time.ticks().map(|tick| {
        let x = width * time.share(tick);
        format!("<path d=\"M{x:.1} 0V{height}\" stroke=\"{faint}\"/>\n")
    }));
    svg
}

fn step_labels(time: &Axis) -> String {
    let (width, height) = FIELD;
    let label = |tick: f64| {
        let x = width * time.share(tick);
        text(x, height + 20.0, palette::QUIET, "middle", &time.label(tick))
    };
    let name = text(width / 2.0, height + 40.0, palette::QUIET, "middle", "step");
    time.ticks().map(label).collect::<String>() + &name
}

fn path(curve: &Curve, time: &Axis, scale: &Axis) -> String {
    let place = |(step, value)| {
        let (x, y) = (FIELD.0 * time.share(step), FIELD.1 * (1.0 - scale.share(value)));
        format!("{x:.1} {y:.1}")
    };
    let places: Vec<String> = thinned(&curve.points).into_iter().map(place).collect();
    if places.is_empty() {
        return String::new();
    }
    format!("<path d=\"M{}\" {}/>\n", places.join("L"), pen(curve))
}

/// Averages neighbours until at most [`MAX_POINTS`] are left.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let finite = points.iter().copied().filter(|(step, value)| (step + value).is_finite());
    let finite: Vec<_> = finite.collect();
    let mean = |group: &[(f64, f64)]| {
        let sum = group.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / group.len() as f64, sum.1 / group.len() as f64)
    };
    finite.chunks(finite.len().div_ceil(MAX_POINTS).max(1)).map(mean).collect()
}

fn pen(curve: &Curve) -> String {
    let style = match curve.stroke {
        Stroke::Thin => "stroke-width=\"1.2\" stroke-opacity=\"0.5\"",
        Stroke::Strong => "stroke-width=\"2\"",
        Stroke::Dashed => "stroke-width=\"2\" stroke-dasharray=\"5 4\"",
    };
    format!("stroke=\"{}\" stroke-linejoin=\"round\" {style}", curve.colour)
}

/// The names of the curves with their newest values.
fn legend(panel: &Panel, scale: &Axis) -> String {
    let x = FIELD.0 + 18.0;
    let rows = panel.curves.iter().enumerate().map(|(row, curve)| {
        let y = 10.0 + 19.0 * row as f64;
        let end = x + 22.0;
        let line = format!("<path d=\"M{x} {y}H{end}\" {}/>\n", pen(curve));
        let newest = curve.points.iter().rev().find(|(_, value)| value.is_finite());
        let newest = newest.map_or_else(String::new, |(_, value)| rounded(*value, scale));
        line + &text(end + 8.0, y + 4.0, palette::QUIET, "", &curve.name)
            + &text(FIELD.0 + RIGHT - 14.0, y + 4.0, palette::TEXT, "end", &newest)
    });
    rows.collect()
}

/// A value with the decimals that matter on its scale.
fn rounded(value: f64, scale: &Axis) -> String {
    if scale.span() > 10.0 { format!("{value:.1}") } else { format!("{value:.3}") }
}

fn text(x: f64, y: f64, colour: Colour, anchor: &str, words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let anchor = match anchor {
        "" => String::new(),
        anchor => format!(" text-anchor=\"{anchor}\""),
    };
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\"{anchor}>{words}</text>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(points: Vec<(f64, f64)>) -> Panel {
        let colour = palette::TEXT;
        let curve = Curve { name: "a < b".into(), colour, stroke: Stroke::Strong, points };
        Panel { title: "loss".into(), curves: vec![curve] }
    }

    #[test]
    fn a_curve_spans_its_panel() {
        let svg = svg(&[panel(vec![(0.0, 0.0), (100.0, 2.0)])]);
        assert!(svg.contains("M0.0 190.0L720.0 0.0"), "{svg}");
    }

    #[test]
    fn text_is_escaped_and_the_newest_value_is_shown() {
        let svg = svg(&[panel(vec![(0.0, 0.25), (100.0, 0.5)])]);
        assert!(svg.contains(">a &lt; b<") && svg.contains(">0.500<"), "{svg}");
    }

    #[test]
    fn a_long_run_is_thinned_to_the_visible_points() {
        let points: Vec<_> = (0..100_000).map(|n| (f64::from(n), 1.0)).collect();
        let n = thinned(&points).len();
        assert!((MAX_POINTS / 2..=MAX_POINTS).contains(&n), "{n}");
        assert_eq!(thinned(&[(1.0, f64::NAN), (2.0, 3.0)]), [(2.0, 3.0)]);
    }

    #[test]
    fn an_empty_run_is_an_empty_plot() {
        assert!(svg(&[panel(vec![])]).ends_with("</svg>\n"));
        assert!(svg(&[]).ends_with("</svg>\n"));
    }
}
