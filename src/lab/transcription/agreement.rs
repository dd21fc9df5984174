//! How well transcribed notes agree with the true ones: precision, recall and F.
//!
//! Source: Raffel et al., "`mir_eval`: a transparent implementation of common MIR metrics", ISMIR 2014;
//! `transcription.py`: times rounded to 0.1 ms, and the largest matching of notes, not a greedy one.

use crate::lab::transcription::HeardNote;

/// Maximum distance between onsets of matching notes, in seconds.
pub const ONSET_S: f64 = 0.05;

/// Maximum distance between their ends: seconds, or a share of the true note's length.
const END_S: f64 = 0.05;
const END_SHARE: f64 = 0.2;

/// Counts of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Pairs of a true and a found note.
    pub n_matched: usize,
    /// Notes found.
    pub n_found: usize,
    /// True notes.
    pub n_true: usize,
}

impl Agreement {
    /// Share of the found notes that are true; 0 if none are found.
    pub fn precision(&self) -> f64 {
        share(self.n_matched, self.n_found)
    }

    /// Share of the true notes that are found; 0 if there are none.
    pub fn recall(&self) -> f64 {
        share(self.n_matched, self.n_true)
    }

    /// The harmonic mean of precision and recall; 0 if nothing matches.
    pub fn f(&self) -> f64 {
        share(2 * self.n_matched, self.n_found + self.n_true)
    }

    /// The sum of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            n_matched: self.n_matched + other.n_matched,
            n_found: self.n_found + other.n_found,
            n_true: self.n_true + other.n_true,
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// What must agree for notes to match, besides the pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Onsets within [`ONSET_S`].
    Onset,
    /// Also ends within 50 ms or a fifth of the true note's length, whichever is more.
    OnsetAndEnd,
}

/// Compares `found` with `truth`.
pub fn agreement(truth: &[HeardNote], found: &[HeardNote], rule: Rule) -> Agreement {
    let candidates: Vec<Vec<usize>> = truth
        .iter()
        .map(|note| (0..found.len()).filter(|n| matches(note, &found[*n], rule)).collect())
        .collect();
    let n_matched = largest_matching(&candidates, found.len());
    Agreement { n_matched, n_found: found.len(), n_true: truth.len() }
}

fn matches(truth: &HeardNote, found: &HeardNote, rule: Rule) -> bool {
    let within = |a: f64, b: f64, most: f64| ((a - b).abs() * 1e4).round_ties_even() / 1e4 <= most;
    let most = (END_SHARE * (truth.end_s - truth.onset_s)).max(END_S);
    truth.pitch == found.pitch
        && within(truth.onset_s, found.onset_s, ONSET_S)
        && (rule == Rule::Onset || within(truth.end_s, found.end_s, most))
}

/// The size of the largest matching of left nodes to their candidates among `n_right` right nodes, by
/// augmenting paths (Kuhn 1955).
pub fn largest_matching(candidates: &[Vec<usize>], n_right: usize) -> usize {
    let mut owners: Vec<Option<usize>> = vec![None; n_right];
    let mut n_matched = 0;
    for left in 0..candidates.len() {
        let mut is_seen = vec![false; n_right];
        n_matched += usize::from(augment(left, candidates, &mut owners, &mut is_seen));
    }
    n_matched
}

/// Matches `left` to a right node, and rematches others as needed. Without recursion: a path may be as long
/// as the piece.
fn augment(
    left: usize,
    candidates: &[Vec<usize>],
    owners: &mut [Option<usize>],
    is_seen: &mut [bool],
) -> bool {
    // Left nodes on the path, each with the index of the candidate being tried.
    let mut path = vec![(left, 0)];
    while let Some((left, tried)) = path.last_mut() {
        let Some(&right) = candidates[*left].get(*tried) else {
            path.pop();
            if let Some((_, tried)) = path.last_mut() {
                *tried += 1;
            }
            continue;
        };
        if is_seen[right] {
            *tried += 1;
            continue;
        }
        is_seen[right] = true;
        if let Some(owner) = owners[right] {
            path.push((owner, 0));
            continue;
        }
        for (left, tried) in path {
            owners[candidates[left][tried]] = Some(left);
        }
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(onset_s: f64, end_s: f64, pitch: u8) -> HeardNote {
        HeardNote { onset_s, end_s, pitch, amplitude: 0.5 }
    }

    #[test]
    fn the_largest_matching_is_found_where_a_greedy_one_is_smaller() {
        assert_eq!(largest_matching(&[vec![0, 1], vec![0]], 2), 2);
        assert_eq!(largest_matching(&[vec![0], vec![0, 1], vec![1, 2], vec![2]], 3), 3);
        assert_eq!(largest_matching(&[vec![], vec![0], vec![0]], 1), 1);
        let chain: Vec<Vec<usize>> = (0..5000).map(|n| vec![n + 1, n]).collect();
        assert_eq!(largest_matching(&chain, 5001), 5000);
    }

    /// Figures of `mir_eval.transcription.precision_recall_f1_overlap` 0.8.2 for the same lists.
    #[test]
    fn figures_are_those_of_mir_eval() {
        let truth = [
            note(0.0, 0.5, 60),
            note(0.04, 0.9, 60),
            note(1.0, 1.5, 64),
            note(2.0, 4.0, 67),
            note(3.0, 3.1, 40),
        ];
        let found = [
            note(0.05, 0.5, 60),
            note(0.09, 0.8, 60),
            note(1.0501, 1.5, 64),
            note(2.05, 3.6, 67),
            note(3.0, 3.2, 41),
            note(3.0, 3.1, 52),
        ];

        let onset = agreement(&truth, &found, Rule::Onset);
        let both = agreement(&truth, &found, Rule::OnsetAndEnd);

        assert_eq!((onset.n_matched, both.n_matched), (3, 3));
        let near = |x: f64, y: f64| (x - y).abs() < 1e-9;
        assert!(near(onset.precision(), 0.5) && near(onset.recall(), 0.6));
        assert!(near(onset.f(), 6.0 / 11.0));
    }

    #[test]
    fn nothing_agrees_with_nothing() {
        let none = agreement(&[], &[], Rule::Onset);
        assert_eq!((none.precision(), none.recall(), none.f()), (0.0, 0.0, 0.0));
    }
}
