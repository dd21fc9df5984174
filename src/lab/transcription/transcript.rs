//! Everything found in a recording.

use std::path::Path;

use crate::lab::transcription::{
    HeardNote, Hit,
    activations::Activations,
    beats::{self, Beats, Found, Known},
    cqt,
    drums::{self, bands, network::Network},
    note_creation::{Thresholds, heard},
    pitch_network::PitchNetwork,
    recording::{Recording, RecordingError},
    score::Score,
};

/// The highest MIDI pitch of the bass, and the least activation of its onsets.
const HIGHEST_BASS: u8 = 55;
const BASS_ONSET: f32 = 0.6;

/// The networks that transcribe recordings.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Finds pitched notes.
    pub pitches: PitchNetwork,
    /// What counts as a note.
    pub thresholds: Thresholds,
    /// Finds drum hits; without it there are none.
    pub drums: Option<Network>,
}

/// What was found in a recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// Drum hits, sorted by onset.
    pub hits: Vec<Hit>,
    /// Pitched notes, sorted by onset.
    pub notes: Vec<HeardNote>,
    /// Notes of the bass, sorted by onset, without the harmonics of low notes.
    pub bass: Vec<HeardNote>,
    /// Beats and bars.
    pub beats: Beats,
}

impl Reader {
    /// Transcribes the recording at `path`; `goes_on` is called now and then; none if it returns false.
    ///
    /// # Errors
    /// The file can't be read as a recording.
    pub fn read(
        &self,
        path: &Path,
        known: &Known,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Transcript>, RecordingError> {
        let for_pitches = Recording::read(path, cqt::RATE)?;
        let activations = Activations::of(&self.pitches, &for_pitches.samples, false, goes_on);
        drop(for_pitches);
        let Some(activations) = activations else { return Ok(None) };
        let notes = heard(&activations, &self.thresholds);
        let bass = Thresholds {
            onset: self.thresholds.onset.max(BASS_ONSET),
            pitches: *self.thresholds.pitches.start()..=HIGHEST_BASS,
            harmonic_share: f32::INFINITY,
            ..self.thresholds.clone()
        };
        let bass = heard(&activations, &bass);
        let recording = Recording::read(path, bands::RATE)?;
        let hits = self.drums.as_ref().map(|drums| drums::transcribe(drums, &recording.samples));
        let hits = hits.unwrap_or_default();
        let found = Found { hits: &hits, notes: &notes, bass: &bass };
        let beats = beats::find(&recording.samples, recording.rate, &found, known);
        Ok(Some(Transcript { hits, notes, bass, beats }))
    }
}

impl Transcript {
    /// The song on the grid of its beats.
    pub fn score(&self) -> Score {
        Score::new(&self.beats, &self.hits, &self.notes, &self.bass)
    }
}
