//! Clicks at bar lines.
//!
//! The renderer joins bars, and a faulty joint clicks. Attacks look like clicks too, so the
//! roughness of a bar's start is compared with similar onsets: those of the same drums elsewhere,
//! or all other onsets if these are few. With clean joints a bar start is rarely rougher than the
//! 99th percentile of similar onsets. In renderings without faults none exceeded it by half. A jump
//! of 0.01 (-40 dBFS) in a pad does; one of 0.1 under a kick is masked by its attack.

use std::collections::HashMap;

use crate::{
    lab::measure::{
        audio::clicks::Clicks,
        notes::score::{Role, Score},
        statistics::quantile,
    },
    music::drums,
};

/// Fewest similar onsets that have a 99th percentile of their own.
const FEWEST_SIMILAR: usize = 20;

/// Hits within TOGETHER seconds are one onset; an onset APART seconds from a bar's start is
/// another.
const TOGETHER: f64 = 0.004;
const APART: f64 = 0.006;

/// Relative roughness above which a bar start is a likely fault.
pub const ROUGH: f64 = 1.5;

/// A bar start, or a moment where notes start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// Time from the start of the sound.
    pub second: f64,
    /// Whether a bar starts there.
    pub is_bar_start: bool,
    /// The drums hit there, as a drum token.
    pub drums: u16,
}

/// All bar starts, then all other onsets; `starts` are the times of the bars in seconds.
pub fn onsets(score: &Score, starts: &[f64]) -> Vec<Onset> {
    let hits = hits(score, starts);
    let drums_within = |from: f64, to: f64| {
        let first = hits.partition_point(|(second, _)| *second < from);
        let here = hits[first..].iter().take_while(|(second, _)| *second <= to);
        here.fold(0, |token, (_, drum)| token | drum)
    };
    let bar_start = |start: &f64| Onset {
        second: *start,
        is_bar_start: true,
        drums: drums_within(start - TOGETHER, start + TOGETHER),
    };
    let mut onsets: Vec<Onset> = starts.iter().map(bar_start).collect();
    let mut until = f64::NEG_INFINITY;
    for &(second, _) in &hits {
        let next = starts.partition_point(|start| *start < second);
        let near = &starts[next.saturating_sub(1)..starts.len().min(next + 1)];
        if until < second && near.iter().all(|start| APART < (second - start).abs()) {
            until = second + TOGETHER;
            onsets.push(Onset { second, is_bar_start: false, drums: drums_within(second, until) });
        }
    }
    onsets
}

/// The start of each note in seconds, and its drum as a token (0 for pitched notes), by time.
fn hits(score: &Score, starts: &[f64]) -> Vec<(f64, u16)> {
    let mut hits: Vec<(f64, u16)> = Vec::new();
    for (bar, start) in score.bars.iter().zip(starts) {
        for role in Role::ALL {
            hits.extend(bar.parts[role as usize].iter().map(|hit| {
                let class = drums::class(hit.pitch).filter(|_| role == Role::Drums);
                let late = f64::from(hit.start_step) * bar.tempo.seconds_per_step();
                (start + late, class.map_or(0, drums::Drum::bit))
            }));
        }
    }
    hits.sort_by(|a, b| a.0.total_cmp(&b.0));
    hits
}

/// Roughness of bar starts, relative to the 99th percentile of similar onsets.
#[derive(Debug, Clone, PartialEq)]
pub struct BarStarts {
    /// Each bar's start in seconds, and its relative roughness.
    pub bars: Vec<(f64, f64)>,
    /// The share of bar starts above 1, 0 to 1; 0.01 is expected by chance.
    pub rougher: f64,
    /// The share of bar starts above [`ROUGH`], 0 to 1.
    pub clearly_rougher: f64,
    /// The greatest relative roughness.
    pub worst: f64,
}

impl BarStarts {
    /// Compares bar starts with other onsets; none if either are missing.
    pub fn measure(clicks: &Clicks, onsets: &[Onset]) -> Option<Self> {
        let rough = onsets.iter().filter_map(|onset| Some((onset, clicks.at(onset.second)?)));
        let (starts, others): (Vec<_>, Vec<_>) = rough.partition(|(onset, _)| onset.is_bar_start);
        if starts.is_empty() || others.is_empty() {
            return None;
        }
        let mut by_drums: HashMap<u16, Vec<f64>> = HashMap::new();
        for (onset, rough) in &others {
            by_drums.entry(onset.drums).or_default().push(*rough);
        }
        by_drums.retain(|_, similar| FEWEST_SIMILAR <= similar.len());
        let high = |values: &[f64]| quantile(values, 0.99);
        let of_all = high(&others.iter().map(|(_, rough)| *rough).collect::<Vec<_>>());
        let of_similar: HashMap<u16, f64> =
            by_drums.iter().map(|(drums, similar)| (*drums, high(similar))).collect();
        let relative = |(onset, rough): &(&Onset, f64)| {
            (onset.second, rough / of_similar.get(&onset.drums).unwrap_or(&of_all))
        };
        let bars: Vec<(f64, f64)> = starts.iter().map(relative).collect();
        let share = |limit: f64| {
            bars.iter().filter(|(_, rough)| limit < *rough).count() as f64 / bars.len() as f64
        };
        Some(Self {
            rougher: share(1.0),
            clearly_rougher: share(ROUGH),
            worst: bars.iter().map(|(_, rough)| *rough).fold(0.0, f64::max),
            bars,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::{
        audio::{
            clicks::ClickMeter,
            testing::{RATE, feed, sine},
        },
        notes::testing::score,
    };

    fn clicks(seconds: f64, mut frame: impl FnMut(usize) -> f32) -> Clicks {
        let mut meter = ClickMeter::new(RATE);
        feed(seconds, |n| [frame(n); 2], |left, right| meter.push(left, right));
        meter.finish()
    }

    /// Eighths of 0.2 s, eight per bar, each with a blip; bars start with a jump of this size.
    fn with_jumps(jump: f32) -> BarStarts {
        let n_bars = 40;
        let eighth = 8820;
        let sound = |n: usize| {
            let (number, since) = (n / eighth, n % eighth);
            let level = 0.1 + 0.02 * (number * 7 % 5) as f32;
            let blip = level * sine(1500.0, n) * (-(since as f32) / 300.0).exp();
            let held = if (number / 8).is_multiple_of(2) { 0.0 } else { jump };
            0.2 * sine(110.0, n) + blip + held
        };
        let clicks = clicks(0.2 * 8.0 * f64::from(n_bars), sound);
        let onset =
            |n: i32| Onset { second: 0.2 * f64::from(n), is_bar_start: n % 8 == 0, drums: 1 };
        BarStarts::measure(&clicks, &(0..n_bars * 8).map(onset).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn clean_bar_starts_are_as_rough_as_other_onsets() {
        let clean = with_jumps(0.0);
        assert_eq!(clean.clearly_rougher, 0.0);
        assert!(clean.worst < 1.1 && clean.rougher < 0.1, "{clean:?}");
        assert_eq!(clean.bars.len(), 39);
    }

    #[test]
    fn a_jump_at_every_bar_is_caught() {
        let rough = with_jumps(0.05);
        assert!(rough.rougher == 1.0 && rough.clearly_rougher > 0.5, "{rough:?}");
        assert!(rough.worst > 3.0, "{rough:?}");
    }

    #[test]
    fn onsets_are_bar_starts_and_all_other_notes() {
        // A step is 0.125 s; the last hit is 2 ms after the one before.
        let piece = score(Role::Drums, &[&[(0.01, 36), (4.0, 36), (5.0, 42), (5.016, 38)], &[]]);

        let found = onsets(&piece, &[0.5, 2.5]);

        let seconds: Vec<f64> = found.iter().map(|onset| onset.second).collect();
        assert_eq!(seconds, [0.5, 2.5, 1.0, 1.125]);
        let drums: Vec<u16> = found.iter().map(|onset| onset.drums).collect();
        assert_eq!(drums, [0b1, 0, 0b1, 0b110]);
        assert!(found[1].is_bar_start && !found[2].is_bar_start);
    }

    #[test]
    fn without_other_onsets_nothing_is_measured() {
        let clicks = clicks(1.0, |_| 0.0);
        let onset = Onset { second: 0.5, is_bar_start: true, drums: 0 };
        assert_eq!(BarStarts::measure(&clicks, &[onset]), None);
        assert_eq!(BarStarts::measure(&clicks, &[]), None);
    }
}
