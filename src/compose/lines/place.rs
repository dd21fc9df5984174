//! Where in the trio's latent space a phrase's lines are drawn.

use crate::{
    compose::{
        lines::memory::LineKey,
        phrase::{Phrase, Take},
        sections::N_MOTIFS,
        setting::Setting,
    },
    musicvae::net::latent::{self, Latent},
    rng,
};

/// Positions of the motifs on the piece's leg, 0 to 1.
pub(super) const PLACES: [f64; N_MOTIFS] = [0.1, 0.5, 0.9];

/// How far ahead of its motif a departure lies on the leg.
const AHEAD: f64 = 0.2;

/// Visits after which a motif's noise stays constant.
const MOST_VISITS: u64 = 3;

/// The steered point of the lines of the phrase that starts at `bar`, if any. A point of another model's
/// space is ignored.
pub(super) fn steered(setting: &Setting, bar: u64) -> Option<Latent> {
    setting.steering.line.at(bar).filter(|z| z.len() == setting.n_trio_latent())
}

/// The point for the lines of `key`: the motif's place on the leg or the point `steered`, with noise for
/// later visits and variations in proportion to the theme's `wander`.
pub(super) fn of(phrase: &Phrase, key: LineKey, wander: f64, steered: Option<Latent>) -> Latent {
    let LineKey { motif, visit, take, of_section } = key;
    let t = PLACES[motif] + if take == Take::Departure { AHEAD } else { 0.0 };
    // Past the leg's end, back along it.
    let on_leg = || phrase.piece.leg.along(if 1.0 < t { 2.0 - t } else { t });
    let mut z = steered.unwrap_or_else(on_leg);
    let mut stray = |stream: &str, amount: f64| {
        let noise = latent::prior(z.len(), &mut rng::stream(phrase.piece.seed, stream));
        z = latent::perturb(&z, &noise, amount.min(1.0));
    };
    if 0 < visit {
        stray(&format!("visit {motif} {visit}"), wander * visit.min(MOST_VISITS) as f64);
    }
    if take == Take::Variation {
        stray(&format!("astray {motif} {visit} {of_section}"), 2.0 * wander);
    }
    z
}
