//! Plans of fermatas: where the lines of a hymn end.

use crate::chorale::frame::{FRAMES_PER_BEAT, Sound};

/// Shortest note that may end a line of a tune, in frames: a half note.
const MIN_END: usize = 8;

/// Least ratio of such a note to the tune's median length.
const LONGER: usize = 2;

/// Shortest line, in frames.
const MIN_LINE: usize = 12;

/// Longest fermata, in frames.
const MAX_FERMATA: usize = 16;

/// Frames per line where no line ends are found: four bars.
const USUAL_LINE: usize = 64;

/// A note: its first frame and the one after its last.
type Span = (usize, usize);

/// The plan of `n_lines` lines of `n_beats` beats each, the last beat of each under a fermata.
pub fn regular(n_lines: usize, n_beats: usize) -> Vec<bool> {
    held(n_lines, n_beats, 1)
}

/// The same with the last `n_held` beats of each line under a fermata.
pub fn held(n_lines: usize, n_beats: usize, n_held: usize) -> Vec<bool> {
    let n = n_beats.max(1);
    let start = FRAMES_PER_BEAT * n.saturating_sub(n_held);
    let line: Vec<bool> = (0..FRAMES_PER_BEAT * n).map(|frame| start <= frame).collect();
    line.repeat(n_lines)
}

/// A plan for `tune`: a line ends with a long note, at least a half note and twice the median, or before a
/// rest of at least a beat. A long tune without either has a line end every four bars.
pub fn of_tune(tune: &[Sound]) -> Vec<bool> {
    let notes = spans(tune);
    let mut lengths: Vec<usize> = notes.iter().map(|(start, end)| end - start).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    let is_end = |number: usize| {
        let (start, end) = notes[number];
        let is_long = MIN_END.max(LONGER * median) <= end - start;
        let rests = notes.get(number + 1).is_some_and(|next| end + FRAMES_PER_BEAT <= next.0);
        is_long || rests
    };
    let mut ends = lines(&notes, is_end);
    if ends.len() == 1 && USUAL_LINE < tune.len() {
        let is_due = |number: usize| {
            let (start, end) = notes[number];
            (start..end).any(|frame| (frame + FRAMES_PER_BEAT).is_multiple_of(USUAL_LINE))
        };
        ends = lines(&notes, is_due);
    }
    let mut fermatas = vec![false; tune.len()];
    for (start, end) in ends {
        fermatas[start..end.min(start + MAX_FERMATA)].fill(true);
    }
    fermatas
}

/// The notes that end lines: those of `is_end`, at least `MIN_LINE` apart, and the last.
fn lines(notes: &[Span], is_end: impl Fn(usize) -> bool) -> Vec<Span> {
    let mut ends: Vec<Span> = Vec::new();
    for (number, &note) in notes.iter().enumerate() {
        let is_last = number + 1 == notes.len();
        let before = ends.last().map_or(0, |before| before.1);
        if is_last || (is_end(number) && before + MIN_LINE <= note.0) {
            ends.push(note);
        }
    }
    ends
}

fn spans(tune: &[Sound]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (frame, sound) in tune.iter().enumerate() {
        match (sound, spans.last_mut()) {
            (Sound::Struck(_), _) => spans.push((frame, frame + 1)),
            (Sound::Held(_), Some(last)) => last.1 = frame + 1,
            _ => {}
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes of so many frames; negative numbers are rests.
    fn tune(lengths: &[i32]) -> Vec<Sound> {
        let note = |&length: &i32| -> Vec<Sound> {
            (0..length.abs())
                .map(|frame| match (length, frame) {
                    (..0, _) => Sound::Rest,
                    (_, 0) => Sound::Struck(60),
                    _ => Sound::Held(60),
                })
                .collect()
        };
        lengths.iter().flat_map(note).collect()
    }

    fn ends(lengths: &[i32]) -> Vec<usize> {
        let fermatas = of_tune(&tune(lengths));
        (0..fermatas.len()).filter(|&at| fermatas[at] && (at == 0 || !fermatas[at - 1])).collect()
    }

    #[test]
    fn regular_lines_end_under_a_fermata() {
        let plan = regular(2, 8);
        assert_eq!(plan.len(), 64);
        assert_eq!(plan.iter().position(|&fermata| fermata), Some(28));
        assert!(plan[28..32].iter().all(|&fermata| fermata) && !plan[32]);
        let long = held(1, 4, 2);
        assert_eq!((long[7], long[8], long.len()), (false, true, 16));
    }

    #[test]
    fn lines_of_a_tune_end_with_long_notes_and_before_rests() {
        assert_eq!(ends(&[4, 4, 4, 4, 4, 4, 8, 4, 4, 4, 4, 4, 4, 8]), [24, 56]);
        assert_eq!(ends(&[4, 4, 4, 4, -4, 4, 4, 4, 4]), [12, 32]);
        assert_eq!(ends(&[8; 6]), [40], "half notes among half notes end nothing");
    }

    #[test]
    fn a_long_tune_without_ends_has_one_every_four_bars() {
        assert_eq!(ends(&[4; 48]), [60, 124, 188]);
        assert!(of_tune(&[]).is_empty());
    }
}
