//! Velocity and timing of a `GrooVAE` beside those of drummers.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::{
    lab::measure::expression::{self, ClassDivergence, Expression},
    musicvae::{
        convert::{groove, window::Window},
        net::{self, domain::Domain, music_vae::MusicVae, sampling},
    },
    units::Bpm,
};

/// Expression of a `GrooVAE` and of drummers.
#[derive(Debug, Serialize)]
pub struct ExpressionFigures {
    /// Expression of the model.
    pub model: Expression,
    /// Expression of drummers on the beats.
    pub drummers: Expression,
    /// Divergence of the model's velocities and offsets from the drummers', by drum.
    pub divergence: Vec<ClassDivergence>,
}

/// Compares `model`, playing the beats of `held_out`, with the drummers who played them; none unless `model` is a
/// `GrooVAE`.
///
/// # Errors
/// A window does not fit the model.
pub fn expression_of(
    model: &MusicVae,
    held_out: &[Window],
) -> Result<Option<ExpressionFigures>, net::Error> {
    if !matches!(model.config().family.domain(), Domain::Groove(_)) {
        return Ok(None);
    }
    let play = |window: &Window| {
        let mu = model.encode(window)?.mu;
        model.decode(&mu, &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits))
    };
    let played = held_out.into_par_iter().map(play).collect::<Result<Vec<_>, _>>()?;
    let (model, drummers) = (hits(&played), hits(held_out));
    Ok(Some(ExpressionFigures {
        model: expression::describe(&model, Bpm::DEFAULT),
        drummers: expression::describe(&drummers, Bpm::DEFAULT),
        divergence: expression::compare(&model, &drummers),
    }))
}

fn hits(windows: &[Window]) -> Vec<expression::Hit> {
    let of_step = |window: &Window, step: usize| {
        let row: Vec<u16> = window.iter().map(|column| column[step]).collect();
        let hit = |hit: groove::Hit| expression::Hit {
            class: hit.drum,
            step,
            velocity: hit.velocity,
            // From halves of a step, early positive, to steps, late positive.
            offset: f64::from(-hit.offset) / 2.0,
        };
        groove::hits(&row).map(hit).collect::<Vec<_>>()
    };
    windows
        .iter()
        .flat_map(|window| (0..window[0].len()).flat_map(|step| of_step(window, step)))
        .collect()
}
