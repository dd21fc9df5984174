//! The tune of an anchor: the music of a MIDI file that a user placed on the map.

use crate::{music::trio::Line, musicvae::net::latent::Latent};

/// Distance from an anchor in latent space below which its tune plays. Anchors lie about 20 apart.
const AT_ANCHOR: f32 = 0.3;

/// A tune and its point in the trio's latent space.
#[derive(Debug, Clone, PartialEq)]
pub struct AnchorTune {
    /// The mean of the tune's posterior.
    pub z: Latent,
    /// Melody tokens, one for each step of the model.
    pub lead: Line,
    /// Tokens of the bass.
    pub bass: Line,
}

impl AnchorTune {
    /// The tune at `z`, if there is one in `tunes`.
    pub fn near<'a>(tunes: &'a [Self], z: &[f32]) -> Option<&'a Self> {
        let squares = |tune: &Self| tune.z.iter().zip(z).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let is_near = |tune: &&Self| tune.z.len() == z.len() && squares(tune) < AT_ANCHOR.powi(2);
        tunes.iter().find(is_near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tune_is_found_at_its_anchor_alone() {
        let tune = |z: [f32; 2]| AnchorTune { z: z.into(), lead: vec![40], bass: vec![20] };
        let tunes = [tune([1.0, 0.0]), tune([0.0, 1.0])];

        assert_eq!(AnchorTune::near(&tunes, &[0.1, 0.9]), Some(&tunes[1]));
        assert_eq!(AnchorTune::near(&tunes, &[0.5, 0.5]), None);
        assert_eq!(AnchorTune::near(&tunes, &[1.0]), None);
    }
}
