//! The sets of windows that `eval` reports on.

use std::{collections::BTreeMap, path::Path};

use anyhow::ensure;
use rand::seq::SliceRandom as _;

use crate::{
    lab::{cli, dataset::packed::Dataset},
    musicvae::{
        convert::{
            pattern_windows::{self, FIRST_HELD_OUT_PATTERN},
            window::{ABSENT, Window, is_whole, lend},
        },
        net::config::Config,
    },
    patterns::style::Style,
    rng,
};

/// Held-out generated patterns per style.
const N_PATTERNS: u64 = 50;

/// Windows to evaluate, as the network reads them.
pub struct Set {
    /// `real`, `themed`, a style, or a source.
    pub name: String,
    /// Windows with all parts.
    pub windows: Vec<Window>,
    /// For each part whether it is the windows' own, not copied from other windows.
    pub parts: Vec<bool>,
}

/// Returns all whole held-out windows of songs, and the sets to report on: these windows, held-out patterns
/// of all styles together, with `--by-style` the patterns of each style, and the windows of each source if
/// there are several. Of each set at most `--examples` windows are taken, chosen at random.
///
/// # Errors
/// A data set can't be read or is for another network, or no song is held out.
pub fn sets(args: &cli::Eval, config: &Config) -> anyhow::Result<(Vec<Window>, Vec<Set>)> {
    let sources = read_sources(&args.data, config, args.all)?;
    let whole = sources.values().flatten().filter(|window| is_whole(window)).cloned().collect();
    let real = normalised(config, some_of(whole, args));
    ensure!(
        !real.is_empty(),
        "the data sets have no held-out songs: expected more songs, or --all"
    );
    let styles = Style::ALL.map(|style| (style, patterns(config, style)));
    let themed = styles.iter().flat_map(|(_, windows)| windows).cloned().collect();
    let parts = vec![true; config.family.domain().parts().len()];
    let set = |name: &str, windows| Set { name: name.into(), windows, parts: parts.clone() };
    let mut sets = vec![set("real", real.clone()), set("themed", themed)];
    if args.by_style {
        sets.extend(styles.into_iter().map(|(style, windows)| set(style.name(), windows)));
    }
    if 1 < sources.len() {
        sets.extend(sources.into_iter().map(|(name, windows)| {
            let (windows, own) = alike(windows);
            let lenders = real.iter().cycle();
            let windows = some_of(windows, args).into_iter().zip(lenders);
            let windows = windows.map(|(window, lender)| lend(&window, lender)).collect();
            Set { name, windows: normalised(config, windows), parts: own }
        }));
    }
    sets.retain(|set| !set.windows.is_empty());
    Ok((real, sets))
}

/// The windows of [`N_PATTERNS`] held-out patterns of `style`, in the network's key.
fn patterns(config: &Config, style: Style) -> Vec<Window> {
    let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_PATTERNS;
    let windows = numbers.flat_map(|number| pattern_windows::of_pattern(config, style, number));
    normalised(config, windows.collect())
}

/// The held-out windows of each source, or all windows. A set without sources is one source, with the
/// name of its file. The sets must be for networks of `config`.
fn read_sources<P: AsRef<Path>>(
    data: &[P],
    config: &Config,
    all: bool,
) -> anyhow::Result<BTreeMap<String, Vec<Window>>> {
    let mut sources: BTreeMap<String, Vec<Window>> = BTreeMap::new();
    for path in data.iter().map(AsRef::as_ref) {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        for (mut name, (train, held)) in set.split_by_source() {
            if name.is_empty() {
                name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            }
            let windows = sources.entry(name).or_default();
            windows.extend(held);
            windows.extend(train.into_iter().filter(|_| all));
        }
    }
    Ok(sources)
}

/// The whole windows of a source; if it has none, those with the most common parts. Also for each part
/// whether they have it.
fn alike(windows: Vec<Window>) -> (Vec<Window>, Vec<bool>) {
    let mut by_parts: BTreeMap<Vec<bool>, Vec<Window>> = BTreeMap::new();
    for window in windows {
        let own = window.iter().map(|line| line.first() != Some(&ABSENT)).collect();
        by_parts.entry(own).or_default().push(window);
    }
    let rank = |(own, windows): &(Vec<bool>, Vec<Window>)| {
        (own.iter().all(|is_own| *is_own), windows.len())
    };
    let best = by_parts.into_iter().max_by_key(rank);
    best.map_or_else(Default::default, |(own, windows)| (windows, own))
}

fn normalised(config: &Config, windows: Vec<Window>) -> Vec<Window> {
    windows.into_iter().map(|window| config.normalised(window)).collect()
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
        let windows = read_sources(&[path], &config, false).unwrap().remove("a").unwrap();

        assert!((1..40).contains(&windows.len()), "{}", windows.len());
        let is_held_out = |w: &Window| Dataset::is_held_out(&format!("song {}", w[0][0]));
        assert!(windows.iter().filter(|w| w[0][0] >= 10).all(is_held_out));
    }

    #[test]
    fn each_style_is_a_set_of_its_own_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);
        let names = |by_style| -> Vec<String> {
            let args = cli::Eval {
                model: "mine".into(),
                data: vec![path.clone()],
                by_style,
                all: false,
                train_data: vec![],
                json: false,
                samples: 1,
                prior: None,
                examples: None,
                seed: 0,
            };
            let (_, sets) = sets(&args, &Config::official(Family::Drums2Bar)).unwrap();
            sets.into_iter().map(|set| set.name).collect()
        };
        assert_eq!(names(false), ["real", "themed"]);
        assert_eq!(names(true)[..2], ["real", "themed"]);
        assert_eq!(names(true)[2..], Style::ALL.map(Style::name));
    }

    #[test]
    fn whole_windows_are_preferred_then_the_commonest_parts() {
        let line = |token: u16| vec![token; 64];
        let pair = vec![line(40), line(20), line(ABSENT)];
        let alone = vec![line(40), line(ABSENT), line(ABSENT)];
        let whole = vec![line(40), line(20), line(3)];
        let partial = vec![alone.clone(), pair.clone(), alone.clone()];

        let all = alike([partial.clone(), vec![whole.clone()]].concat());

        assert_eq!(all, (vec![whole], vec![true; 3]));
        assert_eq!(alike(partial), (vec![alone.clone(), alone], vec![true, false, false]));
    }

    #[test]
    fn a_data_set_for_another_model_is_an_error_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);

        let config = Config::official(Family::Trio4Bar);
        let error = read_sources(&[path], &config, false).unwrap_err().to_string();

        let expected = "expected windows of 64 steps for hier-trio_4bar";
        assert!(error.contains("a.safetensors") && error.contains(expected), "{error}");
    }
}
