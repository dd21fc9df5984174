//! The priors of a theme's dreams and new ideas.

use crate::{
    config::{Anchor, Dream, Theme},
    musicvae::net::prior::{Prior, Priors},
    station::load::Error,
};

/// The prior of bass and lead in a model with `priors`: a blend of those that the theme names, or of
/// those of its anchors' styles that the model has; N(0, 1) if there are none.
///
/// # Errors
/// The model does not have a prior that the theme names.
pub fn of_anchors(priors: &Priors, n_latent: usize, theme: &Theme) -> Result<Prior, Error> {
    let missing = theme.dreams.iter().find(|dream| priors.get(dream.name()).is_none());
    if let Some(missing) = missing {
        let names: Vec<&str> = priors.names().collect();
        return Err(Error::NoPrior {
            model: theme.trio_model.to_string(),
            found: if names.is_empty() { "it has none".into() } else { names.join(", ") },
            name: missing.name(),
        });
    }
    Ok(blend(priors, n_latent, theme, &theme.anchors))
}

/// The prior of the drum pad: as [`of_anchors`], by the styles of the pad, but a prior that the theme
/// names for bass and lead may be missing here.
pub fn of_pad(priors: &Priors, n_latent: usize, theme: &Theme) -> Prior {
    blend(priors, n_latent, theme, &theme.pad)
}

fn blend(priors: &Priors, n_latent: usize, theme: &Theme, anchors: &[Anchor]) -> Prior {
    let mut dreams = theme.dreams.clone();
    if dreams.is_empty() {
        dreams = anchors.iter().filter_map(of_anchor).collect();
        dreams.sort_by_key(|dream| dream.name());
        dreams.dedup();
    }
    let mixtures: Vec<_> = dreams.iter().filter_map(|dream| priors.get(dream.name())).collect();
    Prior::blend(&mixtures).unwrap_or(Prior::Standard(n_latent))
}

fn of_anchor(anchor: &Anchor) -> Option<Dream> {
    match anchor {
        Anchor::Pattern { style, .. } => Some(Dream::Style(*style)),
        Anchor::Dream(_) | Anchor::Midi(_) | Anchor::Point(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{Device, Tensor};

    use super::*;
    use crate::{
        musicvae::net::{
            prior::{DEVIATIONS, MEANS, WEIGHTS, tensor_name},
            weights::Weights,
        },
        patterns::style::Style,
    };

    /// Priors of one component each, whose mean is its place in `names`.
    fn priors(names: &[&str]) -> Priors {
        let mut tensors = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            for (ending, value) in [(WEIGHTS, 1.0), (MEANS, place as f32), (DEVIATIONS, 0.5)] {
                let tensor = Tensor::new(&[[value]], &Device::Cpu).unwrap();
                tensors.insert(tensor_name(name, ending), tensor);
            }
        }
        Priors::load(&Weights::new(tensors), 1).unwrap()
    }

    fn means(prior: &Prior) -> Vec<f32> {
        let Prior::Mixture(components) = prior else { return vec![] };
        components.iter().map(|component| component.mean[0]).collect()
    }

    fn theme(dreams: &[Dream]) -> Theme {
        let pattern = |style| Anchor::Pattern { style, number: 0 };
        let anchors = vec![pattern(Style::Dub), pattern(Style::Punk), pattern(Style::Dub)];
        Theme { anchors, dreams: dreams.to_vec(), ..Theme::default() }
    }

    #[test]
    fn a_theme_draws_from_the_styles_of_its_anchors_that_the_model_has() {
        let found = of_anchors(&priors(&["dub", "techno"]), 1, &theme(&[])).unwrap();
        assert_eq!(means(&found), [0.0]);
        let found = of_anchors(&priors(&["dub", "punk"]), 1, &theme(&[])).unwrap();
        assert_eq!(means(&found), [0.0, 1.0]);
        assert_eq!(of_anchors(&priors(&[]), 1, &theme(&[])).unwrap(), Prior::Standard(1));
    }

    #[test]
    fn named_priors_replace_those_of_the_anchors() {
        let named = theme(&[Dream::Songs, Dream::Style(Style::Techno)]);
        let found = of_anchors(&priors(&["dub", "techno", "songs"]), 1, &named).unwrap();
        assert_eq!(means(&found), [2.0, 1.0]);
    }

    #[test]
    fn a_named_prior_that_is_missing_is_an_error_for_bass_and_lead_alone() {
        let named = theme(&[Dream::Songs]);
        let error = of_anchors(&priors(&["dub"]), 1, &named).unwrap_err().to_string();
        assert!(error.ends_with("trio-4bar (dub), found \"songs\""), "{error}");
        assert_eq!(of_pad(&priors(&["dub"]), 1, &named), Prior::Standard(1));
    }
}
