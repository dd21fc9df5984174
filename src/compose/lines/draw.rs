//! Draws of bass and lead from the trio model.

use crate::{
    compose::{
        lines::{
            fit,
            memory::{LineMemory, Lines, Spot},
        },
        phrase::Phrase,
        setting::Setting,
    },
    music::arrange,
    musicvae::net::{
        latent::{self, Latent},
        part_set::PartSet,
    },
    rng,
};

/// Indices of the trio model's lines.
const LEAD: usize = 0;
const BASS: usize = 1;

/// The lines that are used; drums are drawn separately.
const HEARD: PartSet = PartSet::of([LEAD, BASS]);

/// Share of noise that each further draw mixes into z, and its maximum.
const SEARCH: f64 = 0.06;
const FURTHEST: f64 = 0.6;

/// Share of noise that a refinement mixes into the z of its draw.
const REFINE: f64 = 0.2;

/// Four bars of both lines near `z` in the key of `phrase`, as drawn at `spot`. Takes of a motif use the same
/// random numbers, so they differ only by z.
pub(super) fn lines(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    z: &Latent,
    spot: Spot,
) -> Lines {
    let (theme, piece, motif) = (setting.theme(), &phrase.piece, phrase.motif);
    let name = format!("lines {motif} {}", spot.draw);
    let noise = |stream: &str| setting.loaded.prior.draw(&mut rng::stream(piece.seed, stream));
    let amount = (SEARCH * spot.draw as f64).min(FURTHEST);
    let mut z = latent::perturb(z, &noise(&format!("search {name}")), amount);
    if let Some(number) = spot.refinement {
        z = latent::perturb(&z, &noise(&format!("refine {name} {number}")), REFINE);
    }
    let rng = rng::stream(piece.seed, &name);
    let drawn = setting.loaded.trio.decode(&z, HEARD, theme.decode_rule(), &rng);
    let drawn = fit::excerpt(drawn.expect("z has the trio model's dimensions"), motif);
    let transposition = *memory.transpositions[motif]
        .get_or_insert_with(|| arrange::transposition(piece.key, &drawn[BASS], &drawn[LEAD]));
    let [bass, lead] = [(BASS, theme.bass), (LEAD, theme.lead)]
        .map(|(line, limits)| fit::to_key(&drawn[line], transposition, piece.key, limits));
    Lines { bass, lead }
}
