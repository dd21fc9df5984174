//! The form: the next phrase, its section and piece, and its cast, tension and tempo.
//!
//! A section states one motif of its piece in phrases of four bars, A A A' B: the motif, a repeat, a
//! variation, a departure. Later sections with the same motif vary it a little. Between two pieces lies a
//! transition (see `border`): over the outro's last two phrases and the intro's first two, tempo and drums
//! move from one to the other.

mod border;
mod faders;
mod progress;
mod scene;
#[cfg(test)]
mod tests;

pub use self::progress::FormProgress;
use crate::compose::{
    books::Book,
    form::scene::Place,
    phrase::{Phrase, section_tension, take},
    sections::Planned,
    setting::Setting,
};

/// Tension that a piece gains from its start to its end.
const LIFT: f64 = 0.08;

/// Range of tension over the station's energy.
const ENERGY_LIFT: f64 = 0.6;

/// The next phrase; the form never ends.
pub fn next(setting: &Setting, form: &mut FormProgress) -> Phrase {
    if form.section == form.sections.len() {
        form.start_next_piece(setting);
    }
    let Planned { section, motif, n_phrases, .. } = form.sections[form.section];
    let holds = setting.steering.hold;
    let border = border::of(setting, form);
    let place = Place::of(Book::of(setting.theme()), form);
    let is_last = form.of_section + 1 == n_phrases && !holds;
    let phrase = Phrase {
        piece: form.piece.clone(),
        section,
        motif,
        visit: form.visits[motif],
        // A held section counts as longer: no departure.
        take: take(form.of_section, n_phrases + u64::from(holds)),
        of_section: form.of_section,
        n_phrases,
        is_last,
        lands: place.lands() && form.n_held == 0,
        leads_to: place.leads_to().filter(|_| is_last),
        tension: tension(form, setting.station.energy),
        cast: place.cast(),
        roll: place.roll(),
        faders: faders::of(&place),
        tempo: border.as_ref().map_or([form.piece.tempo; 2], |border| border.tempo(&form.piece)),
        blend: border.map(border::Border::blend),
    };
    form.of_section += 1;
    if form.of_section == n_phrases && holds {
        (form.of_section, form.n_held) = (0, form.n_held.saturating_add(1));
    } else if form.of_section == n_phrases {
        form.visits[motif] += 1;
        form.go_to(form.section + 1);
    }
    phrase
}

/// Tension at the start and at the end of the next phrase.
fn tension(form: &FormProgress, energy: f64) -> [f64; 2] {
    let Planned { section, n_phrases, .. } = form.sections[form.section];
    let (from, to) = section_tension(section);
    let at = |phrase: u64| from + (to - from) * phrase as f64 / n_phrases as f64;
    let of_piece = form.section as f64 / form.sections.len() as f64;
    let lift = LIFT * of_piece + ENERGY_LIFT * (energy - 0.5);
    [form.of_section, form.of_section + 1].map(|phrase| (at(phrase) + lift).clamp(0.0, 1.0))
}
