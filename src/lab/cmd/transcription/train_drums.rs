//! `electropunk transcription train drums`: a training run from its data to the model.

use std::{collections::BTreeMap, collections::HashMap, io, io::Write as _, path::Path, sync::Arc};

use anyhow::{Context as _, ensure};
use candle_core::DType;
use indicatif::ProgressBar;
use rustysynth::SoundFont;
use serde::Serialize;

use crate::{
    ffi, files, interrupt,
    lab::{
        cli::DrumsTrain,
        cmd::{
            model, training_run,
            transcription::{
                drum_course::{self, Course, N_WATCHED},
                reader,
            },
        },
        measure::onsets::Agreement,
        train::{
            card,
            transcription::drums::{
                deck::{Example, Studio},
                fit::{Fit, Settings},
                judgement::{THRESHOLD, best_thresholds, judge, mean_f},
                pass::Variables,
                performances::{self, Pieces, Split},
            },
        },
    },
    music::drums::{Drum, N_CLASSES},
    sound::font_file,
};

/// Metadata key of a model's file, and the name of the configuration.
const CONFIG_KEY: &str = "config";
const CONFIG: &str = "drum-hits";

/// Most decks of held-out recordings to choose thresholds on.
const N_VALIDATION_DECKS: u64 = 6;

/// The model card.
#[derive(Debug, Serialize)]
struct Card {
    config: &'static str,
    training: Training,
    validation: BTreeMap<&'static str, Figures>,
}

#[derive(Debug, Serialize)]
struct Training {
    command: String,
    seed: u64,
    steps: u64,
    pieces: usize,
}

/// Figures of a drum on held-out performances, with the kits of training; at ±30 ms.
#[derive(Debug, Serialize)]
struct Figures {
    hits: usize,
    precision: f64,
    recall: f64,
    f: f64,
    threshold: f64,
}

/// Runs the command.
///
/// # Errors
/// The data can't be read, the model exists, the checkpoint is of another run, a loss is not finite, or
/// the disk is full; the last checkpoint is kept.
pub fn run(args: &DrumsTrain) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    let n_threads = training_run::n_threads(&args.run)?;
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let run = training_run::checkpoints(&args.out, &args.run);
    training_run::require_new(&args.out, &args.run, &run)?;
    let (studio, held_out) = studios(args)?;
    let n_pieces = studio.n_pieces();
    let settings = Settings {
        learning_rate: args.learning_rate,
        min_learning_rate: args.min_learning_rate,
        n_steps: args.steps,
        n_windows: args.batch_size as usize,
        seed: args.seed,
    };
    let mut fit = Fit::new(initial(args)?, studio, settings)?;
    drum_course::restore(args, &run, &mut fit)?;
    let stop = interrupt::flag()?;
    let mut course = Course::new(args, run, fit)?;
    course.train(&held_out[..N_WATCHED], &|| stop.is_set())?;
    write_model(args, &course.fit, n_pieces, &held_out)
}

/// The weights before the first step: those of --from, or random ones.
fn initial(args: &DrumsTrain) -> anyhow::Result<Variables> {
    let mut variables = Variables::new(args.seed)?;
    if let Some(from) = &args.from {
        let (_, weights) = reader::drum_weights(from)?;
        variables.set(weights.tensors())?;
    }
    Ok(variables)
}

/// The studio of the run, and held-out recordings.
fn studios(args: &DrumsTrain) -> anyhow::Result<(Studio, Vec<Example>)> {
    let performances = performances::read(&args.midi)?;
    let songs = performances::read(&args.music)?;
    let fonts: Vec<Arc<SoundFont>> =
        args.soundfont.iter().map(|path| font_file::load(path)).collect::<Result<_, _>>()?;
    let bar = ProgressBar::new_spinner().with_message("pitched stems");
    if bar.is_hidden() {
        training_run::say("playing the songs' instruments and the kits once, for some minutes");
    }
    let studio = |split| -> anyhow::Result<Studio> {
        let watch = |_: usize| bar.inc(1);
        let pieces: [&Pieces; 2] = [&performances, &songs];
        let studio = Studio::new(pieces, split, &fonts, args.seed, &watch)?;
        let folders: Vec<String> =
            args.midi.iter().map(|path| path.display().to_string()).collect();
        ensure!(
            0 < studio.n_pieces(),
            "{}: expected MIDI files with drums for training and validation, found none for {split:?}",
            folders.join(", ")
        );
        Ok(studio)
    };
    let (train, validation) = (studio(Split::Train)?, studio(Split::Validation)?);
    bar.finish_and_clear();
    let n_decks = validation.n_decks().min(N_VALIDATION_DECKS);
    let decks = (0..n_decks).map(|number| validation.deck(number));
    let held_out = decks.collect::<Result<Vec<_>, _>>()?.concat();
    Ok((train, held_out))
}

/// Writes and reports weights and card.
fn write_model(
    args: &DrumsTrain,
    fit: &Fit,
    n_pieces: usize,
    held_out: &[Example],
) -> anyhow::Result<()> {
    let thresholds = best_thresholds(&fit.snapshot(&[THRESHOLD; N_CLASSES])?, held_out);
    let path = model::file(&args.out, "safetensors");
    export(fit, &thresholds, &path)?;
    let found = judge(&fit.snapshot(&thresholds)?, held_out);
    let figures = |drum: Drum| figures(&found[drum as usize], thresholds[drum as usize]);
    let card = Card {
        config: CONFIG,
        training: Training {
            command: card::command_line(),
            seed: args.seed,
            steps: fit.step,
            pieces: n_pieces,
        },
        validation: Drum::ALL.into_iter().map(|drum| (drum.name(), figures(drum))).collect(),
    };
    card::save(&card, &model::file(&args.out, "toml"))?;
    let (step, f) = (fit.step, mean_f(&found));
    let text = match args.run.json {
        true => serde_json::json!({"model": path, "step": step, "validation": card.validation})
            .to_string(),
        false => format!(
            "step {step}: {} and its card written; held-out performances: F {f:.3} on the mean of the drums",
            path.display()
        ),
    };
    // The model is written, whether or not someone reads this.
    let _ = writeln!(io::stdout(), "{text}");
    Ok(())
}

fn figures(found: &Agreement, threshold: f32) -> Figures {
    let rounded = |x: f64| (x * 1e3).round() / 1e3;
    Figures {
        hits: found.n_true,
        precision: rounded(found.precision()),
        recall: rounded(found.recall()),
        f: rounded(found.f()),
        threshold: rounded(threshold.into()),
    }
}

/// Writes the weights as 16-bit floats.
fn export(fit: &Fit, thresholds: &[f32; N_CLASSES], path: &Path) -> anyhow::Result<()> {
    let mut tensors = fit.tensors(thresholds)?;
    for tensor in tensors.values_mut() {
        *tensor = tensor.to_dtype(DType::F16)?;
    }
    let metadata = HashMap::from([(CONFIG_KEY.to_owned(), CONFIG.to_owned())]);
    files::write_with(path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(metadata), partial).map_err(io::Error::other)
    })
    .context("writing the model failed")?;
    Ok(())
}
