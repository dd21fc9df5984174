//! A book's contents: its scenes, and the transitions between them.

use crate::{compose::books::cast::Cast, music::section::Section, patterns::style::Style};

/// A section of a piece: its kind, its motif and the cast of each of its phrases.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The kind of the section.
    pub section: Section,
    /// 0 for motif A, 1 for B, 2 for C.
    pub motif: usize,
    /// One per phrase, at least one.
    pub casts: &'static [Cast],
}

/// Which sounds lead from section to section (see `music::transition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// None; a drop lands with a crash.
    Drummed,
    /// A swell before a drop or a main section, and a soft impact on it.
    Soft,
    /// A riser over each build, an impact and a sub drop on the drop.
    Full,
}

/// A short mute on the mixing desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mute {
    /// The chords after their first stroke, in each half of the phrase.
    Chords,
    /// The lead in the second half of the phrase.
    Lead,
    /// Kick and snare in the last bar, up to its last beat.
    Beat,
    /// The bass in the second half of the last bar.
    Bass,
}

/// The arrangement of a style. A piece is the head, cycles in rotation, and the tail.
#[derive(Debug)]
pub struct Book {
    /// The style whose fills end its sections.
    pub style: Style,
    /// The start of a piece.
    pub head: &'static [Scene],
    /// Its middle, in rotation.
    pub cycles: &'static [&'static [Scene]],
    /// Its end.
    pub tail: &'static [Scene],
    /// Sounds between sections.
    pub leads: Leads,
    /// Whether main sections and drops start with a crash.
    pub has_crashes: bool,
    /// Whether parts fade in and out over a phrase.
    pub has_crossfades: bool,
    /// The mutes that a phrase chooses from.
    pub mutes: &'static [Mute],
    /// Gain in dB of bass, lead and chords where no kick plays.
    pub lift_db: f64,
    /// Filter opening at the start and at the end of each kind of section, by `Section as usize`, 0 to 1; if
    /// `None`, the opening follows the tension.
    pub openings: Option<[[f64; 2]; Section::ALL.len()]>,
}

impl Book {
    /// All scenes: those of the head, of each cycle and of the tail. A scene's number is its index here.
    pub fn scenes(&self) -> impl Iterator<Item = &'static Scene> {
        let cycles = self.cycles.iter().flat_map(|cycle| cycle.iter());
        self.head.iter().chain(cycles).chain(self.tail)
    }

    /// The cast of phrase `of` of `n` of scene `number`. A shorter section skips casts before its last one.
    pub fn cast(&self, number: usize, of: u64, n: u64) -> Cast {
        let casts = self.scenes().nth(number).map_or(FULL, |scene| scene.casts);
        let last = casts.len() - 1;
        let index = if of + 1 < n { (of as usize).min(last) } else { last };
        casts[index]
    }
}

/// The casts of a saved scene that is no longer in the book.
pub(super) const FULL: &[Cast] = &[Cast::of("D BCL")];

/// Rows of a book: for each section its kind, motif and casts.
macro_rules! scenes {
    ($($section:ident $motif:literal: $($cast:literal),+;)+) => {
        &[$($crate::compose::books::book::Scene {
            section: $crate::music::section::Section::$section,
            motif: $motif,
            casts: &[$($crate::compose::books::cast::Cast::of($cast)),+],
        }),+]
    };
}
pub(super) use scenes;
