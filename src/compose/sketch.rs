//! Sketches of a place on the pad or on the map: drawn as the composer draws it, but for display and without
//! changing any progress.

use crate::{
    compose::{
        drums::beat,
        form,
        lines::{self, Lines},
        phrase::Phrase,
        progress::Progress,
        setting::Setting,
    },
    music::trio::Line,
    musicvae::net::latent::Latent,
};

/// Points per leg of a path ahead.
const N_OF_LEG: u32 = 5;

/// The walk's current point for bass and lead, and its path ahead.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The point of the next phrase.
    pub here: Latent,
    /// Points of the rest of its piece and of the next piece, in their order.
    pub ahead: Vec<Latent>,
}

/// The beat at `place` of the pad, 0 to 1 per axis: two bars, drawn with the same random numbers at each
/// place, so that beats differ only by place. Near a corner, the corner's original.
///
/// On air, the tension of the phrase makes the beat denser or sparser, and the piece draws its own random
/// numbers.
pub fn beat(setting: &Setting, place: [f64; 2]) -> Line {
    beat::sketch(setting, place)
}

/// Four bars of bass and lead at `z`, as the current piece of `progress` draws them first: in its key and in
/// the parts' registers, without chords.
pub fn tune(setting: &Setting, progress: &Progress, z: &Latent) -> Lines {
    lines::sketch(setting, &next_phrase(setting, progress), z)
}

/// The seed of the current piece, on which a [`tune`] depends besides the theme.
pub fn piece_seed(progress: &Progress) -> u64 {
    progress.form.piece().seed
}

/// The path of the walk from the next phrase on.
pub fn way(setting: &Setting, progress: &Progress) -> Way {
    let phrase = next_phrase(setting, progress);
    let from = lines::place_on_leg(phrase.motif);
    let step = |n: u32| f64::from(n) / f64::from(N_OF_LEG);
    let rest = (1..=N_OF_LEG).map(|n| from + step(n) * (1.0 - from));
    let rest = rest.map(|t| phrase.piece.leg.along(t));
    let next = (1..=N_OF_LEG).map(|n| progress.form.next_piece().leg.along(step(n)));
    Way { here: lines::point(setting, &phrase, progress.bar), ahead: rest.chain(next).collect() }
}

/// The place of the pad's round at the next phrase, 0 to 1 per axis.
pub fn round_place(setting: &Setting, progress: &Progress) -> [f64; 2] {
    let mut progress = progress.clone();
    progress.next_of_form(setting);
    setting.loaded.pad.place(progress.drawn(progress.section_bar)).into()
}

fn next_phrase(setting: &Setting, progress: &Progress) -> Phrase {
    form::next(setting, &mut progress.form.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::testing::{setting, stations},
        music::meter::STEPS_PER_BAR,
    };

    #[test]
    fn a_sketch_of_a_beat_is_two_bars_and_changes_with_its_place() {
        let setting = setting(&stations()[0], 1);
        let at = |x, y| beat(&setting, [x, y]);

        assert_eq!(at(0.3, 0.3), at(0.3, 0.3));
        assert_eq!(at(0.3, 0.3).len(), 2 * STEPS_PER_BAR);
        assert!(at(0.3, 0.3).iter().any(|&token| token != 0));
        assert_ne!(at(0.1, 0.1), at(0.9, 0.9));
    }

    #[test]
    fn a_tune_is_four_bars_in_key_and_register() {
        let setting = setting(&stations()[0], 1);
        let progress = Progress::start(&setting);
        let z = way(&setting, &progress).here;
        let lines = tune(&setting, &progress, &z);
        let theme = setting.theme();

        assert!(!lines.bass.is_empty() && !lines.lead.is_empty());
        for (notes, limits) in [(&lines.bass, theme.bass), (&lines.lead, theme.lead)] {
            let span = limits.register.low..=limits.register.high;
            assert!(notes.iter().all(|note| span.contains(&note.pitch)));
            assert!(notes.iter().all(|note| progress.form.piece().key.contains(note.pitch)));
            assert!(notes.iter().all(|note| note.start_step + note.n_steps <= 64));
        }
        assert_eq!(tune(&setting, &progress, &z), lines);
    }

    #[test]
    fn the_way_ahead_ends_where_the_next_piece_does() {
        let setting = setting(&stations()[0], 1);
        let progress = Progress::start(&setting);
        let Way { here, ahead } = way(&setting, &progress);

        assert_eq!(ahead.len(), 10);
        assert_eq!(ahead[4], progress.form.piece().leg.along(1.0));
        assert_eq!(ahead[9], progress.form.next_piece().leg.along(1.0));
        assert_ne!(here, ahead[0]);
    }
}
