//! Resumes a run from its newest checkpoint.

use anyhow::{Context as _, ensure};

use crate::lab::{
    cli,
    cmd::train::settings::{Described, Differences},
    train::{checkpoint::Run, fit::Fit},
};

/// `fit` at step 0 or, with `--resume`, at the newest intact checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all checkpoints are damaged.
pub fn start(
    args: &cli::Train,
    run: &Run,
    mut fit: Fit,
    settings: &Described,
) -> anyhow::Result<Fit> {
    if !args.run.resume {
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
