//! Drums of a phrase: a beat from the pad, its variation, fills, and what a section leaves of it.

use std::sync::Arc;

use crate::{
    compose::{
        pad::Pad,
        phrase::{PHRASE_BARS, Phrase, Take},
    },
    config::{Shape, Theme},
    music::{drums::Drum, meter::STEPS_PER_BAR, section::Section, trio::Line},
    musicvae::{
        net::latent::{self, Latent},
        shared_model::Dreamer,
    },
    rng,
};

/// How far a piece's own beat lies from the pad's.
const OWN_BEAT: f64 = 0.25;

/// Beats drawn for a place, at most, until one has no empty bar.
const N_CANDIDATES: u64 = 5;

/// How much denser a fill is than its beat, and how much freer it is drawn, in units of the
/// attribute's vector and of temperature.
const FILL_DENSITY: f64 = 1.0;
const FILL_FREEDOM: f64 = 0.25;

/// How much denser a beat is at full tension than at none.
const TENSION_DENSITY: f64 = 0.8;

/// The tension at which a beat is as dense as its place on the pad says.
const LEVEL_TENSION: f64 = 0.65;

/// Writes drums.
pub struct DrumWriter {
    model: Arc<Dreamer>,
    pad: Pad,
}

impl DrumWriter {
    /// A writer that dreams by `model`, a drum model's, on `pad`.
    pub fn new(model: Arc<Dreamer>, pad: Pad) -> Self {
        Self { model, pad }
    }

    /// Width of the latent space.
    pub fn n_latent(&self) -> usize {
        self.model.model().config().n_latent
    }

    /// Drum tokens of `phrase`, whose section begins at bar `section_bar` of the station's life;
    /// each `attempt` is another version of it.
    pub fn write(&self, phrase: &Phrase, theme: &Theme, section_bar: u64, attempt: u64) -> Line {
        let name = format!("drums {} {} {attempt}", phrase.idea, phrase.visit);
        let beat = self.place(phrase, section_bar);
        let varied = stray(phrase, &beat, &name, theme.wander);
        let dream = |z: &Latent, freedom: f64| {
            self.dream(z, theme.temperature + freedom, phrase.piece.seed, &name)
        };
        let beat_line = dream(&beat, 0.0);
        let n_steps = PHRASE_BARS as usize * STEPS_PER_BAR;
        let n_window = beat_line.len();
        let mut line: Line = beat_line.iter().cycle().take(n_steps).copied().collect();
        // The second half varies, where a window is no longer than a half.
        if phrase.take != Take::Statement && 2 * n_window <= n_steps {
            let varied = dream(&varied, 0.0);
            line[n_steps - n_window..].copy_from_slice(&varied);
        }
        if phrase.is_last {
            let fill = dream(&self.denser(&beat, FILL_DENSITY), FILL_FREEDOM);
            let last_bar = fill.len() - STEPS_PER_BAR..;
            line[n_steps - STEPS_PER_BAR..].copy_from_slice(&fill[last_bar]);
        }
        leave(&mut line, phrase, theme.shape);
        line
    }

    /// The beat's place: the pad's at the section's beginning, the piece's own way from there, as
    /// dense as the phrase is tense, and on its way to another piece's in a transition.
    fn place(&self, phrase: &Phrase, section_bar: u64) -> Latent {
        let here = self.pad.at(section_bar);
        let own = |noise: &Latent| latent::perturb(&here, noise, OWN_BEAT);
        let z = own(&phrase.piece.beat);
        let z = match &phrase.blend {
            Some((other, t)) if other.beat.len() == z.len() => {
                latent::slerp(&z, &own(&other.beat), *t)
            }
            _ => z,
        };
        let tension = f64::midpoint(phrase.tension[0], phrase.tension[1]);
        self.denser(&z, TENSION_DENSITY * (tension - LEVEL_TENSION))
    }

    fn denser(&self, z: &Latent, amount: f64) -> Latent {
        match self.model.model().attributes().get("density") {
            Some(vector) => latent::along(z, vector, amount),
            None => z.clone(),
        }
    }

    /// A window of whole bars, the first drawn of which none is empty.
    fn dream(&self, z: &[f32], temperature: f64, seed: u64, name: &str) -> Line {
        let draw = |candidate: u64| {
            let rng = rng::stream(seed, &format!("{name} {candidate}"));
            let lines = self.model.dream(z, temperature, &rng);
            let mut line = lines.expect("z was encoded by this model").swap_remove(0);
            line.truncate(line.len() / STEPS_PER_BAR * STEPS_PER_BAR);
            line
        };
        let is_fit =
            |line: &Line| line.chunks(STEPS_PER_BAR).all(|bar| bar.iter().any(|&token| token != 0));
        let mut ideas = (0..N_CANDIDATES).map(draw);
        let first = ideas.next().expect("there are candidates");
        if is_fit(&first) { first } else { ideas.find(is_fit).unwrap_or(first) }
    }
}

/// A beat a little off `z`, another one for each phrase.
fn stray(phrase: &Phrase, z: &Latent, name: &str, wander: f64) -> Latent {
    let name = format!("{name} {:?} {}", phrase.take, phrase.of_section);
    let mut rng = rng::stream(phrase.piece.seed, &name);
    latent::perturb(z, &latent::prior(z.len(), &mut rng), (3.0 * wander).min(1.0))
}

/// Takes away what the section has no place for, and strikes a crash where a full one begins.
fn leave(line: &mut Line, phrase: &Phrase, shape: Shape) {
    let kept = kept(phrase, shape);
    for bar in line.chunks_mut(STEPS_PER_BAR) {
        // A bar of nothing would sound like a mistake.
        if bar.iter().any(|token| token & kept != 0) {
            for token in bar {
                *token &= kept;
            }
        }
    }
    if phrase.section == Section::Build && phrase.is_last {
        let last_bar = line.len() - STEPS_PER_BAR;
        for token in &mut line[last_bar..] {
            *token &= !Drum::Kick.bit();
        }
    }
    let is_full = matches!(phrase.section, Section::Drop | Section::Main);
    if is_full && phrase.of_section == 0 && shape != Shape::Flow {
        line[0] |= Drum::Crash.bit();
    }
}

/// The classes that sound in the phrase, as bits.
fn kept(phrase: &Phrase, shape: Shape) -> u16 {
    const ALL: u16 = u16::MAX;
    let bits = |drums: &[Drum]| drums.iter().fold(0, |bits, drum| bits | drum.bit());
    let bare = bits(&[Drum::Kick, Drum::ClosedHat]);
    match phrase.section {
        Section::Intro if phrase.of_section == 0 => bare | Drum::Ride.bit(),
        Section::Outro if phrase.is_last => bare | Drum::OpenHat.bit(),
        Section::Break if shape != Shape::Flow && !phrase.is_last => {
            bits(&[Drum::ClosedHat, Drum::Ride])
        }
        _ => ALL,
    }
}
