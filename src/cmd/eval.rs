//! `electropunk eval`: a model's scores on what it has not been trained on.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use rand::seq::SliceRandom as _;

use crate::{
    cli,
    dataset::{packed::Dataset, window::Window},
    model::{
        config::Family,
        music_vae::MusicVae,
        weights::{self, Weights},
    },
    rng,
    train::{
        evaluation::{Scores, evaluate},
        examples::{FIRST_HELD_OUT_PATTERN, themed_windows},
        network::Network,
    },
};

/// Held-out themed patterns of each style.
const N_PATTERNS: u64 = 50;

/// Runs the command.
///
/// # Errors
/// The model or a data set can't be read, they are of different families, or no song is held out.
pub fn run(args: &cli::Eval) -> anyhow::Result<()> {
    let path = args.model.with_extension("safetensors");
    let bytes = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let (family, windows) = read_held_out(&args.data, weights::named_family(&bytes))?;
    let windows = some_of(windows, args);
    let weights = Weights::read(&bytes, &path.display().to_string())?;
    let model = MusicVae::load(family, &weights).with_context(|| path.display().to_string())?;
    let network = Network::from_tensors(*model.config(), weights.tensors())?;
    let mut held_out = BTreeMap::new();
    let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_PATTERNS;
    for (name, windows) in [("real", windows), ("themed", themed_windows(family, numbers))] {
        let progress = ProgressBar::new(windows.len() as u64).with_prefix(name);
        let template = "{prefix} {bar:24} {pos}/{len} windows, {eta} left";
        progress.set_style(ProgressStyle::with_template(template)?);
        progress.tick();
        let scores = evaluate(&model, &network, &windows, &|| progress.inc(1))?;
        progress.finish_and_clear();
        println!("{}", table(name, &scores));
        held_out.insert(name, scores);
    }
    println!("For the model's card:\n");
    print!("{}", toml::to_string(&BTreeMap::from([("held_out", held_out)]))?);
    Ok(())
}

/// The held-out windows of all `data`, which must be of one family: `family`, if it is known.
fn read_held_out<P: AsRef<Path>>(
    data: &[P],
    mut family: Option<Family>,
) -> anyhow::Result<(Family, Vec<Window>)> {
    let mut windows = Vec::new();
    for path in data {
        let set = Dataset::load(path.as_ref())?;
        let expected = *family.get_or_insert(set.family);
        ensure!(
            set.family == expected,
            "{}: expected windows for {expected}, found windows for {}",
            path.as_ref().display(),
            set.family
        );
        windows.extend(set.split().1);
    }
    ensure!(!windows.is_empty(), "no song of the data sets is held out: expected more songs");
    Ok((family.context("expected a data set, found none")?, windows))
}

/// As many windows as were asked for, of all songs alike.
fn some_of(mut windows: Vec<Window>, args: &cli::Eval) -> Vec<Window> {
    let n = args.examples.map_or(windows.len(), |n| windows.len().min(n as usize));
    let mut rng = rng::stream(args.seed, "eval");
    windows.partial_shuffle(&mut rng, n).0.to_vec()
}

fn table(name: &str, scores: &Scores) -> String {
    let row = |title: &str, shares: &[f64]| {
        let shares =
            shares.iter().map(|share| format!("{share:>9.4}")).collect::<Vec<_>>().concat();
        format!("  {title:<14}{shares}\n")
    };
    let heads = scores.parts.iter().map(|part| format!("{part:>9}")).collect::<Vec<_>>().concat();
    [
        format!("{name}: {} windows\n", scores.windows),
        format!("  {:<14}{heads}\n", "right tokens"),
        row("teacher-forced", &scores.teacher_forced),
        row("sampled", &scores.sampled),
        row("always rest", &scores.always_rest),
        format!("  KL {:.1} bits, ", scores.kl_bits),
        format!("{} of {} units active\n", scores.active_units, scores.latent_units),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(folder: &Path, name: &str, family: Family) -> std::path::PathBuf {
        let path = folder.join(name);
        let songs: Vec<String> = (0..100).map(|n| format!("song {n}")).collect();
        let window =
            |n: usize| family.n_tokens().iter().map(move |_| vec![n as u16 % 90; family.n_steps()]);
        let windows = (0..100).map(|song| (song, window(song).collect())).collect();
        Dataset { family, songs, windows }.save(&path).unwrap();
        path
    }

    #[test]
    fn only_held_out_songs_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);

        let (family, windows) = read_held_out(&[&path], None).unwrap();

        assert_eq!(family, Family::Drums2Bar);
        assert!((1..40).contains(&windows.len()), "{}", windows.len());
        let is_held_out = |w: &Window| Dataset::is_held_out(&format!("song {}", w[0][0]));
        assert!(windows.iter().filter(|w| w[0][0] >= 10).all(is_held_out));
    }

    #[test]
    fn a_data_set_for_another_model_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);

        let error = read_held_out(&[&path], Some(Family::Trio4Bar)).unwrap_err().to_string();

        assert!(error.contains("a.safetensors: expected windows for hier-trio_4bar"), "{error}");
    }
}
