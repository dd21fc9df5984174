//! Themed patterns of ours as windows.

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

/// Themed patterns from here on are never learnt from.
pub const FIRST_HELD_OUT_PATTERN: u64 = 1 << 32;

/// Pieces of a longer form, in units of a pattern: a theme, again, another, and back.
const FORM: [u64; 4] = [0, 0, 1, 0];

/// What themed patterns of all styles, `numbers` of each, give to networks of `config`.
///
/// Windows longer than a pattern get a form of two; there are none with a feel or with events.
pub fn windows(config: &Config, numbers: Range<u64>) -> Vec<Window> {
    let all = Style::ALL.into_iter().flat_map(|style| numbers.clone().map(move |n| (style, n)));
    all.flat_map(|(style, number)| of_pattern(config, style, number)).collect()
}

/// What pattern `number` of `style` gives to networks of `config`.
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

/// A drum line as the columns of a roll.
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
    fn sixteen_bars_have_a_form() {
        let config = Config::official(Family::HierTrio16Bar);

        let drums = &of_pattern(&config, Style::Techno, 3)[0][2];

        assert_eq!((drums.len(), &drums[..64]), (256, &drums[192..]));
        assert_ne!(drums[..64], drums[128..192]);
    }
}
