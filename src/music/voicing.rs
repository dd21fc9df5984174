//! Voice leading: each voice of a chord moves little to the next chord, and the top voice follows a
//! line.

use crate::music::chord::Chord;

/// Notes that sound together, lowest first.
pub type Voicing = Vec<u8>;

/// Weights of the distance of the top voice from its line, and of the movement of all voices.
const LINE: f64 = 1.0;
const MOVEMENT: f64 = 0.3;

const OCTAVE: u8 = 12;

/// Voices `chord` within `low..=high` (an octave or more), its highest voice near `top`, with little
/// movement from `before`.
///
/// Each chord tone sounds once, in close or open position. Beyond `n_voices` the lowest tones are
/// dropped, since the bass plays the root. A power chord stays in root position at the bottom of the
/// register, with the octave of its root where there are voices left.
pub fn lead(
    chord: Chord,
    before: Option<&Voicing>,
    top: f64,
    n_voices: usize,
    (low, high): (u8, u8),
) -> Voicing {
    if chord.classes().count() == 2 {
        return power(chord, n_voices, (low, high));
    }
    let cost = |voicing: &Voicing| {
        let line = voicing.last().map_or(0.0, |&highest| (f64::from(highest) - top).abs());
        let moved = before.filter(|before| !before.is_empty());
        LINE * line + MOVEMENT * moved.map_or(0.0, |before| movement(before, voicing))
    };
    let close = stackings(chord, n_voices, (low, high));
    let candidates = close.flat_map(|voicing| [dropped(&voicing), Some(voicing)]).flatten();
    let in_range =
        candidates.filter(|voicing| voicing.iter().all(|pitch| (low..=high).contains(pitch)));
    in_range.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default()
}

/// Root, fifth and octave from the lowest root of the register on.
fn power(chord: Chord, n_voices: usize, (low, high): (u8, u8)) -> Voicing {
    let Some(root) = (low..=high).find(|pitch| pitch % OCTAVE == chord.root) else { return vec![] };
    let fifth = (root..=high).find(|&pitch| pitch != root && chord.contains(pitch));
    let octave = root.checked_add(OCTAVE).filter(|&octave| octave <= high);
    [Some(root), fifth, octave].into_iter().flatten().take(n_voices.max(1)).collect()
}

/// All close stackings of the chord tones that start in the register.
fn stackings(
    chord: Chord,
    n_voices: usize,
    (low, high): (u8, u8),
) -> impl Iterator<Item = Voicing> {
    let classes: Vec<u8> = chord.classes().collect();
    let n_left_out = classes.len().saturating_sub(n_voices.max(1));
    let classes: Vec<u8> = classes[n_left_out..].to_vec();
    (low..=high.min(115)).filter_map(move |bottom| {
        let first = classes.iter().position(|&class| class == bottom % OCTAVE)?;
        let mut voicing = vec![bottom];
        for n in 1..classes.len() {
            let class = classes[(first + n) % classes.len()];
            let last = voicing[voicing.len() - 1];
            voicing.push(last + 1 + (class + 24 - last % OCTAVE - 1) % OCTAVE);
        }
        Some(voicing)
    })
}

/// A close voicing of three or more voices with its second highest an octave lower ("drop 2").
fn dropped(close: &Voicing) -> Option<Voicing> {
    let second = close.len().checked_sub(2).filter(|&second| 0 < second)?;
    let mut open = close.clone();
    open[second] = open[second].checked_sub(OCTAVE)?;
    open.sort_unstable();
    Some(open)
}

/// Total movement of all voices in semitones; an added or dropped voice is compared with its nearest one.
fn movement(from: &[u8], to: &[u8]) -> f64 {
    let nearest = |pitch: u8, others: &[u8]| {
        others.iter().map(|&other| pitch.abs_diff(other)).min().map_or(0.0, f64::from)
    };
    let there: f64 = from.iter().map(|&pitch| nearest(pitch, to)).sum();
    let back: f64 = to.iter().map(|&pitch| nearest(pitch, from)).sum();
    there + back
}

/// The next tone of `chord` above `pitch`, or below it if that lies beyond `highest`.
pub fn neighbour(chord: Chord, pitch: u8, highest: u8) -> u8 {
    let above = (pitch + 1..=highest).find(|&near| chord.contains(near));
    above.or_else(|| (0..pitch).rev().find(|&near| chord.contains(near))).unwrap_or(pitch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{chord::Numeral, scale::Key};

    const REGISTER: (u8, u8) = (52, 76);
    const TOP: f64 = 69.0;

    fn chord(numeral: &str) -> Chord {
        let key: Key = "A minor".parse().unwrap();
        numeral.parse::<Numeral>().unwrap().in_key(key)
    }

    #[test]
    fn common_tones_are_kept() {
        let first = lead(chord("i"), None, TOP, 4, REGISTER);
        let next = lead(chord("VI"), Some(&first), TOP, 4, REGISTER);

        let kept = next.iter().filter(|pitch| first.contains(pitch)).count();
        assert_eq!(kept, 2, "{first:?} {next:?}");
        assert!(movement(&first, &next) <= 4.0);
    }

    #[test]
    fn every_chord_is_complete_and_in_register() {
        let mut before = None;
        for numeral in ["i", "iv7", "v", "VI9", "iisus4", "III", "VII7", "i"] {
            let (chord, voices) =
                (chord(numeral), lead(chord(numeral), before.as_ref(), TOP, 4, REGISTER));
            assert!(voices.iter().all(|&pitch| chord.contains(pitch)), "{numeral} {voices:?}");
            assert!(voices.iter().all(|pitch| (REGISTER.0..=REGISTER.1).contains(pitch)));
            assert!(voices.is_sorted_by(|a, b| a < b));
            assert_eq!(voices.len(), chord.classes().count().min(4));
            before = Some(voices);
        }
    }

    #[test]
    fn the_top_voice_follows_its_line() {
        let mut before = None;
        for top in [64, 67, 70, 73, 76, 72, 68, 64] {
            let voices = lead(chord("i7"), before.as_ref(), f64::from(top), 4, REGISTER);
            let highest = *voices.last().unwrap();
            assert!(highest.abs_diff(top) <= 4, "{top}: {voices:?}");
            before = Some(voices);
        }
    }

    #[test]
    fn power_chords_stay_low_and_in_root_position() {
        let register = (40, 64);
        let mut before = None;
        for numeral in ["i5", "VI5", "III5", "VII5", "iv5", "v5", "i5"].repeat(4) {
            let chord = chord(numeral);
            let voices = lead(chord, before.as_ref(), 64.0, 3, register);
            assert_eq!(voices[0] % 12, chord.root, "{numeral}: {voices:?}");
            assert!(voices[0] < 40 + 12 && voices.len() == 3, "{numeral}: {voices:?}");
            assert_eq!((voices[1] - voices[0], voices[2] - voices[0]), (7, 12));
            before = Some(voices);
        }
    }

    #[test]
    fn a_neighbour_is_the_next_chord_tone() {
        assert_eq!(neighbour(chord("i"), 69, 76), 72);
        assert_eq!(neighbour(chord("i"), 76, 76), 72);
    }
}
