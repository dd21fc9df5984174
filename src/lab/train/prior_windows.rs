//! The windows whose posteriors are the priors of styles and of songs.
//!
//! Draws should be within a Fréchet distance of 5 from songs. Generated patterns alone are not: the melodies of the
//! ten styles are at 5.5 to 11.4, their basses at 7.2 to 14.4 (docs/models.md). In a trio, the windows of a style have
//! the drums of its patterns, and melodies and basses of songs with a similar rhythm.

use std::borrow::Cow;

use rand::RngExt as _;

use crate::{
    lab::train::{examples::normalised, variation::varied_window},
    music::melody,
    musicvae::{
        convert::{pattern_windows, window::Window},
        net::config::Config,
    },
    patterns::style::Style,
    rng::{self, Rng},
};

/// Number of lines that a style takes from songs: melody and bass, the first two of a trio.
const N_LINES: usize = 2;

/// Number of songs drawn for a pattern, which gets melody and bass of the one with the most similar rhythm. With more
/// candidates, lines are more like the style and less like songs: basses of techno, punk and acid are at Fréchet
/// distances of 5.3 to 6.3 from songs with 12, and of 4.0 to 4.7 with 4.
const N_CANDIDATES: usize = 4;

/// Returns the windows of the first `n_patterns` patterns of `style`. In a normalised trio, each gets melody and bass
/// of one of `songs`, varied by other songs so that few draws copy one. Other trios keep their lines, since songs and
/// patterns differ in key there. `seed` determines the choice of songs.
pub fn of_style(
    config: &Config,
    style: Style,
    n_patterns: u64,
    songs: &[Window],
    seed: u64,
) -> Vec<Window> {
    let windows = (0..n_patterns).flat_map(|n| pattern_windows::of_pattern(config, style, n));
    let windows = windows.map(|window| config.normalised(window));
    if !config.family.is_normalised() || songs.is_empty() {
        return windows.collect();
    }
    let songs = &normalised(config, songs.to_vec());
    let mut rng = rng::stream(seed, &format!("prior {style}"));
    let mut draw =
        || varied_song(config, &songs[rng.random_range(0..songs.len())], songs, &mut rng);
    let with_song = |pattern: Window| {
        let songs: [Window; N_CANDIDATES] = std::array::from_fn(|_| draw());
        let nearest = songs.into_iter().min_by_key(|song| n_apart(song, &pattern));
        let lines = nearest.into_iter().flatten().take(N_LINES);
        lines.chain(pattern.iter().skip(N_LINES).cloned()).collect()
    };
    windows.map(with_song).collect()
}

/// Number of steps at which a note of a melody or bass starts in one of two trios but not in the other.
fn n_apart(a: &Window, b: &Window) -> usize {
    let is_onset = |token: &u16| melody::pitch(*token).is_some();
    let steps = a[..N_LINES].iter().flatten().zip(b[..N_LINES].iter().flatten());
    steps.filter(|(a, b)| is_onset(a) != is_onset(b)).count()
}

/// Each of `songs`, varied by others so that few draws copy one. Windows that are not lines of tokens stay as they are.
pub fn of_songs(config: &Config, songs: &[Window], seed: u64) -> Vec<Window> {
    let songs = &normalised(config, songs.to_vec());
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
    use crate::{music::trio::Line, musicvae::net::family::Family};

    const N: u64 = 200;

    fn config() -> Config {
        Config::official(Family::ElectropunkTrio4Bar)
    }

    /// Songs of one pitch each, which no pattern has in all its steps.
    fn songs() -> Vec<Window> {
        (40..60).map(|token| vec![vec![token; 64], vec![token - 10; 64], vec![1; 64]]).collect()
    }

    /// Songs of one pitch, each with notes of its own length.
    fn rhythms() -> Vec<Window> {
        let line = |n: usize, pitch: u8| -> Line {
            let token = melody::token(pitch).unwrap();
            (0..64).map(|step| if step % n == 0 { token } else { melody::HOLD }).collect()
        };
        (1..=16).map(|n| vec![line(n, 60), line(n, 36), vec![1; 64]]).collect()
    }

    #[test]
    fn a_style_has_its_drums_and_lines_of_songs_with_a_similar_rhythm() {
        let config = config();
        let patterns = of_style(&config, Style::Dub, N, &[], 1);

        let found = of_style(&config, Style::Dub, N, &rhythms(), 1);

        let pairs = || found.iter().zip(&patterns);
        assert!(pairs().all(|(a, b)| a[2] == b[2] && a[0] != b[0] && a[1] != b[1]));
        let mean = |songs: &[Window]| {
            let all = patterns.iter().zip(songs.iter().cycle());
            all.map(|(pattern, song)| n_apart(pattern, song)).sum::<usize>() as f64 / N as f64
        };
        let of_any = mean(&of_songs(&config, &rhythms(), 1));
        assert!(mean(&found) < 0.9 * of_any, "{} {of_any}", mean(&found));
    }

    /// Songs in F sharp major.
    fn songs_in_f_sharp() -> Vec<Window> {
        const SCALE: [u8; 7] = [54, 56, 58, 59, 61, 63, 65];
        let line = |n: usize| -> Line {
            (0..64)
                .map(|step| melody::token(SCALE[(step * (n + 1) + step / 7) % 7]).unwrap())
                .collect()
        };
        (0..20).map(|n| vec![line(n), line(n + 3), vec![1; 64]]).collect()
    }

    #[test]
    fn lines_are_combined_in_one_key() {
        let (config, songs) = (config(), songs_in_f_sharp());
        let styled = of_style(&config, Style::Dub, N, &songs, 1);
        for windows in [of_songs(&config, &songs, 1), styled] {
            let lines = windows.iter().flat_map(|window| &window[..2]).flatten();
            let pitches: Vec<u8> = lines.filter_map(|&token| melody::pitch(token)).collect();
            let is_black = |pitch: &&u8| [1, 3, 6, 8, 10].contains(&(**pitch % 12));
            let share = pitches.iter().filter(is_black).count() as f64 / pitches.len() as f64;
            assert!(share < 0.05, "{share}");
        }
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
