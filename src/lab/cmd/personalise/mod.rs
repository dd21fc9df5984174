//! `electropunk personalise`: a prior of few dimensions for a musician's songs.

mod card;
mod report;
mod sliders;
mod songs;

use std::{io::Write as _, path::Path, sync::Arc, time::Instant};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    files, interrupt,
    lab::{
        cli::{Kind, Personalise},
        cmd::{
            model,
            personalise::{
                card::Card,
                report::{Bench, Row},
                songs::Songs,
            },
        },
        train::personal::{Fitted, components, vae},
    },
    musicvae::{
        convert::window::Window,
        net::{
            encoder::Posterior,
            latent::Latent,
            music_vae::MusicVae,
            personal::{Personal, PersonalDraws, Place},
            prior::Prior,
            weights::Weights,
        },
    },
};

/// Fewest windows that a prior is fitted to.
const FEWEST: usize = 8;

/// Runs the command.
///
/// # Errors
/// The model or a data set can't be read, they don't match, there are too few windows, or the prior
/// can't be written.
pub fn run(args: &Personalise) -> anyhow::Result<()> {
    model::require_new(&args.out, args.overwrite)?;
    let (network, weights) = model::open(&args.model)?;
    let mut learnt = Songs::read(&args.data, network.config())?;
    let mut held_out = Songs::read(&args.held_out, network.config())?;
    if args.report && args.held_out.is_empty() {
        [held_out, learnt] = learnt.split();
    }
    let windows = learnt.thinned(args.windows as usize);
    ensure!(
        FEWEST <= windows.len(),
        "{}: expected at least {FEWEST} windows in which all parts play, found {}: a data set of \
         more songs, or built with --max-tensors-per-notesequence 0",
        names(args),
        windows.len()
    );
    let keys = songs::in_keys(network.config(), &windows, args.transpose as i16);
    let posteriors = songs::encode(&network, &keys, "reading songs")?;
    let started = Instant::now();
    let fitted = fit(args, args.kind, &means(&posteriors))?;
    let seconds = started.elapsed().as_secs_f64();
    let name = model::name(&args.model);
    let space = weights.latent_space()?;
    let (prior, written) = written(args, &fitted, &name, space)?;
    let sliders = sliders::sliders(&network, &prior, args.seed)?;
    let rows = match args.report {
        true => measured(args, &network, [&windows, &held_out.thinned(usize::MAX)], &posteriors)?,
        false => Vec::new(),
    };
    let card = Card::new(args, &name, (&learnt, windows.len()), &fitted, (sliders, rows));
    card.save(&model::file(&args.out, "toml"))?;
    let text = match args.json {
        true => card.json(&written, seconds)?,
        false => card.text(&written, seconds),
    };
    // The prior is written, whether or not someone reads this.
    let _ = writeln!(std::io::stdout(), "{text}");
    Ok(())
}

/// The data sets, for an error.
fn names(args: &Personalise) -> String {
    let names: Vec<String> = args.data.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}

fn means(posteriors: &[Posterior]) -> Vec<Latent> {
    posteriors.iter().map(|posterior| posterior.mu.clone()).collect()
}

/// Fits a prior of `kind` to `points`.
fn fit(args: &Personalise, kind: Kind, points: &[Latent]) -> anyhow::Result<Fitted> {
    let n_dims = args.dims as usize;
    if kind == Kind::Components {
        let found = components::fit(points, n_dims);
        return found.context("the model's latents of the songs are not finite numbers");
    }
    let settings = vae::Settings { n_dims, beta: args.beta, n_steps: args.steps, seed: args.seed };
    let progress = ProgressBar::new(args.steps).with_prefix("training");
    let template = "{prefix} {bar:24} {pos}/{len} steps, {eta} left";
    progress.set_style(ProgressStyle::with_template(template)?);
    let stop = interrupt::flag()?;
    let mut goes_on = |step| {
        progress.set_position(step);
        !stop.is_set()
    };
    let found = vae::fit(points, settings, &mut goes_on)?;
    progress.finish_and_clear();
    Ok(found)
}

/// Writes the weights; returns the prior read from them, and their path.
fn written(
    args: &Personalise,
    fitted: &Fitted,
    model: &str,
    space: u64,
) -> anyhow::Result<(Personal, String)> {
    let path = model::file(&args.out, "safetensors");
    let weights = fitted.weights(model, space)?;
    files::write(&path, &weights.to_bytes()?)?;
    Ok((Personal::load(&weights, &path.display().to_string())?, path.display().to_string()))
}

/// The figures of draws from the model's own priors, from personal priors of each kind, and from the
/// models of `--against`.
fn measured(
    args: &Personalise,
    network: &MusicVae,
    [learnt, held_out]: [&[Window]; 2],
    posteriors: &[Posterior],
) -> anyhow::Result<Vec<Row>> {
    let others = Songs::read(&args.others, network.config())?.thinned(args.windows as usize);
    let encode = |windows: &[Window], what: &str| -> anyhow::Result<Vec<Latent>> {
        Ok(means(&songs::encode(network, windows, what)?))
    };
    let points = [
        if args.transpose == 0 { means(posteriors) } else { encode(learnt, "songs")? },
        encode(held_out, "held-out songs")?,
        encode(&others, "other songs")?,
    ];
    let sets = [learnt, held_out, &others];
    let bench = Bench::new(network, [0, 1, 2].map(|set| (sets[set], &points[set][..])))?;
    let how_many = (args.samples as usize, args.seed);
    let standard = Prior::Standard(network.config().n_latent);
    let mut rows = vec![bench.songs()];
    let mut add = |name: &str, decoder: &MusicVae, prior: &Prior| -> anyhow::Result<()> {
        rows.push(bench.draws(name, decoder, prior, how_many)?);
        Ok(())
    };
    let own = model::name(&args.model);
    add(&format!("{own}, whole space"), network, &standard)?;
    for (name, kind) in [("components", Kind::Components), ("vae", Kind::Vae)] {
        let fitted = fit(args, kind, &means(posteriors))?;
        let alone = Fitted { residuals: Vec::new(), ..fitted.clone() };
        for (name, fitted) in [(name.to_owned(), fitted), (format!("{name} alone"), alone)] {
            let prior = Arc::new(Personal::load(&fitted.weights(&own, 0)?, &name)?);
            let place = Place::default();
            add(&name, network, &Prior::Personal(PersonalDraws { prior, place }))?;
        }
    }
    for path in &args.against {
        add_model(path, network, &mut add)?;
    }
    Ok(rows)
}

/// Adds the rows of the model at `path`: draws of its prior of songs, if it has one, and of its whole
/// space.
fn add_model(
    path: &Path,
    network: &MusicVae,
    add: &mut impl FnMut(&str, &MusicVae, &Prior) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (other, _): (MusicVae, Weights) = model::open(path)?;
    let (config, own) = (other.config(), network.config());
    ensure!(
        config.family.domain() == own.family.domain() && config.n_steps() == own.n_steps(),
        "{}: expected a model with the parts and the length of {}, found {}",
        path.display(),
        own.family,
        config.family
    );
    let name = model::name(path);
    if let Some(prior) = other.encoder().priors().get("songs").and_then(|m| Prior::blend(&[m])) {
        add(&format!("{name}, its songs"), &other, &prior)?;
    }
    add(&format!("{name}, whole space"), &other, &Prior::Standard(config.n_latent))
}
