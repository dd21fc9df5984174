//! The progress of the form.

use std::sync::Arc;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        books::Book,
        phrase::PHRASE_BARS,
        piece::Piece,
        sections::{self, N_MOTIFS, Planned},
        setting::Setting,
        walk::{Leg, WalkProgress},
    },
    config::Form,
    music::section::Section,
    rng,
};

/// Longest section that a saved progress may have, in phrases.
const MAX_PHRASES: u64 = 64;

/// How far an outro moves to the next piece; the next piece's intro moves the rest.
pub(super) const MIDWAY: f64 = 0.5;

/// The progress of the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormProgress {
    pub(super) walk: WalkProgress,
    pub(super) before: Option<Arc<Piece>>,
    pub(super) piece: Arc<Piece>,
    pub(super) next: Arc<Piece>,
    /// Sections of the piece.
    pub(super) sections: Vec<Planned>,
    /// Index of the next phrase's section; the number of sections at the end.
    pub(super) section: usize,
    /// Index of the next phrase in its section.
    pub(super) of_section: u64,
    /// How often the section was repeated while held.
    #[serde(default)]
    pub(super) n_held: u64,
    /// Number of earlier sections with each motif.
    pub(super) visits: [u64; N_MOTIFS],
    /// Position in the transition where the intro starts: 0 if there was no outro.
    pub(super) entry: f64,
}

impl FormProgress {
    /// The start of a station's first piece.
    pub fn start(setting: &Setting) -> Self {
        let mut walk = WalkProgress::start(&setting.loaded.anchors);
        let piece = Piece::first(setting, next_leg(&mut walk, setting));
        let next = piece.next(setting, next_leg(&mut walk, setting));
        let sections = plan(setting, &piece);
        Self {
            walk,
            before: None,
            piece: piece.into(),
            next: next.into(),
            sections,
            section: 0,
            of_section: 0,
            n_held: 0,
            visits: [0; N_MOTIFS],
            entry: MIDWAY,
        }
    }

    /// The piece of the last phrase made.
    pub fn piece(&self) -> &Piece {
        &self.piece
    }

    /// Whether the values are possible; those of a file may not be.
    pub fn is_valid(&self) -> bool {
        let is_good =
            |plan: &Planned| plan.motif < N_MOTIFS && (1..=MAX_PHRASES).contains(&plan.n_phrases);
        let is_within = match self.sections.get(self.section) {
            Some(plan) => self.of_section < plan.n_phrases,
            None => self.section == self.sections.len() && self.of_section == 0,
        };
        is_within && self.sections.iter().all(is_good) && (0.0..=1.0).contains(&self.entry)
    }

    /// Whether its pieces have the dimensions of the models of `setting`.
    pub fn fits(&self, setting: &Setting) -> bool {
        [&self.piece, &self.next].iter().all(|piece| {
            piece.leg.is_within(setting.n_trio_latent())
                && piece.beat.len() == setting.n_drums_latent()
        })
    }

    /// Continues with the next piece as planned.
    pub(super) fn start_next_piece(&mut self, setting: &Setting) {
        let after = self.next.next(setting, next_leg(&mut self.walk, setting));
        let piece = std::mem::replace(&mut self.next, after.into());
        self.before = Some(std::mem::replace(&mut self.piece, piece));
        self.sections = plan(setting, &self.piece);
        self.go_to(0);
        self.visits = [0; N_MOTIFS];
        self.entry = MIDWAY;
    }

    /// Ends the piece early and starts one of another theme, at the walk's current point.
    pub fn start_new_piece(&mut self, setting: &Setting) {
        self.walk.head_for(&setting.loaded.anchors);
        // The planned next piece belongs to the previous theme.
        let leg = next_leg(&mut self.walk, setting);
        self.next = self.piece.first_of_theme(setting, leg).into();
        self.start_next_piece(setting);
        self.entry = 0.0;
    }

    /// The planned next piece.
    pub fn next_piece(&self) -> &Piece {
        &self.next
    }

    /// Whether the next phrase starts a section.
    pub fn starts_section(&self) -> bool {
        self.of_section == 0
    }

    /// Whether the section is being repeated while held.
    pub fn is_repeated(&self) -> bool {
        0 < self.n_held
    }

    /// Whether the next phrase starts a piece.
    pub fn starts_piece(&self) -> bool {
        self.of_section == 0 && (self.section == 0 || self.section == self.sections.len())
    }

    /// Jumps to the piece's next drop or, if it has none, its next main section, wrapping around after the
    /// last. The next phrase starts it.
    pub fn go_to_drop(&mut self, setting: &Setting) {
        if self.section == self.sections.len() {
            self.start_next_piece(setting);
        }
        let after = self.section + usize::from(0 < self.of_section);
        let n = self.sections.len();
        let find = |kind: Section| {
            let order = (after..n).chain(0..after.min(n));
            order.into_iter().find(|&index| self.sections[index].section == kind)
        };
        if let Some(index) = find(Section::Drop).or_else(|| find(Section::Main)) {
            self.go_to(index);
        }
    }

    /// Jumps to the piece's outro; from there, or in an endless form, to the next piece or cycle.
    pub fn go_to_next_piece(&mut self, setting: &Setting) {
        let n = self.sections.len();
        let is_outro = |plan: &Planned| plan.section == Section::Outro;
        let is_there = self.sections.get(self.section).is_none_or(is_outro);
        let outro = self.sections.iter().position(is_outro).filter(|_| !is_there);
        let is_endless = setting.station.form == Form::Endless;
        self.go_to(outro.filter(|_| !is_endless).unwrap_or(n));
    }

    /// Makes section `index` the next one.
    pub(super) fn go_to(&mut self, index: usize) {
        (self.section, self.of_section, self.n_held) = (index, 0, 0);
    }

    /// Continues the piece in the sound, key and tempo of another version of its theme and, if `is_led_anew`,
    /// along legs to other anchors from the point where the piece started.
    pub fn keep_piece(&mut self, setting: &Setting, is_led_anew: bool) {
        for piece in [&mut self.piece, &mut self.next] {
            *piece = piece.in_sound_of(setting).in_tune_of(setting).into();
        }
        if is_led_anew {
            self.walk.return_to_start_of(&self.piece.leg);
            self.walk.head_for(&setting.loaded.anchors);
            for piece in [&mut self.piece, &mut self.next] {
                *piece = piece.along(next_leg(&mut self.walk, setting)).into();
            }
        }
    }
}

fn next_leg(walk: &mut WalkProgress, setting: &Setting) -> Leg {
    walk.next_leg(&setting.loaded.anchors, &setting.liked(), setting.seed)
}

/// The sections of `piece`; if endless, those of its next cycle.
fn plan(setting: &Setting, piece: &Piece) -> Vec<Planned> {
    let theme = setting.theme();
    let is_endless = setting.station.form == Form::Endless;
    if is_endless && theme.chorale_model.is_none() {
        return sections::cycle(Book::of(theme), piece.number);
    }
    let mut rng = rng::stream(piece.seed, "plan");
    let [shortest, longest] = theme.minutes;
    let minutes = shortest + (longest - shortest) * rng.random::<f64>();
    let phrases = minutes * piece.tempo.get() / (4 * PHRASE_BARS) as f64;
    match theme.chorale_model {
        Some(_) => sections::strophes(phrases.round() as u64, &mut rng),
        None => sections::of_piece(Book::of(theme), phrases.round() as u64, &mut rng),
    }
}
