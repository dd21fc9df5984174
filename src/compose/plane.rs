//! The map of bass and lead: a plane through the trio's latent space.
//!
//! The plane is spanned by the two principal components of the theme's anchors and of draws of its prior, so
//! that the theme's music is spread over the map. A latent space has hundreds of dimensions: a point on the
//! plane itself has nearly all coordinates at their mean, where the model has seen no music. So each place of
//! the map adds the residuals (the parts off the plane) of the anchors around it: at an anchor's place the
//! map leads exactly to the anchor.

use crate::{
    compose::walk::Anchors,
    musicvae::net::{
        attributes::Attributes,
        latent::{self, Latent},
        prior::Prior,
    },
    rng,
};

/// Draws of the prior.
const N_DRAWS: usize = 96;

/// Seed of the draws: the same theme has the same map on every station.
const SEED: u64 = 0;

/// Rounds of the power iteration, far more than it needs to converge.
const N_ROUNDS: usize = 200;

/// Largest coordinate of the points that span the map.
const MARGIN: f64 = 0.9;

/// Distances in latent space up to this are rounding errors.
const FLAT: f64 = 1e-6;

/// Squared distance on the map below which an anchor's residual dominates.
const NEAR: f64 = 1e-9;

/// A plane through a latent space, with the anchors that it was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    mean: Vec<f64>,
    /// Orthonormal.
    axes: [Vec<f64>; 2],
    /// Length of a unit of each axis of the map in latent space.
    units: [f64; 2],
    /// The attribute that rises along each axis, if the model has any.
    rising: [Option<String>; 2],
    /// Places and residuals of the anchors.
    anchors: Vec<([f64; 2], Vec<f64>)>,
}

impl Plane {
    /// The plane through `anchors` and draws of `prior`. Deterministic.
    pub fn through(anchors: &Anchors, prior: &Prior, attributes: &Attributes) -> Self {
        let points: Vec<Vec<f64>> = anchors.points.iter().map(|z| wide(z)).collect();
        let drawn = (0..N_DRAWS).map(|number| {
            let mut rng = rng::stream(SEED, &format!("map {number}"));
            wide(&prior.draw(&mut rng))
        });
        let drawn: Vec<Vec<f64>> = drawn.collect();
        // All anchors weigh as much as all draws.
        let share = 0.5 / points.len() as f64;
        let cloud: Vec<(f64, &[f64])> = points
            .iter()
            .map(|z| (share, &z[..]))
            .chain(drawn.iter().map(|z| (0.5 / N_DRAWS as f64, &z[..])))
            .collect();
        let mean = weighted_sum(&cloud);
        let mut axes = principal_components(&cloud, &mean);
        let rising = orient(&mut axes, attributes);
        let mut plane = Self { mean, axes, units: [1.0; 2], rising, anchors: Vec::new() };
        plane.units = plane.units_of(&cloud);
        plane.anchors = points.iter().map(|z| (plane.project(z), plane.residual(z))).collect();
        plane
    }

    /// The attribute of the model that rises along each axis; none if it has none.
    pub fn rising(&self) -> [Option<&str>; 2] {
        self.rising.each_ref().map(Option::as_deref)
    }

    /// The places of the anchors, in their order.
    pub fn anchors(&self) -> impl Iterator<Item = [f64; 2]> {
        self.anchors.iter().map(|(place, _)| *place)
    }

    /// The place of `z` on the map: its projection. The anchors and draws lie within -0.9 to 0.9.
    pub fn place(&self, z: &[f32]) -> [f64; 2] {
        self.project(&wide(z))
    }

    /// The latent point at a place of the map, which is the point's projection.
    pub fn point(&self, place: [f64; 2]) -> Latent {
        let residual = self.residual_at(place);
        let on_plane = self.on_plane(place);
        on_plane.iter().zip(residual).map(|(x, r)| (x + r) as f32).collect()
    }

    fn on_plane(&self, place: [f64; 2]) -> Vec<f64> {
        let [x, y] = [0, 1].map(|axis| place[axis] * self.units[axis]);
        let [a, b] = &self.axes;
        self.mean.iter().zip(a.iter().zip(b)).map(|(mean, (a, b))| mean + x * a + y * b).collect()
    }

    fn project(&self, z: &[f64]) -> [f64; 2] {
        let moved = minus(z, &self.mean);
        [0, 1].map(|axis| dot(&moved, &self.axes[axis]) / self.units[axis])
    }

    /// The component of `z` off the plane.
    fn residual(&self, z: &[f64]) -> Vec<f64> {
        minus(z, &self.on_plane(self.project(z)))
    }

    /// The mean of the anchors' residuals, weighted by the inverse of their squared distance and scaled to
    /// their mean length: a plain mean of vectors is shorter than each.
    fn residual_at(&self, place: [f64; 2]) -> Vec<f64> {
        let weight =
            |at: &[f64; 2]| 1.0 / ((place[0] - at[0]).powi(2) + (place[1] - at[1]).powi(2) + NEAR);
        let total: f64 = self.anchors.iter().map(|(at, _)| weight(at)).sum();
        let weighted: Vec<(f64, &[f64])> =
            self.anchors.iter().map(|(at, residual)| (weight(at) / total, &residual[..])).collect();
        let mixed = weighted_sum(&weighted);
        let length: f64 = weighted.iter().map(|(weight, r)| weight * dot(r, r).sqrt()).sum();
        let scale = length / dot(&mixed, &mixed).sqrt().max(f64::MIN_POSITIVE);
        mixed.iter().map(|x| x * scale).collect()
    }

    /// Units in which all points of `cloud` lie within [`MARGIN`].
    fn units_of(&self, cloud: &[(f64, &[f64])]) -> [f64; 2] {
        let places = || cloud.iter().map(|(_, z)| self.project(z));
        [0, 1].map(|axis| {
            let far = places().map(|place| place[axis].abs()).fold(0.0, f64::max);
            if FLAT < far { far / MARGIN } else { 1.0 }
        })
    }
}

/// The two directions in which `cloud` varies most: power iteration, the second direction kept
/// orthogonal to the first.
fn principal_components(cloud: &[(f64, &[f64])], mean: &[f64]) -> [Vec<f64>; 2] {
    let centred: Vec<(f64, Vec<f64>)> =
        cloud.iter().map(|(weight, z)| (*weight, minus(z, mean))).collect();
    let component = |number: usize, before: Option<&[f64]>| {
        let clear = |v: &mut Vec<f64>| {
            if let Some(before) = before {
                let along = dot(v, before);
                v.iter_mut().zip(before).for_each(|(x, b)| *x -= along * b);
            }
        };
        // A start that is not orthogonal to the component.
        let mut rng = rng::stream(SEED, &format!("component {number}"));
        let mut v = wide(&latent::prior(mean.len(), &mut rng));
        for _ in 0..N_ROUNDS {
            clear(&mut v);
            let mut next = vec![0.0; mean.len()];
            for (weight, z) in &centred {
                let along = weight * dot(z, &v);
                next.iter_mut().zip(z).for_each(|(x, z)| *x += along * z);
            }
            // All points on one line or at one place: nothing is left.
            if dot(&next, &next) < f64::MIN_POSITIVE {
                break;
            }
            v = unit(&next);
        }
        clear(&mut v);
        unit(&v)
    };
    let first = component(0, None);
    let second = component(1, Some(&first));
    [first, second]
}

/// Names each axis after the attribute that changes most along it, a different one for each, and orients it
/// so that the attribute rises.
fn orient(axes: &mut [Vec<f64>; 2], attributes: &Attributes) -> [Option<String>; 2] {
    let mut taken: Option<String> = None;
    axes.each_mut().map(|axis| {
        let along = attributes
            .vectors()
            .filter(|(name, _)| Some(*name) != taken.as_deref())
            .map(|(name, vector)| (name, dot(&unit(&wide(vector)), axis)));
        let (name, cosine) = along.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        if cosine < 0.0 {
            for x in axis.iter_mut() {
                *x = -*x;
            }
        }
        taken = Some(name.to_owned());
        taken.clone()
    })
}

fn wide(z: &[f32]) -> Vec<f64> {
    z.iter().map(|&x| f64::from(x)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn unit(v: &[f64]) -> Vec<f64> {
    let length = dot(v, v).sqrt().max(f64::MIN_POSITIVE);
    v.iter().map(|x| x / length).collect()
}

fn weighted_sum(weighted: &[(f64, &[f64])]) -> Vec<f64> {
    let n = weighted.first().map_or(0, |(_, z)| z.len());
    let mut sum = vec![0.0; n];
    for (weight, z) in weighted {
        sum.iter_mut().zip(*z).for_each(|(x, z)| *x += weight * z);
    }
    sum
}

#[cfg(test)]
mod tests;
