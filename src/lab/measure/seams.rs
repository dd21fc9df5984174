//! Whether bars are joined without a click.
//!
//! An attack is a click, too, and most begin with a bar, so a bar's start is held against its like:
//! other moments at which the same drums are struck, or, where they are few, all other moments at
//! which anything begins, each where it is played. If joints are clean, a bar's start is hardly ever
//! rougher than 99 in 100 of them. In renderings without a seam none was rougher by half; a jump of
//! 0.01 (-40 dBFS) in a pad is, while under a kick one of 0.1 drowns in its attack.

use std::collections::HashMap;

use crate::{
    lab::measure::{
        hearing::clicks::Clicks,
        score::{Role, Score},
        statistics::quantile,
    },
    music::drums,
};

/// Like moments by whose 99th percentile one can judge.
const FEWEST_LIKE: usize = 20;

/// Seconds within which hits are one moment, and from a bar's start to a moment that is another.
const TOGETHER: f64 = 0.004;
const APART: f64 = 0.006;

/// From here on a start is clearly rougher than its like.
pub const ROUGH: f64 = 1.5;

/// Where something begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Since the beginning of the sound.
    pub second: f64,
    /// Whether a bar begins there.
    pub is_seam: bool,
    /// The drums that are struck there, as a drum token.
    pub drums: u16,
}

/// Every bar's start, and every other moment at which something is played; `starts` are the bars',
/// in seconds.
pub fn moments(score: &Score, starts: &[f64]) -> Vec<Moment> {
    let hits = hits(score, starts);
    let struck = |from: f64, to: f64| {
        let first = hits.partition_point(|(second, _)| *second < from);
        let here = hits[first..].iter().take_while(|(second, _)| *second <= to);
        here.fold(0, |token, (_, drum)| token | drum)
    };
    let seam = |start: &f64| Moment {
        second: *start,
        is_seam: true,
        drums: struck(start - TOGETHER, start + TOGETHER),
    };
    let mut moments: Vec<Moment> = starts.iter().map(seam).collect();
    let mut until = f64::NEG_INFINITY;
    for &(second, _) in &hits {
        let next = starts.partition_point(|start| *start < second);
        let near = &starts[next.saturating_sub(1)..starts.len().min(next + 1)];
        if until < second && near.iter().all(|start| APART < (second - start).abs()) {
            until = second + TOGETHER;
            moments.push(Moment { second, is_seam: false, drums: struck(second, until) });
        }
    }
    moments
}

/// When each note begins, in seconds, and the drum that it is, as a token; by time.
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

/// How rough the joints between bars are.
#[derive(Debug, Clone, PartialEq)]
pub struct Seams {
    /// Each bar's start in seconds, and how much rougher it is than 99 in 100 of its like.
    pub bars: Vec<(f64, f64)>,
    /// The share, 0 to 1, of starts that are rougher than these at all; 0.01 by chance.
    pub rougher: f64,
    /// The share of starts that are rougher by half.
    pub clearly_rougher: f64,
    /// The roughest start beside its like.
    pub worst: f64,
}

impl Seams {
    /// Judges `moments`; none without bars or without anything to hold them against.
    pub fn judge(clicks: &Clicks, moments: &[Moment]) -> Option<Self> {
        let rough = moments.iter().filter_map(|moment| Some((moment, clicks.at(moment.second)?)));
        let (seams, others): (Vec<_>, Vec<_>) = rough.partition(|(moment, _)| moment.is_seam);
        if seams.is_empty() || others.is_empty() {
            return None;
        }
        let mut like: HashMap<u16, Vec<f64>> = HashMap::new();
        for (moment, rough) in &others {
            like.entry(moment.drums).or_default().push(*rough);
        }
        like.retain(|_, like| FEWEST_LIKE <= like.len());
        let high = |values: &[f64]| quantile(values, 0.99);
        let of_all = high(&others.iter().map(|(_, rough)| *rough).collect::<Vec<_>>());
        let of_like: HashMap<u16, f64> =
            like.iter().map(|(drums, like)| (*drums, high(like))).collect();
        let beside = |(moment, rough): &(&Moment, f64)| {
            (moment.second, rough / of_like.get(&moment.drums).unwrap_or(&of_all))
        };
        let bars: Vec<(f64, f64)> = seams.iter().map(beside).collect();
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
        hearing::tests::{hear, sine},
        score::tests::score,
    };

    /// Eighths of 0.2 s, eight a bar, each with a blip; bars begin with a jump of this size.
    fn judged(jump: f32) -> Seams {
        let n_bars = 40;
        let eighth = 8820;
        let sound = |n: usize| {
            let (number, since) = (n / eighth, n % eighth);
            let level = 0.1 + 0.02 * (number * 7 % 5) as f32;
            let blip = level * sine(1500.0, n) * (-(since as f32) / 300.0).exp();
            let held = if (number / 8).is_multiple_of(2) { 0.0 } else { jump };
            0.2 * sine(110.0, n) + blip + held
        };
        let clicks = hear(0.2 * 8.0 * f64::from(n_bars), |n| [sound(n); 2]).clicks;
        let moment = |n: i32| Moment { second: 0.2 * f64::from(n), is_seam: n % 8 == 0, drums: 1 };
        Seams::judge(&clicks, &(0..n_bars * 8).map(moment).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn clean_joints_are_like_other_moments() {
        let clean = judged(0.0);
        assert_eq!(clean.clearly_rougher, 0.0);
        assert!(clean.worst < 1.1 && clean.rougher < 0.1, "{clean:?}");
        assert_eq!(clean.bars.len(), 39);
    }

    #[test]
    fn a_jump_at_every_bar_is_caught() {
        let rough = judged(0.05);
        assert!(rough.rougher == 1.0 && rough.clearly_rougher > 0.5, "{rough:?}");
        assert!(rough.worst > 3.0, "{rough:?}");
    }

    #[test]
    fn moments_are_bar_starts_and_whatever_else_is_played() {
        // A step is 0.125 s; the second hat comes 2 ms after the first.
        let piece = score(Role::Drums, &[&[(0.01, 36), (4.0, 36), (5.0, 42), (5.016, 38)], &[]]);

        let found = moments(&piece, &[0.5, 2.5]);

        let seconds: Vec<f64> = found.iter().map(|moment| moment.second).collect();
        assert_eq!(seconds, [0.5, 2.5, 1.0, 1.125]);
        let drums: Vec<u16> = found.iter().map(|moment| moment.drums).collect();
        assert_eq!(drums, [0b1, 0, 0b1, 0b110]);
        assert!(found[1].is_seam && !found[2].is_seam);
    }

    #[test]
    fn nothing_to_compare_is_no_judgement() {
        let clicks = hear(1.0, |_| [0.0; 2]).clicks;
        let moment = Moment { second: 0.5, is_seam: true, drums: 0 };
        assert_eq!(Seams::judge(&clicks, &[moment]), None);
        assert_eq!(Seams::judge(&clicks, &[]), None);
    }
}
