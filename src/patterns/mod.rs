//! Hand-written generators of themed patterns: what the models learn a style from and what anchors
//! a theme.
//!
//! A style is a `Book`, mostly data: step strings, chord loops, figures. The toolkit draws from it:
//! `form` says which bars repeat, `groove` and `fill` play the drums, `harmony` lays out chords,
//! `figure`, `bassline`, `contour` and `tune` write the other two lines. The books hold what is common
//! knowledge about a style (where kick and snare fall, which chords turn), never a transcription of
//! somebody's record or preset.

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

/// Bars in a pattern.
pub const N_BARS: usize = 4;

/// Four bars in a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// What they are labelled with.
    pub style: Style,
    /// A tempo that is usual for the style, whole beats a minute.
    pub tempo: Bpm,
    /// What melody and bass keep to, without exception.
    pub key: Key,
    /// 64 steps of melody, bass and drums.
    pub trio: Trio,
}

/// Pattern `number` of `style`: the same for ever, all different.
pub fn pattern(style: Style, number: u64) -> Pattern {
    let book = book(style);
    // A stream for each part, so that a change to one part's book leaves the others as they were.
    let part = |part: &str| stream(number, &format!("patterns/{style}/{part}"));
    let (mut whole, mut tune) = (part("whole"), part("melody"));
    let form = Form::draw(book.forms, &mut whole);
    let harmony = Harmony::draw(book.loops, &mut whole);
    // A melody often has a form of its own against that of the rhythm section.
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

fn book(style: Style) -> &'static Book {
    match style {
        Style::Techno => &techno::BOOK,
        Style::House => &house::BOOK,
        Style::Dub => &dub::BOOK,
        Style::HipHop => &hip_hop::BOOK,
        Style::Punk => &punk::BOOK,
        Style::Ambient => &ambient::BOOK,
        Style::Acid => &acid::BOOK,
        Style::FreeJazz => &free_jazz::BOOK,
        Style::LoFi => &lo_fi::BOOK,
        Style::DrumAndBass => &drum_and_bass::BOOK,
    }
}

fn tempo(book: &Book, rng: &mut Rng) -> Bpm {
    let (slowest, fastest) = book.tempo_bpm;
    let bpm = rng.random_range(slowest..=fastest);
    Bpm::try_from(f64::from(bpm)).expect("books keep to tempi between 60 and 210")
}
