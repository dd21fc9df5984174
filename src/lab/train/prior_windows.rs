//! The windows whose posteriors are the priors of styles and of songs.
//!
//! Generated patterns alone are farther from songs than a goal for draws allows: the melodies of the ten styles are
//! at Fréchet distances of 5.5 to 11.4 from songs', their basses at 7.2 to 14.4 (docs/models.md). A trio's style
//! keeps its drums and takes most of its lines from songs.

use std::borrow::Cow;

use rand::RngExt as _;

use crate::{
    lab::train::variation::varied_window,
    musicvae::{
        convert::{pattern_windows, window::Window},
        net::{config::Config, domain::Domain},
    },
    patterns::style::Style,
    rng::{self, Rng},
};

/// Probabilities that the melody and the bass of a pattern are replaced by those of a song.
const FROM_SONGS: [f64; 2] = [0.8, 0.85];

/// Returns the windows of the first `n_patterns` patterns of `style`. In a trio, lines of `songs`, varied by other songs
/// so that draws copy none, replace most melodies and basses. `seed` determines which lines.
pub fn of_style(
    config: &Config,
    style: Style,
    n_patterns: u64,
    songs: &[Window],
    seed: u64,
) -> Vec<Window> {
    let windows = (0..n_patterns).flat_map(|n| pattern_windows::of_pattern(config, style, n));
    if config.family.domain() != Domain::Trio || songs.is_empty() {
        return windows.collect();
    }
    let mut rng = rng::stream(seed, &format!("prior {style}"));
    let with_lines = |mut window: Window| {
        let song = varied_song(config, &songs[rng.random_range(0..songs.len())], songs, &mut rng);
        for ((line, other), share) in window.iter_mut().zip(song).zip(FROM_SONGS) {
            if rng.random_bool(share) {
                *line = other;
            }
        }
        window
    };
    windows.map(with_lines).collect()
}

/// Each of `songs`, varied by others so that draws copy none.
pub fn of_songs(config: &Config, songs: &[Window], seed: u64) -> Vec<Window> {
    let mut rng = rng::stream(seed, "prior songs");
    songs.iter().map(|song| varied_song(config, song, songs, &mut rng)).collect()
}

/// `song` with each line varied by that of one of `songs`.
fn varied_song(config: &Config, song: &Window, songs: &[Window], rng: &mut Rng) -> Window {
    let other =
        |part: usize, rng: &mut Rng| Cow::Borrowed(&songs[rng.random_range(0..songs.len())][part]);
    varied_window(config, song, other, rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    const N: u64 = 200;

    fn config() -> Config {
        Config::official(Family::ElectropunkTrio4Bar)
    }

    /// Songs of one pitch each, which no pattern has in all its steps.
    fn songs() -> Vec<Window> {
        (40..60).map(|token| vec![vec![token; 64], vec![token - 10; 64], vec![1; 64]]).collect()
    }

    #[test]
    fn most_lines_of_a_style_come_from_songs_and_no_drums() {
        let plain: Vec<Window> =
            (0..N).flat_map(|n| pattern_windows::of_pattern(&config(), Style::Dub, n)).collect();

        let found = of_style(&config(), Style::Dub, N, &songs(), 1);

        let share = |part: usize| {
            let replaced = found.iter().zip(&plain).filter(|(a, b)| a[part] != b[part]).count();
            replaced as f64 / plain.len() as f64
        };
        assert!((share(0) - FROM_SONGS[0]).abs() < 0.1, "{}", share(0));
        assert!((share(1) - FROM_SONGS[1]).abs() < 0.1, "{}", share(1));
        assert!(share(2) < 1e-9, "{}", share(2));
        assert_eq!(of_style(&config(), Style::Dub, N, &[], 1), plain);
    }

    #[test]
    fn songs_are_varied() {
        let found = of_songs(&config(), &songs(), 1);
        assert_eq!(found.len(), songs().len());
        let n_same = found.iter().zip(&songs()).filter(|(a, b)| a == b).count();
        assert!(n_same < 5, "{n_same}");
        assert!(found.iter().all(|window| config().check(window).is_ok()));
    }

    #[test]
    fn windows_depend_on_the_seed_alone() {
        let of = |seed| of_style(&config(), Style::Acid, 5, &songs(), seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
