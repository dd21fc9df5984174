//! Finds a checkpoint's configuration, by its tensors' shapes and its converter.

use crate::musicvae::{
    import::{checkpoint::Checkpoint, converter::Converter},
    net::{
        Error,
        config::Config,
        domain::{Domain, GrooveInput},
        family::{Family, Wiring},
        weights::Weights,
    },
};

/// The configuration and sizes of a checkpoint: `wanted` if given, else the family whose official
/// sizes match, else the first family whose structure matches.
///
/// Segments and steps don't show in shapes: they are the converter's, or else official.
///
/// # Errors
/// No configuration fits, or the network is conditioned on more than z.
pub fn recognise(found: &Checkpoint, wanted: Option<Family>) -> Result<(Config, Weights), Error> {
    if let Some(what) = found.converter.iter().flat_map(|converter| &converter.conditions).next() {
        return Err(Error::Conditioned(what));
    }
    let weights = Weights::new(found.tensors.clone());
    let converter = found.converter.as_ref();
    if let Some(family) = wanted {
        let config = weights.sized(expected(family, converter))?;
        return Ok((config, weights));
    }
    let mut fitting = None;
    for family in Family::ALL {
        let expected = expected(family, converter);
        match weights.sized(expected) {
            Ok(config) if config == expected && is_allowed(family, converter) => {
                return Ok((config, weights));
            }
            Ok(config) if is_allowed(family, converter) => {
                // Of families that differ only in length, prefer the one of this length.
                let has_official_length =
                    |config: &Config| config.n_steps() == Config::official(config.family).n_steps();
                if fitting.is_none_or(|other| {
                    !has_official_length(&other) && has_official_length(&config)
                }) {
                    fitting = Some(config);
                }
            }
            _ => {}
        }
    }
    fitting.map(|config| (config, weights)).ok_or(Error::Unrecognised)
}

/// The official sizes, with the converter's segments and steps.
fn expected(family: Family, converter: Option<&Converter>) -> Config {
    let official = Config::official(family);
    let Some(n_steps) = converter.and_then(|converter| converter.n_steps) else { return official };
    let n_segments = match (family.wiring(), converter.and_then(|converter| converter.n_segments)) {
        (Wiring::Flat, _) => 1,
        (_, Some(n_segments)) => n_segments,
        _ => official.n_segments,
    };
    let n_segment_steps = n_steps.checked_div(n_segments).unwrap_or(0);
    Config { n_segments, n_segment_steps, ..official }
}

/// Whether the converter allows `family`: humanize and tap networks have the same shapes.
fn is_allowed(family: Family, converter: Option<&Converter>) -> bool {
    let taps = converter.is_some_and(|converter| converter.tapifies);
    match family.domain() {
        Domain::Groove(input) => (input == GrooveInput::Tap) == taps,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{DType, Device, Tensor};

    use super::*;
    use crate::musicvae::import::checkpoint::Format;

    fn found(config: &Config, converter: Option<Converter>) -> Checkpoint {
        let tensor = |(name, shape): (String, Vec<usize>)| {
            (name, Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap())
        };
        let tensors: HashMap<String, Tensor> = config.tensors().into_iter().map(tensor).collect();
        Checkpoint { format: Format::TensorFlowV2, tensors, converter, n_skipped: 0 }
    }

    fn tiny(family: Family) -> Config {
        let official = Config::official(family);
        let n_conductor = if official.n_conductor_layers == 0 { official.n_conductor } else { 6 };
        Config { n_latent: 3, n_encoder: 4, n_decoder: 5, n_conductor, ..official }
    }

    #[test]
    fn small_networks_are_recognised_by_structure() {
        for family in [
            Family::Drums2Bar,
            Family::NadeDrums2Bar,
            Family::Melody2Bar,
            Family::Trio4Bar,
            Family::HierdecTrio16Bar,
            Family::FlatTrio16Bar,
            Family::Multitrack1Bar,
            Family::Humanize2Bar,
        ] {
            let (config, _) = recognise(&found(&tiny(family), None), None).unwrap();
            assert_eq!(config, tiny(family));
        }
    }

    #[test]
    fn official_sizes_decide_between_equal_structures() {
        for family in [Family::Drums2BarBig, Family::HierTrio16Bar] {
            let official = Config { n_encoder: 16, ..Config::official(family) };
            let (config, _) = recognise(&found(&official, None), Some(family)).unwrap();
            assert_eq!(config.family, family);
        }
        let (config, _) =
            recognise(&found(&Config::official(Family::HierTrio16Bar), None), None).unwrap();
        assert_eq!(config.family, Family::HierTrio16Bar);
    }

    #[test]
    fn the_converter_decides_between_equal_shapes() {
        let taps = Converter { tapifies: true, ..Converter::default() };
        let found_taps = found(&tiny(Family::Tap2Bar), Some(taps));
        assert_eq!(recognise(&found_taps, None).unwrap().0.family, Family::Tap2Bar);

        let (n_steps, n_segments) = (Some(256), Some(16));
        let long = Converter { n_steps, n_segments, ..Converter::default() };
        let (config, _) =
            recognise(&found(&tiny(Family::HierTrio16Bar), Some(long)), None).unwrap();
        assert_eq!((config.family, config.n_segments), (Family::HierTrio16Bar, 16));
    }

    #[test]
    fn other_and_conditioned_networks_are_errors() {
        let mut other = found(&tiny(Family::Drums2Bar), None);
        other.tensors.remove("encoder/mu/bias");
        assert!(matches!(recognise(&other, None), Err(Error::Unrecognised)));
        assert!(matches!(recognise(&other, Some(Family::Drums2Bar)), Err(Error::Missing(_))));

        let chords = Converter { conditions: vec!["chords"], ..Converter::default() };
        let conditioned = found(&tiny(Family::Drums2Bar), Some(chords));
        assert!(recognise(&conditioned, None).unwrap_err().to_string().contains("chords"));
    }
}
