//! Pitches: in the key, in the chord, and how many.

use crate::{
    lab::measure::{
        notes::score::{Onsets, PitchClasses, Role, Score},
        statistics::{entropy, mean, share},
    },
    music::{
        bar::Hit,
        meter::STEPS_PER_BAR,
        scale::{Key, Mode},
    },
};

/// Bars of a pitch-class histogram in `MusDr`'s H4.
const HISTOGRAM_BARS: usize = 4;

/// Steps of the strong beats 1 and 3.
const STRONG: [usize; 2] = [0, STEPS_PER_BAR / 2];

/// Tolerance for floating-point error at the end of a note, in steps.
const EDGE: f64 = 0.05;

/// Tolerance in steps around a beat. A note that starts within it counts as struck on the beat, since timing
/// varies; an earlier note that ends within it does not sound on the beat, since slides overlap the next note.
const NEAR: f64 = 0.5;

/// The share of notes, 0 to 1, in the key of their bar; for bars without a known key, in the major
/// or minor key that fits the whole score best (`MusPy`'s scale consistency). None without notes.
pub fn in_key(score: &Score) -> Option<f64> {
    let best = best_key(score)?;
    let notes = score.bars.iter().flat_map(|bar| {
        let key = bar.key.unwrap_or(best);
        pitched(&bar.parts).map(move |hit| key.contains(hit.pitch))
    });
    Some(share(notes))
}

/// The major or minor key with the most notes; none without notes.
pub fn best_key(score: &Score) -> Option<Key> {
    let mut counts = [0; 12];
    for hit in score.bars.iter().flat_map(|bar| pitched(&bar.parts)) {
        counts[usize::from(hit.pitch % 12)] += 1;
    }
    let modes = [Mode::Major, Mode::Minor];
    let keys = (0..12).flat_map(|root| modes.map(|mode| Key { root, mode }));
    let n_in = |key: &Key| -> usize {
        (0..12).filter(|pitch| key.contains(*pitch)).map(|pitch| counts[usize::from(pitch)]).sum()
    };
    keys.max_by_key(n_in).filter(|_| counts != [0; 12])
}

/// Bars per minute whose key differs from that of the bar before.
pub fn key_changes_a_minute(score: &Score) -> f64 {
    let pairs = score.bars.windows(2);
    let n_changes = pairs.filter(|pair| pair[0].key != pair[1].key).count();
    n_changes as f64 / (score.seconds() / 60.0).max(1e-9)
}

/// The number of distinct pitches of `role` in each bar where it has onsets.
pub fn pitches_a_bar(onsets: &[Onsets], role: Role) -> Vec<f64> {
    let count = |bar: &Onsets| {
        let mut pitches: Vec<u8> = bar.of(role).iter().map(|(_, pitch)| *pitch).collect();
        pitches.sort_unstable();
        pitches.dedup();
        pitches.len() as f64
    };
    onsets.iter().map(count).filter(|n| *n > 0.0).collect()
}

/// The entropy, in bits, 0 to 3.58, of the pitch classes of `role`.
pub fn class_entropy(onsets: &[Onsets], role: Role) -> f64 {
    let mut counts = [0.0; 12];
    for (_, pitch) in onsets.iter().flat_map(|bar| bar.of(role)) {
        counts[usize::from(pitch % 12)] += 1.0;
    }
    entropy(&counts)
}

/// The mean of [`class_entropy`] over groups of four bars; groups without notes are skipped
/// (`MusDr`'s H4).
pub fn class_entropy_of_four_bars(onsets: &[Onsets], role: Role) -> f64 {
    let fours = onsets.chunks(HISTOGRAM_BARS);
    let fours = fours.filter(|four| four.iter().any(|bar| !bar.of(role).is_empty()));
    mean(&fours.map(|four| class_entropy(four, role)).collect::<Vec<_>>())
}

/// Of all notes sounding on strong beats, the share, 0 to 1, outside the chord of their bar; none
/// if no chord is known.
pub fn outside_chord(score: &Score) -> Option<f64> {
    let bars = score.bars.iter().filter_map(|bar| Some((bar.chord?, &bar.parts)));
    let mut notes = bars.flat_map(|(chord, parts)| strong_notes(chord, parts)).peekable();
    notes.peek()?;
    Some(share(notes))
}

/// For each note sounding on a strong beat, whether it is outside `chord`.
fn strong_notes(
    chord: PitchClasses,
    parts: &[Vec<Hit>; Role::ALL.len()],
) -> impl Iterator<Item = bool> {
    pitched(parts).flat_map(move |hit| {
        let (start, length) = (f64::from(hit.start_step), f64::from(hit.n_steps));
        let is_on = move |step: &usize| {
            let (step, end) = (*step as f64, start + length);
            let starts_on = (start - step).abs() < NEAR && step + EDGE < end;
            starts_on || start < step && step + NEAR < end
        };
        STRONG.into_iter().filter(is_on).map(move |_| !chord.contains(hit.pitch))
    })
}

fn pitched(parts: &[Vec<Hit>; Role::ALL.len()]) -> impl Iterator<Item = &Hit> {
    Role::PITCHED.into_iter().flat_map(|role| &parts[role as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    #[test]
    fn in_key_uses_the_bars_key_or_the_best_fit() {
        let mut piece = score(Role::Lead, &[&[(0.0, 69), (1.0, 71), (2.0, 72), (3.0, 70)]]);
        assert_eq!(in_key(&piece), Some(0.75));
        // A, A#, B, C: no key contains more than three of them.
        piece.bars[0].key = None;
        assert_eq!(in_key(&piece), Some(0.75));
        assert_eq!(in_key(&score(Role::Drums, &[&[(0.0, 36)]])), None);
        assert_eq!(best_key(&score(Role::Drums, &[&[(0.0, 36)]])), None);
    }

    #[test]
    fn four_equal_classes_are_two_bits() {
        let bar: &[(f32, u8)] = &[(0.0, 60), (1.0, 74), (2.0, 64), (3.0, 65)];
        let onsets = score(Role::Lead, &[bar, &[], &[], &[], &[(0.0, 60)]]).onsets();
        assert!((class_entropy(&onsets[..1], Role::Lead) - 2.0).abs() < 1e-12);
        assert!((class_entropy_of_four_bars(&onsets, Role::Lead) - 1.0).abs() < 1e-12);
        assert_eq!(pitches_a_bar(&onsets, Role::Lead), [4.0, 1.0]);
    }

    #[test]
    fn only_notes_sounding_on_strong_beats_count() {
        let c_major = PitchClasses(1 | 1 << 4 | 1 << 7);
        let mut piece = score(Role::Lead, &[&[(0.1, 60), (6.0, 61), (9.0, 63)]]);
        assert_eq!(outside_chord(&piece), None);
        piece.bars[0].chord = Some(c_major);
        assert_eq!(outside_chord(&piece), Some(0.0));
        piece.bars[0].parts[Role::Lead as usize][1].n_steps = 3.0;
        assert_eq!(outside_chord(&piece), Some(0.5));
    }

    #[test]
    fn a_slide_over_a_beat_is_not_heard_on_it() {
        let c_major = PitchClasses(1 | 1 << 4 | 1 << 7);
        let mut piece = score(Role::Lead, &[&[(4.0, 61), (8.0, 60)]]);
        piece.bars[0].chord = Some(c_major);
        for (end, share) in [(8.3, 0.0), (9.0, 0.5)] {
            piece.bars[0].parts[Role::Lead as usize][0].n_steps = end - 4.0;
            assert_eq!(outside_chord(&piece), Some(share), "{end}");
        }
    }

    #[test]
    fn key_changes_are_counted_per_minute() {
        let mut piece = score(Role::Lead, &[&[][..]; 30]);
        assert_eq!(key_changes_a_minute(&piece), 0.0);
        piece.bars[15..].iter_mut().for_each(|bar| bar.key = None);
        assert_eq!(key_changes_a_minute(&piece), 1.0);
    }
}
