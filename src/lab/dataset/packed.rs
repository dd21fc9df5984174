//! A data set on disk: one safetensors file.
//!
//! Tensors `tokens` (N, T, P) u16, with a column per part, and `song` (N,) u32, the index of each
//! window's song; the metadata have the family, the titles and the source of each title.

use std::{collections::BTreeMap, path::Path};

use safetensors::{Dtype, SafeTensors, tensor::Metadata};

use crate::{
    lab::dataset::{Error, stream},
    music::trio::Line,
    musicvae::{
        convert::{
            voices,
            window::{ABSENT, Window, is_whole},
        },
        net::{config::Config, domain::Column, family::Family},
    },
    rng,
};

/// One song in ten is held out.
const HELD_OUT_SHARE: u64 = 10;

/// Windows by song.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Family of the networks that the set is for.
    pub family: Family,
    /// Steps of a window.
    pub n_steps: usize,
    /// Titles, sorted; a title occurs once for each source that has it.
    pub songs: Vec<String>,
    /// For each title the name of its source; empty in sets without sources.
    pub sources: Vec<String>,
    /// Windows, each with the index of its song.
    pub windows: Vec<(usize, Window)>,
}

impl Dataset {
    /// Whether a song is held out from training. Depends on the title alone, so that all versions
    /// of a song are on the same side in every set.
    pub fn is_held_out(title: &str) -> bool {
        rng::derive(0, title).is_multiple_of(HELD_OUT_SHARE)
    }

    /// Sizes of the set's networks: the official ones except for the length.
    pub fn config(&self) -> Option<Config> {
        Config::official(self.family).with_steps(self.n_steps)
    }

    /// The voices of a window; see [`voices::voices`].
    pub fn voices(&self, window: &Window) -> Vec<(&'static str, Line)> {
        self.config().map_or_else(Vec::new, |config| voices::voices(&config, window))
    }

    /// Checks that the set is for networks of `config`; errors name the set's `path`.
    ///
    /// # Errors
    /// The windows have another domain or length.
    pub fn require(&self, config: &Config, path: &Path) -> Result<(), Error> {
        let (family, n_steps) = (config.family, config.n_steps());
        let is_same = self.family.domain() == family.domain() && self.n_steps == n_steps;
        let reason = format!(
            "expected windows of {n_steps} steps for {family}, found windows of {} for {}",
            self.n_steps, self.family
        );
        if is_same { Ok(()) } else { Err(packed(path, &reason)) }
    }

    /// All windows.
    pub fn all(self) -> impl Iterator<Item = Window> {
        self.windows.into_iter().map(|(_, window)| window)
    }

    /// Training windows and held-out windows; held-out windows have all parts.
    pub fn split(self) -> (Vec<Window>, Vec<Window>) {
        let held_out: Vec<bool> = self.songs.iter().map(|song| Self::is_held_out(song)).collect();
        let (held, train): (Vec<_>, Vec<_>) =
            self.windows.into_iter().partition(|(song, _)| held_out[*song]);
        let strip = |windows: Vec<(usize, Window)>| windows.into_iter().map(|(_, w)| w).collect();
        let mut held: Vec<Window> = strip(held);
        held.retain(is_whole);
        (strip(train), held)
    }

    /// Training and held-out windows by source, sorted by name; held-out windows may lack parts.
    pub fn split_by_source(self) -> BTreeMap<String, (Vec<Window>, Vec<Window>)> {
        let held_out: Vec<bool> = self.songs.iter().map(|song| Self::is_held_out(song)).collect();
        let mut by_source: BTreeMap<String, (Vec<Window>, Vec<Window>)> = BTreeMap::new();
        for (song, window) in self.windows {
            let source = self.sources.get(song).cloned().unwrap_or_default();
            let (train, held) = by_source.entry(source).or_default();
            if held_out[song] { held.push(window) } else { train.push(window) }
        }
        by_source
    }

    /// Writes the set to `path` atomically.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut tokens = Vec::new();
        for (_, window) in &self.windows {
            stream::encode(window, &mut tokens);
        }
        let header = stream::Header {
            family: self.family,
            songs: &self.songs,
            sources: &self.sources,
            n_windows: self.windows.len(),
            n_steps: self.n_steps,
            n_columns: self.windows.first().map_or(0, |(_, window)| window.len()),
        };
        let numbers = self.windows.iter().map(|(song, _)| Ok(*song as u32));
        stream::write(path, &header, numbers, tokens.as_slice())
    }

    /// Reads a set.
    ///
    /// # Errors
    /// The file can't be read or is not a data set.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let (_, metadata) =
            SafeTensors::read_metadata(&bytes).map_err(|error| packed(path, &error))?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| packed(path, &error))?;
        Self::from_tensors(&metadata, &tensors)
            .ok_or_else(|| packed(path, &"expected tensors tokens (N, T, P) and song (N,)"))
    }

    fn from_tensors(metadata: &Metadata, tensors: &SafeTensors) -> Option<Self> {
        let metadata = metadata.metadata().as_ref()?;
        let family = Family::from_name(metadata.get("family")?)?;
        let songs: Vec<String> = serde_json::from_str(metadata.get("songs")?).ok()?;
        let mut sources: Vec<String> = match metadata.get("sources") {
            Some(sources) => serde_json::from_str(sources).ok()?,
            None => vec![],
        };
        if sources.is_empty() {
            sources.resize(songs.len(), String::new());
        }
        let (tokens, song) = (tensors.tensor("tokens").ok()?, tensors.tensor("song").ok()?);
        let [n_windows, n_steps, _] = *tokens.shape() else { return None };
        let columns = Config::official(family).with_steps(n_steps)?.columns();
        let n_parts = columns.len();
        let expected = [n_windows, n_steps, n_parts];
        let is_sound = sources.len() == songs.len()
            && tokens.dtype() == Dtype::U16
            && song.dtype() == Dtype::U32;
        if !is_sound || tokens.shape() != expected || song.shape() != &expected[..1] {
            return None;
        }
        let tokens: Vec<u16> =
            tokens.data().chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        let column =
            |window: &[u16], part| window.iter().skip(part).step_by(n_parts).copied().collect();
        let windows = tokens
            .chunks_exact(n_steps * n_parts)
            .map(|window| (0..n_parts).map(|part| column(window, part)).collect::<Window>());
        let numbers =
            song.data().chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let windows: Vec<_> = numbers.map(|number| number as usize).zip(windows).collect();
        let fits = |(line, column): (&Line, &Column)| {
            line.iter().all(|&token| u32::from(token) < column.n_values || token == ABSENT)
        };
        let all_fit = windows
            .iter()
            .all(|(song, window)| *song < songs.len() && window.iter().zip(&columns).all(fits));
        all_fit.then_some(Self { family, n_steps, songs, sources, windows })
    }
}

fn packed(path: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::Packed { path: path.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Dataset {
        let window = |token| vec![vec![token; 64], vec![token + 1; 64], vec![300; 64]];
        Dataset {
            family: Family::Trio4Bar,
            n_steps: 64,
            songs: vec!["a".into(), "b".into()],
            sources: vec!["x".into(), "y".into()],
            windows: vec![(0, window(5)), (1, window(7))],
        }
    }

    #[test]
    fn a_set_survives_saving_and_loading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.safetensors");

        set().save(&path).unwrap();

        assert_eq!(Dataset::load(&path).unwrap(), set());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.safetensors");
        set().save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();

        let error = Dataset::load(&path).unwrap_err().to_string();

        assert!(error.contains("set.safetensors"), "{error}");
    }

    #[test]
    fn windows_are_split_by_song_and_source() {
        let songs: Vec<String> = (0..40).map(|n| format!("song {n}")).collect();
        let sources = (0..40).map(|n| if n % 2 == 0 { "x".into() } else { "y".into() }).collect();
        let windows = (0..40).map(|n| (n, vec![vec![n as u16; 64]; 3])).collect();
        let set = Dataset { songs: songs.clone(), sources, windows, ..set() };
        let n_held = |first: usize| {
            (first..40).step_by(2).filter(|n| Dataset::is_held_out(&songs[*n])).count()
        };

        let found: Vec<(String, usize, usize)> = set
            .split_by_source()
            .into_iter()
            .map(|(source, (train, held))| (source, train.len(), held.len()))
            .collect();

        let of = |source: &str, n_held| (source.to_owned(), 20 - n_held, n_held);
        assert_eq!(found, [of("x", n_held(0)), of("y", n_held(1))]);
    }

    #[test]
    fn about_a_tenth_of_all_songs_is_held_out() {
        let held = (0..1000).filter(|n| Dataset::is_held_out(&format!("song {n}"))).count();
        assert!((70..130).contains(&held), "{held}");
    }
}
