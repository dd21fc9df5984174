//! Voices: how a part chooses the pitch of its next note.
//!
//! [`sing`] follows the melodic grammar, [`ostinato`] repeats a few notes, [`chordal`] takes tones of the
//! chord, [`bass`], [`walking`] and [`acid`] are basses. All choose scale degrees above the tonic, within a
//! [`ground`].

mod acid;
pub mod bass;
mod chordal;
pub mod ground;
mod ostinato;
pub mod sing;
mod walking;

use crate::{
    patterns::voice::{
        bass::{Bass, Lead},
        ground::{Ground, Motion, Place},
        ostinato::Ostinato,
        sing::Sung,
    },
    rng::Rng,
};

/// How a part chooses pitches.
#[derive(Debug, Clone, Copy)]
pub enum Voice {
    /// A tune by the melodic grammar.
    Sung(&'static Sung),
    /// A cell of one of these numbers of notes, repeated; a note of it changes every two bars.
    Ostinato(&'static [usize]),
    /// Chord tones in a fixed order.
    Arpeggio,
    /// A chord tone near the last one, as the top note of stabbed chords.
    Top,
    /// A bass of chord tones and notes that lead to the next chord.
    Bass(&'static Bass),
    /// A bass that walks by steps from chord to chord.
    Walking,
    /// A bass of a 303: root, neighbours, and octaves in a loop of 3, 5 or 7 notes.
    Acid,
}

/// A voice in a pattern, with its range and state.
pub struct Player<'a> {
    voice: Voice,
    ground: Ground<'a>,
    motion: Motion,
    lead: Lead,
    cell: Ostinato,
}

impl<'a> Player<'a> {
    /// Starts `voice` near `centre`, a MIDI pitch.
    pub fn new(voice: Voice, ground: Ground<'a>, centre: u8, rng: &mut Rng) -> Self {
        let at = ground.degree_below(centre);
        let ground = match voice {
            Voice::Sung(sung) => ground.within(sung.range(at, rng)),
            Voice::Ostinato(_) | Voice::Top => ground.within((at - 4, at + 5)),
            Voice::Bass(book) => ground.within((ground.range.0, ground.degree_below(book.highest))),
            Voice::Arpeggio | Voice::Walking | Voice::Acid => ground,
        };
        let cell = match voice {
            Voice::Ostinato(lengths) => Ostinato::draw(&ground, at, lengths, rng),
            Voice::Arpeggio => Ostinato::arpeggio(rng),
            Voice::Acid => Ostinato::accents(rng),
            Voice::Sung(_) | Voice::Top | Voice::Bass(_) | Voice::Walking => Ostinato::default(),
        };
        Self { voice, ground, motion: Motion::new(at), lead: Lead::default(), cell }
    }

    /// The degree of the note at `place`.
    pub fn next(&mut self, place: Place, rng: &mut Rng) -> i32 {
        let Self { ground, motion, lead, cell, .. } = self;
        let degree = match self.voice {
            Voice::Sung(sung) => sing::sing(sung, ground, motion, place, rng),
            Voice::Ostinato(_) => cell.note(place),
            Voice::Arpeggio => ground.folded(ground.root(place.step) + cell.note(place)),
            Voice::Top => chordal::top(ground, motion, place, rng),
            Voice::Bass(book) => bass::next(book, ground, motion, lead, place, rng),
            Voice::Walking => walking::next(ground, motion, lead, place, rng),
            Voice::Acid => acid::next(ground, cell, place, rng),
        };
        self.motion.go(degree, place.is_peak);
        degree
    }

    /// Starts the second pair of bars: an ostinato changes a note.
    pub fn turn(&mut self, rng: &mut Rng) {
        if matches!(self.voice, Voice::Ostinato(_)) {
            self.cell.change(self.ground.range, rng);
        }
    }

    /// Copies the note `degree` of step `from` to `place`, moved `by` scale steps, and continues from it. An
    /// ostinato plays its current cell instead.
    pub fn copy(&mut self, degree: i32, from: usize, place: Place, by: i32) -> i32 {
        let (ground, to) = (&self.ground, place.step);
        let moved = match self.voice {
            Voice::Arpeggio | Voice::Bass(_) | Voice::Walking | Voice::Acid => {
                degree + ground.root(to) - ground.root(from)
            }
            Voice::Sung(_) | Voice::Top
                if to.is_multiple_of(8) && ground.harmony.is_chord_tone(from, degree) =>
            {
                ground.chord_tone_near(degree + by, to)
            }
            Voice::Sung(_) | Voice::Top => degree + by,
            Voice::Ostinato(_) => self.cell.note(place) + by,
        };
        let copied = ground.folded(moved);
        self.motion.go(copied, false);
        copied
    }
}
