//! Bass and lead of a phrase.
//!
//! Each motif has a point on the piece's leg (`place`). Once per piece, two bars of lead and of bass are
//! chosen from the trio model's draws around that point (`search`). Each of its phrases develops them
//! (`plan`, `riff`) with operators such as sequence and inversion (`develop`), together with bars drawn
//! nearby. The result, kept in the key (`memory`), is arranged over the phrase's chords (`arrangement`):
//! rhythm (`rhythm`), pitches (`over_chords`, `singing`).

mod arrangement;
mod develop;
mod draw;
mod fit;
mod manner;
mod memory;
mod over_chords;
mod phrases;
mod place;
mod plan;
mod rhythm;
mod riff;
mod search;
mod singing;
#[cfg(test)]
mod tests;
pub mod tune;

pub(super) use self::fit::excerpt;
pub use self::memory::{LineMemory, Lines};
use self::{
    memory::{LineKey, Motif, Spot},
    phrases::{develop, part_of},
};
use crate::{
    compose::{phrase::Phrase, setting::Setting},
    music::chord::Chord,
    musicvae::net::latent::Latent,
};

/// The point in the trio's latent space at which the lines of `phrase`, which starts at `bar`, are drawn.
pub fn point(setting: &Setting, phrase: &Phrase, bar: u64) -> Latent {
    let steered = place::steered(setting, bar);
    place::of(phrase, LineKey::of(phrase), setting.theme().wander, steered)
}

/// Position of motif `motif` on the leg of a piece, 0 to 1.
pub fn place_on_leg(motif: usize) -> f64 {
    place::PLACES[motif]
}

/// Four bars at `z` for display; at a MIDI file's anchor, its tune: see [`crate::compose::sketch::tune`].
pub fn sketch(setting: &Setting, phrase: &Phrase, z: &Latent) -> Lines {
    if let Some(tune) = tune::at(setting, phrase, z) {
        return tune;
    }
    let first = Spot { draw: 0, refinement: None, first_bar: 0 };
    draw::lines(setting, &mut LineMemory::default(), phrase, z, first)
}

/// The lines of `phrase`, which starts at `bar`, over `chords`, one per bar.
pub fn write(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    bar: u64,
    chords: &[Chord],
) -> Lines {
    if memory.piece != phrase.piece.number {
        memory.forget_piece();
        memory.piece = phrase.piece.number;
    }
    let steered = place::steered(setting, bar);
    if memory.steered != steered {
        // The motifs were chosen at another point.
        memory.forget_piece();
        memory.steered = steered;
    }
    let key = LineKey::of(phrase);
    let setup = phrases::setup(setting, phrase, key, chords);
    if let Some((_, lines)) = memory.lines.iter().find(|(known, _)| *known == key) {
        return arrangement::arrange(lines, setup);
    }
    let in_key = self::in_key(setting, memory, phrase, key, chords);
    let lines = arrangement::arrange(&in_key, setup);
    memory.keep(key, in_key, lines.lead.clone());
    lines
}

/// Writes the lines of `key` from those of its motif, which is chosen at its first phrase.
fn in_key(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    key: LineKey,
    chords: &[Chord],
) -> Lines {
    let known = memory.motifs[key.motif].clone();
    let motif = known.unwrap_or_else(|| search::motif(setting, memory, phrase, chords));
    memory.motifs[key.motif] = Some(motif.clone());
    if key == LineKey::first_statement(key.motif) {
        return develop(setting, phrase, key, &motif.lines, &motif.lines);
    }
    let z = place::of(phrase, key, setting.theme().wander, memory.steered.clone());
    let other = drawn_there(setting, memory, phrase, &z, &motif);
    develop(setting, phrase, key, &motif.lines, &other)
}

/// The model's lines at `z`, cut like the motif.
fn drawn_there(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    z: &Latent,
    motif: &Motif,
) -> Lines {
    let lead = draw::lines(setting, memory, phrase, z, motif.lead);
    let bass = match motif.bass.is_same_draw(motif.lead) {
        true => lead.bass.clone(),
        false => draw::lines(setting, memory, phrase, z, motif.bass).bass,
    };
    part_of(setting, &Lines { bass, lead: lead.lead }, motif.bass, motif.lead)
}
