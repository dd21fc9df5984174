//! From the network's outputs to the logits of the tokens.
//!
//! A token's logit is a sum of outputs, one of each kind of [`N_TERMS`]: for its pitch itself, for the
//! interval from the voice's last pitch, for the degree of the key, and for the distance to each voice
//! above. So what is learnt of an interval or a degree holds at every pitch.

use crate::chorale::{
    frame::{N_VOICES, Voice},
    past::Past,
    token::{HOLD, N_TOKENS, pitch},
};

/// Outputs that add up to a logit.
pub const N_TERMS: usize = 3 + (N_VOICES - 1);

const MAX_INTERVAL: i16 = 24;
const N_INTERVALS: usize = 2 * MAX_INTERVAL as usize + 1;
const N_DEGREES: usize = 12;
/// A voice may lie so far over one that is usually above it, and so far below.
const CROSSED: i16 = -12;
const BELOW: i16 = 36;
const N_DISTANCES: usize = (BELOW - CROSSED + 1) as usize;

const INTERVALS: usize = N_TOKENS;
const DEGREES: usize = INTERVALS + N_INTERVALS + 1;
const DISTANCES: usize = DEGREES + N_DEGREES + 1;

/// Number of outputs. The last of each kind but the first stands for "does not apply".
pub const N_OUTPUTS: usize = DISTANCES + (N_VOICES - 1) * (N_DISTANCES + 1);

/// Numbers of the outputs of each token after `past`, token by token.
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
    let degree = sounding.map(|pitch| past.degree(pitch));
    let distance = |above: Voice| {
        let above = past.voice(above).pitch.filter(|_| above < past.next())?;
        let distance = i16::from(above) - i16::from(sounding?);
        Some((distance.clamp(CROSSED, BELOW) - CROSSED) as usize)
    };
    let mut terms = [0; N_TERMS];
    terms[0] = u16::from(token);
    terms[1] = (INTERVALS + interval.unwrap_or(N_INTERVALS)) as u16;
    terms[2] = (DEGREES + degree.unwrap_or(N_DEGREES)) as u16;
    for (number, &above) in Voice::ALL[..N_VOICES - 1].iter().enumerate() {
        let distance = distance(above).unwrap_or(N_DISTANCES);
        terms[3 + number] = (DISTANCES + number * (N_DISTANCES + 1) + distance) as u16;
    }
    terms
}

/// The logits of all tokens, given the `outputs` of a step after `past`.
pub fn logits(outputs: &[f32], past: &Past) -> [f32; N_TOKENS] {
    terms(past).map(|terms| terms.iter().map(|&term| outputs[usize::from(term)]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::token::{REST, strike},
        music::scale::{Key, Mode},
    };

    #[test]
    fn a_logit_adds_up_pitch_interval_degree_and_distances() {
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

        let logits = logits(&outputs, &past);

        assert_eq!(logits[usize::from(token)], 1111.0);
        assert_eq!(logits[usize::from(strike(79).unwrap())], 100.0);
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
