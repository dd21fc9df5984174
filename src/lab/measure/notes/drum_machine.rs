//! How machine-like the drums are: steady kicks, repeated bars, claps and percussion.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    lab::measure::{
        notes::{
            score::{Role, Score},
            timed::{self, TimedNote},
        },
        statistics::{deviation, share},
    },
    music::meter::STEPS_PER_QUARTER,
};

/// Keys of a drum kit in General MIDI and in Roland's TD kits, by sound: kick, snare (with rim and
/// clap), closed hat, open hat, low, middle and high tom, crash, ride. Tambourines, shakers, congas
/// and the like are percussion outside the kit.
const KIT: [&[u8]; 9] = [
    &[35, 36],
    &[37, 38, 39, 40],
    &[22, 42, 44],
    &[26, 46],
    &[41, 43, 58],
    &[45, 47],
    &[48, 50],
    &[49, 52, 55, 57],
    &[51, 53, 59],
];

/// Indices in [`KIT`].
const KICK: usize = 0;
const SNARE: usize = 1;

/// Keys of the hand clap and the rim, which also count as percussion.
const CLAP: u8 = 39;
const RIM: u8 = 37;

/// Steps of the four beats.
const BEATS: [usize; 4] = [0, STEPS_PER_QUARTER, 2 * STEPS_PER_QUARTER, 3 * STEPS_PER_QUARTER];

/// Figures of how machine-like the drums are. Shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrumMachineFigures {
    /// Standard deviation of the velocity of kicks on the beat; none without any.
    pub kick_deviation: Option<f64>,
    /// Share of the bars with kicks that have one on each beat; none without kicks.
    pub four_on_the_floor: Option<f64>,
    /// Share of bars whose kit hits equal those of one of the two bars before; none in a score of
    /// fewer than three bars with hits.
    pub repeated_bars: Option<f64>,
    /// Share of claps among snares, rims and claps; none without any.
    pub claps: Option<f64>,
    /// Share of the bars with hits that have claps, rims or percussion outside the kit; none
    /// without hits.
    pub percussion: Option<f64>,
}

impl DrumMachineFigures {
    /// Measures the drums of `score`.
    pub fn of(score: &Score) -> Self {
        let hits = timed::notes(score, Role::Drums);
        let of_sound =
            |sound: usize| hits.iter().filter(move |hit| KIT[sound].contains(&hit.pitch));
        let on_beat = of_sound(KICK).filter(|hit| BEATS.contains(&hit.step_of_bar()));
        let velocities: Vec<f64> = on_beat.map(|hit| f64::from(hit.velocity)).collect();
        let percussion = by_bar(&hits, is_percussion);
        Self {
            kick_deviation: (!velocities.is_empty()).then(|| deviation(&velocities)),
            four_on_the_floor: four_on_the_floor(of_sound(KICK)),
            repeated_bars: repeated_bars(&hits),
            claps: some_share(of_sound(SNARE).map(|hit| hit.pitch == CLAP)),
            percussion: some_share(percussion.into_values().map(|are| are.contains(&true))),
        }
    }
}

/// The sound of the kit that plays `hit`; none for percussion outside it.
fn sound(hit: &TimedNote) -> Option<usize> {
    KIT.iter().position(|keys| keys.contains(&hit.pitch))
}

fn is_percussion(hit: &TimedNote) -> bool {
    [CLAP, RIM].contains(&hit.pitch) || sound(hit).is_none()
}

/// The values of `of` for the hits of each bar.
fn by_bar<T: Ord>(
    hits: &[TimedNote],
    of: impl Fn(&TimedNote) -> T,
) -> BTreeMap<usize, BTreeSet<T>> {
    let mut bars: BTreeMap<usize, BTreeSet<T>> = BTreeMap::new();
    for hit in hits {
        bars.entry(hit.bar()).or_default().insert(of(hit));
    }
    bars
}

fn four_on_the_floor<'a>(kicks: impl Iterator<Item = &'a TimedNote>) -> Option<f64> {
    let kicks: Vec<TimedNote> = kicks.copied().collect();
    let bars = by_bar(&kicks, TimedNote::step_of_bar);
    some_share(bars.values().map(|steps| BEATS.iter().all(|beat| steps.contains(beat))))
}

fn repeated_bars(hits: &[TimedNote]) -> Option<f64> {
    let kit: Vec<TimedNote> = hits.iter().filter(|hit| sound(hit).is_some()).copied().collect();
    let bars = by_bar(&kit, |hit| (hit.step_of_bar(), sound(hit)));
    let is_repeated = |(number, bar): (&usize, &BTreeSet<_>)| {
        (1..=2).any(|lag| bars.get(&(number - lag)) == Some(bar))
    };
    some_share(bars.iter().filter(|(number, _)| 2 <= **number).map(is_repeated))
}

/// The share of true values; none if there are no values.
fn some_share(values: impl Iterator<Item = bool>) -> Option<f64> {
    let values: Vec<bool> = values.collect();
    (!values.is_empty()).then(|| share(values.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    const FOUR: [(f32, u8); 4] = [(0.0, 36), (4.0, 36), (8.0, 36), (12.0, 36)];

    fn measured(bars: &[&[(f32, u8)]]) -> DrumMachineFigures {
        DrumMachineFigures::of(&score(Role::Drums, bars))
    }

    #[test]
    fn a_kick_on_each_beat_is_four_on_the_floor() {
        let found = measured(&[&FOUR, &FOUR[..3], &[(4.0, 38)], &FOUR]);
        assert_eq!(found.four_on_the_floor, Some(2.0 / 3.0));
        assert_eq!(measured(&[&[(4.0, 38)]]).four_on_the_floor, None);
    }

    #[test]
    fn only_kicks_on_the_beat_have_a_deviation() {
        let mut piece = score(Role::Drums, &[&[(0.0, 36), (4.0, 36), (6.0, 36), (8.0, 38)]]);
        piece.bars[0].parts[0][0].velocity = 92;
        piece.bars[0].parts[0][2].velocity = 20;

        assert_eq!(DrumMachineFigures::of(&piece).kick_deviation, Some(4.0));
        assert_eq!(measured(&[]).kick_deviation, None);
    }

    #[test]
    fn a_bar_may_repeat_either_of_the_two_before() {
        let bar = |step: f32| [(step, 36)];
        let (a, b) = (bar(0.0), bar(2.0));
        // The third and the fourth bar repeat, the fifth is new; 35 and 36 are one sound.
        let found = measured(&[&a, &b, &[(0.0, 35)], &b, &[(6.0, 36)]]);
        assert_eq!(found.repeated_bars, Some(2.0 / 3.0));
    }

    #[test]
    fn claps_and_percussion_are_counted_beside_the_kit() {
        // Snares, rims and claps are one sound of the kit; a clap is one of four.
        let found = measured(&[
            &[(4.0, 39), (12.0, 38), (0.0, 37)],
            &[(2.0, 70), (0.0, 36)],
            &[(4.0, 38), (0.0, 36)],
        ]);
        assert_eq!((found.claps, found.percussion), (Some(1.0 / 4.0), Some(2.0 / 3.0)));
    }
}
