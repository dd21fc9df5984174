//! Anchors made by hand: corners of the pad and anchors of the map, from grids, dreams, MIDI files and
//! places.

use std::path::{Path, absolute};

use serde::Deserialize;

use crate::{
    compose::{progress::Progress, setting::Setting, sketch, steering::LinePlace},
    config::{Anchor, Theme},
    music::trio::Line,
    musicvae::{
        convert::window::Window,
        net::{
            decode_rule::DecodeRule, family::Family, latent::Latent, part_set::PartSet,
            repeat::Repeat,
        },
    },
    rng,
    station::{
        load::point_file::PointFile,
        studio::{
            anchor_files::AnchorFiles,
            dropped::{self, N_PITCHED},
            grid::{Grid, midi_of},
            lab_error::LabError,
            likeness::likeness,
            thread::Tools,
        },
    },
};

/// Seeds of dreams drawn by hand: short enough to read.
const N_DREAMS: u64 = 1_000_000;

/// The source of a corner of the pad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CornerSource {
    /// The text of an anchor: `techno:12`.
    Anchor(String),
    /// A new draw of the prior.
    Dream,
    /// A grid, edited by hand or taken from a bar.
    Grid(Grid),
    /// A MIDI file with drums.
    Midi(Vec<u8>),
}

/// A change of the map's anchors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AnchorChange {
    /// Adds an anchor at a place of the map.
    Add {
        /// From left to right.
        x: f64,
        /// From bottom to top.
        y: f64,
    },
    /// Moves an anchor to a place.
    Move {
        /// Its number, from 0.
        index: usize,
        /// From left to right.
        x: f64,
        /// From bottom to top.
        y: f64,
    },
    /// Removes an anchor.
    Remove {
        /// Its number, from 0.
        index: usize,
    },
}

/// A tune dropped on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct DroppedTune {
    /// The text of its anchor.
    pub anchor: String,
    /// Its point.
    pub z: Latent,
    /// Similarity of the model's reconstruction to the file's tune, 0 to 1: the F1 score of the onsets of
    /// melody and bass, each token the likeliest, in the model's common key. At the anchor itself the file's
    /// tune plays; near it, the model's.
    pub likeness: f64,
}

impl Tools {
    /// Makes a corner of the pad of `setting`, and returns its text in radio.toml. Grids and MIDI files are
    /// saved in `files`; the corner plays the beat itself.
    ///
    /// # Errors
    /// The grid is no beat; the file has no drums in 4/4, or not enough; it can't be saved.
    pub fn corner_of(
        &mut self,
        files: &AnchorFiles,
        setting: &Setting,
        source: CornerSource,
    ) -> Result<String, LabError> {
        match source {
            CornerSource::Anchor(text) => Ok(text),
            CornerSource::Dream => Ok(format!("dream:{}", rand::random_range(0..N_DREAMS))),
            CornerSource::Grid(grid) => {
                files.keep_midi(&midi_of(grid.line()?, setting.station().theme.tempo))
            }
            CornerSource::Midi(bytes) => {
                dropped::window(setting.loaded().drums.config(), &bytes)?;
                files.keep_midi(&bytes)
            }
        }
    }

    /// Makes an anchor at `place` of the map, and returns its text in radio.toml.
    ///
    /// # Errors
    /// A coordinate is out of range, or the file can't be saved.
    pub fn anchor_at(
        &mut self,
        files: &AnchorFiles,
        setting: &Setting,
        place: [f64; 2],
    ) -> Result<String, LabError> {
        let z = self.looks.point(setting, place)?;
        files.keep_point(&PointFile::of(&setting.station().theme.trio_model, z))
    }

    /// Makes an anchor of a MIDI file with melody and bass, with or without drums.
    ///
    /// # Errors
    /// The file has no melody and bass in 4/4, or not enough of them; it can't be saved.
    pub fn anchor_of_midi(
        &mut self,
        files: &AnchorFiles,
        setting: &Setting,
        bytes: &[u8],
    ) -> Result<DroppedTune, LabError> {
        let theme = &setting.station().theme;
        let encoder = self.library.encoder(&theme.trio_model, Family::Trio4Bar)?;
        let window = dropped::window(encoder.config(), bytes)?;
        let z = encoder.encode(&window)?.mu;
        let anchor = files.keep_midi(bytes)?;
        let likeness = likeness_at(setting, &z, encoder.config().normalised(window))?;
        Ok(DroppedTune { anchor, z, likeness })
    }

    /// The anchors of the theme of `setting` after `change`, as their texts in radio.toml.
    ///
    /// # Errors
    /// There is no such anchor; a coordinate is out of range; MIDI files of playlists are the anchors; the
    /// point's file can't be saved.
    pub fn changed_anchors(
        &mut self,
        files: &AnchorFiles,
        setting: &Setting,
        change: &AnchorChange,
    ) -> Result<Vec<String>, LabError> {
        let mut texts = anchor_texts(setting)?;
        let n = texts.len();
        let known = |index: usize| match index < n {
            true => Ok(index),
            false => Err(LabError::value("index", &format!("0 to {}", n - 1), index)),
        };
        match *change {
            AnchorChange::Add { x, y } => texts.push(self.anchor_at(files, setting, [x, y])?),
            AnchorChange::Move { index, x, y } => {
                texts[known(index)?] = self.anchor_at(files, setting, [x, y])?;
            }
            AnchorChange::Remove { index } => {
                texts.remove(known(index)?);
            }
        }
        Ok(texts)
    }

    /// The place of bass and lead at `place` of the map.
    ///
    /// # Errors
    /// A coordinate of `place` is outside the map.
    pub fn line_at(&mut self, setting: &Setting, place: [f64; 2]) -> Result<LinePlace, LabError> {
        Ok(LinePlace::At { z: self.looks.point(setting, place)? })
    }

    /// The path of bass and lead through `places` of the map, in `bars` bars. It starts where the next phrase
    /// of `progress` would be drawn, without a jump.
    ///
    /// # Errors
    /// A coordinate of `place` is outside the map.
    pub fn line_along(
        &mut self,
        setting: &Setting,
        progress: &Progress,
        places: &[[f64; 2]],
        bars: u32,
    ) -> Result<LinePlace, LabError> {
        let points = places.iter().map(|&place| self.looks.point(setting, place));
        let points = points.collect::<Result<Vec<Latent>, LabError>>()?;
        Ok(path(setting, progress, points, bars))
    }
}

/// The texts of the anchors of the theme of `setting`, to add or remove one.
///
/// # Errors
/// MIDI files of playlists, or draws of a personal prior, are the anchors.
pub fn anchor_texts(setting: &Setting) -> Result<Vec<String>, LabError> {
    let anchors = &setting.loaded().anchors;
    let found = match (anchors.in_turn, &anchors.drawn) {
        (true, _) => "MIDI files of the station's playlists, which replace them",
        (false, Some(_)) => "a personal prior, which replaces them",
        (false, None) => return Ok(texts(&setting.station().theme)),
    };
    Err(LabError::value("anchors", "the theme's anchors", found))
}

/// The transition of bass and lead from where the next phrase of `progress` would be drawn to `z`, in
/// `bars` bars.
pub fn transition(setting: &Setting, progress: &Progress, z: Latent, bars: u32) -> LinePlace {
    path(setting, progress, vec![z], bars)
}

/// A path from the current point on; the move that applies it sets its first bar.
fn path(setting: &Setting, progress: &Progress, to: Vec<Latent>, bars: u32) -> LinePlace {
    let place = &setting.steering().line;
    let here = place.at(progress.bar).unwrap_or_else(|| sketch::way(setting, progress).here);
    let points = std::iter::once(here).chain(to).collect();
    LinePlace::Path { points, bars, from_bar: progress.bar }
}

/// The anchors of `theme` as radio.toml can name them, files by their absolute paths.
fn texts(theme: &Theme) -> Vec<String> {
    let text = |anchor: &Anchor| match anchor {
        Anchor::Midi(path) | Anchor::Point(path) => whole(path),
        Anchor::Pattern { .. } | Anchor::Dream(_) => anchor.to_string(),
    };
    theme.anchors.iter().map(text).collect()
}

fn whole(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// Similarity of the model's output at `z` to `window`, which is in its common key.
fn likeness_at(setting: &Setting, z: &[f32], window: Window) -> Result<f64, LabError> {
    let likeliest = DecodeRule {
        rhythm_temperature: 0.0,
        pitch_temperature: 0.0,
        repeat: Repeat::None,
        temperature: 0.0,
        ..DecodeRule::default()
    };
    let pitched = PartSet::of([0, 1]);
    // At temperature 0 nothing is drawn.
    let decoded =
        setting.loaded().trio.decode(z, pitched, likeliest, &rng::stream(0, "likeness"))?;
    let first = |lines: Vec<Line>| lines.into_iter().take(N_PITCHED).collect::<Vec<Line>>();
    Ok(likeness(&first(decoded), &first(window)))
}

#[cfg(test)]
mod tests;
