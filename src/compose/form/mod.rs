//! The form: which phrase of which section of which piece comes next, and what it asks of the parts.
//!
//! A section is a theme of the piece said in phrases of four bars, A A A' B: as it is, again, astray,
//! and leading on. Sections of one theme come back later in the piece, a little changed. From piece
//! to piece leads a transition: the outro's last two phrases and the intro's first two bend tempo and
//! drums from the one to the other while the rest is silent or in one key.

mod course;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rand::RngExt as _;

pub use self::course::Course;
use crate::{
    compose::{
        phrase::{PHRASE_BARS, Phrase, section_tension, take, who_plays},
        piece::{Piece, Source},
        sections::{self, N_IDEAS, Planned},
        walk::{Anchors, Walk},
    },
    config::{self, Theme},
    music::bar::N_PARTS,
    rng,
    units::{Bpm, Lufs},
};

/// Phrases on each side of a border between pieces over which one becomes the other.
const TRANSITION_PHRASES: u64 = 2;

/// A phrase's place in the transition between its piece and another.
struct Border {
    other: Arc<Piece>,
    /// How far from the old piece to the new one it begins and ends: 0 the old one, 1 the new one.
    ways: [f64; 2],
    /// Whether its piece is the old one.
    is_outro: bool,
}

/// Where on the way from one piece to the next the next one begins.
const MIDWAY: f64 = 0.5;

/// An endless sequence of phrases.
pub struct Form {
    station: String,
    theme: Arc<Theme>,
    mode: config::Form,
    energy: f64,
    loudness: Lufs,
    seed: u64,
    n_beat: usize,
    walk: Walk,
    before: Option<Arc<Piece>>,
    piece: Arc<Piece>,
    next: Arc<Piece>,
    sections: Vec<Planned>,
    section: usize,
    of_section: u64,
    visits: [u64; N_IDEAS],
    /// Where on the way from the piece before this one began: nowhere yet, where there was no outro.
    entry: f64,
}

impl Form {
    /// The form of `station` from its beginning; `anchors` lie in the trio's latent space, the drums'
    /// is `n_beat` wide.
    pub fn new(station: &config::Station, anchors: Anchors, n_beat: usize, seed: u64) -> Self {
        let mut walk = Walk::new(anchors, seed);
        let mut leg = || walk.next().expect("a walk has no end");
        let source = Source {
            station: &station.title,
            theme: &station.theme,
            form: station.form,
            loudness: station.loudness,
            seed,
            n_beat,
        };
        let piece = Piece::first(source, leg());
        let next = piece.next(source, leg());
        let course = Course {
            walk: walk.place(),
            before: None,
            piece,
            next,
            sections: Vec::new(),
            section: 0,
            of_section: 0,
            visits: [0; N_IDEAS],
            entry: MIDWAY,
        };
        let mut form = Self::resume(station, walk.anchors().clone(), n_beat, seed, course);
        form.sections = form.plan();
        form
    }

    /// The form of `station` that has come as far as `course`, which is sound.
    pub fn resume(
        station: &config::Station,
        anchors: Anchors,
        n_beat: usize,
        seed: u64,
        course: Course,
    ) -> Self {
        let Course { walk, before, piece, next, sections, section, of_section, visits, entry } =
            course;
        Self {
            station: station.title.clone(),
            theme: station.theme.clone(),
            mode: station.form,
            energy: station.energy,
            loudness: station.loudness,
            seed,
            n_beat,
            walk: Walk::resume(anchors, seed, walk),
            before: before.map(Arc::new),
            piece: Arc::new(piece),
            next: Arc::new(next),
            sections,
            section,
            of_section,
            visits,
            entry,
        }
    }

    /// How far it has come.
    pub fn course(&self) -> Course {
        Course {
            walk: self.walk.place(),
            before: self.before.as_deref().cloned(),
            piece: (*self.piece).clone(),
            next: (*self.next).clone(),
            sections: self.sections.clone(),
            section: self.section,
            of_section: self.of_section,
            visits: self.visits,
            entry: self.entry,
        }
    }

    /// The piece that is being played.
    pub fn piece(&self) -> &Piece {
        &self.piece
    }

    /// From the next phrase on what `station` says now. Where only the sound of the theme or where it
    /// leads is another, the piece goes on; otherwise a new one begins, at the place where the walk is.
    /// `anchors` are those of the new theme.
    pub fn turn_to(&mut self, station: &config::Station, anchors: Anchors, n_beat: usize) {
        let goes_on = self.mode == station.form && self.theme.differs_in_sound_only(&station.theme);
        let leads_on = *self.walk.anchors() == anchors;
        self.turn(station, anchors, n_beat, goes_on, leads_on);
    }

    /// Turns to `station`; whether its piece goes on, and on the same way, is known already.
    pub fn turn(
        &mut self,
        station: &config::Station,
        anchors: Anchors,
        n_beat: usize,
        goes_on: bool,
        leads_on: bool,
    ) {
        self.station.clone_from(&station.title);
        self.theme = station.theme.clone();
        (self.mode, self.energy, self.n_beat) = (station.form, station.energy, n_beat);
        self.loudness = station.loudness;
        if goes_on {
            self.piece = Arc::new(self.piece.in_sound_of(&self.theme, self.loudness));
            self.next = Arc::new(self.next.in_sound_of(&self.theme, self.loudness));
            if !leads_on {
                self.lead_to(anchors);
            }
            return;
        }
        self.walk.set_anchors(anchors);
        // The next piece was drawn from the theme before.
        let leg = self.walk.next().expect("a walk has no end");
        self.next = Arc::new(self.piece.turn(self.source(), leg));
        self.begin_next();
        self.entry = 0.0;
    }

    /// Has the piece and the next one go between other `anchors`, from where the piece began.
    fn lead_to(&mut self, anchors: Anchors) {
        self.walk.take_back(&self.piece.leg);
        self.walk.set_anchors(anchors);
        for piece in [&mut self.piece, &mut self.next] {
            let leg = self.walk.next().expect("a walk has no end");
            *piece = Arc::new(piece.along(leg));
        }
    }

    fn piece_after(&mut self, piece: &Piece) -> Piece {
        let leg = self.walk.next().expect("a walk has no end");
        piece.next(self.source(), leg)
    }

    fn source(&self) -> Source<'_> {
        Source {
            station: &self.station,
            theme: &self.theme,
            form: self.mode,
            loudness: self.loudness,
            seed: self.seed,
            n_beat: self.n_beat,
        }
    }

    fn begin_next(&mut self) {
        let after = Arc::new(self.piece_after(&self.next.clone()));
        let piece = std::mem::replace(&mut self.next, after);
        self.before = Some(std::mem::replace(&mut self.piece, piece));
        self.sections = self.plan();
        (self.section, self.of_section, self.visits) = (0, 0, [0; N_IDEAS]);
        self.entry = MIDWAY;
    }

    fn plan(&self) -> Vec<Planned> {
        if self.mode == config::Form::Endless {
            return sections::turn(self.theme.shape, self.piece.number);
        }
        let mut rng = rng::stream(self.piece.seed, "plan");
        let [shortest, longest] = self.theme.minutes;
        let minutes = shortest + (longest - shortest) * rng.random::<f64>();
        let phrases = minutes * self.piece.tempo.get() / (4 * PHRASE_BARS) as f64;
        sections::piece(self.theme.shape, phrases.round() as u64, &mut rng)
    }

    fn border(&self) -> Option<Border> {
        if self.mode == config::Form::Endless {
            return None;
        }
        let n = self.sections[self.section].n_phrases.min(TRANSITION_PHRASES);
        if self.section == 0 && self.of_section < n {
            let other = self.before.clone()?;
            let at = |phrase: u64| self.entry + (1.0 - self.entry) * phrase as f64 / n as f64;
            let ways = [at(self.of_section), at(self.of_section + 1)];
            return Some(Border { other, ways, is_outro: false });
        }
        let left = self.sections[self.section].n_phrases - self.of_section;
        let is_outro = self.section + 1 == self.sections.len();
        (is_outro && left <= n).then(|| {
            let at = |left: u64| MIDWAY * (n - left) as f64 / n as f64;
            Border { other: self.next.clone(), ways: [at(left), at(left - 1)], is_outro: true }
        })
    }

    fn tempo(&self, border: Option<&Border>) -> [Bpm; 2] {
        let Some(Border { other, ways, is_outro }) = border else { return [self.piece.tempo; 2] };
        let (old, new) = match is_outro {
            true => (self.piece.tempo, other.tempo),
            false => (other.tempo, self.piece.tempo),
        };
        // Between two tempi, so within the range of a tempo.
        let at = |t: f64| Bpm::try_from(old.get() + t * (new.get() - old.get())).unwrap_or(new);
        ways.map(at)
    }

    fn tension(&self) -> [f64; 2] {
        let Planned { section, n_phrases, .. } = self.sections[self.section];
        let (from, to) = section_tension(section);
        let at = |phrase: u64| from + (to - from) * phrase as f64 / n_phrases as f64;
        // A piece gets a little more tense towards its end, and the station's energy moves all.
        let progress = self.section as f64 / self.sections.len() as f64;
        let lift = 0.08 * progress + 0.6 * (self.energy - 0.5);
        [self.of_section, self.of_section + 1].map(|phrase| (at(phrase) + lift).clamp(0.0, 1.0))
    }

    fn plays(&self) -> [bool; N_PARTS] {
        let Planned { section, n_phrases, .. } = self.sections[self.section];
        let mut rng = rng::stream(self.piece.seed, &format!("plays {}", self.section));
        who_plays(section, self.theme.shape, self.of_section, n_phrases, rng.random())
    }
}

impl Iterator for Form {
    type Item = Phrase;

    /// The next phrase; there is always one.
    fn next(&mut self) -> Option<Phrase> {
        if self.section == self.sections.len() {
            self.begin_next();
        }
        let Planned { section, idea, n_phrases } = self.sections[self.section];
        let border = self.border();
        let phrase = Phrase {
            piece: self.piece.clone(),
            section,
            idea,
            visit: self.visits[idea],
            take: take(self.of_section, n_phrases),
            of_section: self.of_section,
            is_last: self.of_section + 1 == n_phrases,
            tension: self.tension(),
            plays: self.plays(),
            tempo: self.tempo(border.as_ref()),
            blend: border.map(|Border { other, ways: [from, to], is_outro }| {
                let way = f64::midpoint(from, to);
                (other, if is_outro { way } else { 1.0 - way })
            }),
        };
        self.of_section += 1;
        if self.of_section == n_phrases {
            self.visits[idea] += 1;
            (self.section, self.of_section) = (self.section + 1, 0);
        }
        Some(phrase)
    }
}
