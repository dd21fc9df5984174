//! What is known about a frame in advance: its place in the beat and in the line of the hymn.

use crate::chorale::frame::FRAMES_PER_BEAT;

/// Position of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// Sixteenth of the beat, 0 to 3.
    pub tick: u8,
    /// Place in the line, below [`N_PLACES`]: frames under the fermata, or before the next one.
    pub place: u8,
    /// Whether the current or next fermata is the last.
    pub is_last_line: bool,
}

impl Cue {
    /// Whether it is under a fermata.
    pub fn has_fermata(self) -> bool {
        usize::from(self.place) < N_UNDER
    }
}

/// Distinct frames under a fermata.
const N_UNDER: usize = 5;

/// Distinct frames before a fermata; earlier ones count by beats.
const N_NEAR: usize = 16;

/// Earlier beats.
const N_FAR: usize = 5;

/// Number of places in a line.
pub const N_PLACES: usize = N_UNDER + N_NEAR + N_FAR + 1;

/// The cues of a chorale with these fermatas.
pub fn cues(fermatas: &[bool]) -> Vec<Cue> {
    let last_start = (0..fermatas.len()).rev().find(|&at| starts(fermatas, at));
    let is_last_line = |at: usize| {
        let mut before = (at + 1..fermatas.len()).filter(|&later| starts(fermatas, later));
        match fermatas[at] {
            true => before.next().is_none(),
            false => before.next() == last_start,
        }
    };
    let cue = |at: usize| Cue {
        tick: (at % FRAMES_PER_BEAT) as u8,
        place: place(fermatas, at) as u8,
        is_last_line: is_last_line(at),
    };
    (0..fermatas.len()).map(cue).collect()
}

/// Whether a fermata begins at frame `at`.
fn starts(fermatas: &[bool], at: usize) -> bool {
    fermatas[at] && !(0 < at && fermatas[at - 1])
}

fn place(fermatas: &[bool], at: usize) -> usize {
    if fermatas[at] {
        let before = fermatas[..at].iter().rev().take_while(|&&fermata| fermata).count();
        return before.min(N_UNDER - 1);
    }
    match fermatas[at..].iter().position(|&fermata| fermata) {
        Some(left) if left <= N_NEAR => N_UNDER + left - 1,
        Some(left) => {
            let beats = (left - N_NEAR - 1) / FRAMES_PER_BEAT;
            N_UNDER + N_NEAR + beats.min(N_FAR - 1)
        }
        None => N_PLACES - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_count_down_to_the_fermata_and_up_under_it() {
        let mut fermatas = vec![false; 24];
        fermatas.extend([true; 6]);
        fermatas.extend([false; 2]);
        fermatas.extend([true, true, false]);

        let cues = cues(&fermatas);

        let places: Vec<u8> = cues.iter().map(|cue| cue.place).collect();
        assert_eq!(places[..9], [22, 22, 22, 22, 21, 21, 21, 21, 20]);
        assert_eq!(places[21..], [7, 6, 5, 0, 1, 2, 3, 4, 4, 6, 5, 0, 1, 26]);
        let last: Vec<usize> =
            cues.iter().zip(0..).filter_map(|(cue, at)| cue.is_last_line.then_some(at)).collect();
        assert_eq!(last, [30, 31, 32, 33]);
        assert_eq!((cues[0].tick, cues[7].tick), (0, 3));
        assert!(cues.iter().zip(&fermatas).all(|(cue, fermata)| cue.has_fermata() == *fermata));
    }
}
