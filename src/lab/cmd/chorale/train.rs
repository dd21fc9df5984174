//! `electropunk chorale train`: a training run from its data to the model.

use std::{collections::HashMap, io, io::Write as _, path::Path};

use anyhow::{Context as _, ensure};
use candle_core::{DType, Tensor};
use serde::Serialize;

use crate::{
    chorale::{
        frame::Chorale,
        likelihood::{Surprise, surprise},
        network::Sizes,
    },
    ffi, files, interrupt,
    lab::{
        cli::ChoraleTrain,
        cmd::{
            chorale::course::{self, Course},
            model, training_run,
        },
        train::{
            card,
            chorale::{
                corpus,
                fit::{Fit, Settings},
                split::Split,
                weights::Variables,
            },
        },
    },
};

/// Metadata key of a model's file: the name of its configuration.
const CONFIG_KEY: &str = "config";

/// The model card.
#[derive(Debug, Serialize)]
struct Card {
    config: &'static str,
    sizes: CardSizes,
    training: Training,
    validation: Figures,
}

#[derive(Debug, Serialize)]
struct CardSizes {
    embedding_size: usize,
    rnn_size: usize,
    rnn_layers: usize,
}

#[derive(Debug, Serialize)]
struct Training {
    command: String,
    seed: u64,
    steps: u64,
    chorales: usize,
}

/// Held-out likelihood.
#[derive(Debug, Serialize)]
struct Figures {
    chorales: usize,
    nats_a_token: f64,
    nats_a_note: f64,
}

/// Runs the command.
///
/// # Errors
/// The data can't be read, the model exists, the checkpoint is of another run, a loss is not finite, or
/// the disk is full; the last checkpoint is kept.
pub fn run(args: &ChoraleTrain) -> anyhow::Result<()> {
    ensure!(args.dropouts().0 < 1.0, "--dropout: expected a share below 1, found 1");
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    let n_threads = training_run::n_threads(&args.run)?;
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let run = training_run::checkpoints(&args.out, &args.run);
    training_run::require_new(&args.out, &args.run, &run)?;
    let split = Split::of(corpus::read(&args.data)?);
    let [n_train, n_valid] = [&split.train, &split.valid].map(Vec::len);
    ensure!(
        0 < n_train && 0 < n_valid,
        "{}: expected at least 10 chorales, found {}",
        args.data.display(),
        n_train + n_valid + split.test.len()
    );
    let settings = settings(args, n_threads);
    let variables = match &args.from {
        Some(model) => Variables::grown(args.sizes(), model::read(model)?.tensors())
            .with_context(|| format!("--from: {}", model.display()))?,
        None => Variables::new(args.sizes(), args.seed)?,
    };
    let mut fit = Fit::new(variables, split.train, settings)?;
    course::restore(args, &run, &mut fit)?;
    let stop = interrupt::flag()?;
    let mut course = Course::new(args, run, fit)?;
    course.train(&split.valid, &|| stop.is_set())?;
    write_model(args, &course.fit, n_train, &split.valid)
}

fn settings(args: &ChoraleTrain, n_threads: usize) -> Settings {
    let (dropout, input_dropout) = args.dropouts();
    Settings {
        learning_rate: args.learning_rate,
        min_learning_rate: args.min_learning_rate,
        n_steps: args.steps,
        n_windows: args.batch_size as usize,
        dropout,
        input_dropout,
        seed: args.seed,
        n_threads,
    }
}

/// Writes and reports weights and card.
fn write_model(
    args: &ChoraleTrain,
    fit: &Fit,
    n_train: usize,
    valid: &[Chorale],
) -> anyhow::Result<()> {
    let path = model::file(&args.out, "safetensors");
    export(fit, &path)?;
    let found = surprise(&fit.snapshot()?, valid);
    let Sizes { encoding, n_embedding, n_hidden, n_layers } = fit.variables.sizes;
    let card = Card {
        config: encoding.config_name(),
        sizes: CardSizes { embedding_size: n_embedding, rnn_size: n_hidden, rnn_layers: n_layers },
        training: Training {
            command: card::command_line(),
            seed: args.seed,
            steps: fit.step,
            chorales: n_train,
        },
        validation: figures(valid.len(), &found),
    };
    card::save(&card, &model::file(&args.out, "toml"))?;
    let (step, Figures { nats_a_token, nats_a_note, .. }) = (fit.step, &card.validation);
    let text = match args.run.json {
        true => serde_json::json!({
            "model": path,
            "step": step,
            "nats_a_token": nats_a_token,
            "nats_a_note": nats_a_note,
        })
        .to_string(),
        false => format!(
            "step {step}: {} and its card written; held-out chorales: {nats_a_token:.4} nats a token, \
             {nats_a_note:.4} a note",
            path.display()
        ),
    };
    // The model is written even if stdout is closed.
    let _ = writeln!(io::stdout(), "{text}");
    Ok(())
}

fn figures(n: usize, found: &Surprise) -> Figures {
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    Figures {
        chorales: n,
        nats_a_token: rounded(found.per_token()),
        nats_a_note: rounded(found.per_note()),
    }
}

/// Writes the weights as 16-bit floats.
fn export(fit: &Fit, path: &Path) -> anyhow::Result<()> {
    let half = |(name, tensor): (String, Tensor)| Ok((name, tensor.to_dtype(DType::F16)?));
    let tensors: HashMap<String, Tensor> =
        fit.variables.tensors().into_iter().map(half).collect::<candle_core::Result<_>>()?;
    let config = fit.variables.sizes.encoding.config_name();
    let metadata = HashMap::from([(CONFIG_KEY.to_owned(), config.to_owned())]);
    files::write_with(path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(metadata), partial).map_err(io::Error::other)
    })
    .context("writing the model failed")?;
    Ok(())
}
