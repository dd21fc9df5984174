//! What a composer remembers between two phrases.

use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        fingerprint::Fingerprint,
        form::{self, FormProgress},
        lines::LineMemory,
        memory::PhraseMemory,
        phrase::{PHRASE_BARS, Phrase},
        setting::Setting,
    },
    music::voicing::Voicing,
};

/// All that a composer remembers between two phrases. The next phrase is a function of it and of the
/// [`Setting`], so composing can resume from an earlier progress: after a restart, a panic or an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The first bar of the next phrase.
    pub bar: u64,
    /// Fingerprint of the setting that it belongs to.
    pub fingerprint: Fingerprint,
    /// The first bar of the present section.
    pub(super) section_bar: u64,
    pub(super) form: FormProgress,
    pub(super) lines: LineMemory,
    /// The chord played last.
    pub(super) voicing: Option<Voicing>,
    pub(super) memory: PhraseMemory,
}

impl Progress {
    /// The start of the music that `setting` makes.
    pub fn start(setting: &Setting) -> Self {
        Self {
            bar: 0,
            fingerprint: setting.fingerprint(),
            section_bar: 0,
            form: FormProgress::start(setting),
            lines: LineMemory::default(),
            voicing: None,
            memory: PhraseMemory::default(),
        }
    }

    /// Whether the values are possible, which those of a file may not be.
    pub fn is_valid(&self) -> bool {
        self.bar.is_multiple_of(PHRASE_BARS) && self.section_bar <= self.bar && self.form.is_valid()
    }

    /// Whether it belongs to `setting`: nothing that moves a note has changed.
    pub fn belongs_to(&self, setting: &Setting) -> bool {
        self.fingerprint == setting.fingerprint() && self.form.fits(setting)
    }

    /// Turns to `setting` from the next phrase on, if it belongs to another one.
    ///
    /// Where only sound or path have changed, the piece continues; otherwise a new piece starts at the
    /// point that the walk has reached.
    pub fn change_setting(&mut self, setting: &Setting) {
        if self.belongs_to(setting) {
            return;
        }
        let (old, new) = (self.fingerprint, setting.fingerprint());
        if !self.form.fits(setting) || old.piece != new.piece {
            self.form.start_new_piece(setting);
        } else {
            self.form.keep_piece(setting, old.path != new.path);
        }
        self.lines.forget_piece();
        self.fingerprint = new;
    }

    /// Moves past the next phrase of the form without composing it; `bar` stays.
    pub fn skip_phrase(&mut self, setting: &Setting) {
        self.next_of_form(setting);
    }

    /// The next phrase of the form.
    pub(super) fn next_of_form(&mut self, setting: &Setting) -> Phrase {
        let phrase = form::next(setting, &mut self.form);
        if phrase.of_section == 0 {
            self.section_bar = self.bar;
        }
        phrase
    }
}
