//! How varied a chord part is: its rhythms, voicings and outer voices.

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::measure::{
    notes::{
        score::{Role, Score},
        timed::{self, TimedNote},
    },
    statistics::{mean, quantile},
};

/// Length in minutes of the spans in which rhythms are counted.
pub const MINUTES: f64 = 6.0;

/// Figures of a chord part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompingFigures {
    /// Distinct rhythms of a bar in six minutes: the mean over the score's spans of about that
    /// length.
    pub rhythms: f64,
    /// Share of the commonest rhythm among bars with onsets, 0 to 1: the mean over the same spans.
    pub commonest: f64,
    /// Distinct voicings, as sets of pitches that start together.
    pub voicings: usize,
    /// Range of the top voice in semitones, from the 5th to the 95th percentile.
    pub top_span: f64,
    /// 95th percentile of the lowest note's MIDI pitch.
    pub lowest: f64,
}

impl CompingFigures {
    /// Measures the chords of `score`; none without any.
    pub fn of(score: &Score) -> Option<Self> {
        let notes = timed::notes(score, Role::Chords);
        let mut chords: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for note in &notes {
            chords.entry(note.step).or_default().push(note.pitch);
        }
        for pitches in chords.values_mut() {
            pitches.sort_unstable();
        }
        let outer = |voice: fn(&[u8]) -> Option<&u8>| -> Vec<f64> {
            chords.values().filter_map(|pitches| voice(pitches)).map(|p| f64::from(*p)).collect()
        };
        let (lowest, top) = (outer(<[u8]>::first), outer(<[u8]>::last));
        let rhythms = rhythms(score, &notes);
        (!chords.is_empty()).then(|| Self {
            rhythms: mean(&rhythms.iter().map(|(n, _)| *n).collect::<Vec<_>>()),
            commonest: mean(&rhythms.iter().map(|(_, share)| *share).collect::<Vec<_>>()),
            voicings: chords.values().collect::<BTreeSet<_>>().len(),
            top_span: quantile(&top, 0.95) - quantile(&top, 0.05),
            lowest: quantile(&lowest, 0.95),
        })
    }
}

/// For each span of about six minutes with chords: the number of distinct rhythms, and the share of
/// the commonest.
fn rhythms(score: &Score, notes: &[TimedNote]) -> Vec<(f64, f64)> {
    let mut bars: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for note in notes {
        bars.entry(note.bar()).or_default().insert(note.step_of_bar());
    }
    let n_spans = (score.seconds() / 60.0 / MINUTES).round().max(1.0) as usize;
    let n_bars = score.bars.len().div_ceil(n_spans).max(1);
    let mut spans: BTreeMap<usize, BTreeMap<&BTreeSet<usize>, usize>> = BTreeMap::new();
    for (bar, rhythm) in &bars {
        *spans.entry(bar / n_bars).or_default().entry(rhythm).or_default() += 1;
    }
    let span = |counts: &BTreeMap<_, usize>| {
        let most = counts.values().max().copied().unwrap_or(0);
        (counts.len() as f64, most as f64 / counts.values().sum::<usize>() as f64)
    };
    spans.values().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    /// A triad at `step` above `root`.
    fn triad(step: f32, root: u8) -> Vec<(f32, u8)> {
        [0, 4, 7].map(|interval| (step, root + interval)).to_vec()
    }

    fn measured(bars: &[Vec<(f32, u8)>]) -> CompingFigures {
        let bars: Vec<&[(f32, u8)]> = bars.iter().map(Vec::as_slice).collect();
        CompingFigures::of(&score(Role::Chords, &bars)).unwrap()
    }

    #[test]
    fn rhythms_and_voicings_are_counted_once_each() {
        let stab = [triad(0.0, 60), triad(6.0, 60)].concat();
        let found = measured(&[triad(0.0, 60), triad(0.0, 62), stab, vec![], triad(0.0, 60)]);

        assert_eq!((found.rhythms, found.commonest, found.voicings), (2.0, 0.75, 2));
    }

    #[test]
    fn outer_voices_are_those_of_each_chord() {
        let bars: Vec<_> = (0..21).map(|n| triad(0.0, 60 + n)).collect();
        let found = measured(&bars);

        // Of 21 chords a semitone apart the 5th percentile is the second, the 95th the 20th.
        assert_eq!((found.top_span, found.lowest), (18.0, 79.0));
        assert_eq!(CompingFigures::of(&score(Role::Chords, &[&[]])), None);
    }

    #[test]
    fn an_hour_is_measured_six_minutes_at_a_time() {
        // Bars of two seconds: 360 are twelve minutes. The second half has another rhythm.
        let bars: Vec<_> =
            (0..360).map(|n| if n < 180 { triad(0.0, 60) } else { triad(2.0, 60) }).collect();
        assert_eq!((measured(&bars).rhythms, measured(&bars).commonest), (1.0, 1.0));
        assert_eq!(measured(&bars[90..270]).rhythms, 2.0);
    }
}
