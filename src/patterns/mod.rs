//! Hand-written generators of four-bar patterns, by style. The models are trained on them, and themes use
//! them as anchors.
//!
//! ```text
//! (style, number) -> seeded random streams
//!     style::Style -> book::Book         the style as data: weights of rules, chord loops, grooves
//!     form, harmony                      which bars of the drums repeat; key and chords
//!     groove, fill (steps)               drums
//!     part -> phrase                     melody and bass: which bars return, and how varied
//!          -> rhythm, gate               when notes start and end
//!          -> voice (grammar), approach  scale degrees by a learnt grammar and rules
//!          -> figure                     pitches
//!         -> Pattern                     tempo, key and 64 steps of three token lines
//! ```
//!
//! A style is mostly data: its [`style`] entry names a `Book`. Books hold common knowledge about a
//! style (where kick and snare fall, which chord loops are usual), never a transcription of a
//! record or a preset. Melodies follow intervals counted in songs in the public domain.
//!
//! To add a style: write its book (a file beside the others), declare the module below, and add a
//! variant and a row in `style.rs`.

mod acid;
mod ambient;
mod approach;
mod book;
mod draw;
mod drum_and_bass;
mod dub;
mod figure;
mod fill;
mod form;
mod free_jazz;
mod gate;
pub mod grammar;
mod groove;
mod harmony;
mod hip_hop;
mod house;
mod lo_fi;
mod part;
mod phrase;
mod punk;
mod rhythm;
mod steps;
pub mod style;
mod techno;
#[cfg(test)]
mod tests;
mod voice;

use rand::RngExt as _;

use crate::{
    music::{scale::Key, trio::Trio},
    patterns::{
        book::Book, figure::Register, form::Form, harmony::Harmony, part::Seat, style::Style,
    },
    rng::{Rng, stream},
    units::Bpm,
};

/// G3 to C6, around the octave above middle C.
const MELODY: Seat = Seat { register: Register { lowest: 55, highest: 84 }, centres: (61, 69) };

/// E1, the lowest note of a four-string bass, to D3.
const BASS: Seat = Seat { register: Register { lowest: 28, highest: 50 }, centres: (31, 39) };

/// Four bars in a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The style of the pattern.
    pub style: Style,
    /// A usual tempo of the style, whole beats per minute.
    pub tempo: Bpm,
    /// The key. Notes of melody and bass are in it, except for chromatic approach tones: a weak note
    /// that leads by a semitone into the next note, which is on a beat and in the key.
    pub key: Key,
    /// 64 steps of melody, bass and drums.
    pub trio: Trio,
}

/// Pattern `number` of `style`. A number always gives the same pattern.
pub fn pattern(style: Style, number: u64) -> Pattern {
    let book = style.book();
    // A random stream per part, so that a change to one part's book doesn't change the other parts.
    let rng = |part: &str| stream(number, &format!("patterns/{style}/{part}"));
    let mut whole = rng("whole");
    let form = Form::draw(book.forms, &mut whole);
    let harmony = Harmony::draw(book.loops, &mut whole);
    Pattern {
        style,
        tempo: tempo(book, &mut whole),
        key: harmony.key,
        trio: Trio {
            melody: part::line(book.tunes, MELODY, &harmony, &mut rng("melody")),
            bass: part::line(book.basses, BASS, &harmony, &mut rng("bass")),
            drums: groove::drums(&book.drums, form, &mut rng("drums")),
        },
    }
}

fn tempo(book: &Book, rng: &mut Rng) -> Bpm {
    let (slowest, fastest) = book.tempo_bpm;
    let bpm = rng.random_range(slowest..=fastest);
    Bpm::try_from(f64::from(bpm)).expect("books have tempos from 60 to 210 bpm")
}
