//! MIDI files dropped on the studio's page, as windows of a model.

use crate::{
    musicvae::{convert::window::Window, net::config::Config},
    station::{load::anchors, studio::lab_error::LabError},
};

/// The largest dropped MIDI file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Melody and bass among the lines of a trio; the drums follow.
pub(super) const N_PITCHED: usize = 2;

/// The name of a dropped MIDI file in messages.
const DROPPED: &str = "the MIDI file";

/// The first window of `bytes`, a MIDI file, for a model of `config`.
///
/// # Errors
/// The file is larger than [`MOST_BYTES`]; it is not MIDI, or lacks the bars and parts that the model needs.
pub(super) fn window(config: &Config, bytes: &[u8]) -> Result<Window, LabError> {
    if MOST_BYTES < bytes.len() {
        let expected = format!("at most {MOST_BYTES} bytes");
        return Err(LabError::value(DROPPED, &expected, bytes.len()));
    }
    Ok(anchors::first_window(config, DROPPED, bytes)?)
}
