//! What counts as a note, from the options of a command.

use anyhow::ensure;

use crate::lab::{
    cli::Hearing,
    cmd::transcription::reader::pitches,
    transcription::{
        cqt::{HOP, RATE},
        note_creation::Thresholds,
        pitch_network::PitchNetwork,
    },
};

/// Increase of the onset threshold for a line.
const LINE: f32 = 0.1;

/// Limits the threads of the process.
///
/// # Errors
/// The threads can't be started.
pub fn threads(wanted: Option<u64>) -> anyhow::Result<()> {
    let n = match wanted {
        Some(n) => n as usize,
        None => std::thread::available_parallelism()?.get(),
    };
    Ok(rayon::ThreadPoolBuilder::new().num_threads(n).build_global()?)
}

/// The pitch network, and what counts as a note.
///
/// # Errors
/// The model can't be read or is of another kind, or the pitch range is empty.
pub fn hearing(hearing: &Hearing) -> anyhow::Result<(PitchNetwork, Thresholds)> {
    ensure!(
        hearing.lowest <= hearing.highest,
        "--lowest: expected at most --highest, {}, found {}",
        hearing.highest,
        hearing.lowest
    );
    let ((network, usual), _) = pitches(&hearing.notes_model)?;
    let onset = if hearing.line { (usual.onset + LINE).min(1.0) } else { usual.onset };
    let hop_ms = 1000.0 * HOP as f64 / f64::from(RATE);
    let thresholds = Thresholds {
        onset: hearing.onset_threshold.map_or(onset, |x| x as f32),
        frame: hearing.frame_threshold.map_or(usual.frame, |x| x as f32),
        n_frames: hearing.shortest.map_or(usual.n_frames, |ms| (ms / hop_ms).round() as usize),
        pitches: hearing.lowest..=hearing.highest,
        harmonic_share: if hearing.line { f32::INFINITY } else { usual.harmonic_share },
        ..usual
    };
    Ok((network, thresholds))
}
