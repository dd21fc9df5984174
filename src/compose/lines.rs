//! Bass and lead of a phrase: dreamt, brought into key and register, laid over the chords, judged.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        phrase::{PHRASE_BARS, Phrase, Take},
        sections::N_IDEAS,
        taste,
    },
    config::{Strictness, Theme},
    music::{
        arrange::{self, LineNote},
        chord::Chord,
        harmony,
        meter::STEPS_PER_BAR,
        scale::Key,
        trio::Line,
    },
    musicvae::{
        net::latent::{self, Latent},
        shared_model::Dreamer,
    },
    rng,
};

/// Lines of the trio's model.
const LEAD: usize = 0;
const BASS: usize = 1;

/// Ideas drawn for a phrase, at most, until one has nothing wrong with it.
const N_CANDIDATES: usize = 8;

/// How much further from its place on the walk each further idea is drawn.
const SEARCH: f64 = 0.06;

/// Leads that a new one is compared with.
const N_HEARD: usize = 12;

/// Where on the piece's leg its themes lie, and how far a departure goes on from there.
const PLACES: [f64; 3] = [0.1, 0.5, 0.9];
const AHEAD: f64 = 0.2;

/// Bass and lead.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lines {
    /// In the bass's register.
    pub bass: Vec<LineNote>,
    /// In the lead's.
    pub lead: Vec<LineNote>,
}

/// What a phrase's lines are drawn by: equal ones have equal lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Idea {
    number: usize,
    visit: u64,
    take: Take,
    of_section: u64,
}

/// Writes lines, and remembers those of the piece that it is in.
pub struct LineWriter {
    model: Arc<Dreamer>,
    written: Written,
}

/// What it remembers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Written {
    piece: u64,
    lines: Vec<(Idea, Lines)>,
    /// By how much each of the piece's themes is transposed: all its phrases alike.
    moved: [Option<i8>; N_IDEAS],
    heard: VecDeque<Vec<LineNote>>,
}

impl LineWriter {
    /// A writer that dreams by `model`, a trio's.
    pub fn new(model: Arc<Dreamer>) -> Self {
        Self::resume(model, Written::default())
    }

    /// One that remembers what was `written` before.
    pub fn resume(model: Arc<Dreamer>, written: Written) -> Self {
        Self { model, written }
    }

    /// What it remembers.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Dreams by another model from now on.
    pub fn set_model(&mut self, model: Arc<Dreamer>) {
        self.model = model;
        self.forget();
    }

    /// Forgets the lines of the piece.
    fn forget(&mut self) {
        self.written.lines.clear();
        self.written.moved = Default::default();
    }

    /// The lines of `phrase` over its bars' `chords`.
    pub fn write(&mut self, phrase: &Phrase, theme: &Theme, chords: &[Chord]) -> Lines {
        if self.written.piece != phrase.piece.number {
            self.forget();
            self.written.piece = phrase.piece.number;
        }
        let idea = idea(phrase);
        if let Some((_, lines)) = self.written.lines.iter().find(|(written, _)| *written == idea) {
            return over_chords(lines.clone(), phrase.piece.key, theme, chords);
        }
        let lines = self.dream(phrase, idea, theme, chords);
        let heard = over_chords(lines.clone(), phrase.piece.key, theme, chords);
        self.written.lines.push((idea, lines));
        self.written.heard.push_back(heard.lead.clone());
        if N_HEARD < self.written.heard.len() {
            self.written.heard.pop_front();
        }
        heard
    }

    /// Bass and lead, not yet over their chords, each from that of the candidates in which least would
    /// be wrong with it there.
    fn dream(&mut self, phrase: &Phrase, idea: Idea, theme: &Theme, chords: &[Chord]) -> Lines {
        let place = place(phrase, idea, theme.wander);
        let name = format!("lines {} {}", idea.number, idea.visit);
        let mut best: [Option<(f64, Vec<LineNote>)>; 2] = [None, None];
        for candidate in 0..N_CANDIDATES {
            let mut noise = rng::stream(phrase.piece.seed, &format!("search {name} {candidate}"));
            let noise = latent::prior(place.len(), &mut noise);
            let z = latent::perturb(&place, &noise, SEARCH * candidate as f64);
            // Takes of one theme draw the same numbers: only z strays.
            let rng = rng::stream(phrase.piece.seed, &format!("{name} {candidate}"));
            let dreamt = self.model.dream(&z, theme.temperature, &rng);
            let lines = excerpt(dreamt.expect("z was encoded by this model"), idea.number);
            let semitones = *self.written.moved[idea.number].get_or_insert_with(|| {
                arrange::transposition(phrase.piece.key, &lines[BASS], &lines[LEAD])
            });
            let Lines { bass, lead } = settle(&lines, semitones, phrase.piece.key, theme);
            let lines = Lines { bass: bass.clone(), lead: lead.clone() };
            let over = over_chords(lines, phrase.piece.key, theme, chords);
            let n_bars = PHRASE_BARS as usize;
            let costs = [
                taste::bass_cost(&over.bass, theme.bass, n_bars),
                taste::lead_cost(&over.lead, theme.lead, n_bars, &self.written.heard),
            ];
            for ((best, line), cost) in best.iter_mut().zip([bass, lead]).zip(costs) {
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    *best = Some((cost, line));
                }
            }
            if best.iter().flatten().all(|(cost, _)| *cost == 0.0) {
                break;
            }
        }
        let [bass, lead] = best.map(|best| best.map(|(_, line)| line).unwrap_or_default());
        Lines { bass, lead }
    }
}

fn idea(phrase: &Phrase) -> Idea {
    // A repeat is its statement.
    let (take, of_section) = match phrase.take {
        Take::Statement | Take::Repeat => (Take::Statement, 0),
        Take::Astray => (Take::Astray, phrase.of_section),
        Take::Departure => (Take::Departure, 0),
    };
    Idea { number: phrase.idea, visit: phrase.visit, take, of_section }
}

/// Where in the latent space the phrase lies.
fn place(phrase: &Phrase, idea: Idea, wander: f64) -> Latent {
    let t = PLACES[idea.number];
    let t = if idea.take == Take::Departure { t + AHEAD } else { t };
    let leg = &phrase.piece.leg;
    let mut z = leg.along(if 1.0 < t { 2.0 - t } else { t });
    let mut stray = |name: &str, amount: f64| {
        let mut rng = rng::stream(phrase.piece.seed, name);
        let noise = latent::prior(z.len(), &mut rng);
        z = latent::perturb(&z, &noise, amount.min(1.0));
    };
    if 0 < idea.visit {
        let name = format!("visit {} {}", idea.number, idea.visit);
        stray(&name, wander * idea.visit.min(3) as f64);
    }
    if idea.take == Take::Astray {
        let name = format!("astray {} {} {}", idea.number, idea.visit, idea.of_section);
        stray(&name, 2.0 * wander);
    }
    z
}

/// Lines as notes in key and register.
fn settle(lines: &[Line], semitones: i8, key: Key, theme: &Theme) -> Lines {
    let [bass, lead] = [(BASS, theme.bass), (LEAD, theme.lead)].map(|(line, limits)| {
        let mut notes = arrange::notes(&lines[line]);
        arrange::settle(&mut notes, key, semitones, limits.register.span());
        taste::thin(&mut notes, limits);
        notes
    });
    Lines { bass, lead }
}

/// Lines moved as far as the theme wants it to fit `chords`, one a bar.
fn over_chords(mut lines: Lines, key: Key, theme: &Theme, chords: &[Chord]) -> Lines {
    if theme.harmony == Strictness::Chords {
        harmony::follow(&mut lines.bass, key, chords, theme.bass.register.span());
        harmony::lean(&mut lines.bass, chords, theme.bass.register.span());
        harmony::lean(&mut lines.lead, chords, theme.lead.register.span());
    }
    lines
}

/// A phrase of lines that may be longer: themes take their parts of them in turn.
fn excerpt(lines: Vec<Line>, idea: usize) -> Vec<Line> {
    let n_steps = PHRASE_BARS as usize * STEPS_PER_BAR;
    let cut = |line: Line| {
        let part = idea % (line.len() / n_steps).max(1);
        line[part * n_steps..].iter().take(n_steps).copied().collect()
    };
    lines.into_iter().map(cut).collect()
}
