//! Which notes are the bass, the melody and the chords: a transcript has no instruments.

use crate::lab::transcription::HeardNote;

/// Onsets that are closer count as simultaneous, in seconds.
const TOGETHER_S: f64 = 0.04;

/// Simultaneous notes that make a chord.
const N_CHORD: usize = 3;

/// Least semitones between a melody note and a chord below it.
const ABOVE_CHORD: u8 = 5;

/// The highest MIDI pitch of a bass.
const HIGHEST_BASS: u8 = 52;

/// The lowest MIDI pitch of a melody.
const LOWEST_LEAD: u8 = 55;

/// Notes by part, each sorted by onset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// The lowest notes.
    pub bass: Vec<HeardNote>,
    /// The highest notes outside chords.
    pub lead: Vec<HeardNote>,
    /// All others.
    pub chords: Vec<HeardNote>,
}

/// Assigns `notes` and the low notes `bass` to parts. A bass note has no lower note sounding under it. Of
/// simultaneous notes, three are a chord; the highest of fewer, or one high above a chord, is the melody.
pub fn tell(notes: &[HeardNote], bass: &[HeardNote]) -> Parts {
    let sorted = |notes: &[HeardNote]| {
        let mut notes = notes.to_vec();
        notes.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s).then(a.pitch.cmp(&b.pitch)));
        notes
    };
    let low = sorted(bass);
    let is_low = |note: &HeardNote| note.pitch <= HIGHEST_BASS;
    let lowest = low.iter().filter(|note| is_low(note) && is_lowest(note, &low));
    let mut parts = Parts { bass: lowest.copied().collect(), ..Parts::default() };
    let others: Vec<HeardNote> = sorted(notes).into_iter().filter(|note| !is_low(note)).collect();
    for group in together(&others) {
        let mut group = group.to_vec();
        group.sort_by_key(|note| note.pitch);
        if let Some(lead) = lead(&group).map(|at| group.remove(at)) {
            parts.lead.push(lead);
        }
        parts.chords.extend(group);
    }
    parts
}

/// Whether `note` is the lowest that sounds at its onset.
fn is_lowest(note: &HeardNote, notes: &[HeardNote]) -> bool {
    let sounds = |other: &&HeardNote| {
        other.onset_s <= note.onset_s + TOGETHER_S && note.onset_s + TOGETHER_S < other.end_s
    };
    let end = notes.partition_point(|other| other.onset_s <= note.onset_s + TOGETHER_S);
    !notes[..end].iter().filter(sounds).any(|other| other.pitch < note.pitch)
}

/// Groups of simultaneous notes.
fn together(notes: &[HeardNote]) -> impl Iterator<Item = &[HeardNote]> {
    notes.chunk_by(|before, note| note.onset_s - before.onset_s < TOGETHER_S)
}

/// The index of the melody among simultaneous notes, sorted by pitch.
fn lead(group: &[HeardNote]) -> Option<usize> {
    let highest = group.len().checked_sub(1)?;
    let below = highest.checked_sub(1).map(|at| group[at].pitch);
    let is_lead = match below {
        Some(below) if N_CHORD <= group.len() => ABOVE_CHORD <= group[highest].pitch - below,
        _ => true,
    };
    (is_lead && LOWEST_LEAD <= group[highest].pitch).then_some(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(onset_s: f64, end_s: f64, pitch: u8) -> HeardNote {
        HeardNote { onset_s, end_s, pitch, amplitude: 0.5 }
    }

    fn pitches(notes: &[HeardNote]) -> Vec<u8> {
        notes.iter().map(|note| note.pitch).collect()
    }

    #[test]
    fn bass_chords_and_melody_are_told_apart() {
        let notes = [
            note(0.0, 1.0, 36),
            note(0.0, 1.0, 60),
            note(0.01, 1.0, 64),
            note(0.02, 1.0, 67),
            note(0.5, 0.7, 72),
            note(1.0, 1.4, 43),
            note(1.0, 2.0, 60),
            note(1.0, 2.0, 65),
            note(1.01, 2.0, 69),
            note(1.01, 1.2, 81),
        ];

        let parts = tell(&notes, &notes);

        assert_eq!(pitches(&parts.bass), [36, 43]);
        assert_eq!(pitches(&parts.lead), [72, 81]);
        assert_eq!(pitches(&parts.chords), [60, 64, 67, 60, 65, 69]);
    }

    #[test]
    fn a_low_note_over_a_lower_one_is_no_bass() {
        let low = [note(0.0, 2.0, 36), note(1.0, 1.5, 48), note(3.0, 3.5, 48)];
        let parts = tell(&low, &low);
        assert_eq!(pitches(&parts.bass), [36, 48]);
        assert_eq!((parts.lead.len(), parts.chords.len()), (0, 0));
        assert_eq!(tell(&[], &[]), Parts::default());
    }
}
