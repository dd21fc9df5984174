//! The state of a composer between two phrases.

use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        fingerprint::Fingerprint,
        form::{self, FormProgress},
        hymn::HymnMemory,
        lines::LineMemory,
        memory::PhraseMemory,
        phrase::{PHRASE_BARS, Phrase},
        setting::Setting,
        steering::Order,
    },
    music::voicing::Voicing,
    rng,
};

/// All state of a composer between two phrases. The next phrase is a function of it and of the [`Setting`],
/// so composing can resume from an earlier progress: after a restart, a panic or an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The first bar of the next phrase.
    pub bar: u64,
    /// Fingerprint of the setting that it belongs to.
    pub fingerprint: Fingerprint,
    /// The first bar of the current section.
    pub(super) section_bar: u64,
    pub(super) form: FormProgress,
    pub(super) lines: LineMemory,
    /// The last voicing.
    pub(super) voicing: Option<Voicing>,
    pub(super) memory: PhraseMemory,
    #[serde(default)]
    pub(super) hymn: HymnMemory,
    /// The bar in which a fill is ordered.
    #[serde(default)]
    pub(super) fill: Option<u64>,
    /// Bars by which the music plays later than composed, since a cue was taken over: random draws by bar
    /// number use the number that the bar had in the cue.
    #[serde(default)]
    n_later: i64,
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
            hymn: HymnMemory::default(),
            fill: None,
            n_later: 0,
        }
    }

    /// Whether the values are possible; those of a file may not be.
    pub fn is_valid(&self) -> bool {
        self.bar.is_multiple_of(PHRASE_BARS)
            && self.section_bar <= self.bar
            && self.form.is_valid()
            && self.hymn.is_valid()
    }

    /// Whether it was composed by `station` in a radio whose seed is `radio_seed`.
    pub fn is_of_seed(&self, radio_seed: u64, station: &str) -> bool {
        self.form.piece().is_of_seed(rng::derive(radio_seed, station))
    }

    /// Whether it belongs to `setting`: nothing that affects a note has changed.
    pub fn belongs_to(&self, setting: &Setting) -> bool {
        self.fingerprint == setting.fingerprint() && self.form.fits(setting)
    }

    /// Changes to `setting` from the next phrase on, if the progress belongs to another.
    ///
    /// If models, chords and form are the same, the piece continues in the new key, tempo, beat and sound,
    /// and on the new path; otherwise a new piece starts at the walk's current point.
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
        if (Fingerprint { beat: new.beat, ..old }) != new {
            self.lines.forget_piece();
        }
        self.fingerprint = new;
    }

    /// Moves past the next phrase of the form without composing it; `bar` stays.
    pub fn skip_phrase(&mut self, setting: &Setting) {
        self.next_of_form(setting);
    }

    /// Whether the next phrase starts a section.
    pub fn starts_section(&self) -> bool {
        self.form.starts_section()
    }

    /// Whether the next phrase starts a piece.
    pub fn starts_piece(&self) -> bool {
        self.form.starts_piece()
    }

    /// Executes an order at the next phrase; a fill is played in `bar`.
    pub fn obey(&mut self, setting: &Setting, order: Order, bar: u64) {
        match order {
            Order::Drop => self.form.go_to_drop(setting),
            Order::NextPiece => self.form.go_to_next_piece(setting),
            Order::Fill => self.fill = Some(bar),
        }
    }

    /// The same progress before the phrase that starts at `bar`.
    pub(super) fn moved_to(&self, bar: u64) -> Self {
        let section_bar = bar.saturating_sub(self.bar - self.section_bar);
        let moved = bar as i64 - self.bar as i64;
        let n_later = self.n_later + moved;
        let fill = self.fill.map(|fill| fill.saturating_add_signed(moved));
        Self { bar, section_bar, fill, n_later, ..self.clone() }
    }

    /// The bar number that seeds the random draws of `bar`.
    pub(super) fn drawn(&self, bar: u64) -> u64 {
        bar.saturating_add_signed(-self.n_later)
    }

    /// The next phrase of the form.
    pub(super) fn next_of_form(&mut self, setting: &Setting) -> Phrase {
        let is_repeated = self.form.is_repeated();
        let phrase = form::next(setting, &mut self.form);
        if phrase.of_section == 0 && !is_repeated {
            self.section_bar = self.bar;
        }
        phrase
    }
}
