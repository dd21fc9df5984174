//! Voice leading: each voice of a chord moves to the nearest tone of the next chord.

use crate::music::chord::Chord;

/// Notes that sound together, lowest first.
pub type Voicing = Vec<u8>;

/// Voices `chord` within `low..=high` (an octave or more) with the least movement from `before`, or
/// nearest to the middle if there is no chord before.
///
/// Each chord tone sounds once. Beyond `n_voices` the lowest tones are dropped, since the bass
/// plays the root.
pub fn lead(
    chord: Chord,
    before: Option<&Voicing>,
    n_voices: usize,
    (low, high): (u8, u8),
) -> Voicing {
    let middle = f64::from(low).midpoint(f64::from(high));
    let cost = |voicing: &Voicing| match before {
        Some(before) if !before.is_empty() => {
            movement(before, voicing) + 0.05 * away(voicing, middle)
        }
        _ => away(voicing, middle),
    };
    let candidates = inversions(chord, n_voices, (low, high));
    candidates.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default()
}

/// All stackings of the chord tones within an octave and a half, in the register.
fn inversions(
    chord: Chord,
    n_voices: usize,
    (low, high): (u8, u8),
) -> impl Iterator<Item = Voicing> {
    let classes: Vec<u8> = chord.classes().collect();
    let n_left_out = classes.len().saturating_sub(n_voices.max(1));
    let classes: Vec<u8> = classes[n_left_out..].to_vec();
    (low..=high.min(127)).filter_map(move |bottom| {
        let first = classes.iter().position(|&class| class == bottom % 12)?;
        let mut voicing = vec![bottom];
        for n in 1..classes.len() {
            let class = classes[(first + n) % classes.len()];
            let last = voicing[voicing.len() - 1];
            voicing.push(last + 1 + (class + 24 - last % 12 - 1) % 12);
        }
        voicing.last().is_some_and(|&top| top <= high).then_some(voicing)
    })
}

/// Total movement of all voices in semitones; an added or dropped voice counts to its nearest one.
fn movement(from: &[u8], to: &[u8]) -> f64 {
    let nearest = |pitch: u8, others: &[u8]| {
        others.iter().map(|&other| pitch.abs_diff(other)).min().map_or(0.0, f64::from)
    };
    let there: f64 = from.iter().map(|&pitch| nearest(pitch, to)).sum();
    let back: f64 = to.iter().map(|&pitch| nearest(pitch, from)).sum();
    there + back
}

fn away(voicing: &[u8], middle: f64) -> f64 {
    let sum: f64 = voicing.iter().map(|&pitch| f64::from(pitch)).sum();
    (sum / voicing.len().max(1) as f64 - middle).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{chord::Numeral, scale::Key};

    const REGISTER: (u8, u8) = (52, 76);

    fn chord(numeral: &str) -> Chord {
        let key: Key = "A minor".parse().unwrap();
        numeral.parse::<Numeral>().unwrap().in_key(key)
    }

    #[test]
    fn common_tones_are_kept() {
        let first = lead(chord("i"), None, 4, REGISTER);
        let next = lead(chord("VI"), Some(&first), 4, REGISTER);

        let kept = next.iter().filter(|pitch| first.contains(pitch)).count();
        assert_eq!(kept, 2, "{first:?} {next:?}");
        assert!(movement(&first, &next) <= 4.0);
    }

    #[test]
    fn every_chord_is_complete_and_in_register() {
        let mut before = None;
        for numeral in ["i", "iv7", "v", "VI9", "iisus4", "III", "VII7", "i5"] {
            let (chord, voices) =
                (chord(numeral), lead(chord(numeral), before.as_ref(), 4, REGISTER));
            assert!(voices.iter().all(|&pitch| chord.contains(pitch)), "{numeral} {voices:?}");
            assert!(voices.iter().all(|pitch| (REGISTER.0..=REGISTER.1).contains(pitch)));
            assert!(voices.is_sorted_by(|a, b| a < b));
            assert_eq!(voices.len(), chord.classes().count().min(4));
            before = Some(voices);
        }
    }
}
