//! Finds a checkpoint's configuration, by its tensors' shapes and its converter.

use crate::{
    music::{drums, melody, meter::STEPS_PER_BAR},
    musicvae::{
        import::{checkpoint::Checkpoint, converter::Converter, refusal::Refusal},
        net::{
            config::Config,
            domain::{Domain, GrooveInput},
            family::{Family, Wiring},
            names,
            weights::Weights,
        },
    },
};

/// User settings that a checkpoint's files may lack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Its configuration.
    pub family: Option<Family>,
    /// Bars of a sequence.
    pub n_bars: Option<usize>,
}

impl From<Family> for Wanted {
    fn from(family: Family) -> Self {
        Self { family: Some(family), n_bars: None }
    }
}

/// The configuration and sizes of a checkpoint: the one `wanted` if given, else the family whose
/// official sizes match, else the first family whose structure matches.
///
/// Shapes don't show segments and steps: these are as `wanted`, else the converter's, else official.
///
/// # Errors
/// No configuration fits, the network is conditioned on more than z, or its tokens differ from this
/// program's.
pub fn recognise(found: &Checkpoint, wanted: Wanted) -> Result<(Config, Weights), Refusal> {
    let converter = found.converter.as_ref();
    converter.map_or(Ok(()), check)?;
    let weights = Weights::new(found.tensors.clone());
    if let Some(n) = further_inputs(&weights) {
        let example =
            if n == drums::N_CLASSES { "the hits of the drums" } else { "chords or a key" };
        return Err(Refusal::FurtherInputs { n, example });
    }
    if let Some(family) = wanted.family {
        let bars = || Refusal::Bars { family, n_bars: wanted.n_bars.unwrap_or(0) };
        let config = expected(family, converter, wanted.n_bars).ok_or_else(bars)?;
        return Ok((weights.sized(config)?, weights));
    }
    let allowed = Family::ALL.into_iter().filter(|&family| is_allowed(family, converter));
    let mut fitting: Option<Config> = None;
    for expected in allowed.filter_map(|family| expected(family, converter, wanted.n_bars)) {
        let Ok(config) = weights.sized(expected) else { continue };
        if config == expected {
            return Ok((config, weights));
        }
        // Of families that differ only in length, prefer the one of this length.
        if fitting.is_none_or(|other| !has_official_length(&other) && has_official_length(&config))
        {
            fitting = Some(config);
        }
    }
    fitting.map(|config| (config, weights)).ok_or(Refusal::Unrecognised)
}

/// Whether a groove network's encoder inputs, which its tensors don't show, were guessed.
pub fn is_guessed(found: &Checkpoint, wanted: Wanted, config: &Config) -> bool {
    let is_told = wanted.family.is_some()
        || found.converter.as_ref().is_some_and(|converter| converter.groove_input().is_some());
    matches!(config.family.domain(), Domain::Groove(_)) && !is_told
}

fn has_official_length(config: &Config) -> bool {
    config.n_steps() == Config::official(config.family).n_steps()
}

/// Checks that a network with this converter is usable.
fn check(converter: &Converter) -> Result<(), Refusal> {
    let expected = (melody::MIN_PITCH, melody::MAX_PITCH);
    let is_melodic = converter.kind.as_deref() == Some("MelodyConverter");
    if let Some(what) = converter.conditions.first() {
        return Err(Refusal::Conditioned(what));
    }
    if let Some(found) = converter.pitches.filter(|&found| is_melodic && found != expected) {
        return Err(Refusal::Pitches { expected, found });
    }
    if converter.splits_instruments { Err(Refusal::SplitInstruments) } else { Ok(()) }
}

/// The number of inputs of the first decoder beyond the previous step and its context, if any.
fn further_inputs(weights: &Weights) -> Option<usize> {
    let dim = |name: &str, axis: usize| {
        weights.tensors().get(name).and_then(|tensor| tensor.dims().get(axis).copied())
    };
    let cores = ["decoder", "core_decoder/decoder", "core_decoder/core_decoder_0/decoder"];
    cores.into_iter().find_map(|core| {
        let cell = names::core_cell(core, 0);
        let n_hidden = dim(&names::bias(&cell), 0)? / 4;
        let n_context = dim(&names::kernel(&names::core_state(core)), 0)?;
        let n_outputs = dim(&names::bias(&names::core_projection(core)), 0)?;
        // A NADE's hidden units are outputs of the decoder, not inputs.
        let n_previous = dim(&names::nade_encoder(core), 0).unwrap_or(n_outputs);
        let n_known = n_hidden.checked_add(n_context)?.checked_add(n_previous)?;
        dim(&names::kernel(&cell), 0)?.checked_sub(n_known).filter(|&n| 0 < n)
    })
}

/// The official sizes, with the segments and steps of `n_bars` or else of the converter; none if the
/// family has no sequences of `n_bars`.
fn expected(
    family: Family,
    converter: Option<&Converter>,
    n_bars: Option<usize>,
) -> Option<Config> {
    let official = Config::official(family);
    if let Some(n_bars) = n_bars {
        return match family.domain() {
            Domain::Performance => (n_bars == 1).then_some(official),
            _ => official.with_steps(n_bars.checked_mul(STEPS_PER_BAR)?),
        };
    }
    let Some(n_steps) = converter.and_then(|converter| converter.n_steps) else {
        return Some(official);
    };
    let n_segments = match (family.wiring(), converter.and_then(|converter| converter.n_segments)) {
        (Wiring::Flat, _) => 1,
        (_, Some(n_segments)) => n_segments,
        _ => official.n_segments,
    };
    let n_segment_steps = n_steps.checked_div(n_segments).unwrap_or(0);
    Some(Config { n_segments, n_segment_steps, ..official })
}

/// Whether the converter allows `family`: groove networks have the same shapes for all encoder inputs.
/// Without a converter they count as networks that humanize.
fn is_allowed(family: Family, converter: Option<&Converter>) -> bool {
    let told = converter.and_then(Converter::groove_input);
    match family.domain() {
        Domain::Groove(input) => input == told.unwrap_or(GrooveInput::Hits),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{DType, Device, Tensor};

    use super::*;
    use crate::musicvae::{import::checkpoint::Format, net::Error};

    const ANY: Wanted = Wanted { family: None, n_bars: None };

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
            Family::HierdecMelody16Bar,
            Family::HierMelody16Bar,
            Family::Trio4Bar,
            Family::HierdecTrio16Bar,
            Family::FlatTrio16Bar,
            Family::Multitrack1Bar,
            Family::Humanize2Bar,
        ] {
            let (config, _) = recognise(&found(&tiny(family), None), ANY).unwrap();
            assert_eq!(config, tiny(family));
        }
    }

    #[test]
    fn official_sizes_decide_between_equal_structures() {
        for family in [Family::Drums2BarBig, Family::HierTrio16Bar] {
            let official = Config { n_encoder: 16, ..Config::official(family) };
            let (config, _) = recognise(&found(&official, None), family.into()).unwrap();
            assert_eq!(config.family, family);
        }
        let (config, _) =
            recognise(&found(&Config::official(Family::HierTrio16Bar), None), ANY).unwrap();
        assert_eq!(config.family, Family::HierTrio16Bar);
    }

    fn groove(tapifies: bool, humanizes: bool, n_steps: usize) -> Converter {
        let kind = Some("GrooveConverter".to_owned());
        Converter { kind, tapifies, humanizes, n_steps: Some(n_steps), ..Converter::default() }
    }

    #[test]
    fn the_converter_decides_between_equal_shapes() {
        for (tapifies, humanizes, n_steps, family) in [
            (true, false, 48, Family::Tap2Bar),
            (false, true, 32, Family::Humanize2Bar),
            (false, true, 64, Family::Humanize2Bar),
            (false, false, 64, Family::Groove4Bar),
            (false, false, 32, Family::Groove4Bar),
        ] {
            let told = Some(groove(tapifies, humanizes, n_steps));
            let found = found(&tiny(Family::Tap2Bar), told);
            let (config, _) = recognise(&found, ANY).unwrap();
            assert_eq!((config.family, config.n_steps()), (family, n_steps));
            assert!(!is_guessed(&found, ANY, &config));
        }
        let untold = found(&tiny(Family::Groove4Bar), None);
        let (config, _) = recognise(&untold, ANY).unwrap();
        assert_eq!(config.family, Family::Humanize2Bar);
        assert!(is_guessed(&untold, ANY, &config));
        assert!(!is_guessed(&untold, Family::Groove4Bar.into(), &config));

        let (n_steps, n_segments) = (Some(256), Some(16));
        let long = Converter { n_steps, n_segments, ..Converter::default() };
        let (config, _) = recognise(&found(&tiny(Family::HierTrio16Bar), Some(long)), ANY).unwrap();
        assert_eq!((config.family, config.n_segments), (Family::HierTrio16Bar, 16));
    }

    #[test]
    fn bars_that_are_asked_for_decide() {
        let found = found(&tiny(Family::Melody2Bar), None);
        let bars = |family, n_bars| recognise(&found, Wanted { family, n_bars: Some(n_bars) });

        assert_eq!(bars(None, 16).unwrap().0.n_steps(), 256);
        assert_eq!(bars(Some(Family::Melody2BarBig), 4).unwrap().0.n_steps(), 64);
        let error = bars(Some(Family::Multitrack1Bar), 2).unwrap_err().to_string();
        assert!(error.ends_with("found 2"), "{error}");
        assert!(bars(None, usize::MAX).is_err());
    }

    #[test]
    fn other_and_conditioned_networks_are_errors() {
        let mut other = found(&tiny(Family::Drums2Bar), None);
        other.tensors.remove("encoder/mu/bias");
        assert!(matches!(recognise(&other, ANY), Err(Refusal::Unrecognised)));
        let asked = recognise(&other, Family::Drums2Bar.into());
        assert!(matches!(asked, Err(Refusal::Tensors(Error::Missing(_)))));

        let error = |converter| {
            let found = found(&tiny(Family::Melody2Bar), Some(converter));
            recognise(&found, ANY).unwrap_err().to_string()
        };
        let chords = Converter { conditions: vec!["chords"], ..Converter::default() };
        assert!(error(chords).ends_with("found one also conditioned on chords"));
        let kind = Some("MelodyConverter".to_owned());
        let pitches = Converter { kind, pitches: Some((48, 83)), ..Converter::default() };
        assert!(error(pitches).ends_with("pitches (21, 108), found (48, 83)"));
        let split = Converter { splits_instruments: true, ..Converter::default() };
        assert!(error(split).ends_with("a step for each drum (splitInstruments)"));
    }

    #[test]
    fn further_inputs_of_a_decoder_are_counted() {
        for (family, core, n, example) in [
            (Family::Melody2Bar, "decoder", 49, "chords or a key"),
            (Family::Humanize2Bar, "decoder", 9, "the hits of the drums"),
            (Family::NadeDrums2Bar, "decoder", 12, "chords or a key"),
            (Family::Multitrack1Bar, "core_decoder/decoder", 49, "chords or a key"),
        ] {
            let mut found = found(&tiny(family), None);
            let name = names::kernel(&names::core_cell(core, 0));
            let (rows, columns) = found.tensors[&name].dims2().unwrap();
            let wider = Tensor::zeros((rows + n, columns), DType::F32, &Device::Cpu).unwrap();
            found.tensors.insert(name, wider);

            let error = recognise(&found, ANY).unwrap_err().to_string();

            assert!(error.ends_with(&format!("found {n} further inputs, such as {example}")));
        }
    }
}
