//! A drummer's phrase: the beat, a variation of it in the second half, a fill in the last bar.

use crate::{
    compose::{
        books::Move,
        drums::beat::{Beat, Version},
        phrase::{PHRASE_STEPS, Phrase, Take},
    },
    music::{meter::STEPS_PER_BAR, trio::Line},
};

/// Offset of a solo's second draw, above any attempt.
const N_SOLOS: u64 = 100;

/// The tokens of `phrase`.
pub(super) fn line(beat: &Beat, phrase: &Phrase, attempt: u64) -> Line {
    let plain = beat.draw(Version::Plain, attempt);
    let n_window = plain.len();
    if phrase.cast.does(Move::DrumSolo) {
        return solo(beat, attempt);
    }
    let mut line: Line = plain.iter().cycle().take(PHRASE_STEPS).copied().collect();
    // The second half is a variation, if the model's beats are short enough.
    if phrase.take != Take::Statement && 2 * n_window <= PHRASE_STEPS {
        let varied = beat.draw(Version::Varied, attempt);
        line[PHRASE_STEPS - n_window..].copy_from_slice(&varied);
    }
    if phrase.is_last {
        let fill = beat.draw(Version::Fill, attempt);
        let last_bar = fill.len() - STEPS_PER_BAR..;
        line[PHRASE_STEPS - STEPS_PER_BAR..].copy_from_slice(&fill[last_bar]);
    }
    line
}

/// Four bars of fills.
fn solo(beat: &Beat, attempt: u64) -> Line {
    let fill = beat.draw(Version::Fill, attempt);
    let other = beat.draw(Version::Fill, attempt + N_SOLOS);
    fill.iter().chain(&other).cycle().take(PHRASE_STEPS).copied().collect()
}
