//! The inputs of a piece's cover picture.

use serde::{Deserialize, Serialize};

use crate::{
    music::scale::{Key, Mode},
    units::Bpm,
};

/// Groups of latent dimensions, one for each step of a bar.
pub const N_GROUPS: usize = 16;

/// The inputs of a piece's cover picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// Pitch class of the key's root, 0 (C) to 11 (B).
    pub root: u8,
    /// Whether the key's third is a minor one.
    pub is_minor: bool,
    /// Tempo in bpm, rounded.
    pub bpm: u16,
    /// The mean of each group of latent dimensions, as its rank among samples of the prior: 0 lowest,
    /// 255 highest.
    pub groups: [u8; N_GROUPS],
}

impl Cover {
    /// The cover of a piece at the point `place` of a latent space.
    pub fn new(key: Key, tempo: Bpm, place: &[f32]) -> Self {
        let is_minor = key.mode.intervals().contains(&3);
        let bpm = tempo.get().round() as u16;
        Self { root: key.root % 12, is_minor, bpm, groups: groups(place) }
    }

    /// The radio's own cover.
    pub fn of_radio() -> Self {
        let key = Key { root: 4, mode: Mode::Minor };
        let place: Vec<f32> = (0..32).map(|d| 1.4 * libm::sinf(1.7 * d as f32)).collect();
        Self::new(key, Bpm::DEFAULT, &place)
    }
}

/// The rank of each group's mean; the middle for a group without dimensions. The point is scaled to the
/// spread of a sample of the prior: anchors lie closer to the origin.
fn groups(place: &[f32]) -> [u8; N_GROUPS] {
    let square: f64 = place.iter().map(|z| f64::from(*z).powi(2)).sum();
    let spread = (square / place.len().max(1) as f64).sqrt().max(f64::MIN_POSITIVE);
    let bound = |group: usize| group * place.len() / N_GROUPS;
    std::array::from_fn(|group| {
        let dimensions = &place[bound(group)..bound(group + 1)];
        let sum: f64 = dimensions.iter().map(|z| f64::from(*z)).sum();
        // N(0, 1) if the point is a sample of the prior.
        let mean = sum / spread / (dimensions.len().max(1) as f64).sqrt();
        // The logistic function nearest to the normal distribution.
        (255.0 / (1.0 + libm::exp(-1.702 * mean))).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_tell_points_apart_and_use_the_whole_range() {
        let place: Vec<f32> = (0..64).map(|d| if d < 32 { 1.0 } else { -1.0 }).collect();
        let cover = Cover::new("A minor".parse().unwrap(), Bpm::DEFAULT, &place);

        assert_eq!(cover.groups[..8], [247; 8]);
        assert_eq!(cover.groups[8..], [8; 8]);
        assert!(cover.is_minor && cover.root == 9);
        assert_eq!(groups(&[]), [128; N_GROUPS]);
        assert_eq!(groups(&[0.0; 20]), [128; N_GROUPS]);
        assert_eq!(groups(&[0.5; 20]), groups(&[0.1; 20]));
        assert_ne!(groups(&[0.5; 20]), groups(&[-0.5; 20]));
    }
}
