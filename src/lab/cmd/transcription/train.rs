//! `electropunk transcription train notes`: a training run from its material to the model.

use std::{io, io::Write as _, path::Path};

use anyhow::{Context as _, ensure};
use serde::Serialize;

use crate::{
    ffi, files, interrupt,
    lab::{
        cli::NotesTrain,
        cmd::{
            model, training_run,
            transcription::course::{self, Course},
        },
        train::{
            card,
            transcription::{
                backward::Costs,
                example::Material,
                fit::{Fit, Settings},
                held_out::HeldOut,
                pieces::{self, Read},
            },
        },
        transcription::{
            agreement::Agreement,
            note_creation::Thresholds,
            pitch_model::{CONFIG, PitchModel, tensors_of},
        },
    },
    sound::font_file,
};

/// Windows of a recording: seven seconds.
const WINDOWS_PER_TAKE: usize = 4;

/// The model card.
#[derive(Debug, Serialize)]
struct Card {
    config: &'static str,
    training: Training,
    validation: Figures,
}

#[derive(Debug, Serialize)]
struct Training {
    command: String,
    seed: u64,
    steps: u64,
    songs: usize,
    files: usize,
}

/// Figures on held-out songs, played by the training's fonts.
#[derive(Debug, Serialize)]
struct Figures {
    songs: usize,
    recordings: u64,
    notes: usize,
    onset_threshold: f64,
    frame_threshold: f64,
    shortest_frames: usize,
    harmonic_share: f64,
    precision: f64,
    recall: f64,
    f: f64,
}

/// Runs the command.
///
/// # Errors
/// The material can't be read, the model exists, the checkpoint is of another run, a loss is not finite, or
/// the disk is full; the last checkpoint is kept.
pub fn run(args: &NotesTrain) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    let n_threads = training_run::n_threads(&args.run)?;
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let run = training_run::checkpoints(&args.out, &args.run);
    training_run::require_new(&args.out, &args.run, &run)?;
    let fonts = args.soundfont.iter().map(|path| font_file::load(path));
    let fonts = fonts.collect::<Result<Vec<_>, _>>()?;
    let Read { train, held_out, n_skipped } = pieces::read(&args.midi)?;
    let (songs, n_held_out) = (train.titles.len(), held_out.titles.len());
    let n_files = train.n_pieces();
    eprintln!(
        "{songs} songs in {n_files} files to learn from, {n_held_out} held out, {n_skipped} files without \
         pitched notes"
    );
    ensure!(
        0 < songs && 0 < n_held_out,
        "--midi: expected at least about twenty songs, so that one title of ten can be held out, found {}",
        songs + n_held_out
    );
    let judged = HeldOut::draw(
        &Material { pieces: held_out, fonts: fonts.clone() },
        args.held_out as usize,
    )?;
    let mut fit = Fit::new(Material { pieces: train, fonts }, settings(args))?;
    course::restore(args, &run, &mut fit)?;
    let stop = interrupt::flag()?;
    let mut course = Course::new(args, run, fit)?;
    course.train(&judged, &|| stop.is_set())?;
    write_model(args, &course.fit, &judged, [songs, n_files, n_held_out])
}

fn settings(args: &NotesTrain) -> Settings {
    Settings {
        learning_rate: args.learning_rate,
        min_learning_rate: args.min_learning_rate,
        n_steps: args.steps,
        n_takes: args.batch_size as usize,
        n_windows: WINDOWS_PER_TAKE,
        costs: Costs {
            smoothing: args.smoothing as f32,
            onset: args.onset_cost as f32,
            note: args.note_cost as f32,
        },
        seed: args.seed,
    }
}

/// Writes and reports weights and card.
fn write_model(
    args: &NotesTrain,
    fit: &Fit,
    judged: &HeldOut,
    [songs, files, n_held_out]: [usize; 3],
) -> anyhow::Result<()> {
    let weights = fit.weights()?;
    let activations = judged.activations(&weights);
    let thresholds = judged.best_thresholds(&activations);
    let found = judged.agreement(&activations, &thresholds);
    let model = PitchModel {
        weights,
        onset_threshold: Some(thresholds.onset),
        frame_threshold: Some(thresholds.frame),
        shortest_frames: Some(thresholds.n_frames),
        harmonic_share: Some(thresholds.harmonic_share),
    };
    let path = model::file(&args.out, "safetensors");
    export(&model, &path)?;
    let card = Card {
        config: CONFIG,
        training: Training {
            command: card::command_line(),
            seed: args.seed,
            steps: fit.step,
            songs,
            files,
        },
        validation: figures((n_held_out, args.held_out), &thresholds, found),
    };
    card::save(&card, &model::file(&args.out, "toml"))?;
    let Figures { precision, recall, f, onset_threshold, frame_threshold, .. } = card.validation;
    let step = fit.step;
    let text = match args.run.json {
        true => serde_json::json!({
            "model": path, "step": step, "precision": precision, "recall": recall, "f": f,
            "onset_threshold": onset_threshold, "frame_threshold": frame_threshold,
        })
        .to_string(),
        false => format!(
            "step {step}: {} and its card written; notes of held-out songs: precision {precision:.3}, recall \
             {recall:.3}, F {f:.3} with thresholds {onset_threshold} and {frame_threshold}",
            path.display()
        ),
    };
    // The model is written, whether or not someone reads this.
    let _ = writeln!(io::stdout(), "{text}");
    Ok(())
}

fn figures(
    (songs, recordings): (usize, u64),
    thresholds: &Thresholds,
    found: Agreement,
) -> Figures {
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    Figures {
        songs,
        recordings,
        notes: found.n_true,
        onset_threshold: rounded(thresholds.onset.into()),
        frame_threshold: rounded(thresholds.frame.into()),
        shortest_frames: thresholds.n_frames,
        harmonic_share: rounded(thresholds.harmonic_share.into()),
        precision: rounded(found.precision()),
        recall: rounded(found.recall()),
        f: rounded(found.f()),
    }
}

/// Writes the weights as 32-bit floats.
fn export(model: &PitchModel, path: &Path) -> anyhow::Result<()> {
    let tensors = tensors_of(&model.weights)?;
    files::write_with(path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(model.metadata()), partial)
            .map_err(io::Error::other)
    })
    .context("writing the model failed")?;
    Ok(())
}
