//! Rhythm: syncopation, steadiness, fills.

use crate::{
    lab::measure::{
        notes::score::{Onsets, Role},
        statistics::{mean, quantile, share},
    },
    music::{drums::Drum, meter::STEPS_PER_BAR},
};

/// Metrical weight of each step (Longuet-Higgins & Lee 1984): downbeat 0, half bar -1, quarter -2,
/// eighth -3, sixteenth -4.
const WEIGHTS: [i32; STEPS_PER_BAR] =
    [0, -4, -3, -4, -2, -4, -3, -4, -1, -4, -3, -4, -2, -4, -3, -4];

/// Extra hits of snare and toms that make a fill.
const FILL_HITS: f64 = 3.0;

/// Bars before and after a bar that it is compared with.
const FILL_CONTEXT: usize = 4;

/// The mean syncopation of the non-empty `rhythms`, which are bit sets of steps (Longuet-Higgins &
/// Lee 1984, as in Fitch & Rosenfeld 2007): the sum, over onsets followed by a heavier rest before
/// the next onset, of the difference in weight. 0 is straight; the busier bar of a son clave in
/// sixteenths has 4.
pub fn syncopation(rhythms: impl Iterator<Item = u16>) -> f64 {
    let rhythms = rhythms.filter(|rhythm| *rhythm != 0);
    mean(&rhythms.map(|rhythm| f64::from(syncopation_of(rhythm))).collect::<Vec<_>>())
}

fn syncopation_of(rhythm: u16) -> i32 {
    let is_onset = |step: usize| rhythm >> (step % STEPS_PER_BAR) & 1 == 1;
    let of_onset = |step: usize| {
        let rests = (step + 1..step + STEPS_PER_BAR).take_while(|later| !is_onset(*later));
        let heaviest = rests.map(|later| WEIGHTS[later % STEPS_PER_BAR]).max();
        heaviest.map_or(0, |heaviest| (heaviest - WEIGHTS[step]).max(0))
    };
    (0..STEPS_PER_BAR).filter(|step| is_onset(*step)).map(of_onset).sum()
}

/// The mean similarity of the rhythms of neighbouring bars, 0 to 1 (`MusPy`'s groove consistency).
pub fn groove_consistency(onsets: &[Onsets], role: Role) -> f64 {
    let pairs = onsets.windows(2);
    mean(&pairs.map(|pair| alike(pair[0].rhythm(role), pair[1].rhythm(role))).collect::<Vec<_>>())
}

/// The mean similarity of the rhythms of all pairs of bars, 0 to 1 (`MusDr`'s grooving-pattern
/// similarity).
pub fn groove_similarity(onsets: &[Onsets], role: Role) -> f64 {
    let n_bars = onsets.len();
    let n_pairs = n_bars * n_bars.saturating_sub(1) / 2;
    // Two bars disagree at a step where exactly one has an onset.
    let n_agreeing = (0..STEPS_PER_BAR).map(|step| {
        let n_with = onsets.iter().filter(|bar| bar.rhythm(role) >> step & 1 == 1).count();
        n_pairs - n_with * (n_bars - n_with)
    });
    n_agreeing.sum::<usize>() as f64 / (n_pairs.max(1) * STEPS_PER_BAR) as f64
}

fn alike(a: u16, b: u16) -> f64 {
    1.0 - f64::from((a ^ b).count_ones()) / STEPS_PER_BAR as f64
}

/// For each bar, whether it has a fill: at least three more hits of snare and toms in its second
/// half than the median of the bars around it.
pub fn fills(onsets: &[Onsets]) -> Vec<bool> {
    let counts: Vec<f64> = onsets.iter().map(fill_hits).collect();
    let is_fill = |bar: usize| {
        let around = bar.saturating_sub(FILL_CONTEXT)..(bar + FILL_CONTEXT + 1).min(counts.len());
        quantile(&counts[around], 0.5) + FILL_HITS <= counts[bar]
    };
    (0..counts.len()).map(is_fill).collect()
}

/// The share of bars, 0 to 1, with a fill.
pub fn fill_share(onsets: &[Onsets]) -> f64 {
    share(fills(onsets).into_iter())
}

/// Hits of snare and toms in the second half of a bar.
fn fill_hits(bar: &Onsets) -> f64 {
    let second_half = u16::MAX << (STEPS_PER_BAR / 2);
    let drums = [Drum::Snare, Drum::LowTom, Drum::MidTom, Drum::HighTom];
    let hits = drums.map(|drum| (bar.drum_rhythm(&[drum]) & second_half).count_ones());
    f64::from(hits.iter().sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    fn rhythm(steps: &[u16]) -> u16 {
        steps.iter().fold(0, |rhythm, step| rhythm | 1 << step)
    }

    #[test]
    fn beats_are_straight_and_a_clave_is_syncopated() {
        assert_eq!(syncopation_of(rhythm(&[0, 4, 8, 12])), 0);
        // The onset at 3 precedes the beat at 4 (-4 to -2) and the one at 6 the half bar (-3 to
        // -1); after the one at 10 no step before 12 is heavier.
        assert_eq!(syncopation_of(rhythm(&[0, 3, 6, 10, 12])), 4);
        // The last sixteenth, tied over the bar line.
        assert_eq!(syncopation_of(rhythm(&[15])), 4);
    }

    #[test]
    fn steady_bars_are_consistent() {
        let steady = score(Role::Drums, &[&[(0.0, 36), (8.0, 38)][..]; 4]).onsets();
        assert_eq!(groove_consistency(&steady, Role::Drums), 1.0);
        assert_eq!(groove_similarity(&steady, Role::Drums), 1.0);
        let turned: [&[(f32, u8)]; 4] = [&[(0.0, 36)], &[(4.0, 36)], &[(0.0, 36)], &[(4.0, 36)]];
        let turned = score(Role::Drums, &turned).onsets();
        assert_eq!(groove_consistency(&turned, Role::Drums), 0.875);
        assert!(
            (groove_similarity(&turned, Role::Drums) - (2.0 + 4.0 * 0.875) / 6.0).abs() < 1e-12
        );
    }

    #[test]
    fn a_roll_after_plain_bars_is_a_fill() {
        let plain: &[(f32, u8)] = &[(0.0, 36), (4.0, 38), (12.0, 38)];
        let roll: &[(f32, u8)] = &[(0.0, 36), (12.0, 38), (13.0, 50), (14.0, 48), (15.0, 45)];
        let found = fills(&score(Role::Drums, &[plain, plain, plain, roll, plain, plain]).onsets());
        assert_eq!(found, [false, false, false, true, false, false]);
        assert_eq!(fill_share(&score(Role::Drums, &[roll; 8]).onsets()), 0.0);
    }
}
