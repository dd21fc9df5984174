//! The start of a training run: network, examples, settings.

use anyhow::{Context as _, bail, ensure};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        cli,
        cmd::model,
        dataset::packed::Dataset,
        train::{
            checkpoint::Run,
            defaults::{BATCH_SIZE, defaults},
            examples::{Examples, Pool},
            fit::{Fit, Measure, Settings},
            network::Network,
            schedule::Schedule,
            scheduled::SamplingSchedule,
            warm_start::warm_start,
        },
    },
    musicvae::{
        convert::{
            pattern_windows::{self, FIRST_HELD_OUT_PATTERN},
            window::{Window, is_whole},
        },
        net::config::Config,
    },
};

/// Held-out windows used for validation during training; `eval` uses all of them.
const N_VALIDATED: usize = 256;

/// Held-out generated patterns per style.
const N_HELD_OUT_PATTERNS: u64 = 20;

/// Held-out windows by source.
pub type HeldOut = Vec<(&'static str, Vec<Window>)>;

/// Validation results by source.
pub type Measures = Vec<(&'static str, Measure)>;

/// The network with its initial weights, which `--from` gives or the seed.
///
/// # Errors
/// The model of `--from` can't be read or is of another domain or wiring, or a size was given that
/// it doesn't have.
pub fn network(args: &cli::Train) -> anyhow::Result<Network> {
    let mut config = Config::official(args.config);
    let mut weights = None;
    if let Some(from) = &args.from {
        let found = model::read(from)?;
        let path = || from.with_extension("safetensors").display().to_string();
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
        config = Config { family: args.config, ..old };
        weights = Some((old, found));
    }
    let n_steps = match (args.sizes.bars, args.data.first()) {
        (Some(bars), _) => Some(bars as usize * 16),
        (None, Some(data)) => Some(Dataset::load(data)?.n_steps),
        (None, None) => None,
    };
    if let Some(n_steps) = n_steps {
        let longer = config.with_steps(n_steps);
        let family = args.config;
        config = longer
            .with_context(|| format!("{family} does not support sequences of {n_steps} steps"))?;
    }
    let sized = resize(config, &args.sizes);
    ensure!(
        weights.is_none() || sized == config,
        "--from sets the sizes of the network: remove the size options"
    );
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
        ..config
    }
}

/// The training and the validation examples.
///
/// # Errors
/// A data set can't be read or is for another configuration, or there are no examples.
pub fn read_examples(args: &cli::Train, config: &Config) -> anyhow::Result<(Examples, HeldOut)> {
    let (mut real, mut held_out) = (Vec::new(), Vec::new());
    for path in &args.data {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        if args.held_out.is_empty() {
            let (train, held) = set.split();
            real.extend(train);
            held_out.extend(held);
        } else {
            real.extend(set.all());
        }
    }
    for path in &args.held_out {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        held_out.extend(set.all().filter(is_whole));
    }
    let themed = pattern_windows::windows(config, 0..args.patterns);
    let real = Pool::from(normalised(config, real));
    let themed = Pool::from(normalised(config, themed));
    if real.windows.is_empty() && themed.windows.is_empty() {
        bail!("expected --data, --patterns or both, found no training examples");
    }
    eprintln!(
        "training on {} windows of songs and {} of generated patterns",
        real.windows.len(),
        themed.windows.len()
    );
    let mut sets = vec![("real", thin_out(held_out))];
    if !themed.windows.is_empty() {
        let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_HELD_OUT_PATTERNS;
        sets.push(("themed", thin_out(pattern_windows::windows(config, numbers))));
    }
    sets.retain(|(_, windows)| !windows.is_empty());
    for (_, windows) in &mut sets {
        *windows = normalised(config, std::mem::take(windows));
    }
    let themed_share = if real.windows.is_empty() { 1.0 } else { args.themed_share };
    let recombined_share = args.recombined_share;
    Ok((Examples { real, themed, themed_share, recombined_share }, sets))
}

/// The windows as a network of `config` reads them.
fn normalised(config: &Config, windows: Vec<Window>) -> Vec<Window> {
    windows.into_par_iter().map(|window| config.normalised(window)).collect()
}

/// Every n-th window, for an even selection of at most [`N_VALIDATED`].
fn thin_out(windows: Vec<Window>) -> Vec<Window> {
    let every = windows.len().div_ceil(N_VALIDATED).max(1);
    windows.into_iter().step_by(every).collect()
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

/// `fit` at step 0 or, with `--resume`, at the newest checkpoint in `run`.
///
/// # Errors
/// There are checkpoints without `--resume`, or they have other settings.
pub fn start(args: &cli::Train, run: &Run, mut fit: Fit) -> anyhow::Result<Fit> {
    match run.load()? {
        Some(saved) if args.resume => {
            let text = describe(args);
            ensure!(
                saved.settings == text,
                "{}: the checkpoint has other settings: expected\n  {text}\nfound\n  {}",
                run.folder.display(),
                saved.settings
            );
            fit.restore(saved)?;
            eprintln!("resuming from step {}", fit.step);
        }
        Some(saved) => bail!(
            "{}: found a run at step {}: continue it with --resume, or remove the folder",
            run.folder.display(),
            saved.step
        ),
        None => {}
    }
    Ok(fit)
}

/// All settings that training depends on, except the number of steps.
pub fn describe(args: &cli::Train) -> String {
    let schedule = cli::Schedule { steps: 0, ..args.schedule.clone() };
    format!(
        "{} {:?} {:?} seed {} patterns {} share {} recombined {}",
        args.config,
        args.sizes,
        schedule,
        args.seed,
        args.patterns,
        args.themed_share,
        args.recombined_share
    )
}
