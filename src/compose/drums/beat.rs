//! The beat of a phrase as a point in a model's latent space, and lines drawn near it.

use crate::{
    compose::{drums::bars::Bars, lines, phrase::Phrase, setting::Setting, steering::BeatPlace},
    config::{self, Player},
    music::{meter::STEPS_PER_BAR, trio::Line},
    musicvae::{
        net::{
            decode_rule::DecodeRule,
            latent::{self, Latent},
            part_set::PartSet,
        },
        shared_model::SharedModel,
    },
    rng,
};

/// Share of a piece's own noise in its beat; the rest is the pad's point.
const OWN_BEAT: f64 = 0.25;

/// Share of noise in a phrase's variation of the beat, as a multiple of the theme's `wander`.
const VARIATION: f64 = 3.0;

/// Index of the drums among the trio model's lines.
const TRIO_DRUMS: usize = 2;

/// Most draws of a beat until one has no empty bar.
const N_CANDIDATES: u64 = 5;

/// How much denser a fill is than its beat, in units of the density attribute's vector, and the temperature
/// added for it.
const FILL_DENSITY: f64 = 1.0;
const FILL_TEMPERATURE: f64 = 0.25;

/// How much denser a beat is at full tension than at none, in units of the attribute's vector.
const TENSION_DENSITY: f64 = 0.8;

/// The tension at which a beat has the density of its place on the pad.
const LEVEL_TENSION: f64 = 0.65;

/// Steps of tension between a machine's beats.
const MACHINE_TENSION: f64 = 0.25;

/// Seed of beats drawn for display.
const SKETCH: u64 = 0;

/// A version of a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The beat itself.
    Plain,
    /// The beat with noise on z, other noise for each phrase of a section.
    Varied,
    /// Denser, at a higher temperature.
    Fill,
}

/// The beat of a phrase.
pub struct Beat<'a> {
    setting: &'a Setting,
    phrase: &'a Phrase,
    z: Latent,
    /// The corner's original beat, if steered there.
    original: Option<&'a Line>,
}

impl<'a> Beat<'a> {
    /// The beat at `place` on the pad, or on the path of bass and lead; its density follows the tension.
    pub fn of(setting: &'a Setting, phrase: &'a Phrase, bars: Bars, place: [f64; 2]) -> Self {
        let z = match setting.theme().beat {
            config::Beat::Pad => on_pad(setting, phrase, place),
            config::Beat::Trio => lines::point(setting, phrase, bars.first),
        };
        let z = denser(setting, &z, TENSION_DENSITY * (tension(setting, phrase) - LEVEL_TENSION));
        let is_on_pad = setting.theme().beat == config::Beat::Pad;
        let is_placed = is_on_pad && setting.steering.beat != BeatPlace::Walk;
        let original = setting.loaded.pad.original_near(place[0], place[1]);
        Self { setting, phrase, z, original: original.filter(|_| is_placed) }
    }

    /// Whole bars of the beat, drawn from the random stream of the motif's visit and `attempt`.
    pub fn draw(&self, version: Version, attempt: u64) -> Line {
        let stream = format!("drums {} {} {attempt}", self.phrase.motif, self.phrase.visit);
        let temperature = self.setting.theme().temperature;
        match version {
            Version::Plain => match self.original {
                Some(original) => whole_bars(original.clone()),
                None => self.draw_at(&self.z, temperature, &stream),
            },
            Version::Varied => self.draw_at(&self.stray(&stream), temperature, &stream),
            Version::Fill => {
                let z = denser(self.setting, &self.z, FILL_DENSITY);
                self.draw_at(&z, temperature + FILL_TEMPERATURE, &stream)
            }
        }
    }

    /// The first of some draws without an empty bar, or else the first draw.
    fn draw_at(&self, z: &[f32], temperature: f64, stream: &str) -> Line {
        let rule = DecodeRule { temperature, ..DecodeRule::default() };
        let parts = match self.setting.theme().beat {
            config::Beat::Pad => PartSet::ALL,
            config::Beat::Trio => PartSet::of([TRIO_DRUMS]),
        };
        let draw = |candidate: u64| {
            let rng = rng::stream(self.phrase.piece.seed, &format!("{stream} {candidate}"));
            let lines = model(self.setting).decode(z, parts, rule, &rng);
            let lines = lines.expect("z has the model's dimensions");
            let line = match self.setting.theme().beat {
                config::Beat::Pad => lines.into_iter().next(),
                config::Beat::Trio => {
                    lines::excerpt(lines, self.phrase.motif).into_iter().nth(TRIO_DRUMS)
                }
            }
            .expect("the model has drums");
            whole_bars(line)
        };
        first_without_empty_bar((0..N_CANDIDATES).map(draw))
    }

    /// A point near the beat's, a different one for each phrase.
    fn stray(&self, stream: &str) -> Latent {
        let Phrase { take, of_section, piece, .. } = self.phrase;
        let name = format!("{stream} {} {of_section}", take.stream_name());
        let noise = latent::prior(self.z.len(), &mut rng::stream(piece.seed, &name));
        let amount = VARIATION * self.setting.theme().wander;
        latent::perturb(&self.z, &noise, amount.min(1.0))
    }
}

/// The beat at `place` on the pad, for display: see [`crate::compose::sketch::beat`].
pub fn sketch(setting: &Setting, [x, y]: [f64; 2]) -> Line {
    let pad = &setting.loaded.pad;
    if let Some(original) = pad.original_near(x, y) {
        return original.clone();
    }
    let z = pad.mixture(x, y);
    let rule = DecodeRule { temperature: setting.theme().temperature, ..DecodeRule::default() };
    let draw = |candidate: u64| {
        let rng = rng::stream(SKETCH, &format!("pad {candidate}"));
        let lines = setting.loaded.drums.decode(&z, PartSet::ALL, rule, &rng);
        let lines = lines.expect("z has the model's dimensions");
        lines.into_iter().next().expect("the model has drums")
    };
    first_without_empty_bar((0..N_CANDIDATES).map(draw))
}

/// The line without steps after its last whole bar.
fn whole_bars(mut line: Line) -> Line {
    line.truncate(line.len() / STEPS_PER_BAR * STEPS_PER_BAR);
    line
}

/// The place on the pad in bar `number` of a phrase: the steered place, or else the round's at the start of
/// the section.
pub(super) fn place(setting: &Setting, bars: Bars, number: u64) -> [f64; 2] {
    let steered = setting.steering.beat.at(bars.first + number);
    steered.unwrap_or_else(|| setting.loaded.pad.place(bars.of_section).into())
}

/// The pad's point at `place`, with the piece's own noise, moved towards a neighbouring piece in a
/// transition. A steered beat has no noise and no transition.
fn on_pad(setting: &Setting, phrase: &Phrase, place: [f64; 2]) -> Latent {
    let [x, y] = place;
    let here = setting.loaded.pad.mixture(x, y);
    if setting.steering.beat != BeatPlace::Walk {
        return here;
    }
    let own = |noise: &Latent| latent::perturb(&here, noise, OWN_BEAT);
    let z = own(&phrase.piece.beat);
    match &phrase.blend {
        // A piece from before the theme's model changed may have other dimensions.
        Some((other, t)) if other.beat.len() == z.len() => latent::slerp(&z, &own(&other.beat), *t),
        _ => z,
    }
}

/// The model that draws the beat.
fn model(setting: &Setting) -> &SharedModel {
    match setting.theme().beat {
        config::Beat::Pad => &setting.loaded.drums,
        config::Beat::Trio => &setting.loaded.trio,
    }
}

/// The tension of the beat. A machine's is quantised, so that phrases of a section share a beat.
fn tension(setting: &Setting, phrase: &Phrase) -> f64 {
    let tension = f64::midpoint(phrase.tension[0], phrase.tension[1]);
    match setting.theme().drums.player {
        Player::Machine => (tension / MACHINE_TENSION).round() * MACHINE_TENSION,
        Player::Drummer => tension,
    }
}

fn denser(setting: &Setting, z: &Latent, amount: f64) -> Latent {
    match model(setting).attributes().get("density") {
        Some(vector) => latent::along(z, vector, amount),
        None => z.clone(),
    }
}

/// The first of `candidates` without an empty bar, or else the first.
pub(super) fn first_without_empty_bar(mut candidates: impl Iterator<Item = Line>) -> Line {
    let is_fit =
        |line: &Line| line.chunks(STEPS_PER_BAR).all(|bar| bar.iter().any(|&token| token != 0));
    let first = candidates.next().expect("there are candidates");
    if is_fit(&first) { first } else { candidates.find(is_fit).unwrap_or(first) }
}
