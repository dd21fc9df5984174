//! The place of a phrase among the scenes of its book.

use crate::{
    compose::{
        books::{Book, Cast, Move},
        form::progress::FormProgress,
        sections::Planned,
    },
    music::section::Section,
};

/// The place of a phrase in its piece, with its neighbours' casts.
pub struct Place<'a> {
    /// The book of the piece.
    pub book: &'static Book,
    sections: &'a [Planned],
    section: usize,
    of_section: u64,
}

impl<'a> Place<'a> {
    /// The place of the next phrase of `form`.
    pub fn of(book: &'static Book, form: &'a FormProgress) -> Self {
        let FormProgress { sections, section, of_section, .. } = form;
        Self { book, sections, section: *section, of_section: *of_section }
    }

    fn plan(&self) -> Planned {
        self.sections[self.section]
    }

    /// The cast of phrase `of` of the section.
    fn cast_at(&self, section: &Planned, of: u64) -> Cast {
        self.book.cast(section.scene, of, section.n_phrases)
    }

    /// The cast of the phrase.
    pub fn cast(&self) -> Cast {
        self.cast_at(&self.plan(), self.of_section)
    }

    /// The cast of the previous phrase; none at the start of a piece.
    pub fn before(&self) -> Option<Cast> {
        if 0 < self.of_section {
            return Some(self.cast_at(&self.plan(), self.of_section - 1));
        }
        let section = self.sections.get(self.section.checked_sub(1)?)?;
        Some(self.cast_at(section, section.n_phrases - 1))
    }

    /// The cast of the next phrase; none at the end of a piece.
    pub fn after(&self) -> Option<Cast> {
        let Planned { n_phrases, .. } = self.plan();
        if self.of_section + 1 < n_phrases {
            return Some(self.cast_at(&self.plan(), self.of_section + 1));
        }
        self.sections.get(self.section + 1).map(|section| self.cast_at(section, 0))
    }

    /// The next section, if the phrase is the last of its own.
    pub fn leads_to(&self) -> Option<Section> {
        let is_last = self.of_section + 1 == self.plan().n_phrases;
        self.sections.get(self.section + 1).filter(|_| is_last).map(|section| section.section)
    }

    /// Whether the phrase starts a section after a build or a bar without drums.
    pub fn lands(&self) -> bool {
        let is_after_build = self
            .section
            .checked_sub(1)
            .is_some_and(|before| self.sections[before].section == Section::Build);
        let is_after_gap = self.before().is_some_and(|cast| cast.does(Move::BeatOut));
        self.of_section == 0 && (is_after_build || is_after_gap)
    }

    /// Progress of a roll over successive phrases, at this phrase's start and end.
    pub fn roll(&self) -> Option<[f64; 2]> {
        let plan = self.plan();
        let rolls = |of: &u64| self.cast_at(&plan, *of).does(Move::Roll);
        if !rolls(&self.of_section) {
            return None;
        }
        let before = (0..self.of_section).rev().take_while(rolls).count() as f64;
        let after = (self.of_section + 1..plan.n_phrases).take_while(rolls).count() as f64;
        let n = before + 1.0 + after;
        Some([before / n, (before + 1.0) / n])
    }
}
