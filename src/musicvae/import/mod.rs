//! Imports checkpoints of Magenta and its ports, as tensors under TensorFlow's names.
//!
//! Checkpoints are untrusted downloads: every length, offset and name is checked against the
//! existing files before memory is allocated, and every violation is an [`Error`] with file and
//! place. All formats are read through `folder`, from disk or from memory, so archives and fuzzers
//! use the same code as folders.
//!
//! Formats: `tensorflow` (TensorFlow V2: an index, which is a LevelDB table of protocol buffers,
//! and shards), `tfjs` (TensorFlow.js), `deeplearn` (deeplearn.js), `quick_beats`. `find` locates a
//! checkpoint, `converter` reads its settings, [`recognise`] finds its configuration.

mod archive;
mod checkpoint;
mod converter;
mod deeplearn;
mod encoding;
mod error;
mod find;
mod folder;
mod json;
mod other_model;
pub mod protobuf;
mod quick_beats;
pub mod recognise;
mod refusal;
mod tensorflow;
mod tensors;
mod tfjs;
mod wire;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
    path::Path,
};

use checkpoint::Contents;
pub use checkpoint::{Checkpoint, Format};
pub use converter::Converter;
pub use error::Error;
use find::Manifest;
use folder::Folder;
pub use other_model::OtherModel;
pub use refusal::Refusal;

/// Reads the checkpoint at `source`: a folder with a checkpoint, its manifest or index, a
/// TensorFlow prefix, or a `.tar`, `.tar.gz` or `.zip` archive of one.
///
/// # Errors
/// There is no checkpoint, or it is broken.
pub fn read(source: &Path) -> Result<Checkpoint, Error> {
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
        Err(_) => Err(Error::NoCheckpoint { place, found: "no such file" }),
    }
}

/// Reads a checkpoint from files in memory, by name.
///
/// # Errors
/// There is no checkpoint, or it is broken.
pub fn read_in_memory(files: BTreeMap<String, Vec<u8>>) -> Result<Checkpoint, Error> {
    read_folder(&Folder::in_memory("memory", files))
}

/// Reads a checkpoint from an archive in memory.
///
/// # Errors
/// The archive or the checkpoint is broken, or there is no checkpoint.
pub fn read_archive_in_memory(bytes: &[u8]) -> Result<Checkpoint, Error> {
    read_archive("memory", Cursor::new(bytes))
}

fn read_archive(place: &str, bytes: impl Read + Seek) -> Result<Checkpoint, Error> {
    for folder in archive::unpack(place, bytes)? {
        if let Some(manifest) = find::in_folder(&folder)? {
            return read_manifest(&folder, &manifest);
        }
    }
    Err(Error::NoCheckpoint { place: place.to_owned(), found: "an archive without a checkpoint" })
}

fn read_folder(folder: &Folder) -> Result<Checkpoint, Error> {
    let found = "a folder without a checkpoint";
    let none = || Error::NoCheckpoint { place: folder.path(), found };
    read_manifest(folder, &find::in_folder(folder)?.ok_or_else(none)?)
}

fn read_manifest(folder: &Folder, manifest: &Manifest) -> Result<Checkpoint, Error> {
    let read: fn(&Folder, &str) -> Result<Contents, Error> = match manifest.format {
        Format::TfJs => tfjs::read,
        Format::DeepLearnJs => deeplearn::read,
        Format::TensorFlowV2 => tensorflow::read,
        Format::QuickBeats => quick_beats::read,
    };
    let (tensors, converter) = read(folder, &manifest.name)?;
    let file = folder.place(&manifest.name);
    let (tensors, n_skipped) = tensors.finish(&file)?;
    if let Some(found) = OtherModel::of_tensors(tensors.keys()) {
        return Err(Error::OtherModel { file, found });
    }
    Ok(Checkpoint { format: manifest.format, tensors, converter, n_skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tensor's numbers.
    pub fn values(found: &Checkpoint, name: &str) -> Vec<f32> {
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
    fn a_source_without_a_checkpoint_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.mid");
        std::fs::write(&file, "MThd").unwrap();

        for (path, found) in [
            (folder.path(), "found a folder without a checkpoint"),
            (&folder.path().join("b"), "found no such file"),
            (&file, "found a file of another format"),
            (Path::new(""), "found no such file"),
        ] {
            let error = read(path).unwrap_err().to_string();
            assert!(
                error.starts_with(&path.display().to_string()) && error.ends_with(found),
                "{error}"
            );
        }
    }
}
