//! How well a model reconstructs the rhythm and the pitches of melodies and basses.

use serde::Serialize;

use crate::{
    lab::train::Error,
    music::{melody, trio::Line},
    musicvae::{
        convert::window::Window,
        net::{
            domain::Domain,
            head::Pick,
            music_vae::MusicVae,
            rhythm_and_pitch::{ONSET, log_sum_exp},
            sampling::greedy,
        },
    },
};

/// Accuracy of rhythm and pitch of a part, 0 to 1. A token's rhythm is hold, off or onset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MelodicScores {
    /// Name of the part.
    pub part: &'static str,
    /// Share of steps whose likeliest rhythm is correct, with teacher forcing.
    pub rhythm_teacher_forced: f64,
    /// Share of onsets whose likeliest pitch is correct, with teacher forcing.
    pub pitch_teacher_forced: f64,
    /// Share of steps whose rhythm is correct in free-running greedy decoding.
    pub rhythm_sampled: f64,
    /// Share of correctly placed onsets whose pitch is correct, in the same decoding.
    pub pitch_sampled: f64,
}

/// Correct and all predictions of a part, with teacher forcing and in free-running decoding.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MelodicHits {
    forced: Choices,
    sampled: Choices,
}

/// Correct and all predictions: rhythms, and pitches of onsets.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Choices {
    rhythms: [usize; 2],
    pitches: [usize; 2],
}

impl Choices {
    fn add_rhythm(&mut self, is_right: bool) {
        self.rhythms[0] += usize::from(is_right);
        self.rhythms[1] += 1;
    }

    fn add_pitch(&mut self, is_right: bool) {
        self.pitches[0] += usize::from(is_right);
        self.pitches[1] += 1;
    }
}

/// The parts of `domain` that have melody tokens.
fn melodic_parts(domain: Domain) -> impl Iterator<Item = usize> {
    let n_tokens = domain.n_tokens().iter().enumerate();
    n_tokens.filter(|&(_, &n)| n == melody::N_TOKENS).map(|(part, _)| part)
}

/// The hits of each melodic part of `window`: those of `lines`, decoded from `mu`, and those of the
/// likeliest tokens with teacher forcing.
///
/// # Errors
/// `mu` is not of the model's width.
pub fn hits(
    model: &MusicVae,
    mu: &[f32],
    lines: &[Line],
    window: &Window,
) -> Result<Vec<MelodicHits>, Error> {
    let domain = model.config().family.domain();
    if melodic_parts(domain).next().is_none() {
        return Ok(vec![]);
    }
    let mut forced = Forced {
        window,
        n_done: vec![0; window.len()],
        found: vec![Choices::default(); window.len()],
    };
    model.decode(mu, &mut forced)?;
    let of_part = |part: usize| MelodicHits {
        forced: forced.found[part],
        sampled: compare(&lines[part], &window[part]),
    };
    Ok(melodic_parts(domain).map(of_part).collect())
}

/// Scores of each melodic part from the hits of all windows.
pub fn scores<'a>(
    domain: Domain,
    hits: impl Iterator<Item = &'a [MelodicHits]> + Clone,
) -> Vec<MelodicScores> {
    let share = |part: usize, count: &dyn Fn(&MelodicHits) -> [usize; 2]| {
        let counts = hits.clone().map(|of_window| count(&of_window[part]));
        let [right, all] = counts.fold([0, 0], |sum, [right, all]| [sum[0] + right, sum[1] + all]);
        (right as f64 / all.max(1) as f64 * 1e4).round() / 1e4
    };
    let of_part = |(number, part): (usize, usize)| MelodicScores {
        part: domain.parts()[part],
        rhythm_teacher_forced: share(number, &|hits| hits.forced.rhythms),
        pitch_teacher_forced: share(number, &|hits| hits.forced.pitches),
        rhythm_sampled: share(number, &|hits| hits.sampled.rhythms),
        pitch_sampled: share(number, &|hits| hits.sampled.pitches),
    };
    melodic_parts(domain).enumerate().map(of_part).collect()
}

/// Forces the tokens of a window, and counts the correct predictions.
struct Forced<'a> {
    window: &'a Window,
    /// Steps done, by part.
    n_done: Vec<usize>,
    found: Vec<Choices>,
}

impl Pick for Forced<'_> {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        let token = self.window[part][self.n_done[part]];
        self.n_done[part] += 1;
        if logits.len() == melody::N_TOKENS {
            let found = &mut self.found[part];
            let (others, pitches) = logits.split_at(ONSET);
            let rhythm = greedy(&[others[0], others[1], log_sum_exp(pitches)]);
            found.add_rhythm(rhythm == rhythm_of(token));
            if melody::pitch(token).is_some() {
                found.add_pitch(ONSET as u16 + greedy(pitches) == token);
            }
        }
        token
    }
}

fn compare(line: &Line, truth: &Line) -> Choices {
    let mut found = Choices::default();
    for (&token, &right) in line.iter().zip(truth) {
        found.add_rhythm(rhythm_of(token) == rhythm_of(right));
        if melody::pitch(token).is_some() && melody::pitch(right).is_some() {
            found.add_pitch(token == right);
        }
    }
    found
}

/// Hold, off or onset.
fn rhythm_of(token: u16) -> u16 {
    token.min(ONSET as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_count_where_both_lines_have_an_onset() {
        let found = compare(&vec![40, 0, 41, 50, 1], &vec![40, 0, 42, 0, 0]);

        assert_eq!(found, Choices { rhythms: [3, 5], pitches: [1, 2] });
    }

    #[test]
    fn a_domain_without_melodies_has_no_scores() {
        let empty: [&[MelodicHits]; 0] = [];
        assert!(scores(Domain::Drums, empty.into_iter()).is_empty());
        assert_eq!(scores(Domain::Trio, empty.into_iter()).len(), 2);
    }
}
