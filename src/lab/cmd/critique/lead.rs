//! The figures of the lead, with goals by its role.

use crate::{
    config::Role,
    lab::{
        cmd::critique::{
            goal::{Goal, Unit},
            table::Row,
        },
        measure::notes::{figures::NoteFigures, melody::MelodyFigures},
    },
};

const LEAD: &str = "lead";

/// Greatest distance of phrases from those of songs. A theme is one kind of music, not a mixture: for
/// 149 songs of games, each compared with the phrases of all others, the quartiles are 9.1, 11.5 and
/// 15.6.
const FAR_FROM_REAL: f64 = 16.0;

/// The goals of a lead.
struct Goals {
    notes_a_bar: Goal,
    repeats: Goal,
    steps: Goal,
    leaps_answered: Option<Goal>,
    direction: Goal,
    legato: Option<Goal>,
    motif_return: Goal,
    with_bass: Goal,
    from_real: Option<Goal>,
}

/// Goals of a sung tune. Three in four leads of 71 songs of games answer 25 % of their leaps, and
/// repeat 5 % of a phrase's onsets in the next.
const HOOK: Goals = Goals {
    notes_a_bar: Goal::Between(2.5, 8.0),
    repeats: Goal::AtMost(0.2),
    steps: Goal::AtLeast(0.35),
    leaps_answered: Some(Goal::AtLeast(0.25)),
    direction: Goal::AtLeast(1.7),
    legato: Some(Goal::AtLeast(0.5)),
    motif_return: Goal::Between(0.05, 0.8),
    with_bass: Goal::AtMost(0.45),
    from_real: Some(Goal::AtMost(FAR_FROM_REAL)),
};

/// Goals of a call, with rests.
const CALL: Goals = Goals { notes_a_bar: Goal::Between(1.5, 8.0), ..HOOK };

const PAD_LINE: Goals = Goals { notes_a_bar: Goal::Between(1.0, 4.0), ..HOOK };

/// Goals of a riff: few notes that repeat and need not be legato.
const RIFF: Goals = Goals {
    notes_a_bar: Goal::Between(2.5, 8.0),
    repeats: Goal::AtMost(0.35),
    steps: Goal::AtLeast(0.15),
    leaps_answered: None,
    direction: Goal::AtLeast(1.3),
    legato: None,
    motif_return: Goal::AtLeast(0.3),
    with_bass: Goal::AtMost(0.5),
    from_real: None,
};

/// The figures of the lead; if its role is unknown, only its notes per bar have a goal.
pub fn rows(figures: &NoteFigures, role: Option<Role>) -> Vec<Row> {
    let goals = role.map(|role| match role {
        Role::Riff => RIFF,
        Role::Hook => HOOK,
        Role::Call => CALL,
        Role::PadLine => PAD_LINE,
    });
    let goals = goals.as_ref();
    let mut rows = amount(figures, goals);
    rows.extend(figures.melody.iter().flat_map(|melody| singing(melody, goals)));
    let distance = number("distance of phrases from songs (FD)", 1, figures.from_real[0]);
    rows.push(distance.with_goal(goals.and_then(|goals| goals.from_real)).when_above(
        "phrases differ from those that people write; see the figures above, and blend the style's \
         `dreams` into `anchors` that are patterns",
    ));
    rows
}

fn number(name: &str, n_decimals: usize, value: impl Into<Option<f64>>) -> Row {
    Row::new(LEAD, name, Unit::Of("", n_decimals), value)
}

fn share(name: &str, value: impl Into<Option<f64>>) -> Row {
    Row::new(LEAD, name, Unit::Share, value)
}

/// How much the lead plays.
fn amount(figures: &NoteFigures, goals: Option<&Goals>) -> Vec<Row> {
    let notes = |n: usize| figures.lead_notes.map(|spread| spread[n]);
    let [whole, four] = figures.lead_entropy;
    let usual = Goal::Between(3.0, 8.0);
    let wanted = goals.map_or(usual, |goals| goals.notes_a_bar);
    vec![
        number("notes per bar while playing", 1, notes(0))
            .with_goal(wanted)
            .when_below("the lead has too few notes for a tune; raise the lead's `min_notes`")
            .when_above("the lead never pauses; lower the lead's `max_notes`"),
        number("notes per bar, 10th percentile", 1, notes(1)),
        number("notes per bar, 90th percentile", 1, notes(2)),
        number("distinct pitches per bar", 1, figures.lead_pitches),
        Row::new(LEAD, "pitch-class entropy", Unit::Of("bits", 2), whole),
        Row::new(LEAD, "pitch-class entropy of four bars", Unit::Of("bits", 2), four),
        share("monotonous spans of eight bars", figures.monotony),
        number("longest run of identical bars", 0, figures.longest_lead_run as f64),
    ]
}

/// How the lead moves.
fn singing(melody: &MelodyFigures, goals: Option<&Goals>) -> Vec<Row> {
    vec![
        share("repeated pitches", melody.repeats)
            .with_goal(goals.map(|goals| goals.repeats))
            .when_above(
                "the lead strikes one pitch again and again; raise `temperature`, or choose \
                 `anchors` that move",
            ),
        share("steps", melody.steps).with_goal(goals.map(|goals| goals.steps)).when_below(
            "the lead jumps instead of moving to neighbouring notes; choose `anchors` of sung tunes, \
             such as MIDI files of yours, or narrow the lead's `low` and `high`",
        ),
        share("leaps answered", melody.leaps_answered)
            .with_goal(goals.and_then(|goals| goals.leaps_answered))
            .when_below(
                "leaps go on instead of turning back, so that the tune sounds random; lower \
                 `temperature`",
            ),
        number("intervals in one direction", 2, melody.direction)
            .with_goal(goals.map(|goals| goals.direction))
            .when_below(
                "the lead turns after nearly every note and never rises or falls for long; choose \
                 `anchors` with scales and arches",
            ),
        share("legato", melody.legato)
            .with_goal(goals.and_then(|goals| goals.legato))
            .when_below("notes are cut off before the next one starts; raise the lead's `hold`"),
        share("motif in the next phrase", melody.motif_return)
            .with_goal(goals.map(|goals| goals.motif_return))
            .when_below(
                "a phrase hardly returns in the next, so that there is no tune to recognise; lower \
                 `wander`",
            )
            .when_above("each phrase is like the last; raise `wander`"),
        share("onsets shared with the bass", melody.with_bass)
            .with_goal(goals.map(|goals| goals.with_bass))
            .when_above(
                "lead and bass strike together and sound as one; lower the bass's `max_notes`, or \
                 choose `anchors` in which they take turns",
            ),
    ]
}
