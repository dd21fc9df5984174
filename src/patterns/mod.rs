//! Hand-written generators of four-bar patterns, by style. The models learn styles from them, and
//! themes use them as anchors.
//!
//! ```text
//! (style, number) -> seeded random streams
//!     style::Style -> book::Book         the style as data: step strings, chord loops, figures
//!     form, harmony                      which bars repeat; key and chords
//!     groove, fill (steps)               drums
//!     bassline, tune (contour, figure)   bass and melody as scale degrees, then as pitches
//!         -> Pattern                     tempo, key and 64 steps of three token lines
//! ```
//!
//! A style is mostly data: its [`style`] entry names a `Book`. Books hold common knowledge about a
//! style (where kick and snare fall, which chord loops are usual), never a transcription of a
//! record or a preset.
//!
//! To add a style: write its book (a file beside the others), declare the module below, and add a
//! variant and a row in `style.rs`.

mod acid;
mod ambient;
mod bassline;
mod book;
mod contour;
mod draw;
mod drum_and_bass;
mod dub;
mod figure;
mod fill;
mod form;
mod free_jazz;
mod groove;
mod harmony;
mod hip_hop;
mod house;
mod lo_fi;
mod punk;
mod steps;
pub mod style;
mod techno;
#[cfg(test)]
mod tests;
mod tune;

use rand::RngExt as _;

use crate::{
    music::{scale::Key, trio::Trio},
    patterns::{book::Book, form::Form, harmony::Harmony, style::Style},
    rng::{Rng, stream},
    units::Bpm,
};

/// Four bars in a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The style of the pattern.
    pub style: Style,
    /// A usual tempo of the style, whole beats per minute.
    pub tempo: Bpm,
    /// The key; every note of melody and bass is in it.
    pub key: Key,
    /// 64 steps of melody, bass and drums.
    pub trio: Trio,
}

/// Pattern `number` of `style`. A number always gives the same pattern.
pub fn pattern(style: Style, number: u64) -> Pattern {
    let book = style.book();
    // A random stream per part, so that a change to one part's book doesn't change the other parts.
    let part = |part: &str| stream(number, &format!("patterns/{style}/{part}"));
    let (mut whole, mut tune) = (part("whole"), part("melody"));
    let form = Form::draw(book.forms, &mut whole);
    let harmony = Harmony::draw(book.loops, &mut whole);
    // Half of the melodies have a form of their own, independent of the rhythm section's.
    let own_form = if tune.random_bool(0.5) { Form::draw(book.forms, &mut tune) } else { form };
    Pattern {
        style,
        tempo: tempo(book, &mut whole),
        key: harmony.key,
        trio: Trio {
            melody: tune::melody(book.tunes, own_form, &harmony, &mut tune),
            bass: bassline::bass(&book.bass, form, &harmony, &mut part("bass")),
            drums: groove::drums(&book.drums, form, &mut part("drums")),
        },
    }
}

fn tempo(book: &Book, rng: &mut Rng) -> Bpm {
    let (slowest, fastest) = book.tempo_bpm;
    let bpm = rng.random_range(slowest..=fastest);
    Bpm::try_from(f64::from(bpm)).expect("books have tempos from 60 to 210 bpm")
}
