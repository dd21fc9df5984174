//! The search for a phrase's lines: candidates drawn from the trio model, the best of them kept.

use crate::{
    compose::{
        lines::{
            fit,
            memory::{LineKey, LineMemory, Lines},
            place,
        },
        phrase::{PHRASE_BARS, Phrase},
        setting::Setting,
        taste,
    },
    music::{
        arrange::{self, LineNote},
        chord::Chord,
        trio::Line,
    },
    musicvae::net::latent::{self, Latent},
    rng,
};

/// Indices of the trio model's lines.
const LEAD: usize = 0;
const BASS: usize = 1;

/// Candidates drawn for a phrase at most; the search ends at the first without fault.
const N_CANDIDATES: usize = 8;

/// Share of noise that each further candidate mixes into z.
const SEARCH: f64 = 0.06;

/// The best bass and the best lead, which may be of different candidates.
pub(super) struct Found {
    /// In key and register.
    pub in_key: Lines,
    /// The same, moved to the phrase's chords.
    pub over_chords: Lines,
}

/// One part of a candidate.
struct Candidate {
    cost: f64,
    in_key: Vec<LineNote>,
    over_chords: Vec<LineNote>,
}

/// Searches for the lines of the lowest cost over `chords`, by [`taste`].
pub(super) fn best(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    key: LineKey,
    chords: &[Chord],
) -> Found {
    let z = place::of(phrase, key, setting.theme().wander);
    let mut best: [Option<Candidate>; 2] = [None, None];
    for number in 0..N_CANDIDATES {
        let lines = draw(setting, phrase, key, &z, number);
        let transposition = *memory.transpositions[key.motif].get_or_insert_with(|| {
            arrange::transposition(phrase.piece.key, &lines[BASS], &lines[LEAD])
        });
        let in_key =
            [(BASS, setting.theme().bass), (LEAD, setting.theme().lead)].map(|(line, limits)| {
                fit::to_key(&lines[line], transposition, phrase.piece.key, limits)
            });
        let parts = judge(setting, memory, phrase, chords, in_key);
        for (best, part) in best.iter_mut().zip(parts) {
            if best.as_ref().is_none_or(|best| part.cost < best.cost) {
                *best = Some(part);
            }
        }
        if best.iter().flatten().all(|best| best.cost == 0.0) {
            break;
        }
    }
    let [bass, lead] = best.map(|best| best.expect("there is a first candidate"));
    Found {
        in_key: Lines { bass: bass.in_key, lead: lead.in_key },
        over_chords: Lines { bass: bass.over_chords, lead: lead.over_chords },
    }
}

/// The model's lines near `z`, further away for each candidate.
fn draw(
    setting: &Setting,
    phrase: &Phrase,
    LineKey { motif, visit, .. }: LineKey,
    z: &Latent,
    candidate: usize,
) -> Vec<Line> {
    let name = format!("lines {motif} {visit} {candidate}");
    let noise = &mut rng::stream(phrase.piece.seed, &format!("search {name}"));
    let noise = setting.loaded.prior.draw(noise);
    let z = latent::perturb(z, &noise, SEARCH * candidate as f64);
    // Takes of a motif draw the same numbers, so that only z tells them apart.
    let rng = rng::stream(phrase.piece.seed, &name);
    let drawn = setting.loaded.trio.decode(&z, setting.theme().temperature, &rng);
    fit::excerpt(drawn.expect("z has the trio model's dimensions"), motif)
}

/// Bass and lead over the chords, and their costs.
fn judge(
    setting: &Setting,
    memory: &LineMemory,
    phrase: &Phrase,
    chords: &[Chord],
    [bass, lead]: [Vec<LineNote>; 2],
) -> [Candidate; 2] {
    let theme = setting.theme();
    let lines = Lines { bass: bass.clone(), lead: lead.clone() };
    let over = fit::to_chords(lines, phrase.piece.key, theme, chords);
    let n_bars = PHRASE_BARS as usize;
    let bass_cost = taste::bass_cost(&over.bass, theme.bass, n_bars);
    let lead_cost = taste::lead_cost(&over.lead, theme.lead, n_bars, &memory.heard);
    [
        Candidate { cost: bass_cost, in_key: bass, over_chords: over.bass },
        Candidate { cost: lead_cost, in_key: lead, over_chords: over.lead },
    ]
}
