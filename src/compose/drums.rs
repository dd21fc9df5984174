//! Drums of a phrase: the piece's beat, a variation of it, a fill, and what the section keeps of them.

use crate::{
    compose::{
        phrase::{PHRASE_STEPS, Phrase, Take},
        setting::Setting,
    },
    config::Shape,
    music::{drums::Drum, meter::STEPS_PER_BAR, section::Section, trio::Line},
    musicvae::net::{
        decode_rule::DecodeRule,
        latent::{self, Latent},
        part_set::PartSet,
    },
    rng,
};

/// Share of a piece's own noise in its beat; the rest is the pad's.
const OWN_BEAT: f64 = 0.25;

/// Share of noise in a phrase's variation of the beat, as a multiple of the theme's `wander`.
const VARIATION: f64 = 3.0;

/// Beats drawn at most for one without an empty bar.
const N_CANDIDATES: u64 = 5;

/// How much denser a fill is than its beat, in units of the density attribute's vector, and how much
/// is added to the temperature for it.
const FILL_DENSITY: f64 = 1.0;
const FILL_TEMPERATURE: f64 = 0.25;

/// How much denser a beat is at full tension than at none, in units of the attribute's vector.
const TENSION_DENSITY: f64 = 0.8;

/// The tension at which a beat has the density of its place on the pad.
const LEVEL_TENSION: f64 = 0.65;

/// Drum tokens of `phrase`, whose section starts at bar `section_bar` of the station's life; each
/// `attempt` is another version.
pub fn write(setting: &Setting, phrase: &Phrase, section_bar: u64, attempt: u64) -> Line {
    let stream = format!("drums {} {} {attempt}", phrase.motif, phrase.visit);
    let draw = |z: &Latent, more_temperature: f64| {
        let temperature = setting.theme().temperature + more_temperature;
        draw(setting, z, temperature, phrase.piece.seed, &stream)
    };
    let z = place(setting, phrase, section_bar);
    let beat = draw(&z, 0.0);
    let n_window = beat.len();
    let mut line: Line = beat.iter().cycle().take(PHRASE_STEPS).copied().collect();
    // The second half is a variation, where the model's beats are no longer than that.
    if phrase.take != Take::Statement && 2 * n_window <= PHRASE_STEPS {
        let varied = draw(&stray(phrase, &z, &stream, setting.theme().wander), 0.0);
        line[PHRASE_STEPS - n_window..].copy_from_slice(&varied);
    }
    if phrase.is_last {
        let fill = draw(&denser(setting, &z, FILL_DENSITY), FILL_TEMPERATURE);
        let last_bar = fill.len() - STEPS_PER_BAR..;
        line[PHRASE_STEPS - STEPS_PER_BAR..].copy_from_slice(&fill[last_bar]);
    }
    fit_to_section(&mut line, phrase, setting.theme().shape);
    line
}

/// The beat's point in latent space: the pad's at the start of the section, with the piece's own
/// noise, moved towards a neighbouring piece in a transition, and as dense as the phrase is tense.
fn place(setting: &Setting, phrase: &Phrase, section_bar: u64) -> Latent {
    let here = setting.loaded.pad.at(section_bar);
    let own = |noise: &Latent| latent::perturb(&here, noise, OWN_BEAT);
    let z = own(&phrase.piece.beat);
    let z = match &phrase.blend {
        // A piece from before the theme's model changed may have other dimensions.
        Some((other, t)) if other.beat.len() == z.len() => latent::slerp(&z, &own(&other.beat), *t),
        _ => z,
    };
    let tension = f64::midpoint(phrase.tension[0], phrase.tension[1]);
    denser(setting, &z, TENSION_DENSITY * (tension - LEVEL_TENSION))
}

fn denser(setting: &Setting, z: &Latent, amount: f64) -> Latent {
    match setting.loaded.drums.attributes().get("density") {
        Some(vector) => latent::along(z, vector, amount),
        None => z.clone(),
    }
}

/// The first of some draws without an empty bar, or else the first draw; whole bars only.
fn draw(setting: &Setting, z: &[f32], temperature: f64, seed: u64, stream: &str) -> Line {
    let rule = DecodeRule { temperature, ..DecodeRule::default() };
    let draw = |candidate: u64| {
        let rng = rng::stream(seed, &format!("{stream} {candidate}"));
        let lines = setting.loaded.drums.decode(z, PartSet::ALL, rule, &rng);
        let mut line = lines.expect("z has the drum model's dimensions").swap_remove(0);
        line.truncate(line.len() / STEPS_PER_BAR * STEPS_PER_BAR);
        line
    };
    first_without_empty_bar((0..N_CANDIDATES).map(draw))
}

fn first_without_empty_bar(mut candidates: impl Iterator<Item = Line>) -> Line {
    let is_fit =
        |line: &Line| line.chunks(STEPS_PER_BAR).all(|bar| bar.iter().any(|&token| token != 0));
    let first = candidates.next().expect("there are candidates");
    if is_fit(&first) { first } else { candidates.find(is_fit).unwrap_or(first) }
}

/// A point near `z`, another one for each phrase.
fn stray(phrase: &Phrase, z: &Latent, stream: &str, wander: f64) -> Latent {
    let name = format!("{stream} {} {}", phrase.take.stream_name(), phrase.of_section);
    let noise = latent::prior(z.len(), &mut rng::stream(phrase.piece.seed, &name));
    latent::perturb(z, &noise, (VARIATION * wander).min(1.0))
}

/// Removes the drums that rest in the section, and adds a crash at the start of a full one.
fn fit_to_section(line: &mut Line, phrase: &Phrase, shape: Shape) {
    let kept = kept(phrase, shape);
    for bar in line.chunks_mut(STEPS_PER_BAR) {
        // A bar with nothing left would sound like a mistake, so it stays whole.
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

/// The drum classes that play in the phrase, as bits.
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

#[cfg(test)]
mod tests;
