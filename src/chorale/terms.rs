//! From the network's outputs to the logits of the tokens.
//!
//! A token's logit is a sum of [`N_TERMS`] outputs: for its pitch, the interval from the voice's last pitch,
//! the degree of the key, the chord with the voices above, and the distance and the [motion] to each of
//! these. What is learnt about an interval, a degree, a chord or a parallel thus holds at every pitch.

use crate::chorale::{
    chord::Intervals,
    frame::{N_VOICES, Voice},
    motion::{self, N_MOTIONS},
    past::Past,
    token::{HOLD, N_TOKENS, pitch},
};

/// Outputs that sum to a logit.
pub const N_TERMS: usize = 4 + 2 * N_ABOVE;

/// Voices that can be above one.
const N_ABOVE: usize = N_VOICES - 1;

const MAX_INTERVAL: i16 = 24;
const N_INTERVALS: usize = 2 * MAX_INTERVAL as usize + 1;
const N_DEGREES: usize = 12;
/// Limits of the distance to a voice above in semitones; negative if crossed.
const CROSSED: i16 = -12;
const BELOW: i16 = 36;
const N_DISTANCES: usize = (BELOW - CROSSED + 1) as usize;
/// Sets of at most three of the eleven pitch-class intervals above a pitch.
const N_CHORDS: usize = 1 + 11 + 55 + 165;

const INTERVALS: usize = N_TOKENS;
const DEGREES: usize = INTERVALS + N_INTERVALS + 1;
const DISTANCES: usize = DEGREES + N_DEGREES + 1;
const CHORDS: usize = DISTANCES + N_ABOVE * (N_DISTANCES + 1);
const MOTIONS: usize = CHORDS + N_CHORDS + 1;

/// Number of outputs. The last of each kind but the first stands for "does not apply".
pub const N_OUTPUTS: usize = MOTIONS + N_ABOVE * (N_MOTIONS + 1);

/// The index of each of these sets, by the bits of [`Intervals`].
const CHORD_NUMBERS: [u8; 1 << 11] = {
    let mut numbers = [0; 1 << 11];
    let (mut set, mut next) = (0, 0);
    while set < 1 << 11 {
        if (set as u32).count_ones() <= 3 {
            numbers[set] = next;
            next += 1;
        }
        set += 1;
    }
    assert!(next as usize == N_CHORDS);
    numbers
};

/// Indices of the outputs that each token sums after `past`.
pub fn terms(past: &Past) -> [[u16; N_TERMS]; N_TOKENS] {
    std::array::from_fn(|token| of_token(past, token as u8))
}

fn of_token(past: &Past, token: u8) -> [u16; N_TERMS] {
    let own = past.voice(past.next());
    let struck = pitch(token);
    let sounding = if token == HOLD { own.pitch } else { struck };
    let interval = struck.zip(own.last).map(|(to, from)| {
        let interval = i16::from(to) - i16::from(from);
        (interval.clamp(-MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL) as usize
    });
    let mut terms = [0; N_TERMS];
    let mut set = |term: usize, start: usize, n: usize, number: Option<usize>| {
        terms[term] = (start + number.unwrap_or(n)) as u16;
    };
    set(0, 0, 0, Some(usize::from(token)));
    set(1, INTERVALS, N_INTERVALS, interval);
    set(2, DEGREES, N_DEGREES, sounding.map(|pitch| past.degree(pitch)));
    set(3, CHORDS, N_CHORDS, sounding.map(|pitch| chord(past, pitch)));
    for (number, &above) in Voice::ALL[..N_ABOVE].iter().enumerate() {
        let distance = sounding.and_then(|pitch| distance(past, above, pitch));
        let motion = struck.filter(|_| above < past.next());
        let motion = motion.and_then(|pitch| motion::number(past.voice(above), own, pitch));
        set(4 + number, DISTANCES + number * (N_DISTANCES + 1), N_DISTANCES, distance);
        set(4 + N_ABOVE + number, MOTIONS + number * (N_MOTIONS + 1), N_MOTIONS, motion);
    }
    terms
}

/// Semitones from `pitch` up to `above`, minus `CROSSED`, if that voice sounds and is above the next.
fn distance(past: &Past, above: Voice, pitch: u8) -> Option<usize> {
    let above = past.voice(above).pitch.filter(|_| above < past.next())?;
    let distance = i16::from(above) - i16::from(pitch);
    Some((distance.clamp(CROSSED, BELOW) - CROSSED) as usize)
}

/// Index of the chord of `pitch` and the voices above.
fn chord(past: &Past, pitch: u8) -> usize {
    usize::from(CHORD_NUMBERS[usize::from(Intervals::below(past, pitch).0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{
            encoding::Encoding,
            token::{REST, strike},
        },
        music::scale::{Key, Mode},
    };

    #[test]
    fn a_logit_adds_up_pitch_interval_degree_chord_distances_and_motions() {
        let mut past = Past::new(Key { root: 2, mode: Mode::Major });
        for pitch in [74, 69, 66, 50, 76] {
            past.write(strike(pitch).unwrap());
        }
        let mut outputs = vec![0.0; N_OUTPUTS];
        let token = strike(67).unwrap();
        outputs[usize::from(token)] = 1.0;
        outputs[INTERVALS + 24 - 2] = 10.0; // from 69 down to 67
        outputs[DEGREES + 5] = 100.0; // g in D
        outputs[DISTANCES + 12 + 9] = 1000.0; // below 76
        outputs[CHORDS + usize::from(CHORD_NUMBERS[1 << 8])] = 10_000.0; // a sixth
        let own = past.voice(Voice::Alto);
        let motion = motion::number(past.voice(Voice::Soprano), own, 67).unwrap();
        outputs[MOTIONS + motion] = 100_000.0;

        let logits = Encoding::Relations.logits(&outputs, &past);

        assert_eq!(logits[usize::from(token)], 111_111.0);
        assert_eq!(logits[usize::from(strike(79).unwrap())], 10_100.0, "a sixth above");
        assert_eq!((logits[usize::from(HOLD)], logits[usize::from(REST)]), (0.0, 0.0));
    }

    #[test]
    fn every_term_is_an_output() {
        let mut past = Past::new(Key { root: 0, mode: Mode::Minor });
        for pitch in [57, 74, 48, 64, 81, 53, 69, 36] {
            assert!(terms(&past).as_flattened().iter().all(|&term| usize::from(term) < N_OUTPUTS));
            past.write(strike(pitch).unwrap());
        }
    }
}
