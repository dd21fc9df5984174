//! Basses of a 303: root, flat second and seventh as neighbours, octaves on the accents.

use crate::{
    patterns::{
        draw::{Weighted, weighted},
        voice::{
            ground::{Ground, Place},
            ostinato::Ostinato,
        },
    },
    rng::Rng,
};

/// Degrees above the root between accents. In Phrygian 1 is the flat second.
const TONES: Weighted<i32> = &[(18, 0), (4, 1), (4, -1), (3, 2), (2, 4), (2, 6), (2, 7)];

/// Degrees above the root on accents.
const ACCENTS: Weighted<i32> = &[(6, 7), (1, 9), (1, 6), (1, 8), (1, 0)];

/// The note at `place`; `accents` marks the accented notes.
pub fn next(ground: &Ground, accents: &Ostinato, place: Place, rng: &mut Rng) -> i32 {
    let tones = if accents.is_accented(place) { ACCENTS } else { TONES };
    ground.folded(ground.root(place.step) + weighted(tones, rng))
}
