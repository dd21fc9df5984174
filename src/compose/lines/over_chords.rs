//! A lead over chords: sequences from chord to chord, suspensions, and the pitches that fit.

use crate::music::{
    arrange::LineNote,
    chord::Chord,
    meter::{STEPS_PER_BAR, STEPS_PER_STRONG_BEAT},
    scale::Key,
};

/// Scale steps by which a bar may follow its chord, in order of preference.
const SHIFTS: [i32; 5] = [0, -1, 1, -2, 2];

/// Cost of a note on a strong beat outside the chord; each scale step of shift costs 1.
const CLASH: i32 = 3;

/// Semitones around a note within which its pitch is chosen.
const REACH: u8 = 7;

/// Moves each bar by scale steps so that most strong beats have chord tones: a sequence of the motif, as far
/// as it stays in `register`.
pub(super) fn follow(notes: &mut [LineNote], key: Key, chords: &[Chord], register: (u8, u8)) {
    for bar in notes.chunk_by_mut(|a, b| bar_of(a.start_step) == bar_of(b.start_step)) {
        let cost = |shift: &i32| {
            let clashes = bar.iter().filter(|note| {
                let chord = strong_step(note).map(|step| chord_at(chords, step));
                chord.is_some_and(|chord| !chord.contains(key.step(note.pitch, *shift)))
            });
            CLASH * clashes.count() as i32 + shift.abs()
        };
        let fits = |shift: &&i32| {
            let (low, high) = register;
            bar.iter().all(|note| (low..=high).contains(&key.step(note.pitch, **shift)))
        };
        let best = SHIFTS.iter().filter(fits).min_by_key(|shift| cost(shift)).copied();
        for note in bar.iter_mut().filter(|_| best.is_some_and(|shift| shift != 0)) {
            note.pitch = key.step(note.pitch, best.unwrap_or_default());
        }
    }
}

/// Splits notes held over a chord change, so that the second part can resolve. In bars with `max_notes` notes
/// they end at the change instead.
pub(super) fn suspend(notes: &mut Vec<LineNote>, chords: &[Chord], max_notes: usize) {
    let mut n = 0;
    while n < notes.len() {
        let LineNote { start_step, n_steps, pitch } = notes[n];
        let (chord, end) = (chord_at(chords, start_step), start_step + n_steps);
        let mut bars = (bar_of(start_step) + 1..).map(|bar| bar * STEPS_PER_BAR);
        let change = bars.find(|&step| end <= step || chord_at(chords, step) != chord);
        if let Some(change) = change.filter(|&step| step < end) {
            notes[n].n_steps = change - start_step;
            let there = notes.iter().filter(|note| bar_of(note.start_step) == bar_of(change));
            if there.count() < max_notes {
                let second = LineNote { start_step: change, n_steps: end - change, pitch };
                notes.insert(n + 1, second);
            }
        }
        n += 1;
    }
}

/// Constraints on a lead's pitches.
pub(super) struct Demands<'a> {
    pub key: Key,
    /// One per bar, with its tones on strong beats; `None` if the key is enough.
    pub chords: Option<&'a [Chord]>,
    /// Whether the last note is the root of the key or, if that clashes, of the chord.
    pub closes: bool,
}

impl Demands<'_> {
    /// The pitches that each note may take: near its own if there are any, and at least one.
    pub fn choices(&self, notes: &[LineNote], register: (u8, u8)) -> Vec<Vec<u8>> {
        let choices = |(n, note): (usize, &LineNote)| {
            let is_last = n + 1 == notes.len();
            let fits = |pitch: &u8| self.fits(*pitch, note, is_last);
            let all: Vec<u8> = (register.0..=register.1).filter(fits).collect();
            let is_near = |pitch: &&u8| pitch.abs_diff(note.pitch) <= REACH;
            let near: Vec<u8> = all.iter().filter(is_near).copied().collect();
            match (near.is_empty(), all.is_empty()) {
                (false, _) => near,
                (true, false) => all,
                (true, true) => vec![note.pitch],
            }
        };
        notes.iter().enumerate().map(choices).collect()
    }

    fn fits(&self, pitch: u8, note: &LineNote, is_last: bool) -> bool {
        let strong = strong_step(note).filter(|_| self.chords.is_some());
        let chord = self.chords.map(|chords| chord_at(chords, strong.unwrap_or(note.start_step)));
        if is_last && self.closes {
            let home = match chord {
                Some(chord) if !chord.contains(self.key.root) => chord.root,
                _ => self.key.root,
            };
            return pitch % 12 == home;
        }
        match chord.filter(|_| strong.is_some()) {
            Some(chord) => chord.contains(pitch),
            None => self.key.contains(pitch),
        }
    }
}

fn bar_of(step: usize) -> usize {
    step / STEPS_PER_BAR
}

fn chord_at(chords: &[Chord], step: usize) -> Chord {
    chords[bar_of(step) % chords.len()]
}

/// The first strong beat on which the note sounds.
fn strong_step(note: &LineNote) -> Option<usize> {
    let step = note.start_step.next_multiple_of(STEPS_PER_STRONG_BEAT);
    (step < note.start_step + note.n_steps).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::Numeral;

    fn key() -> Key {
        "C major".parse().unwrap()
    }

    fn chords(text: &str) -> Vec<Chord> {
        let chord = |text: &str| text.parse::<Numeral>().unwrap().in_key(key());
        text.split(' ').map(chord).collect()
    }

    fn line(notes: &[(usize, usize, u8)]) -> Vec<LineNote> {
        notes.iter().map(|&note| note.into()).collect()
    }

    #[test]
    fn a_bar_follows_its_chord_as_a_whole() {
        let bar = |bar: usize| [(16 * bar, 4, 64), (16 * bar + 4, 4, 62), (16 * bar + 8, 8, 60)];
        let mut notes = line(&[bar(0), bar(1)].concat());
        follow(&mut notes, key(), &chords("I ii"), (48, 72));

        let pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [64, 62, 60, 65, 64, 62]);
    }

    #[test]
    fn a_note_held_into_another_chord_is_split_where_there_is_room() {
        let held = line(&[(12, 8, 64), (20, 4, 62)]);
        let split = |max_notes: usize| {
            let mut notes = held.clone();
            suspend(&mut notes, &chords("I ii"), max_notes);
            notes
        };
        assert_eq!(split(2), line(&[(12, 4, 64), (16, 4, 64), (20, 4, 62)]));
        assert_eq!(split(1), line(&[(12, 4, 64), (20, 4, 62)]));
    }

    #[test]
    fn strong_beats_choose_chord_tones_and_the_close_the_root() {
        let chords = chords("I");
        let demands = Demands { key: key(), chords: Some(&chords), closes: true };
        let notes = line(&[(0, 4, 62), (4, 2, 62), (6, 4, 62), (12, 4, 67)]);
        let choices = demands.choices(&notes, (55, 72));

        assert_eq!(choices[0], [55, 60, 64, 67]);
        assert_eq!(choices[1], [55, 57, 59, 60, 62, 64, 65, 67, 69]);
        assert_eq!(choices[2], choices[0]);
        assert_eq!(choices[3], [60, 72]);
    }
}
