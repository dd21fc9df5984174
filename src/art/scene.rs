//! The shapes of a picture, in a square of 600 units.

use crate::{
    art::colour::Colour,
    music::cover::{Cover, N_GROUPS},
};

/// Side of the square.
pub const SIDE: f64 = 600.0;

/// Corners of a closed curve.
const N_POINTS: usize = 40;

/// Radii of the innermost and of the outermost curve, before they are bent.
const RADII: [f64; 2] = [26.0, 196.0];

/// Largest bend of a curve, as a share of its radius.
const BEND: f64 = 0.42;

/// Radius of the ring of steps.
const RING: f64 = 258.0;

/// The shapes of a picture, bottom layer first.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Centre of the light.
    pub light: [f64; 2],
    /// Background colours at the light and at the edge.
    pub ground: [Colour; 2],
    /// Closed curves, the largest first.
    pub curves: Vec<Curve>,
    /// Dots.
    pub dots: Vec<Dot>,
}

/// A closed curve with a faint fill and an outline. It passes midway between neighbouring points; each
/// point is the control point of a quadratic Bézier curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its control points.
    pub points: Vec<[f64; 2]>,
    /// Colour of line and area.
    pub colour: Colour,
    /// Opacity of the area.
    pub area: f64,
    /// Opacity of the line.
    pub line: f64,
    /// Width of the line.
    pub width: f64,
}

/// A filled circle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Its centre.
    pub at: [f64; 2],
    /// Its radius.
    pub radius: f64,
    /// Its colour.
    pub colour: Colour,
    /// Its opacity.
    pub opacity: f64,
}

impl Curve {
    /// Where the curve passes between points `index` and `index + 1`.
    pub fn between(&self, index: usize) -> [f64; 2] {
        let [a, b] = [index, index + 1].map(|index| self.points[index % self.points.len()]);
        [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]
    }
}

/// Two colours of a picture.
struct Palette {
    hue: f64,
    inner: Colour,
    outer: Colour,
}

impl Palette {
    fn of(cover: &Cover) -> Self {
        // Neighbours on the circle of fifths, which share most notes, have neighbouring hues.
        let hue = 250.0 + 30.0 * f64::from(u32::from(cover.root) * 7 % 12);
        let away = 40.0 + 110.0 * share(cover.groups[15]);
        let away = if cover.is_minor { -away } else { away };
        let lightness = if cover.is_minor { 0.58 } else { 0.66 };
        Self {
            hue,
            inner: Colour::hsl(hue + away, 0.92, lightness + 0.06),
            outer: Colour::hsl(hue, 0.78, lightness),
        }
    }

    fn at(&self, t: f64) -> Colour {
        self.inner.towards(self.outer, t)
    }
}

/// The shapes of `cover`.
pub fn scene(cover: &Cover) -> Scene {
    let palette = Palette::of(cover);
    let light = [14, 15].map(|group| SIDE * (0.3 + 0.4 * share(cover.groups[group])));
    let ground =
        [Colour::hsl(palette.hue, 0.5, 0.17), Colour::hsl(palette.hue + 20.0, 0.45, 0.045)];
    let n = usize::from(cover.bpm / 9).clamp(8, 22);
    let curves = (0..n).rev().map(|index| curve(cover, &palette, index as f64 / (n - 1) as f64));
    let dots = (0..N_GROUPS).map(|step| dot(cover, &palette, step)).collect();
    Scene { light, ground, curves: curves.collect(), dots }
}

/// A group's value, 0 to 1.
fn share(group: u8) -> f64 {
    f64::from(group) / 255.0
}

/// The curve at `t`, from the innermost, 0, to the outermost, 1.
fn curve(cover: &Cover, palette: &Palette, t: f64) -> Curve {
    let twist = 2.4 * (share(cover.groups[12]) - 0.5) * (1.0 - t);
    // Inner curves drift towards the light, as if the picture had depth.
    let drift = |group: usize| 70.0 * (share(cover.groups[group]) - 0.5) * (1.0 - t);
    let centre = [SIDE / 2.0 + drift(14), SIDE / 2.0 + drift(15)];
    let radius = RADII[0] + (RADII[1] - RADII[0]) * t;
    let points = (0..N_POINTS).map(|index| {
        let angle = std::f64::consts::TAU * index as f64 / N_POINTS as f64;
        let r = radius * (1.0 + bend(cover, angle, t));
        let turned = angle + twist;
        [centre[0] + r * libm::cos(turned), centre[1] + r * libm::sin(turned)]
    });
    let colour = palette.at(t);
    Curve {
        points: points.collect(),
        colour,
        area: 0.07,
        line: 0.95 - 0.45 * t,
        width: 2.6 - 1.2 * t,
    }
}

/// How far the curve at `t` is bent at `angle`, as a share of its radius. Each pair of groups is the
/// strength and the phase of a wave around the curve.
fn bend(cover: &Cover, angle: f64, t: f64) -> f64 {
    let wave = |index: usize| {
        let order = (index + 2) as f64;
        let [strength, phase] = [2 * index, 2 * index + 1].map(|group| share(cover.groups[group]));
        let phase = std::f64::consts::TAU * (phase + 0.12 * t);
        (2.0 * strength - 1.0) * libm::cos(order * angle + phase) / libm::sqrt(order)
    };
    let sum: f64 = (0..6).map(wave).sum();
    BEND * (0.45 + 0.55 * t) * libm::tanh(0.6 * sum)
}

/// The dot of a step; those on the beat are brighter.
fn dot(cover: &Cover, palette: &Palette, step: usize) -> Dot {
    let angle = std::f64::consts::TAU * (step as f64 / N_GROUPS as f64 - 0.25);
    let at = [SIDE / 2.0 + RING * libm::cos(angle), SIDE / 2.0 + RING * libm::sin(angle)];
    let is_on_beat = step.is_multiple_of(4);
    let radius = 1.5 + 6.5 * share(cover.groups[step]);
    Dot { at, radius, colour: palette.at(0.5), opacity: if is_on_beat { 0.95 } else { 0.5 } }
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution as _, StandardNormal};

    use super::*;
    use crate::{rng, units::Bpm};

    fn cover(piece: u64, key: &str, bpm: f64) -> Cover {
        let mut rng = rng::stream(piece, "cover");
        let place: Vec<f32> = (0..64).map(|_| StandardNormal.sample(&mut rng)).collect();
        Cover::new(key.parse().unwrap(), Bpm::try_from(bpm).unwrap(), &place)
    }

    #[test]
    fn every_shape_is_within_the_square() {
        for piece in 0..200 {
            let scene = scene(&cover(piece, "D dorian", 172.0));
            let points = scene.curves.iter().flat_map(|curve| &curve.points);
            for [x, y] in points.chain(scene.dots.iter().map(|dot| &dot.at)) {
                assert!((8.0..=SIDE - 8.0).contains(x) && (8.0..=SIDE - 8.0).contains(y));
            }
        }
    }

    #[test]
    fn key_tempo_and_place_are_visible() {
        let one = scene(&cover(1, "A minor", 120.0));

        assert_eq!(one, scene(&cover(1, "A minor", 120.0)));
        assert_ne!(one.ground, scene(&cover(1, "C minor", 120.0)).ground);
        assert!(one.curves.len() < scene(&cover(1, "A minor", 170.0)).curves.len());
        assert_ne!(one.curves[0].points, scene(&cover(2, "A minor", 120.0)).curves[0].points);
    }
}
