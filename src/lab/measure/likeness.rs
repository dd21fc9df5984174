//! Similarity of windows to the music of a band: Fréchet distances of their lines and of their
//! latents, and monotony.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    lab::measure::{
        frechet::Moments,
        health,
        line_features::N_FEATURES,
        real_lines::{RealLines, distinct_features},
        statistics::mean,
        tokens::{Kind, Window},
    },
    music::{arrange::notes, trio::Line},
};

/// Windows, and the coordinates of their latents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Placed {
    /// The windows, with a line for each part.
    pub windows: Vec<Window>,
    /// Coordinates of each window's latent, all of one width.
    pub points: Vec<Vec<f64>>,
}

/// Fréchet distances of two sets; smaller is more similar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distances {
    /// Of the features of melodies and basses ([`crate::lab::measure::line_features`]), the mean of both
    /// parts, in units of the deviations of real lines; none for too few lines.
    pub lines: Option<f64>,
    /// Of the latents; none for fewer than two.
    pub latents: Option<f64>,
}

/// How monotonous a set is. Shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Monotony {
    /// Share of windows that differ from all earlier ones.
    pub distinct: f64,
    /// Share of melody notes that repeat the previous pitch.
    pub repeated_pitches: f64,
    /// Share of melody bars without an onset.
    pub empty_bars: f64,
}

/// The distances between two sets whose parts are of `kinds`.
pub fn distances(kinds: &[Kind], a: &Placed, b: &Placed) -> Distances {
    let moments = |placed: &Placed| Moments::of(&placed.points);
    let latents = moments(a).zip(moments(b)).and_then(|(a, b)| a.distance(&b));
    let real = RealLines::shipped();
    let units = [&real.melody, &real.bass];
    let pitched = (0..kinds.len()).filter(|part| kinds[*part] == Kind::Pitched);
    let of_part = |(part, real): (usize, &&Moments)| {
        let units = real.deviations();
        let moments = |placed: &Placed| {
            let features = distinct_features(lines(placed, part));
            let is_enough = N_FEATURES < features.len();
            is_enough.then(|| Moments::of(&features)).flatten().map(|found| found.in_units(&units))
        };
        moments(a)?.distance(&moments(b)?)
    };
    let found: Vec<f64> = pitched.zip(&units).filter_map(of_part).collect();
    Distances { lines: (!found.is_empty()).then(|| mean(&found)), latents }
}

/// The monotony of `windows`, whose parts are of `kinds`; the first pitched part is the melody.
pub fn monotony(kinds: &[Kind], windows: &[Window]) -> Monotony {
    let distinct: BTreeSet<&Window> = windows.iter().collect();
    let melody = kinds.iter().position(|kind| *kind == Kind::Pitched);
    let melodies: Vec<&Line> = windows.iter().filter_map(|window| window.get(melody?)).collect();
    Monotony {
        distinct: distinct.len() as f64 / windows.len().max(1) as f64,
        repeated_pitches: repeated(&melodies),
        empty_bars: match melodies.is_empty() {
            true => 0.0,
            false => health::examine(Kind::Pitched, &melodies).empty_bar_rate,
        },
    }
}

fn lines(placed: &Placed, part: usize) -> impl Iterator<Item = &Line> {
    placed.windows.iter().filter_map(move |window| window.get(part))
}

fn repeated(lines: &[&Line]) -> f64 {
    let (mut n_repeated, mut n) = (0, 0);
    for line in lines {
        let pitches: Vec<u8> = notes(line).iter().map(|note| note.pitch).collect();
        n_repeated += pitches.windows(2).filter(|two| two[0] == two[1]).count();
        n += pitches.len().saturating_sub(1);
    }
    f64::from(n_repeated as u32) / f64::from(n as u32).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        musicvae::{convert::pattern_windows, net::config::Config, net::family::Family},
        patterns::style::Style,
    };

    const TRIO: [Kind; 3] = [Kind::Pitched, Kind::Pitched, Kind::Drums];

    fn band(style: Style, numbers: std::ops::Range<u64>) -> Placed {
        let config = Config::official(Family::Trio4Bar);
        let windows: Vec<Window> =
            numbers.flat_map(|n| pattern_windows::of_pattern(&config, style, n)).collect();
        let n_onsets = |line: &Line| line.iter().filter(|token| 1 < **token).count() as f64;
        let points = windows.iter().map(|window| window.iter().map(n_onsets).collect()).collect();
        Placed { windows, points }
    }

    #[test]
    fn a_band_is_nearer_to_itself_than_to_another() {
        let [own, held_out] = [0..60, 100..160].map(|numbers| band(Style::Punk, numbers));
        let other = band(Style::Ambient, 0..60);

        let [near, far] = [&held_out, &other].map(|set| distances(&TRIO, &own, set));

        assert!(near.lines.unwrap() < 0.5 * far.lines.unwrap(), "{near:?} {far:?}");
        assert!(near.latents.unwrap() < 0.5 * far.latents.unwrap(), "{near:?} {far:?}");
    }

    #[test]
    fn monotony_counts_doubles_repeats_and_silence() {
        let tune = |tokens: [u16; 16]| vec![tokens.to_vec(), vec![0; 16], vec![0; 16]];
        let mut steady = [0; 16];
        (steady[0], steady[4], steady[8]) = (40, 40, 42);
        let windows = [tune(steady), tune(steady), tune([0; 16])];

        let found = monotony(&TRIO, &windows);

        assert_eq!(found.distinct, 2.0 / 3.0);
        assert_eq!((found.repeated_pitches, found.empty_bars), (0.5, 1.0 / 3.0));
        assert_eq!(monotony(&[Kind::Drums], &[vec![vec![1; 16]]]).repeated_pitches, 0.0);
    }
}
