//! Checkpoints of Magenta and of its ports, as tensors by TensorFlow's names.
//!
//! A checkpoint comes from the web, so nothing that it says of itself is believed: each length,
//! offset and name is held against the files that are there before memory is asked for, and what
//! does not fit is one [`Error`] that names file and place. All formats are read through `folder`,
//! from disk or from memory, so that archives and fuzzers take the same way as folders do.

mod archive;
mod converter;
mod deeplearn;
mod encoding;
mod error;
mod find;
mod folder;
mod json;
mod quick_beats;
pub mod recognise;
mod tensorflow;
mod tensors;
mod tfjs;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
    path::Path,
};

use candle_core::Tensor;

pub use converter::Converter;
pub use error::Error;
use find::Manifest;
use folder::Folder;
use tensors::Tensors;

/// What a checkpoint holds.
#[derive(Debug, Clone)]
pub struct Found {
    /// How it was written.
    pub format: Format,
    /// The weights, f32, by TensorFlow's names.
    pub tensors: HashMap<String, Tensor>,
    /// What the music was made into, where the checkpoint says so.
    pub converter: Option<Converter>,
    /// Tensors that only training needs and that were left out: optimiser slots, step counters.
    pub n_skipped: usize,
}

/// How a checkpoint is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `weights_manifest.json` and its shards; magenta-js since 1.0.
    TfJs,
    /// `manifest.json` and a file for each tensor; magenta-js before that.
    DeepLearnJs,
    /// `X.index` and `X.data-0000k-of-0000n`; Magenta's Python.
    TensorFlowV2,
    /// `meta.json` and `weights.bin`, 16-bit floats.
    QuickBeats,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TfJs => "TensorFlow.js weights",
            Self::DeepLearnJs => "deeplearn.js weights",
            Self::TensorFlowV2 => "a TensorFlow V2 checkpoint",
            Self::QuickBeats => "quick-beats weights",
        })
    }
}

/// Reads the checkpoint at `source`: a folder that holds one, its manifest or index, a TensorFlow
/// prefix, or a `.tar`, `.tar.gz` or `.zip` of any of these.
///
/// # Errors
/// There is no checkpoint, or it is broken.
pub fn read(source: &Path) -> Result<Found, Error> {
    if source.is_dir() {
        return read_folder(&Folder::on_disk(source));
    }
    let folder = Folder::on_disk(source.parent().unwrap_or(Path::new("")));
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    if let Some(manifest) = find::by_name(&folder, &name) {
        return read_manifest(&folder, &manifest);
    }
    let place = source.display().to_string();
    match folder.size(&name) {
        Ok(_) => {
            let file = File::open(source).map_err(Error::file(source))?;
            read_archive(&place, BufReader::new(file))
        }
        Err(_) => Err(Error::NoCheckpoint { place, found: "nothing of that name" }),
    }
}

/// Reads a checkpoint whose files, by their names, are in memory.
///
/// # Errors
/// There is no checkpoint, or it is broken.
pub fn read_in_memory(files: BTreeMap<String, Vec<u8>>) -> Result<Found, Error> {
    read_folder(&Folder::in_memory("memory", files))
}

/// Reads a checkpoint out of an archive that is in memory.
///
/// # Errors
/// The archive or the checkpoint is broken, or there is none.
pub fn read_archive_in_memory(bytes: &[u8]) -> Result<Found, Error> {
    read_archive("memory", Cursor::new(bytes))
}

/// What the reader of a format makes of a manifest.
type Contents = (Tensors, Option<Converter>);

fn read_archive(place: &str, bytes: impl Read + Seek) -> Result<Found, Error> {
    for folder in archive::unpack(place, bytes)? {
        if let Some(manifest) = find::in_folder(&folder)? {
            return read_manifest(&folder, &manifest);
        }
    }
    Err(Error::NoCheckpoint { place: place.to_owned(), found: "an archive of other files" })
}

fn read_folder(folder: &Folder) -> Result<Found, Error> {
    let found = "a folder of other files";
    let none = || Error::NoCheckpoint { place: folder.path(), found };
    read_manifest(folder, &find::in_folder(folder)?.ok_or_else(none)?)
}

fn read_manifest(folder: &Folder, manifest: &Manifest) -> Result<Found, Error> {
    let read: fn(&Folder, &str) -> Result<Contents, Error> = match manifest.format {
        Format::TfJs => tfjs::read,
        Format::DeepLearnJs => deeplearn::read,
        Format::TensorFlowV2 => tensorflow::read,
        Format::QuickBeats => quick_beats::read,
    };
    let (tensors, converter) = read(folder, &manifest.name)?;
    let (tensors, n_skipped) = tensors.finish(&folder.place(&manifest.name))?;
    Ok(Found { format: manifest.format, tensors, converter, n_skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tensor's numbers.
    pub fn values(found: &Found, name: &str) -> Vec<f32> {
        found.tensors[name].flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn a_checkpoint_is_found_by_its_folder_and_by_each_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = r#"{"a": {"filename": "a", "shape": [1]}}"#;
        std::fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        std::fs::write(folder.path().join("a"), 1f32.to_le_bytes()).unwrap();

        for path in [folder.path().to_owned(), folder.path().join("manifest.json")] {
            assert_eq!(values(&read(&path).unwrap(), "a"), [1.0]);
        }
    }

    #[test]
    fn what_is_no_checkpoint_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.mid");
        std::fs::write(&file, "MThd").unwrap();

        for (path, found) in [
            (folder.path(), "found a folder of other files"),
            (&folder.path().join("b"), "found nothing of that name"),
            (&file, "found a file of another kind"),
            (Path::new(""), "found nothing of that name"),
        ] {
            let error = read(path).unwrap_err().to_string();
            assert!(
                error.starts_with(&path.display().to_string()) && error.ends_with(found),
                "{error}"
            );
        }
    }
}
