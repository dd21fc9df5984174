//! Bass and lead of a phrase.
//!
//! Each motif lies at a point of the piece's leg (`place`). From points near it the trio model draws
//! candidates, which are moved into key, register and chords (`fit`); the best bass and the best
//! lead are kept (`search`) and played again whenever the motif is repeated.

mod fit;
mod memory;
mod place;
mod search;
#[cfg(test)]
mod tests;

pub(super) use self::fit::excerpt;
pub use self::memory::{LineMemory, Lines};
use self::{memory::LineKey, search::Found};
use crate::{
    compose::{phrase::Phrase, setting::Setting},
    music::chord::Chord,
    musicvae::net::latent::Latent,
};

/// The point in the trio's latent space at which the lines of `phrase` are drawn.
pub fn point(phrase: &Phrase, wander: f64) -> Latent {
    place::of(phrase, LineKey::of(phrase), wander)
}

/// The lines of `phrase` over `chords`, one a bar.
pub fn write(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    chords: &[Chord],
) -> Lines {
    if memory.piece != phrase.piece.number {
        memory.forget_piece();
        memory.piece = phrase.piece.number;
    }
    let key = LineKey::of(phrase);
    if let Some((_, lines)) = memory.lines.iter().find(|(known, _)| *known == key) {
        return fit::to_chords(lines.clone(), phrase.piece.key, setting.theme(), chords);
    }
    let Found { in_key, over_chords } = search::best(setting, memory, phrase, key, chords);
    memory.keep(key, in_key, over_chords.lead.clone());
    over_chords
}
