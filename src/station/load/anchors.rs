//! Anchors as points in a model's latent space.

use std::path::Path;

use crate::{
    compose::anchor_tune::AnchorTune,
    config::{Anchor, AssetRef},
    files,
    music::{midi, trio::Line},
    musicvae::{
        convert::{
            extract::Lines,
            pattern_windows,
            window::{ABSENT, Window, lend, windows_in_order},
        },
        net::{
            config::Config, domain::Domain, latent::Latent, music_vae::SequenceEncoder,
            prior::Prior,
        },
    },
    patterns::style::Style,
    rng,
    station::load::{Error, point_file::PointFile},
};

/// The largest MIDI file in bytes. A song of an hour has less than 1 MB.
const MOST_BYTES: u64 = 16 << 20;

/// Melody and bass among the lines of a trio; the drums follow.
const N_PITCHED: usize = 2;

/// A model's encoder, and what places its anchors.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    /// The encoder.
    pub encoder: &'a SequenceEncoder,
    /// The model's asset.
    pub asset: &'a AssetRef,
    /// The prior of `dream:SEED`.
    pub prior: &'a Prior,
}

/// An anchor in a latent space.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The mean of the posterior of its music; a draw of the prior; or a file's point.
    pub z: Latent,
    /// The music that it was encoded from, one line per column of the model; none for a draw or a point.
    pub original: Option<Window>,
}

impl Placed {
    /// Melody and bass of a trio; `None` for a draw or a point.
    pub fn tune(&self) -> Option<AnchorTune> {
        let [lead, bass, ..] = &self.original.as_ref()?[..] else { return None };
        Some(AnchorTune { z: self.z.clone(), lead: lead.clone(), bass: bass.clone() })
    }
}

impl Space<'_> {
    /// Places `anchor`.
    ///
    /// # Errors
    /// A MIDI file can't be read, or lacks the bars and parts that the model needs. A point file can't be
    /// read, or belongs to another model.
    pub fn place(self, anchor: &Anchor) -> Result<Placed, Error> {
        let config = self.encoder.config();
        let original = match anchor {
            Anchor::Dream(seed) => {
                let z = self.prior.draw(&mut rng::stream(*seed, "dream"));
                return Ok(Placed { z, original: None });
            }
            Anchor::Point(path) => {
                let z = PointFile::read_for(path, self.asset, config.n_latent)?;
                return Ok(Placed { z, original: None });
            }
            Anchor::Pattern { style, number } => {
                pattern_windows::of_pattern(config, *style, *number).swap_remove(0)
            }
            Anchor::Midi(path) => first_window(config, &path.display().to_string(), &read(path)?)?,
        };
        Ok(Placed { z: self.encoder.encode(&original)?.mu, original: Some(original) })
    }
}

/// `bytes`, the content of the MIDI file at `path`, in the latent space of `model`, a trio model: its first
/// window and the mean of that window's posterior.
///
/// # Errors
/// As [`Space::place`].
pub fn of_midi(model: &SequenceEncoder, path: &Path, bytes: &[u8]) -> Result<Placed, Error> {
    let original = first_window(model.config(), &path.display().to_string(), bytes)?;
    Ok(Placed { z: model.encode(&original)?.mu, original: Some(original) })
}

/// The content of the MIDI file at `path`.
///
/// # Errors
/// It can't be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
    files::read_small(path, MOST_BYTES).map_err(|error| refuse(error.reason.to_string()))
}

/// The first window of the MIDI file `bytes` in which all of the model's parts play. A trio may lack drums: a
/// plain beat, which nobody hears, replaces them for the model. `name` names it in errors.
///
/// # Errors
/// Not a MIDI file, or it lacks the bars and parts that the model needs.
pub fn first_window(config: &Config, name: &str, bytes: &[u8]) -> Result<Window, Error> {
    let refuse = |reason: String| Error::Anchor { file: name.to_owned(), reason };
    let sequence = midi::read(bytes).map_err(|error| refuse(error.to_string()))?;
    let windows = |with_absent: bool| {
        windows_in_order(&sequence, config, with_absent).map_err(|unfit| refuse(unfit.to_string()))
    };
    if let Some((_, whole)) = windows(false)?.into_iter().next() {
        return Ok(whole);
    }
    let lines = Lines::extract(&sequence).unwrap_or_default();
    if config.family.domain() != Domain::Trio {
        return Err(refuse(missing(lines, config, config.family.domain().parts())));
    }
    let is_there = |line: &Line| line.first() != Some(&ABSENT);
    let mut tunes = windows(true)?.into_iter().map(|(_, window)| window);
    let tune = tunes.find(|window| window.iter().take(N_PITCHED).all(is_there));
    let tune = tune.ok_or_else(|| refuse(missing(lines, config, &["melody", "bass"])))?;
    let plain = pattern_windows::of_pattern(config, Style::Techno, 0).swap_remove(0);
    Ok(lend(&tune, &plain))
}

/// What a model of `config` with `parts` needs, and what a file with `lines` has.
fn missing(lines: Lines, config: &Config, parts: &[&str]) -> String {
    let Lines { melodies, basses, drums } = lines;
    let has = [
        ("melody", !melodies.is_empty()),
        ("bass", !basses.is_empty()),
        ("drums", drums.is_some()),
    ];
    let has: Vec<&str> = has.iter().filter(|(_, has)| *has).map(|(part, _)| *part).collect();
    let found = match (parts.iter().all(|part| has.contains(part)), has.is_empty()) {
        (true, _) => "parts that are shorter or rest for two bars in a row".to_owned(),
        (false, true) => "none of these".to_owned(),
        (false, false) => format!("{} alone", has.join(", ")),
    };
    format!("expected {} bars of 4/4 with {}, found {found}", config.n_bars(), parts.join(" and "))
}
