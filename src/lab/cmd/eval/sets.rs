//! The sets of windows that `eval` reports on.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{bail, ensure};
use rand::seq::SliceRandom as _;

use crate::{
    lab::{cli, dataset::packed::Dataset, train::examples::normalised},
    musicvae::{
        convert::{
            pattern_windows::{self, FIRST_HELD_OUT_PATTERN},
            window::{Window, is_absent, is_whole, lend},
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

/// Returns whole held-out windows of songs, and the sets to report on: these windows, held-out patterns of all
/// styles together, with `--by-style` the patterns of each style, and the windows of each source if there are
/// several. Of songs and of each source at most `--examples` windows are taken, chosen at random.
///
/// # Errors
/// A data set can't be read or is for another network, no whole window of a song is held out, or a source has the
/// name of another set.
pub fn sets(args: &cli::Eval, config: &Config) -> anyhow::Result<(Vec<Window>, Vec<Set>)> {
    let sources = read_sources(&args.data, config, args.all)?;
    let whole = sources.values().flatten().filter(|window| is_whole(window)).cloned().collect();
    let real = normalised(config, some_of(whole, args));
    ensure!(!real.is_empty(), no_songs(args, sources.values().map(Vec::len).sum()));
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
            // Lines are in the network's key before they are combined, as in training.
            let windows = normalised(config, some_of(windows, args));
            let lenders = real.iter().cycle();
            let windows = windows.iter().zip(lenders).map(|(window, lender)| lend(window, lender));
            Set { name, windows: windows.collect(), parts: own }
        }));
    }
    sets.retain(|set| !set.windows.is_empty());
    let mut names = BTreeSet::new();
    if let Some(Set { name, .. }) = sets.iter().find(|set| !names.insert(&set.name)) {
        bail!("--data: expected a source with another name than {name}, which is a set of eval");
    }
    Ok((real, sets))
}

/// Why there are no whole windows of songs among `n` windows.
fn no_songs(args: &cli::Eval, n: usize) -> String {
    let files: Vec<String> = args.data.iter().map(|path| path.display().to_string()).collect();
    let found = match (n, args.all) {
        (0, true) => "expected windows of songs, found none".to_owned(),
        (0, false) => "no song is held out: expected more songs, or --all".to_owned(),
        _ => format!("expected windows with all parts: each of the {n} lacks one"),
    };
    format!("{}: {found}", files.join(", "))
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
        let own = window.iter().map(|line| !is_absent(line)).collect();
        by_parts.entry(own).or_default().push(window);
    }
    let rank = |(own, windows): &(Vec<bool>, Vec<Window>)| {
        (own.iter().all(|is_own| *is_own), windows.len())
    };
    let best = by_parts.into_iter().max_by_key(rank);
    best.map_or_else(Default::default, |(own, windows)| (windows, own))
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
    use crate::musicvae::{convert::window::ABSENT, net::family::Family};

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

    /// `eval` of the data sets `data`.
    fn eval(data: Vec<std::path::PathBuf>, by_style: bool) -> cli::Eval {
        cli::Eval {
            model: "mine".into(),
            data,
            by_style,
            all: false,
            train_data: vec![],
            json: false,
            samples: 1,
            prior: None,
            examples: None,
            seed: 0,
        }
    }

    #[test]
    fn a_source_has_no_name_of_another_set() {
        let folder = tempfile::tempdir().unwrap();
        let data = ["house", "b"].map(|name| save(folder.path(), name, Family::Drums2Bar)).to_vec();
        let config = Config::official(Family::Drums2Bar);

        assert!(sets(&eval(data.clone(), false), &config).is_ok());
        let error = sets(&eval(data, true), &config).err().unwrap().to_string();
        assert!(error.contains("another name than house"), "{error}");
    }

    #[test]
    fn missing_songs_are_an_error_with_the_files() {
        let args = cli::Eval { all: true, ..eval(vec!["a".into(), "b".into()], false) };
        assert_eq!(no_songs(&args, 0), "a, b: expected windows of songs, found none");
        assert!(no_songs(&args, 7).ends_with("each of the 7 lacks one"));
        assert!(no_songs(&cli::Eval { all: false, ..args }, 0).ends_with("or --all"));
    }

    #[test]
    fn each_style_is_a_set_of_its_own_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "a.safetensors", Family::Drums2Bar);
        let names = |by_style| -> Vec<String> {
            let args = eval(vec![path.clone()], by_style);
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
