//! The search for a motif: lines drawn from the trio model around the motif's place; the best are kept.

use crate::{
    compose::{
        lines::{
            arrangement::{self, Setup},
            draw,
            memory::{LineKey, LineMemory, Lines, Motif, Spot},
            phrases::{self, develop, part_of},
            place,
        },
        phrase::{PHRASE_BARS, Phrase},
        setting::Setting,
        taste::{self, Context},
    },
    config::Strictness,
    music::chord::Chord,
};

/// Draws around a motif's place, at growing distances, and around the best of them.
const N_DRAWS: usize = 12;
const N_REFINEMENTS: usize = 6;

/// Bars of a draw at which a motif may start.
const STARTS: [usize; 3] = [0, 1, 2];

/// A spot, and the cost of its line.
#[derive(Clone, Copy)]
struct Judged {
    spot: Spot,
    cost: f64,
}

/// The context of judging candidates.
struct Judge<'a> {
    setting: &'a Setting,
    phrase: &'a Phrase,
    key: LineKey,
    setup: Setup<'a>,
}

/// The motif of `phrase`, over its `chords`: the bass and lead with the lowest cost, by [`taste`], in their
/// first statement.
pub(super) fn motif(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    chords: &[Chord],
) -> Motif {
    let key = LineKey::first_statement(phrase.motif);
    let setup = phrases::setup(setting, phrase, key, chords);
    let judge = Judge { setting, phrase, key, setup: Setup { has_lead: true, ..setup } };
    let z = place::of(phrase, key, setting.theme().wander, memory.steered.clone());
    let spot = |draw, refinement| Spot { draw, refinement, first_bar: 0 };
    let mut drawn: Vec<(Spot, Lines)> = Vec::new();
    let draw = |memory: &mut LineMemory, spot: Spot| {
        (spot, draw::lines(setting, memory, phrase, &z, spot))
    };
    for number in 0..N_DRAWS {
        drawn.push(draw(memory, spot(number, None)));
    }
    let bass = least(drawn.iter().flat_map(|(spot, lines)| judge.basses(*spot, lines)));
    let bass_lines = lines_at(&drawn, bass.spot).clone();
    let leads =
        |spot: Spot, lines: &Lines| judge.leads(spot, lines, bass.spot, &bass_lines, memory);
    let mut lead = least(drawn.iter().flat_map(|(spot, lines)| leads(*spot, lines)));
    let first = lead.spot.draw;
    for number in 0..N_REFINEMENTS {
        if lead.cost == 0.0 {
            break;
        }
        let (spot, lines) = draw(memory, spot(first, Some(number)));
        let best = least(judge.leads(spot, &lines, bass.spot, &bass_lines, memory));
        drawn.push((spot, lines));
        if best.cost < lead.cost {
            lead = best;
        }
    }
    let lines = Lines { bass: bass_lines.bass, lead: lines_at(&drawn, lead.spot).lead.clone() };
    Motif {
        lines: part_of(setting, &lines, bass.spot, lead.spot),
        bass: bass.spot,
        lead: lead.spot,
    }
}

/// The first with the lowest cost.
fn least(judged: impl IntoIterator<Item = Judged>) -> Judged {
    let better = |best: Judged, next: Judged| if next.cost < best.cost { next } else { best };
    judged.into_iter().reduce(better).expect("there are candidates")
}

/// The lines drawn at `spot`.
fn lines_at(drawn: &[(Spot, Lines)], spot: Spot) -> &Lines {
    let found = drawn.iter().find(|(known, _)| known.is_same_draw(spot));
    &found.expect("the spot was drawn").1
}

impl Judge<'_> {
    /// The basses of a draw.
    fn basses(&self, spot: Spot, lines: &Lines) -> Vec<Judged> {
        let starts = match self.setup.theme.harmony {
            Strictness::Chords => &STARTS[..],
            Strictness::Scale => &STARTS[..1],
        };
        let judged = |&first_bar: &usize| {
            let spot = Spot { first_bar, ..spot };
            let motif = part_of(self.setting, lines, spot, spot);
            let phrase = develop(self.setting, self.phrase, self.key, &motif, &motif);
            let bass = arrangement::bass(&phrase.bass, self.setup);
            let cost = taste::bass_cost(&bass, self.setup.theme.bass, PHRASE_BARS as usize);
            Judged { spot, cost }
        };
        starts.iter().map(judged).collect()
    }

    /// The leads of a draw over a bass.
    fn leads(
        &self,
        spot: Spot,
        lines: &Lines,
        bass: Spot,
        bass_lines: &Lines,
        memory: &LineMemory,
    ) -> Vec<Judged> {
        let both = Lines { bass: bass_lines.bass.clone(), lead: lines.lead.clone() };
        let judged = |first_bar: usize| {
            let spot = Spot { first_bar, ..spot };
            let motif = part_of(self.setting, &both, bass, spot);
            let phrase = develop(self.setting, self.phrase, self.key, &motif, &motif);
            let played = arrangement::arrange(&phrase, self.setup);
            let context = Context {
                role: self.setup.theme.lead_role,
                limits: self.setup.theme.lead,
                n_bars: PHRASE_BARS as usize,
                bass: &played.bass,
            };
            Judged { spot, cost: taste::lead_cost(&played.lead, context, &memory.heard) }
        };
        STARTS.map(judged).into()
    }
}
