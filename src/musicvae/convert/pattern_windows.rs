//! Windows of this program's hand-written patterns ([`patterns`]): training examples that need no
//! data set.

use std::ops::Range;

use crate::{
    music::{
        drums,
        trio::{Line, Trio},
    },
    musicvae::{
        convert::window::Window,
        net::{config::Config, domain::Domain},
    },
    patterns::{self, style::Style},
};

/// Pattern numbers from here on are held out from training.
pub const FIRST_HELD_OUT_PATTERN: u64 = 1 << 32;

/// Form of windows longer than a pattern, in patterns: A A B A.
const FORM: [u64; 4] = [0, 0, 1, 0];

/// Windows of patterns `numbers` of every style, for networks of `config`.
///
/// Windows longer than a pattern alternate two patterns. Grooves and multitrack networks have none.
pub fn windows(config: &Config, numbers: Range<u64>) -> Vec<Window> {
    let all = Style::ALL.into_iter().flat_map(|style| numbers.clone().map(move |n| (style, n)));
    all.flat_map(|(style, number)| of_pattern(config, style, number)).collect()
}

/// Windows of pattern `number` of `style`, for networks of `config`.
pub fn of_pattern(config: &Config, style: Style, number: u64) -> Vec<Window> {
    let trio = patterns::pattern(style, number).trio;
    let n_steps = config.n_steps();
    if trio.drums.len() < n_steps {
        let other = patterns::pattern(style, number + 1).trio;
        let pieces = FORM.iter().cycle().map(|&n| if n == 0 { &trio } else { &other });
        let form = Trio {
            melody: pieces.clone().flat_map(|trio| trio.melody.clone()).take(n_steps).collect(),
            bass: pieces.clone().flat_map(|trio| trio.bass.clone()).take(n_steps).collect(),
            drums: pieces.flat_map(|trio| trio.drums.clone()).take(n_steps).collect(),
        };
        return cut(config, &form);
    }
    cut(config, &trio)
}

fn cut(config: &Config, trio: &Trio) -> Vec<Window> {
    let n_steps = config.n_steps();
    let halves = |line: &Line| {
        line.chunks_exact(n_steps).map(|piece| vec![piece.to_vec()]).collect::<Vec<Window>>()
    };
    match config.family.domain() {
        Domain::Trio => {
            let parts = trio.melody.chunks_exact(n_steps).zip(trio.bass.chunks_exact(n_steps));
            let parts = parts.zip(trio.drums.chunks_exact(n_steps));
            parts.map(|((m, b), d)| vec![m.to_vec(), b.to_vec(), d.to_vec()]).collect()
        }
        Domain::Drums => halves(&trio.drums),
        Domain::DrumRoll => halves(&trio.drums).iter().map(|w| roll(config, &w[0])).collect(),
        Domain::Melody => [halves(&trio.melody), halves(&trio.bass)].concat(),
        Domain::Groove(_) | Domain::Performance => vec![],
    }
}

/// A drum line as drum roll columns.
fn roll(config: &Config, line: &Line) -> Window {
    let mut columns = vec![vec![0; line.len()]; config.columns().len()];
    for (step, &token) in line.iter().enumerate() {
        let keys = drums::classes(token).map(drums::Drum::pitch);
        for class in keys.filter_map(|key| drums::roll_class(key, config.n_classes)) {
            columns[class / 16][step] |= 1 << (class % 16);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    #[test]
    fn every_window_fits_its_network() {
        for family in Family::ALL {
            let config = Config::official(family);
            assert!(windows(&config, 0..3).iter().all(|window| config.check(window).is_ok()));
        }
        assert_eq!(windows(&Config::official(Family::Drums2Bar), 0..1).len(), 2 * Style::ALL.len());
    }

    #[test]
    fn windows_longer_than_a_pattern_have_a_form() {
        let config = Config::official(Family::HierTrio16Bar);

        let drums = &of_pattern(&config, Style::Techno, 3)[0][2];

        assert_eq!((drums.len(), &drums[..64]), (256, &drums[192..]));
        assert_ne!(drums[..64], drums[128..192]);
    }
}
