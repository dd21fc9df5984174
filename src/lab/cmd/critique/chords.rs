//! The figures of the chord part.

use crate::lab::{
    cmd::critique::{
        character::Character,
        goal::{Goal, Unit},
        table::Row,
    },
    measure::notes::comping::CompingFigures,
};

const CHORDS: &str = "chords";

/// Least number of rhythms in six minutes, and least range of the top voice in semitones.
const RHYTHMS: f64 = 6.0;
const TOP_SPAN: f64 = 7.0;

/// Highest MIDI pitch of the lowest notes of power chords.
const POWER_CHORDS: f64 = 52.0;

/// The figures of the chords; without goals if the music's character is unknown.
pub fn rows(figures: &CompingFigures, character: Option<&Character>) -> Vec<Row> {
    let number = |name: &str, value: f64| Row::new(CHORDS, name, Unit::COUNT, value);
    let known = |goal: Goal| character.map(|_| goal);
    let is_low = character.is_some_and(|character| character.has_power_chords);
    vec![
        Row::new(CHORDS, "rhythms in six minutes", Unit::Of("", 1), figures.rhythms)
            .with_goal(known(Goal::AtLeast(RHYTHMS)))
            .when_below("the chords keep to one rhythm; raise their `variation`, or add `rhythms`"),
        Row::new(CHORDS, "bars with the commonest rhythm", Unit::Share, figures.commonest),
        number("distinct voicings", figures.voicings as f64),
        number("range of the top voice", figures.top_span)
            .with_goal(known(Goal::AtLeast(TOP_SPAN)))
            .when_below(
                "the top voice stays where it is; move the chords' `low` and `high` further apart, \
                 or add `loops`",
            ),
        number("lowest notes, 95th percentile", figures.lowest)
            .with_goal(is_low.then_some(Goal::AtMost(POWER_CHORDS)))
            .when_above("power chords climb out of the low register; lower the chords' `high`"),
    ]
}
