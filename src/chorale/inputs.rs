//! The network's input at a step: a sum of embedding rows. They encode which voice is next; what all voices
//! sang, as pitches, as degrees of the key and as intervals; and where the voices above came from, which
//! reveals parallels.

use std::ops::Range;

use crate::chorale::{
    cue::{Cue, N_PLACES},
    frame::{FRAMES_PER_BEAT, N_VOICES, Voice},
    past::{Act, Past, Sung},
    token::{HIGHEST, LOWEST},
};

/// Rows per step.
pub const N_ROWS: usize = 8 + 4 * (N_VOICES - 1);

/// No row: a silent voice, or an act that is not known yet.
pub const NONE: u32 = u32::MAX;

const N_PITCHES: usize = (HIGHEST - LOWEST + 1) as usize;
const N_DEGREES: usize = 24; // of major and of minor keys
const N_LENGTHS: usize = 16;
const MAX_INTERVAL: i8 = 12; // semitones; larger are clamped
const N_INTERVALS: usize = 2 * MAX_INTERVAL as usize + 1;
const MAX_DISTANCE: i16 = 36; // semitones between voices
const N_DISTANCES: usize = 2 * MAX_DISTANCE as usize + 1;
const N_ACTS: usize = 2 + N_INTERVALS;
/// Distances modulo the octave, by direction: down, same, up.
const N_ORIGINS: usize = 12 * 3;
const N_PAIRS: usize = N_VOICES * N_VOICES;

/// Sizes of the groups of rows, in order.
const GROUPS: [usize; 12] = [
    N_VOICES * FRAMES_PER_BEAT,
    N_VOICES * N_PLACES,
    2,
    N_DEGREES, // the key
    N_VOICES * N_PITCHES,
    N_VOICES * N_DEGREES,
    N_VOICES * N_LENGTHS,
    N_VOICES * N_INTERVALS,
    N_PAIRS * N_DEGREES,
    N_PAIRS * N_DISTANCES,
    N_PAIRS * N_ACTS,
    N_PAIRS * N_ORIGINS,
];

/// First row of group `group`.
const fn start(group: usize) -> usize {
    let (mut sum, mut at) = (0, 0);
    while at < group {
        sum += GROUPS[at];
        at += 1;
    }
    sum
}

/// Number of rows of the embedding.
pub const N_EMBEDDED: usize = start(GROUPS.len());

/// Appends the [`N_ROWS`] rows of the step after `past`, in a frame of `cue`, to `rows`.
pub fn push(rows: &mut Vec<u32>, past: &Past, cue: Cue) {
    let next = past.next();
    let own = past.voice(next);
    let voice = next as usize;
    let mut add = |group: usize, row: Option<usize>| {
        rows.push(row.map_or(NONE, |row| (start(group) + row) as u32));
    };
    add(0, Some(voice * FRAMES_PER_BEAT + usize::from(cue.tick)));
    add(1, Some(voice * N_PLACES + usize::from(cue.place)));
    add(2, Some(usize::from(cue.is_last_line)));
    add(3, Some(past.key()));
    add(4, own.pitch.map(|pitch| voice * N_PITCHES + bounded(pitch)));
    add(5, own.pitch.map(|pitch| voice * N_DEGREES + degree(past, pitch)));
    let length = usize::from(own.n_frames).checked_sub(1).map(|n| n.min(N_LENGTHS - 1));
    add(6, length.map(|length| voice * N_LENGTHS + length));
    add(7, own.interval.map(|interval| voice * N_INTERVALS + clamped(interval)));
    for other in others(next) {
        let pair = voice * N_VOICES + other as usize;
        let theirs = past.voice(other);
        add(8, theirs.pitch.map(|pitch| pair * N_DEGREES + degree(past, pitch)));
        add(9, distance(own, theirs).map(|distance| pair * N_DISTANCES + distance));
        add(10, act(theirs.act).map(|act| pair * N_ACTS + act));
        add(11, origin(own, theirs).map(|origin| pair * N_ORIGINS + origin));
    }
}

fn others(voice: Voice) -> impl Iterator<Item = Voice> {
    Voice::ALL.into_iter().filter(move |&other| other != voice)
}

fn bounded(pitch: u8) -> usize {
    usize::from(pitch.clamp(LOWEST, HIGHEST) - LOWEST)
}

fn degree(past: &Past, pitch: u8) -> usize {
    12 * past.mode() + past.degree(pitch)
}

fn clamped(interval: i8) -> usize {
    (interval.clamp(-MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL) as usize
}

/// Distance from a voice's own last pitch to another's pitch.
fn distance(own: &Sung, theirs: &Sung) -> Option<usize> {
    let distance = i16::from(theirs.pitch?) - i16::from(own.last?);
    Some((distance.clamp(-MAX_DISTANCE, MAX_DISTANCE) + MAX_DISTANCE) as usize)
}

fn act(act: Act) -> Option<usize> {
    match act {
        Act::Open => None,
        Act::Held => Some(0),
        Act::Rested => Some(1),
        Act::Moved(interval) => Some(2 + clamped(interval)),
    }
}

/// For a voice that moved in this frame, its direction and its interval above the own voice before that.
fn origin(own: &Sung, theirs: &Sung) -> Option<usize> {
    let Act::Moved(step) = theirs.act else { return None };
    let before = i16::from(theirs.pitch?) - i16::from(step);
    let distance = (before - i16::from(own.pitch?)).rem_euclid(12) as usize;
    Some(12 * (step.signum() + 1) as usize + distance)
}

/// The rows that encode how the other voices moved in this frame; for tests.
pub fn act_rows() -> Range<u32> {
    start(10) as u32..start(11) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{cue::cues, token::strike},
        music::scale::{Key, Mode},
    };

    #[test]
    fn each_step_has_as_many_rows_and_none_is_out_of_range() {
        let cues = cues(&[false, true]);
        let mut past = Past::new(Key { root: 11, mode: Mode::Minor });
        for pitch in [81, 53, 69, 36, 57, 74, 48, 64] {
            let mut rows = Vec::new();
            push(&mut rows, &past, cues[1]);
            assert_eq!(rows.len(), N_ROWS);
            assert!(rows.iter().all(|&row| row == NONE || (row as usize) < N_EMBEDDED), "{rows:?}");
            past.write(strike(pitch).unwrap());
        }
    }

    #[test]
    fn a_fifth_above_that_goes_up_is_told_from_a_sixth_and_from_one_that_goes_down() {
        let origin_after = |alto: u8, to: u8| {
            let mut past = Past::new(Key { root: 0, mode: Mode::Major });
            for pitch in [72, alto, 60, 48, 72, to] {
                past.write(strike(pitch).unwrap());
            }
            origin(past.voice(Voice::Tenor), past.voice(Voice::Alto))
        };
        assert_eq!(origin_after(67, 69), Some(24 + 7));
        assert_eq!(origin_after(67, 65), Some(7));
        assert_eq!(origin_after(69, 71), Some(24 + 9));
    }

    #[test]
    fn only_the_voices_above_have_acted() {
        let cue = cues(&[false])[0];
        let mut past = Past::new(Key { root: 0, mode: Mode::Major });
        let n_acts: Vec<usize> = [72, 67, 60, 48]
            .map(|pitch| {
                let mut rows = Vec::new();
                push(&mut rows, &past, cue);
                past.write(strike(pitch).unwrap());
                rows.into_iter().filter(|row| act_rows().contains(row)).count()
            })
            .to_vec();
        assert_eq!(n_acts, [0, 1, 2, 3]);
    }
}
