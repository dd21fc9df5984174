//! Checkpoints and models that are there when a run starts: resumed, or not overwritten.

use anyhow::{Context as _, bail, ensure};

use crate::lab::{
    cli,
    cmd::{
        model,
        train::settings::{Described, Differences},
    },
    train::{checkpoint::Run, fit::Fit},
};

/// The checkpoints of `--out`.
pub fn run(args: &cli::Train) -> Run {
    Run { folder: model::file(&args.out, "run"), n_kept: args.checkpoints_to_keep as usize }
}

/// Checks that nothing is overwritten that was not named to be.
///
/// # Errors
/// There are checkpoints without `--resume`, or a model without `--overwrite`.
pub fn require_new(args: &cli::Train) -> anyhow::Result<()> {
    let run = run(args);
    if let Some(step) = run.newest_step().filter(|_| !args.resume) {
        bail!(
            "{}: found a run at step {step}: continue it with --resume, or remove the folder",
            run.folder.display()
        );
    }
    model::require_new(&args.out, args.overwrite || args.resume)
}

/// `fit` at step 0 or, with `--resume`, at the newest sound checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn start(
    args: &cli::Train,
    run: &Run,
    mut fit: Fit,
    settings: &Described,
) -> anyhow::Result<Fit> {
    if !args.resume {
        return Ok(fit);
    }
    let (saved, damaged) = run.load()?;
    for error in &damaged {
        eprintln!("{error}; the checkpoint before it is taken");
    }
    let Some(saved) = saved else {
        eprintln!("{}: no checkpoint to resume from; starting at step 0", run.folder.display());
        return Ok(fit);
    };
    let differences = Differences::between(&saved.settings, settings);
    ensure!(
        differences.of_run.is_empty(),
        "{}: the checkpoint of step {} has other settings; resume with its own, or start another run \
         with --out:\n  {}",
        run.folder.display(),
        saved.step,
        differences.of_run.join("\n  ")
    );
    if let Some(note) = differences.note {
        eprintln!("{note}");
    }
    let step = saved.step;
    fit.restore(saved)
        .with_context(|| format!("{}: restoring step {step} failed", run.folder.display()))?;
    run.set_aside(&damaged)?;
    eprintln!("resuming from step {}", fit.step);
    Ok(fit)
}
