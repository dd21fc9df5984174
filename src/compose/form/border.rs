//! The border between two pieces, over which tempo and drums move from one to the other.

use std::sync::Arc;

use crate::{
    compose::{
        form::progress::{FormProgress, MIDWAY},
        piece::Piece,
        setting::Setting,
    },
    config::Form,
    units::Bpm,
};

/// Phrases on each side of a border over which one piece becomes the other.
const TRANSITION_PHRASES: u64 = 2;

/// A phrase's position in the transition between its piece and a neighbour.
pub struct Border {
    neighbour: Arc<Piece>,
    /// Position between old and new piece at the phrase's start and end, 0 to 1.
    span: [f64; 2],
    /// Whether the phrase belongs to the old piece.
    is_outro: bool,
}

/// The border at the next phrase of `form`, if any. An endless piece has none, nor has a repeated intro or a
/// held outro.
pub fn of(setting: &Setting, form: &FormProgress) -> Option<Border> {
    if setting.station.form == Form::Endless {
        return None;
    }
    let n_phrases = form.sections[form.section].n_phrases;
    let n = n_phrases.min(TRANSITION_PHRASES);
    if form.section == 0 && form.of_section < n && form.n_held == 0 {
        let neighbour = form.before.clone()?;
        let at = |phrase: u64| form.entry + (1.0 - form.entry) * phrase as f64 / n as f64;
        let span = [at(form.of_section), at(form.of_section + 1)];
        return Some(Border { neighbour, span, is_outro: false });
    }
    let left = n_phrases - form.of_section;
    let is_outro = form.section + 1 == form.sections.len();
    (is_outro && left <= n && !setting.steering.hold).then(|| {
        let at = |left: u64| MIDWAY * (n - left) as f64 / n as f64;
        Border { neighbour: form.next.clone(), span: [at(left), at(left - 1)], is_outro: true }
    })
}

impl Border {
    /// Tempo at the start and at the end of a phrase of `piece`.
    pub fn tempo(&self, piece: &Piece) -> [Bpm; 2] {
        let (old, new) = match self.is_outro {
            true => (piece.tempo, self.neighbour.tempo),
            false => (self.neighbour.tempo, piece.tempo),
        };
        // Between two valid tempos, so valid.
        let at = |t: f64| Bpm::try_from(old.get() + t * (new.get() - old.get())).unwrap_or(new);
        self.span.map(at)
    }

    /// The neighbour, and how far the phrase's drums have moved to it, 0 to 1.
    pub fn blend(self) -> (Arc<Piece>, f64) {
        let [from, to] = self.span;
        let way = f64::midpoint(from, to);
        (self.neighbour, if self.is_outro { way } else { 1.0 - way })
    }
}
