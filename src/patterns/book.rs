//! The contents of a style.

use crate::patterns::{draw::Weighted, form::Bars, groove::DrumBook, harmony::Loop, part::Part};

/// A style as data.
pub struct Book {
    /// The slowest and the fastest usual tempo.
    pub tempo_bpm: (u16, u16),
    /// Which bars of the drums repeat.
    pub forms: Weighted<Bars>,
    /// Chord loops.
    pub loops: Weighted<Loop>,
    /// Drum grooves and fills.
    pub drums: DrumBook,
    /// Kinds of melody.
    pub tunes: Weighted<Part>,
    /// Kinds of bass.
    pub basses: Weighted<Part>,
}

#[cfg(test)]
mod tests {
    use crate::{
        music::meter::STEPS_PER_BAR,
        patterns::{form::PHRASE, rhythm::Rhythm, style::Style},
    };

    fn is_written_in(steps: &str, letters: &str) -> bool {
        [STEPS_PER_BAR, PHRASE].contains(&steps.len())
            && steps.chars().all(|step| letters.contains(step))
    }

    #[test]
    fn all_step_strings_are_one_or_two_bars_of_known_letters() {
        for book in Style::ALL.map(Style::book) {
            let drums = &book.drums;
            let layers = [drums.skeletons, drums.tops, drums.colours].into_iter().flatten();
            for (_, steps) in layers.flat_map(|(_, layers)| *layers) {
                assert!(is_written_in(steps, "x.123456789"), "{steps}");
            }
            for (_, part) in book.tunes.iter().chain(book.basses) {
                let Rhythm::Steps(strings) = part.rhythm else { continue };
                for steps in strings {
                    assert!(is_written_in(steps, "x.123456789"), "{steps}");
                }
            }
        }
    }

    #[test]
    fn loops_fill_four_bars_with_degrees_of_seven_note_modes() {
        for (_, chords) in Style::ALL.map(Style::book).iter().flat_map(|book| book.loops) {
            assert!([1, 2, 4, 8].contains(&chords.degrees.len()), "{}", chords.degrees);
            assert!(chords.degrees.chars().all(|degree| ('1'..='7').contains(&degree)));
            assert_eq!(chords.mode.intervals().len(), 7);
        }
    }

    #[test]
    fn a_style_has_at_least_five_skeletons_and_five_tops() {
        for book in Style::ALL.map(Style::book) {
            assert!(5 <= book.drums.skeletons.len() && 5 <= book.drums.tops.len());
        }
    }
}
