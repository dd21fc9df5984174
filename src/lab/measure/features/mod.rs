//! Features of one sample: those of `MGEval` (Yang & Lerch 2018, doi:10.1007/s00521-018-3849-7),
//! and counterparts for drums.

pub mod drums;
pub mod feature;
pub mod pitched;

use crate::lab::measure::{features::feature::Feature, tokens::Kind};

/// All features of lines of `kind`.
pub fn all(kind: Kind) -> &'static [Feature] {
    match kind {
        Kind::Pitched => &pitched::FEATURES,
        Kind::Drums => &drums::FEATURES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_the_length_it_states_even_of_silence() {
        for kind in [Kind::Pitched, Kind::Drums] {
            for feature in all(kind) {
                for line in [vec![0; 32], vec![60; 32], vec![]] {
                    let figures = feature.of(&line);
                    assert_eq!(figures.len(), feature.len, "{}", feature.name);
                    assert!(figures.iter().all(|figure| figure.is_finite()), "{}", feature.name);
                }
            }
        }
    }
}
