//! The transition sounds of a phrase's bars: risers over builds, swells into sections, impacts on downbeats.

use crate::{
    compose::{
        books::Leads,
        phrase::{PHRASE_BARS, Phrase},
    },
    music::{section::Section, transition::Transition},
};

/// Level of soft books; factor of soft impacts.
const SOFT: f32 = 0.5;

/// The transition sounds in bar `bar` of `phrase`.
pub fn of(phrase: &Phrase, leads: Leads, bar: u64) -> Option<Transition> {
    let level = match leads {
        Leads::Drummed => return None,
        Leads::Soft => SOFT,
        Leads::Full => 1.0,
    };
    let is_full = leads == Leads::Full;
    let is_last = bar + 1 == PHRASE_BARS;
    let mut made = Transition::default();
    if phrase.section == Section::Build && is_full {
        let n_bars = (phrase.n_phrases * PHRASE_BARS) as f32;
        let at = |bar: u64| (phrase.of_section * PHRASE_BARS + bar) as f32 / n_bars;
        made.riser = [at(bar), at(bar + 1)];
    }
    // Swells lead into main sections and drops, except from builds, which have risers.
    let is_led = matches!(phrase.leads_to, Some(Section::Main | Section::Drop));
    if is_last && is_led && phrase.section != Section::Build {
        made.swell = level;
    }
    if bar == 0 && phrase.of_section == 0 {
        match phrase.section {
            Section::Drop if is_full => (made.impact, made.sub_drop) = (1.0, 1.0),
            Section::Drop | Section::Main => made.impact = SOFT * level,
            _ => {}
        }
    }
    (made != Transition::default()).then_some(made)
}
