//! Drums for a rhythm: a search of a drum model's latent space for the z under which the rhythm is likeliest,
//! decoded with drums at every tap.

use rand::RngExt as _;

use crate::{
    lab::tools::{
        tap::{Tap, Taps},
        variation::Variation,
    },
    music::{drums::Drum, trio::Line},
    musicvae::{
        convert::pattern_windows,
        net::{
            Error,
            head::Pick,
            latent::{self, Latent},
            music_vae::MusicVae,
            part_set::PartSet,
            sampling,
        },
    },
    patterns::style::Style,
    rng::{self, Rng},
};

/// Beats per style that the search starts from: for all styles, and for a single style.
const N_BEATS: [u64; 2] = [8, 64];

/// Beats per style to draw from.
const N_PATTERNS: u64 = 1000;

/// Noise of the points drawn around the best one, in each round.
const ROUNDS: [f64; 3] = [0.5, 0.3, 0.15];

/// Points per round.
const N_NEAR: usize = 8;

/// Weight of the steps without a tap: drums may play more than the rhythm.
const REST_WEIGHT: f64 = 0.3;

/// Logit bonus of drums that match the strength of a tap.
const STRENGTH: f32 = 2.0;

/// Log-likelihood gain for which z changes between windows.
const STAY: f64 = 3.0;

/// Earlier windows whose z a window may keep. Once there are this many, the search starts from them alone.
const N_KEPT: usize = 4;

/// The drums that accents are played on.
const STRONG: u16 = 1 << Drum::Kick as u16 | 1 << Drum::Snare as u16 | 1 << Drum::Crash as u16;

/// The drums that other taps are played on; toms are left to the model.
const WEAK: u16 = 1 << Drum::ClosedHat as u16 | 1 << Drum::OpenHat as u16 | 1 << Drum::Ride as u16;

/// Styles whose drums keep no beat: the search starts from them only on request.
const WITHOUT_BEAT: [Style; 2] = [Style::Ambient, Style::FreeJazz];

/// Drums for `taps`, whole bars, drawn at `temperature`; the search starts from beats of `style`, or of all
/// styles that have one.
///
/// # Errors
/// The model can't encode or decode.
pub fn drums(
    model: &MusicVae,
    style: Option<Style>,
    taps: &Taps,
    temperature: f64,
    variation: Variation,
) -> Result<Line, Error> {
    let n_window = model.config().n_steps();
    let padded = taps.filled(n_window);
    let beats = beats(model, style, &mut variation.stream("beats"))?;
    let mut found: Vec<(Vec<Step>, Latent)> = Vec::new();
    let mut line = Line::new();
    for (number, window) in padded.chunks(n_window).enumerate() {
        if window.iter().all(Option::is_none) {
            line.extend(vec![0; window.len()]);
            continue;
        }
        let steps: Vec<Step> = window.iter().map(|tap| tap.map(|tap| tap.is_accent)).collect();
        let known = found.iter().find(|(other, _)| *other == steps).map(|(_, z)| z.clone());
        let z = if let Some(z) = known {
            z
        } else {
            let last: Vec<Latent> =
                found.iter().rev().take(N_KEPT).map(|(_, z)| z.clone()).collect();
            let beats = if last.len() < N_KEPT { &beats[..] } else { &[] };
            let mut rng = variation.stream(&format!("points {number}"));
            Search { model, window }.best(beats, last, &mut rng)?
        };
        let draws = variation.stream(&format!("drums {number}"));
        let mut pick = Meeting::new(window, temperature, draws);
        line.extend(model.decode(&z, &mut pick)?.swap_remove(0));
        found.push((steps, z));
    }
    line.truncate(taps.steps.len());
    Ok(line)
}

/// Whether a step has a tap, and whether it is an accent. Equal rhythms share a z.
type Step = Option<bool>;

/// Points z of beats of `style`, or of all with a beat.
fn beats(model: &MusicVae, style: Option<Style>, rng: &mut Rng) -> Result<Vec<Latent>, Error> {
    let with_beat = || Style::ALL.into_iter().filter(|style| !WITHOUT_BEAT.contains(style));
    let styles: Vec<Style> = style.map_or_else(|| with_beat().collect(), |style| vec![style]);
    let n_beats = N_BEATS[usize::from(style.is_some())];
    let mut points = Vec::new();
    for style in styles {
        for _ in 0..n_beats {
            let number = rng.random_range(0..N_PATTERNS);
            let windows = pattern_windows::of_pattern(model.config(), style, number);
            if let Some(window) = windows.first() {
                points.push(model.encode(window)?.mu);
            }
        }
    }
    Ok(points)
}

/// The search for the z of a window.
struct Search<'a> {
    model: &'a MusicVae,
    window: &'a [Option<Tap>],
}

impl Search<'_> {
    /// The best point of `last` (earlier windows), of `beats`, and of random points near the best of both.
    fn best(&self, beats: &[Latent], last: Vec<Latent>, rng: &mut Rng) -> Result<Latent, Error> {
        let kept = self.scores(&last)?.into_iter().map(|score| score + STAY);
        let scores: Vec<f64> = kept.chain(self.scores(beats)?).collect();
        let points: Vec<Latent> = [&last, beats].concat();
        let n_latent = self.model.config().n_latent;
        let mut best = better((vec![0.0; n_latent], f64::NEG_INFINITY), points, scores);
        for amount in ROUNDS {
            let near = |_| latent::perturb(&best.0, &latent::prior(n_latent, rng), amount);
            let near: Vec<Latent> = (0..N_NEAR).map(near).collect();
            let scores = self.scores(&near)?;
            best = better(best, near, scores);
        }
        Ok(best.0)
    }

    /// Score of the rhythm under each of `points`.
    fn scores(&self, points: &[Latent]) -> Result<Vec<f64>, Error> {
        let pick = |_: &Latent| Meeting::new(self.window, 0.0, rng::stream(0, "greedy"));
        let mut picks: Vec<Meeting> = points.iter().map(pick).collect();
        let mut borrowed: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();
        let zs: Vec<&[f32]> = points.iter().map(Vec::as_slice).collect();
        if !zs.is_empty() {
            self.model.generator().decode_all(&zs, PartSet::ALL, &mut borrowed)?;
        }
        Ok(picks.into_iter().map(|pick| pick.score).collect())
    }
}

/// The best of `best` and of `points` with their scores.
fn better(best: (Latent, f64), points: Vec<Latent>, scores: Vec<f64>) -> (Latent, f64) {
    let all = points.into_iter().zip(scores);
    all.fold(best, |best, other| if best.1 < other.1 { other } else { best })
}

/// Picks drums that sound at every tap, strong ones at accents.
struct Meeting<'a> {
    taps: &'a [Option<Tap>],
    step: usize,
    temperature: f64,
    rng: Rng,
    /// Log-likelihood of the rhythm so far.
    score: f64,
}

impl<'a> Meeting<'a> {
    fn new(taps: &'a [Option<Tap>], temperature: f64, rng: Rng) -> Self {
        Self { taps, step: 0, temperature, rng, score: 0.0 }
    }
}

impl Pick for Meeting<'_> {
    fn pick(&mut self, _: usize, logits: &mut [f32]) -> u16 {
        let tap = self.taps.get(self.step).copied().flatten();
        self.step += 1;
        let Chances { rest, strong } = Chances::of(logits);
        match tap {
            None => self.score += REST_WEIGHT * rest.max(f64::MIN_POSITIVE).ln(),
            Some(tap) => {
                self.score += (1.0 - rest).max(1e-9).ln();
                let accented = if tap.is_accent { strong } else { 1.0 - strong };
                self.score += REST_WEIGHT * accented.max(1e-9).ln();
                logits[0] = f32::NEG_INFINITY;
                for (token, logit) in (0u16..).zip(logits.iter_mut()) {
                    let fits = match tap.is_accent {
                        true => token & STRONG != 0,
                        false => token & !WEAK == 0,
                    };
                    *logit += if fits { STRENGTH } else { 0.0 };
                }
            }
        }
        sampling::draw(logits, self.temperature as f32, &mut self.rng)
    }
}

/// Probabilities of a step.
struct Chances {
    /// That nothing sounds.
    rest: f64,
    /// That a strong drum sounds, if any does.
    strong: f64,
}

impl Chances {
    fn of(logits: &[f32]) -> Self {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (mut rest, mut weak, mut strong) = (0.0, 0.0, 0.0);
        for (token, logit) in (0u16..).zip(logits) {
            let weight = libm::exp(f64::from(logit - top));
            match token {
                0 => rest += weight,
                token if token & STRONG == 0 => weak += weight,
                _ => strong += weight,
            }
        }
        let sounding = (weak + strong).max(f64::MIN_POSITIVE);
        Self { rest: rest / (rest + weak + strong), strong: strong / sounding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drums_sound_at_every_tap_and_accents_are_strong() {
        let tap = |is_accent| Some(Tap { velocity: 90, late: 0.0, is_accent });
        let taps = [tap(true), None, tap(false)];
        let mut pick = Meeting::new(&taps, 0.0, rng::stream(1, "test"));
        // Rest, kick, hat.
        let logits = || {
            let mut logits = vec![f32::NEG_INFINITY; 8];
            (logits[0], logits[1], logits[4]) = (3.0, 0.0, 0.5);
            logits
        };

        let found = [0; 3].map(|part| pick.pick(part, &mut logits()));

        assert_eq!(found, [1, 0, 4]);
        assert!(pick.score < 0.0 && pick.score.is_finite());
    }
}
