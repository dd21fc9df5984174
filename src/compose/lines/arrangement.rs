//! Bass and lead of a phrase over its chords, arranged together.

use crate::{
    compose::{
        lines::{
            manner::Manner,
            memory::Lines,
            over_chords::{Demands, follow, suspend},
            rhythm::{breathe, hold_under, leave_bass, pass, thin, tie},
            singing::{peak, sing},
        },
        phrase::PHRASE_STEPS,
    },
    config::{Strictness, Theme},
    music::{arrange::LineNote, chord::Chord, harmony, scale::Key},
};

/// The context of an arrangement.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub theme: &'a Theme,
    pub key: Key,
    /// One per bar.
    pub chords: &'a [Chord],
    /// Whether the phrase ends with a close.
    pub closes: bool,
    /// Whether the lead is heard, so that the bass makes room for it.
    pub has_lead: bool,
}

/// The lines as played.
pub(super) fn arrange(lines: &Lines, setup: Setup<'_>) -> Lines {
    let mut bass = bass(&lines.bass, setup);
    let lead = lead(&lines.lead, &bass, setup);
    if setup.has_lead {
        hold_under(&mut bass, &lead, Manner::of(setup.theme.lead_role).shared);
    }
    Lines { bass, lead }
}

/// The bass, fitted to the chords if the theme's harmony is strict.
pub(super) fn bass(notes: &[LineNote], setup: Setup<'_>) -> Vec<LineNote> {
    let mut bass = notes.to_vec();
    let register = setup.theme.bass.register.span();
    if setup.theme.harmony == Strictness::Chords {
        harmony::follow_chords(&mut bass, setup.key, setup.chords, register);
        harmony::resolve_strong_beats(&mut bass, setup.chords, register);
    }
    bass
}

/// The lead, fitted to chords and bass.
fn lead(notes: &[LineNote], bass: &[LineNote], setup: Setup<'_>) -> Vec<LineNote> {
    let Setup { theme, key, chords, closes, .. } = setup;
    let (manner, limits) = (Manner::of(theme.lead_role), theme.lead);
    let is_strict = theme.harmony == Strictness::Chords;
    let mut lead = notes.to_vec();
    if is_strict && manner.is_moved {
        follow(&mut lead, key, chords, limits.register.span());
    }
    thin(&mut lead, limits);
    set_rhythm(&mut lead, bass, manner);
    if is_strict {
        suspend(&mut lead, chords, limits.max_notes);
    }
    let demands = Demands { key, chords: is_strict.then_some(chords), closes };
    let choices = demands.choices(&lead, limits.register.span());
    sing(&mut lead, &choices, manner.costs);
    if manner.has_peak {
        peak(&mut lead, &choices);
    }
    if is_strict {
        harmony::resolve_strong_beats(&mut lead, chords, limits.register.span());
    }
    lead
}

/// Breaths, distance from the bass, ties, passing notes.
fn set_rhythm(lead: &mut Vec<LineNote>, bass: &[LineNote], manner: Manner) {
    let ends = [PHRASE_STEPS / 2, PHRASE_STEPS];
    let breaths: Vec<(usize, usize)> = std::iter::zip(ends, manner.breaths)
        .filter(|(_, n_steps)| 0 < *n_steps)
        .map(|(end, n_steps)| (end - n_steps, end))
        .collect();
    for &(start, end) in &breaths {
        breathe(lead, end, end - start);
    }
    leave_bass(lead, bass, manner.shared);
    if 0 < manner.tie {
        tie(lead, manner.tie, &breaths, PHRASE_STEPS);
    }
    if manner.has_passing {
        pass(lead);
    }
}
