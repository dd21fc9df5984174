//! Files of anchors made by hand: MIDI files and points in `STATE/studio/`, each named by a hash of its
//! content.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{
    config::POINT_ENDING,
    files, rng,
    station::{load::point_file::PointFile, studio::lab_error::LabError},
};

/// Subfolder of the state folder. No station's file has this name, since each has an extension.
const FOLDER: &str = "studio";

/// Age below which an unreferenced file is kept: the move that refers to it may not be made yet.
const GRACE: Duration = Duration::from_hours(1);

/// Folder of earlier radio.tomls in the state folder.
const SETTINGS: &str = "settings";

/// Extensions of files in these folders that may refer to anchors: hands, moves, moments, settings.
const NAMING: [&str; 3] = ["json", "jsonl", "toml"];

/// Most files of different content under one hash. With 64 bits, there will never be as many.
const MOST_ALIKE: u32 = 8;

/// The folder of anchors made by hand.
#[derive(Debug, Clone)]
pub struct AnchorFiles {
    /// Absolute; none without a state folder.
    folder: Option<PathBuf>,
}

impl AnchorFiles {
    /// The files in the folder `state` of a radio's state. Without it, none can be saved.
    pub fn in_state(state: Option<&Path>) -> Self {
        let absolute = |state: &Path| {
            let folder = state.join(FOLDER);
            std::path::absolute(&folder).unwrap_or(folder)
        };
        Self { folder: state.map(absolute) }
    }

    /// Saves a MIDI file, and returns its text in radio.toml: its absolute path.
    ///
    /// # Errors
    /// There is no state folder, or the file can't be written.
    pub fn keep_midi(&self, bytes: &[u8]) -> Result<String, LabError> {
        self.keep(bytes, ".mid")
    }

    /// Saves a point, as [`Self::keep_midi`].
    ///
    /// # Errors
    /// As [`Self::keep_midi`].
    pub fn keep_point(&self, point: &PointFile) -> Result<String, LabError> {
        let json = serde_json::to_vec(point).expect("numbers and strings can be JSON");
        self.keep(&json, POINT_ENDING)
    }

    fn keep(&self, content: &[u8], ending: &str) -> Result<String, LabError> {
        let folder = self.folder.as_ref().ok_or(LabError::NoFolder)?;
        let unwritten = |source| files::NotWritten { path: folder.clone(), source };
        fs::create_dir_all(folder).map_err(unwritten)?;
        let hash = rng::fnv1a(content);
        for n in 0..MOST_ALIKE {
            let path = folder.join(match n {
                0 => format!("{hash:016x}{ending}"),
                n => format!("{hash:016x}-{n}{ending}"),
            });
            match fs::read(&path) {
                Ok(same) if same == content => {}
                Ok(_) => continue,
                Err(_) => files::write(&path, content)?,
            }
            return Ok(path.display().to_string());
        }
        Err(unwritten(io::Error::other("expected a free name, found none")).into())
    }
}

/// Removes the anchors in the folder `state` that are older than an hour and unreferenced by `radio_toml`,
/// earlier versions of it, the changes by hand, and logged moves, which can be replayed. Returns how many. To
/// be called at the start: later, a move that can be undone may refer to one, too.
///
/// # Errors
/// A file can't be read; nothing is removed then.
pub fn remove_unnamed(state: &Path, radio_toml: &Path) -> io::Result<usize> {
    remove_unnamed_at(state, radio_toml, SystemTime::now())
}

fn remove_unnamed_at(state: &Path, radio_toml: &Path, now: SystemTime) -> io::Result<usize> {
    let is_old = |path: &Path| {
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| GRACE < age))
    };
    let mut unnamed = paths_in(&state.join(FOLDER))?;
    unnamed.retain(|path| is_old(path));
    if unnamed.is_empty() {
        return Ok(0);
    }
    let is_saved = |path: &PathBuf| {
        path.extension().is_some_and(|ending| NAMING.iter().any(|naming| ending == *naming))
    };
    let saved = [paths_in(state)?, paths_in(&state.join(SETTINGS))?].concat();
    let saved = saved.into_iter().filter(is_saved);
    for text in saved.chain([radio_toml.to_owned()]) {
        let file = match File::open(&text) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            let is_named = |path: &PathBuf| {
                path.file_name().is_some_and(|name| line.contains(&*name.to_string_lossy()))
            };
            unnamed.retain(|path| !is_named(path));
        }
    }
    unnamed.iter().try_for_each(fs::remove_file)?;
    Ok(unnamed.len())
}

/// The files in `folder`; none if it is missing.
fn paths_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AssetRef;

    #[test]
    fn equal_content_is_saved_once() {
        let state = tempfile::tempdir().unwrap();
        let files = AnchorFiles::in_state(Some(state.path()));
        let point = PointFile::of(&AssetRef::TRIO_MODEL, vec![0.5; 3]);

        let kept = files.keep_point(&point).unwrap();
        let midi = files.keep_midi(b"MThd").unwrap();

        assert_eq!(files.keep_point(&point).unwrap(), kept);
        assert_ne!(files.keep_midi(b"MThd, another").unwrap(), midi);
        assert_eq!(PointFile::read(Path::new(&kept)).unwrap(), point);
        let ends = |path: &str, ending: &str| path.ends_with(ending);
        assert!(ends(&kept, ".point.json") && ends(&midi, ".mid"));
        assert_eq!(fs::read_dir(state.path().join("studio")).unwrap().count(), 3);
    }

    #[test]
    fn content_with_the_hash_of_another_gets_a_name_of_its_own() {
        let state = tempfile::tempdir().unwrap();
        let files = AnchorFiles::in_state(Some(state.path()));
        let first = files.keep_midi(b"one").unwrap();
        fs::write(&first, "two").unwrap();

        let second = files.keep_midi(b"one").unwrap();

        assert!(second.ends_with("-1.mid"));
        assert_eq!(fs::read(second).unwrap(), b"one");
        assert_eq!(fs::read(first).unwrap(), b"two");
    }

    #[test]
    fn what_nothing_names_is_removed_after_an_hour() {
        let state = tempfile::tempdir().unwrap();
        let at = |name: &str| state.path().join(name);
        let files = AnchorFiles::in_state(Some(state.path()));
        let keep = |content: &str| files.keep_midi(content.as_bytes()).unwrap();
        let [set, moved, kept, unnamed] = ["a", "b", "c", "d"].map(keep);
        let name = |path: &str| Path::new(path).file_name().unwrap().to_str().unwrap().to_owned();
        fs::write(at("dub.hand.json"), format!(r#"{{"overlay":{{"pad.0":"{set}"}}}}"#)).unwrap();
        fs::write(at("dub.moves.jsonl"), format!("{{}}\n{{\"what\":\"{moved}\"}}\n")).unwrap();
        fs::write(at("radio.toml"), format!("anchors = [\"state/studio/{}\"]", name(&kept)))
            .unwrap();
        let later = SystemTime::now() + Duration::from_hours(2);

        assert_eq!(remove_unnamed(state.path(), &at("radio.toml")).unwrap(), 0);
        assert_eq!(remove_unnamed_at(state.path(), &at("radio.toml"), later).unwrap(), 1);
        assert!([set, moved, kept].iter().all(|path| Path::new(path).exists()));
        assert!(!Path::new(&unnamed).exists());
    }

    #[test]
    fn a_radio_without_state_says_what_is_missing() {
        let error = AnchorFiles::in_state(None).keep_midi(b"MThd").unwrap_err().to_string();
        assert!(error.contains("state = FOLDER"), "{error}");
        let missing = Path::new("/nowhere");
        assert_eq!(remove_unnamed(missing, missing).unwrap(), 0);
    }
}
