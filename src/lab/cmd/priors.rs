//! `electropunk priors`: fits priors to the patterns of each style and to songs, and stores them with
//! a model.

use std::path::Path;

use anyhow::ensure;
use candle_core::{DType, Device, Tensor};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::{
    config::SONGS,
    lab::{
        cli,
        cmd::model,
        dataset::packed::Dataset,
        train::{
            mixture::{self, FEWEST},
            prior_windows,
        },
    },
    musicvae::{
        convert::window::{Window, is_whole},
        net::{
            encoder::Posterior,
            music_vae::MusicVae,
            prior::{Component, DEVIATIONS, MEANS, WEIGHTS, tensor_name},
        },
    },
    patterns::style::Style,
    rng,
};

/// Seed of the choice of songs for the windows of a style, and of the variations of songs.
const SEED: u64 = 0;

/// Runs the command.
///
/// # Errors
/// The model or a data set can't be read, they don't match, there are too few windows, or the model
/// can't be written.
pub fn run(args: &cli::Priors) -> anyhow::Result<()> {
    let (network, _) = model::open(&args.model)?;
    let mut songs = Vec::new();
    for path in &args.data {
        let set = Dataset::load(path)?;
        set.require(network.config(), path)?;
        songs.extend(set.all().filter(is_whole));
    }
    let songs = rng::choice(songs, args.windows as usize);
    let fitted = fit(&network, args.patterns, &songs)?;
    require_all(args, &fitted)?;
    for (name, mixture) in &fitted {
        println!("{name:<14} {} components", mixture.len());
    }
    write(&args.model, &fitted)
}

/// Checks that `fitted` has the priors that `args` ask for.
fn require_all(args: &cli::Priors, fitted: &[(&str, Vec<Component>)]) -> anyhow::Result<()> {
    let has_songs = fitted.iter().any(|(name, _)| *name == SONGS);
    let files: Vec<String> = args.data.iter().map(|path| path.display().to_string()).collect();
    ensure!(
        args.data.is_empty() || has_songs,
        "{}: expected at least {FEWEST} windows with all parts, found fewer",
        files.join(", ")
    );
    ensure!(
        !fitted.is_empty(),
        "{}: expected --data, or --patterns {FEWEST} or more and a model that is trained on patterns",
        args.model.display()
    );
    let has_styles = fitted.len() > usize::from(has_songs);
    ensure!(
        has_styles || args.patterns == 0 || FEWEST as u64 <= args.patterns,
        "--patterns: expected 0, or at least {FEWEST}, found {}",
        args.patterns
    );
    Ok(())
}

/// The priors of `n_patterns` patterns of each style and of `songs`, with their names; none for sets
/// that are too small. In a trio, most lines of a style are those of `songs`
/// ([`prior_windows::of_style`]).
///
/// # Errors
/// A window does not fit the network.
pub fn fit(
    network: &MusicVae,
    n_patterns: u64,
    songs: &[Window],
) -> anyhow::Result<Vec<(&'static str, Vec<Component>)>> {
    let config = network.config();
    let of_style = |style: Style| {
        (style.name(), prior_windows::of_style(config, style, n_patterns, songs, SEED))
    };
    let of_songs = (SONGS, prior_windows::of_songs(config, songs, SEED));
    let mut fitted = Vec::new();
    for (name, windows) in Style::ALL.map(of_style).into_iter().chain([of_songs]) {
        let encode = |window: &Window| network.encode(window);
        let posteriors: Vec<Posterior> =
            windows.par_iter().map(encode).collect::<Result<_, _>>()?;
        fitted.extend(mixture::of(&posteriors).map(|mixture| (name, mixture)));
    }
    Ok(fitted)
}

/// Writes the priors `fitted` into the file of `model`. A prior in the file is replaced if its name is among theirs.
///
/// # Errors
/// The file can't be read or written.
pub fn write(model: &Path, fitted: &[(&str, Vec<Component>)]) -> anyhow::Result<()> {
    let mut tensors = Vec::new();
    for (name, mixture) in fitted {
        let n_latent = mixture.first().map_or(0, |component| component.mean.len());
        let mut add = |ending: &str, values: Vec<f32>, shape: &[usize]| -> anyhow::Result<()> {
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(DType::F16)?;
            tensors.push((tensor_name(name, ending), tensor));
            Ok(())
        };
        let shares = mixture.iter().map(|component| component.weight as f32);
        add(WEIGHTS, shares.collect(), &[mixture.len()])?;
        let means = mixture.iter().flat_map(|component| &component.mean);
        add(MEANS, means.copied().collect(), &[mixture.len(), n_latent])?;
        // Those of all components are equal.
        let deviations = mixture.first().map_or(vec![], |component| component.deviations.clone());
        add(DEVIATIONS, deviations, &[1, n_latent])?;
    }
    let names: Vec<String> = fitted.iter().map(|(name, _)| tensor_name(name, "")).collect();
    model::replace(model, &names, tensors)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::{
        lab::train::{checkpoint, network::Network},
        musicvae::{
            convert::pattern_windows,
            net::{config::Config, family::Family},
        },
    };

    #[test]
    fn priors_survive_a_weights_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            n_latent: 3,
            n_encoder: 4,
            n_decoder: 4,
            ..Config::official(Family::Drums2Bar)
        };
        let path = folder.path().join("small.safetensors");
        checkpoint::export(&Network::new(config, 1).unwrap(), &path).unwrap();
        let (before, _) = model::open(&path).unwrap();

        let songs: Vec<Window> = pattern_windows::windows(&config, 100..104);
        let fitted = fit(&before, 20, &songs).unwrap();
        write(&path, &fitted).unwrap();
        // The second call replaces the first prior of that name, and keeps the others.
        write(&path, &fitted[..1]).unwrap();

        let (after, _) = model::open(&path).unwrap();
        let priors = after.encoder().priors();
        assert_eq!(priors.names().count(), Style::ALL.len() + 1);
        let by_name: HashMap<_, _> = fitted.into_iter().collect();
        for name in ["dub", SONGS] {
            let (found, fitted) = (priors.get(name).unwrap(), &by_name[name]);
            assert_eq!(found.len(), fitted.len());
            let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-3);
            assert!(near(&found[0].mean, &fitted[0].mean), "{found:?} {fitted:?}");
            assert!(near(&found[0].deviations, &fitted[0].deviations), "{found:?} {fitted:?}");
        }
        // The network itself is unchanged.
        let z = crate::musicvae::net::latent::prior(3, &mut rng::stream(1, "z"));
        let greedy = |network: &MusicVae| {
            let mut pick =
                |_: usize, logits: &mut [f32]| crate::musicvae::net::sampling::greedy(logits);
            network.decode(&z, &mut pick).unwrap()
        };
        assert_eq!(greedy(&before), greedy(&after));
    }

    #[test]
    fn few_windows_have_no_prior() {
        let config = Config {
            n_latent: 3,
            n_encoder: 4,
            n_decoder: 4,
            ..Config::official(Family::Drums2Bar)
        };
        let network = checkpoint::snapshot(&Network::new(config, 1).unwrap()).unwrap();
        assert_eq!(fit(&network, 2, &[]).unwrap(), []);
    }

    #[test]
    fn too_few_windows_are_an_error_with_their_place() {
        let args = |data: &[&str], patterns| cli::Priors {
            model: "mine".into(),
            patterns,
            data: data.iter().map(Into::into).collect(),
            windows: 2000,
        };
        let error = |args: &cli::Priors, fitted: &[_]| {
            require_all(args, fitted).map_err(|error| error.to_string()).unwrap_err()
        };
        assert!(error(&args(&["a.dataset"], 128), &[("dub", vec![])]).starts_with("a.dataset: "));
        let few = error(&args(&["a.dataset"], 10), &[(SONGS, vec![])]);
        assert_eq!(few, "--patterns: expected 0, or at least 16, found 10");
        assert!(error(&args(&[], 0), &[]).starts_with("mine: expected --data"));
        assert!(require_all(&args(&["a.dataset"], 0), &[(SONGS, vec![])]).is_ok());
    }
}
