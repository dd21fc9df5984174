//! `electropunk eval`: reconstruction of held-out songs, and the quality of samples.

mod figures;
mod report;

use std::{collections::BTreeMap, path::Path};

use anyhow::ensure;
use indicatif::{ProgressBar, ProgressStyle};
use rand::seq::SliceRandom as _;

use crate::{
    lab::{
        cli,
        cmd::{eval::figures::figures, model},
        dataset::packed::Dataset,
        train::{evaluation::evaluate, network::Network},
    },
    musicvae::{
        convert::{
            pattern_windows::{self, FIRST_HELD_OUT_PATTERN},
            window::{Window, is_whole},
        },
        net::config::Config,
    },
    rng,
};

/// Held-out generated patterns per style.
const N_PATTERNS: u64 = 50;

/// Runs the command.
///
/// # Errors
/// The model or a data set can't be read, they are of different families, or no song is held out.
pub fn run(args: &cli::Eval) -> anyhow::Result<()> {
    let (model, weights) = model::open(&args.model)?;
    let config = model.config();
    let sources = read_sources(&args.data, config, args)?;
    let real = sources.iter().flat_map(|(_, windows)| windows.clone()).collect::<Vec<_>>();
    let network = Network::from_tensors(*config, weights.tensors())?;
    let mut sets = vec![("real".to_owned(), real.clone()), ("themed".to_owned(), themed(config))];
    if 1 < sources.len() {
        sets.extend(sources);
    }
    let mut held_out = BTreeMap::new();
    for (name, windows) in sets.iter().filter(|(_, windows)| !windows.is_empty()) {
        let progress = ProgressBar::new(windows.len() as u64).with_prefix(name.clone());
        let template = "{prefix} {bar:24} {pos}/{len} windows, {eta} left";
        progress.set_style(ProgressStyle::with_template(template)?);
        progress.tick();
        let scores = evaluate(&model, &network, windows, &|| progress.inc(1))?;
        progress.finish_and_clear();
        if !args.json {
            println!("{}", report::scores(name, &scores));
        }
        held_out.insert(name.clone(), scores);
    }
    let mut train = Vec::new();
    for path in &args.train_data {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        let windows = if args.all { set.all().collect() } else { set.split().0 };
        let whole = windows.into_iter().filter(is_whole);
        train.extend(whole.map(|window| config.normalised(window)));
    }
    let figures = figures(&model, [&real, &train], args.samples as usize, args.seed)?;
    if args.json {
        let all = serde_json::json!({ "held_out": held_out, "inventions": figures });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    print!("{}", report::samples(&figures));
    println!("\nFor the model card:\n");
    print!("{}", toml::to_string(&BTreeMap::from([("held_out", held_out)]))?);
    Ok(())
}

/// Held-out patterns, as a network of `config` reads them.
fn themed(config: &Config) -> Vec<Window> {
    let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_PATTERNS;
    let windows = pattern_windows::windows(config, numbers);
    windows.into_iter().map(|window| config.normalised(window)).collect()
}

/// Windows of a data set, by its name.
type Source = (String, Vec<Window>);

/// The held-out windows of each data set, or all windows, as a network of `config` reads them; at
/// most `--examples` of each, chosen at random.
fn read_sources<P: AsRef<Path>>(
    data: &[P],
    config: &Config,
    args: &cli::Eval,
) -> anyhow::Result<Vec<Source>> {
    let source = |path: &P| {
        let path = path.as_ref();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let windows = some_of(read_windows(path, config, args.all)?, args);
        let windows = windows.into_iter().map(|window| config.normalised(window));
        Ok((name, windows.collect()))
    };
    let sources = data.iter().map(source).collect::<anyhow::Result<Vec<Source>>>()?;
    ensure!(
        sources.iter().any(|(_, windows)| !windows.is_empty()),
        "the data sets have no held-out songs: expected more songs, or --all"
    );
    Ok(sources)
}

/// The held-out windows of a data set, or `all` windows. The set must be for networks of `config`.
fn read_windows(path: &Path, config: &Config, all: bool) -> anyhow::Result<Vec<Window>> {
    let set = Dataset::load(path)?;
    set.require(config, path)?;
    Ok(if all { set.all().filter(is_whole).collect() } else { set.split().1 })
}

/// A random selection of `--examples` windows.
fn some_of(mut windows: Vec<Window>, args: &cli::Eval) -> Vec<Window> {
    let n = args.examples.map_or(windows.len(), |n| windows.len().min(n as usize));
    let mut rng = rng::stream(args.seed, "eval");
    windows.partial_shuffle(&mut rng, n).0.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn save(folder: &Path, name: &str, family: Family) -> std::path::PathBuf {
        let path = folder.join(name);
        let config = Config::official(family);
        let n_steps = config.n_steps();
        let songs: Vec<String> = (0..100).map(|n| format!("song {n}")).collect();
        let window =
            |n: usize| config.columns().into_iter().map(move |_| vec![n as u16 % 90; n_steps]);
        let windows = (0..100).map(|song| (song, window(song).collect())).collect();
        let sources = vec![String::new(); songs.len()];
        Dataset { family, n_steps, songs, sources, windows }.save(&path).unwrap();
        path
    }

    #[test]
    fn only_held_out_songs_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);

        let config = Config::official(Family::Drums2Bar);
        let windows = read_windows(&path, &config, false).unwrap();

        assert!((1..40).contains(&windows.len()), "{}", windows.len());
        let is_held_out = |w: &Window| Dataset::is_held_out(&format!("song {}", w[0][0]));
        assert!(windows.iter().filter(|w| w[0][0] >= 10).all(is_held_out));
    }

    #[test]
    fn a_data_set_for_another_model_is_an_error_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);

        let config = Config::official(Family::Trio4Bar);
        let error = read_windows(&path, &config, false).unwrap_err().to_string();

        let expected = "expected windows of 64 steps for hier-trio_4bar";
        assert!(error.contains("a.safetensors") && error.contains(expected), "{error}");
    }
}
