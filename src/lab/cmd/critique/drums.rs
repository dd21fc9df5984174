//! The figures of the drums, with goals for a machine or for a drummer.

use crate::lab::{
    cmd::critique::{
        character::Drumming,
        goal::{Goal, Unit},
        table::Row,
    },
    measure::notes::figures::NoteFigures,
};

const PATTERN: &str = "drum pattern";
const EXPRESSION: &str = "drum expression";

/// Fewest hits of a drum class for which its deviations have a goal.
const FEW_HITS: usize = 30;

/// Tolerance of velocity deviations, relative to the drummers'.
const DRUMMER_TOLERANCE: f64 = 0.3;

/// Goals of a machine: the greatest deviation of the kick's velocity, and the least shares of bars
/// with a kick on each beat, repeated bars, claps, and bars with percussion. Those of kicks and claps
/// need a kick on each beat.
const STEADY_KICK: f64 = 4.0;
const ON_EACH_BEAT: f64 = 0.97;
const REPEATED_BARS: f64 = 0.5;
const CLAPS: f64 = 0.1;
const PERCUSSION: f64 = 0.2;

/// Greatest share of a drummer's hits on the grid.
const ON_GRID: f64 = 0.4;

/// The figures of the drums; `drumming` and `is_human`, whether the drums are meant to sound like a
/// drummer's, are none if unknown.
pub fn rows(figures: &NoteFigures, drumming: Option<Drumming>, is_human: Option<bool>) -> Vec<Row> {
    let mut rows = pattern(figures, drumming);
    rows.extend(expression(figures, drumming, is_human));
    rows
}

fn pattern(figures: &NoteFigures, drumming: Option<Drumming>) -> Vec<Row> {
    let share = |name: &str, value: Option<f64>| Row::new(PATTERN, name, Unit::Share, value);
    let machine = figures.drum_machine;
    let is_machine = matches!(drumming, Some(Drumming::Machine { .. }));
    let of_machine = |goal: Goal| is_machine.then_some(goal);
    let on_each_beat = drumming == Some(Drumming::Machine { on_each_beat: true });
    vec![
        Row::new(PATTERN, "kick on the beat: deviation", Unit::Of("", 1), machine.kick_deviation)
            .with_goal(of_machine(Goal::AtMost(STEADY_KICK)))
            .when_above("a machine's kick has one velocity; set `player` of the drums to \"machine\""),
        share("bars with kicks on all four beats", machine.four_on_the_floor)
            .with_goal(on_each_beat.then_some(Goal::AtLeast(ON_EACH_BEAT)))
            .when_below(
                "kicks are missing on beats, so that the floor is not driven; choose `pad` corners \
                 with a kick on each beat",
            ),
        share("bars equal to one of the two before", machine.repeated_bars)
            .with_goal(of_machine(Goal::AtLeast(REPEATED_BARS)))
            .when_below(
                "the beat changes in every bar and never becomes a loop; set `player` of the drums to \
                 \"machine\", or raise `bars_per_round`",
            ),
        share("claps among snares and claps", machine.claps)
            .with_goal(on_each_beat.then_some(Goal::AtLeast(CLAPS)))
            .when_below("no clap lies on two and four; add \"clap\" to `percussion` of the drums"),
        share("bars with percussion", machine.percussion)
            .with_goal(of_machine(Goal::AtLeast(PERCUSSION)))
            .when_below(
                "nothing but the kit plays: no rim, shaker or conga fills the sixteenths; add them to \
                 `percussion` of the drums",
            ),
    ]
}

/// Deviations have a goal unless the drums are a machine's; hits on the grid only if the drums are
/// meant to sound like a drummer's.
fn expression(
    figures: &NoteFigures,
    drumming: Option<Drumming>,
    is_human: Option<bool>,
) -> Vec<Row> {
    let is_machine = matches!(drumming, Some(Drumming::Machine { .. }));
    let mut rows = Vec::new();
    for spread in &figures.drum_spreads {
        let name = spread.class.name();
        let drummers = spread.drummers_velocity_deviation;
        let [least, most] =
            [1.0 - DRUMMER_TOLERANCE, 1.0 + DRUMMER_TOLERANCE].map(|x| x * drummers);
        let goal = Goal::Between(least, most);
        let goal = (FEW_HITS <= spread.hits && !is_machine).then_some(goal);
        let title = format!("{name}: velocity deviation");
        let row = Row::new(EXPRESSION, title, Unit::Of("", 1), spread.velocity_deviation);
        let row = row.with_goal(goal).with_drummers(drummers);
        rows.push(
            row.when_below("hits are all alike, as no drummer plays; raise `groove`")
                .when_above("hits are rougher than a drummer's; lower `groove`"),
        );
    }
    rows.extend(figures.drum_spreads.iter().map(|spread| {
        let title = format!("{}: timing deviation", spread.class.name());
        let row = Row::new(EXPRESSION, title, Unit::Of("ms", 1), spread.late_deviation_ms);
        row.with_drummers(spread.drummers_late_deviation_ms)
    }));
    let is_drummer = is_human == Some(true) && !is_machine;
    let on_grid = Row::new(EXPRESSION, "hits on the grid", Unit::Share, figures.on_grid);
    rows.push(
        on_grid
            .with_goal(is_drummer.then_some(Goal::AtMost(ON_GRID)))
            .when_above("hits lie on the grid, as no drummer plays; raise `groove_time`"),
    );
    rows
}
