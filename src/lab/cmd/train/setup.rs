//! The start of a training run: network, examples, settings of its steps.

use anyhow::{Context as _, bail, ensure};

use crate::{
    lab::{
        cli,
        cmd::model,
        dataset::{
            packed::Dataset,
            shares::{Group, weights},
        },
        train::{
            defaults::{BATCH_SIZE, defaults},
            examples::{Examples, normalised},
            fit::{Measure, Settings},
            network::Network,
            pool::Pool,
            schedule::Schedule,
            scheduled::SamplingSchedule,
            warm_start::warm_start,
        },
    },
    music::meter::STEPS_PER_BAR,
    musicvae::{
        convert::{
            pattern_windows::{self, FIRST_HELD_OUT_PATTERN},
            window::{Window, is_whole},
        },
        net::{config::Config, family::Family},
    },
    rng,
};

/// Held-out windows used for validation during training; `eval` uses all of them.
const N_VALIDATED: usize = 256;

/// Held-out generated patterns per style.
const N_HELD_OUT_PATTERNS: u64 = 20;

/// Held-out windows by source.
pub type HeldOut = Vec<(&'static str, Vec<Window>)>;

/// Validation results by source.
pub type Measures = Vec<(&'static str, Measure)>;

/// The network with its initial weights, from `--from` or the seed.
///
/// # Errors
/// The model of `--from` can't be read or is of another domain or wiring, or the configuration does not allow the
/// number of bars or skip connections.
pub fn network(args: &cli::Train) -> anyhow::Result<Network> {
    let mut config = Config::official(args.config);
    let mut weights = None;
    if let Some(from) = &args.from {
        let found = model::read(from)?;
        let path = || model::file(from, "safetensors").display().to_string();
        let family = found.family().unwrap_or(args.config);
        let old = found.config(family).with_context(path)?;
        let is_alike =
            family.domain() == args.config.domain() && family.wiring() == args.config.wiring();
        ensure!(
            is_alike,
            "{}: expected a model with the domain and wiring of {}, found one of {family}",
            path(),
            args.config
        );
        // A network trained before skip connections gets them; other configurations have none.
        let n_skip = match (config.n_skip, old.n_skip) {
            (0, _) => 0,
            (official, 0) => official,
            (_, old) => old,
        };
        config = Config { family: args.config, n_skip, ..old };
        weights = Some((old, found));
    }
    let length = match (args.sizes.bars, args.data.first()) {
        (Some(bars), _) => Some((format!("--bars {bars}"), bars as usize * STEPS_PER_BAR)),
        (None, Some(data)) => Some((data.display().to_string(), Dataset::load(data)?.n_steps)),
        (None, None) => None,
    };
    if let Some((place, n_steps)) = length {
        let family = args.config;
        config = config.with_steps(n_steps).with_context(|| {
            format!("{place}: {family} does not support sequences of {n_steps} steps")
        })?;
    }
    ensure!(
        args.sizes.skip_size.is_none() || 0 < config.n_skip,
        "--skip-size: expected {}, found {}",
        Family::ElectropunkTrio4Bar,
        args.config
    );
    let sized = resize(config, &args.sizes);
    let Some((old, found)) = weights else { return Ok(Network::new(sized, args.seed)?) };
    let start = warm_start(sized, &old, found.tensors(), args.seed)?;
    eprintln!("{start}");
    Ok(Network::from_tensors(sized, &start.tensors)?)
}

fn resize(config: Config, sizes: &cli::Sizes) -> Config {
    let or = |given: Option<u64>, official| given.map_or(official, |n| n as usize);
    Config {
        n_latent: or(sizes.z_size, config.n_latent),
        n_encoder: or(sizes.enc_rnn_size, config.n_encoder),
        n_encoder_layers: or(sizes.enc_rnn_layers, config.n_encoder_layers),
        n_decoder: or(sizes.dec_rnn_size, config.n_decoder),
        n_decoder_layers: or(sizes.dec_rnn_layers, config.n_decoder_layers),
        n_conductor: or(sizes.conductor_rnn_size, config.n_conductor),
        n_conductor_layers: match config.n_conductor_layers {
            0 => 0,
            n => or(sizes.conductor_rnn_layers, n),
        },
        n_skip: match config.n_skip {
            0 => 0,
            n => or(sizes.skip_size, n),
        },
        ..config
    }
}

/// The training and the validation examples.
///
/// # Errors
/// A data set can't be read or is for another configuration, or there are no examples.
pub fn read_examples(args: &cli::Train, config: &Config) -> anyhow::Result<(Examples, HeldOut)> {
    let (sources, mut held_out) = read_sources(args, config)?;
    let has_partial = sources.iter().any(|(_, windows)| !windows.is_empty());
    let real = if args.weights.is_empty() {
        Pool::from(sources.into_iter().flat_map(|(_, windows)| windows).collect::<Vec<_>>())
    } else {
        let groups: Vec<Group> = sources.iter().map(|(group, _)| group.clone()).collect();
        let weights = weights(&groups, &args.weights)?;
        Pool::mixed(weights.into_iter().zip(sources.into_iter().map(|(_, windows)| windows)))
    };
    for path in &args.held_out {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        held_out.extend(set.all().filter(is_whole));
    }
    let themed = pattern_windows::windows(config, 0..args.patterns);
    let themed = Pool::from(normalised(config, themed));
    if real.windows.is_empty() && themed.windows.is_empty() {
        bail!(no_examples(args, has_partial, !held_out.is_empty()));
    }
    eprintln!(
        "training on {} windows of songs, {} that lack a part, and {} of generated patterns",
        real.windows.len(),
        real.partial.len(),
        themed.windows.len()
    );
    let mut sets = vec![("real", rng::choice(held_out, N_VALIDATED))];
    if !themed.windows.is_empty() {
        let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_HELD_OUT_PATTERNS;
        let windows = pattern_windows::windows(config, numbers);
        sets.push(("themed", rng::choice(windows, N_VALIDATED)));
    }
    sets.retain(|(_, windows)| !windows.is_empty());
    for (_, windows) in &mut sets {
        *windows = normalised(config, std::mem::take(windows));
    }
    let themed_share = if real.windows.is_empty() { 1.0 } else { args.themed_share };
    let (recombined_share, varied_share) = (args.recombined_share, args.varied_share);
    Ok((Examples { real, themed, themed_share, recombined_share, varied_share }, sets))
}

/// Training windows of a source of a data set.
type Source = (Group, Vec<Window>);

/// The training windows by source, and the held-out windows of all.
fn read_sources(args: &cli::Train, config: &Config) -> anyhow::Result<(Vec<Source>, Vec<Window>)> {
    let (mut sources, mut held_out) = (Vec::new(), Vec::new());
    for path in &args.data {
        let data = Dataset::load(path)?;
        data.require(config, path)?;
        let set = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (source, (mut train, held)) in data.split_by_source() {
            match args.held_out.is_empty() {
                true => held_out.extend(held.into_iter().filter(is_whole)),
                false => train.extend(held),
            }
            let n_windows = train.len();
            let group = Group { set: set.clone(), source, n_windows };
            sources.push((group, normalised(config, train)));
        }
    }
    Ok((sources, held_out))
}

/// Why there are no training examples.
fn no_examples(args: &cli::Train, has_partial: bool, has_held_out: bool) -> &'static str {
    match (args.data.is_empty(), has_partial, has_held_out) {
        (true, ..) => "expected --data, --patterns or both, found neither",
        (false, true, _) => {
            "every window of --data lacks a part: expected songs with all parts, or --patterns"
        }
        (false, false, true) => {
            "every song of --data is held out: expected more songs, --held-out with another set, or \
             --patterns"
        }
        (false, false, false) => "the sets of --data have no windows: expected more songs",
    }
}

/// The settings that are constant for the run.
pub fn settings(args: &cli::Train, n_threads: usize) -> Settings {
    let given = &args.schedule;
    let usual = defaults(args.config);
    let schedule = Schedule {
        learning_rate: given.learning_rate,
        decay_rate: given.decay_rate,
        min_learning_rate: given.min_learning_rate,
        free_bits: given.free_bits.unwrap_or(usual.free_bits),
        max_beta: given.max_beta.unwrap_or(usual.max_beta),
        beta_rate: given.beta_rate.unwrap_or(usual.beta_rate),
        sampling: SamplingSchedule { growth: given.sampling_schedule, rate: given.sampling_rate },
    };
    let n_examples = given.batch_size.map_or(BATCH_SIZE, |n| n as usize);
    let keep_prob = given.keep_prob.unwrap_or(usual.keep_prob);
    Settings { schedule, seed: args.seed, n_examples, n_threads, keep_prob }
}
