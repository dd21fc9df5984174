//! The picture of a recording and its transcript.

use std::path::Path;

use crate::{
    lab::{
        picture::{palette::Voice, recording},
        transcription::{
            HeardNote,
            activations::{frame, levels},
            cqt::RATE,
            recording::Recording,
            score::{Score, parts},
            transcript::Transcript,
        },
    },
    music::drums::Drum,
};

/// Seconds of the recording that are drawn.
const SECONDS: f64 = 60.0;

/// The first minute of the recording at `path`, with what was `found` in it and the bars of `score`, as PNG.
///
/// # Errors
/// The recording can't be read.
pub fn png(path: &Path, found: &Transcript, score: Option<&Score>) -> anyhow::Result<Vec<u8>> {
    let mut samples = Recording::read(path, RATE)?.samples;
    samples.truncate((SECONDS * f64::from(RATE)) as usize);
    let of_parts = parts::tell(&found.notes, &found.bass);
    let of_part = |notes: &[HeardNote], voice: Voice| -> Vec<_> {
        let drawn = |note: &HeardNote| (frame(note.onset_s)..frame(note.end_s), note.pitch, voice);
        notes.iter().map(drawn).collect()
    };
    let notes = [
        of_part(&of_parts.chords, Voice::Chords),
        of_part(&of_parts.bass, Voice::Bass),
        of_part(&of_parts.lead, Voice::Melody),
    ];
    let drawn = recording::Found {
        spectrum: levels(&samples),
        notes: notes.concat(),
        hits: found.hits.iter().map(|hit| (frame(hit.onset_s), hit.drum as usize)).collect(),
        n_drums: Drum::ALL.len(),
        bars: score
            .map_or(vec![], |score| score.bars.iter().map(|bar| frame(bar.start_s)).collect()),
    };
    let title = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(recording::draw(&drawn, &title).to_png()?)
}
