//! Distance of lines from those of real songs, by statistics of their features that are part of the
//! program.
//!
//! `electropunk dataset lines` makes the statistics from data sets. They are means and covariances,
//! from which no line can be reconstructed.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::{
    lab::measure::{
        frechet::Moments,
        line_features::{N_FEATURES, features},
    },
    music::trio::Line,
};

/// The statistics in the program, with their credits.
static SHIPPED: LazyLock<RealLines> = LazyLock::new(|| {
    serde_json::from_str(include_str!("real_lines.json")).expect("a test reads the statistics")
});

/// Statistics of the features of real lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RealLines {
    /// The command that made them.
    pub command: String,
    /// Credits of the songs.
    pub credits: Vec<String>,
    /// Moments of melodies.
    pub melody: Moments,
    /// Moments of basses.
    pub bass: Moments,
}

impl RealLines {
    /// The statistics in the program.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }
}

/// The Fréchet distance of the features of `lines` from `real` lines, each feature in units of its
/// deviation among real lines; none unless there are more distinct lines with onsets than features.
pub fn distance(lines: &[Line], real: &Moments) -> Option<f64> {
    let features = distinct_features(lines.iter());
    if features.len() <= N_FEATURES {
        return None;
    }
    between(&Moments::of(&features)?, real)
}

/// The distance between two sets of lines, from their moments, in units of the deviations of `real`.
pub fn between(found: &Moments, real: &Moments) -> Option<f64> {
    let units = real.deviations();
    found.in_units(&units).distance(&real.in_units(&units))
}

/// The features of the distinct lines with onsets.
pub fn distinct_features<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<[f64; N_FEATURES]> {
    let distinct: BTreeSet<&Line> = lines.collect();
    distinct.into_iter().filter_map(|line| features(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody::{HOLD, token};

    #[test]
    fn the_shipped_statistics_are_of_all_features() {
        let RealLines { credits, melody, bass, .. } = RealLines::shipped();
        assert!(!credits.is_empty());
        for moments in [melody, bass] {
            assert_eq!(moments.mean.len(), N_FEATURES);
            assert!(moments.covariance.iter().all(|row| row.len() == N_FEATURES));
            assert!(moments.distance(moments).unwrap() < 1e-6);
        }
    }

    #[test]
    fn lines_of_one_pitch_are_far_from_real_ones() {
        let line = |n: usize| {
            let mut line = vec![HOLD; 64];
            (0..64).step_by(1 + n % 7).for_each(|step| line[step] = token(48 + n as u8).unwrap());
            line
        };
        let lines: Vec<Line> = (0..40).map(line).collect();
        let real = &RealLines::shipped().melody;

        assert!(distance(&lines, real).unwrap() > 8.0);
        assert_eq!(distance(&lines[..N_FEATURES], real), None);
    }
}
