//! Finds the checkpoint in a folder.

use std::path::Path;

use crate::musicvae::import::{
    checkpoint::Format, error::Error, folder::Folder, other_model::OtherModel,
};

/// Suffix of a TensorFlow checkpoint's index.
pub const INDEX: &str = ".index";

/// Manifests with fixed names.
const MANIFESTS: [(&str, Format); 3] = [
    ("weights_manifest.json", Format::TfJs),
    ("manifest.json", Format::DeepLearnJs),
    ("meta.json", Format::QuickBeats),
];

/// The file of a TensorFlow.js graph model, which holds operations beside the weights.
const GRAPH_MODEL: &str = "model.json";

/// The file that lists a checkpoint's tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The checkpoint's format.
    pub format: Format,
    /// The file's name.
    pub name: String,
}

/// The checkpoint that the file `name` belongs to: a manifest, an index, a TensorFlow prefix or a
/// shard.
pub fn by_name(folder: &Folder, name: &str) -> Option<Manifest> {
    if let Some(&(name, format)) = MANIFESTS.iter().find(|(manifest, _)| *manifest == name) {
        return folder.has(name).then(|| Manifest { format, name: name.to_owned() });
    }
    let prefix = name.strip_suffix(INDEX).unwrap_or(name);
    let prefix = prefix.rsplit_once(".data-").map_or(prefix, |(prefix, _)| prefix);
    let name = format!("{prefix}{INDEX}");
    folder.has(&name).then_some(Manifest { format: Format::TensorFlowV2, name })
}

/// The checkpoint in a folder; of several TensorFlow checkpoints the one that the file `checkpoint`
/// names.
///
/// # Errors
/// There are several, and no file `checkpoint` names one; or there is a graph model instead.
pub fn in_folder(folder: &Folder) -> Result<Option<Manifest>, Error> {
    if let Some(found) = MANIFESTS.iter().find_map(|(name, _)| by_name(folder, name)) {
        return Ok(Some(found));
    }
    if let Some(newest) = newest(folder)? {
        return Ok(Some(newest));
    }
    let mut names = folder.names()?;
    // macOS adds files `._NAME` to archives.
    names.retain(|name| name.ends_with(INDEX) && !name.starts_with("._") && folder.has(name));
    match names.len() {
        0 if folder.has(GRAPH_MODEL) => Err(Error::OtherModel {
            file: folder.place(GRAPH_MODEL),
            found: OtherModel::GraphModel,
        }),
        0 | 1 => Ok(names.pop().map(|name| Manifest { format: Format::TensorFlowV2, name })),
        _ => Err(Error::Several { place: folder.path(), names }),
    }
}

/// The checkpoint that the file `checkpoint` names, if it exists.
fn newest(folder: &Folder) -> Result<Option<Manifest>, Error> {
    const NAME: &str = "checkpoint";
    if !folder.has(NAME) {
        return Ok(None);
    }
    let text = folder.read_manifest(NAME)?;
    let text = String::from_utf8_lossy(&text);
    let path = text.lines().find_map(|line| line.trim().strip_prefix("model_checkpoint_path:"));
    // The path is from the machine that trained the network.
    let name = path.and_then(|path| Path::new(path.trim().trim_matches('"')).file_name());
    Ok(name.and_then(|name| by_name(folder, &name.to_string_lossy())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str], checkpoint: &str) -> Folder {
        let mut files: std::collections::BTreeMap<_, _> =
            names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        if !checkpoint.is_empty() {
            files.insert("checkpoint".to_owned(), checkpoint.as_bytes().to_vec());
        }
        Folder::in_memory("m", files)
    }

    fn find(names: &[&str], checkpoint: &str) -> Option<String> {
        in_folder(&folder(names, checkpoint)).unwrap().map(|manifest| manifest.name)
    }

    #[test]
    fn each_file_of_a_tensorflow_checkpoint_leads_to_it() {
        let folder = folder(&["x.ckpt-7.index", "x.ckpt-7.data-00000-of-00001"], "");
        for name in ["x.ckpt-7", "x.ckpt-7.index", "x.ckpt-7.data-00000-of-00001"] {
            assert_eq!(by_name(&folder, name).unwrap().name, "x.ckpt-7.index");
        }
        assert_eq!(by_name(&folder, "x.ckpt"), None);
        assert_eq!(by_name(&folder, "../x.ckpt-7"), None);
    }

    #[test]
    fn the_file_checkpoint_chooses_among_several() {
        let two = ["a.index", "b.index", "._b.index"];

        assert_eq!(
            find(&two, "model_checkpoint_path: \"/home/x/a\"\nall: \"b\"").unwrap(),
            "a.index"
        );
        assert_eq!(find(&two[1..], "model_checkpoint_path: \"gone\"").unwrap(), "b.index");
        let several = in_folder(&folder(&two, "")).unwrap_err().to_string();
        assert_eq!(several, "m: expected one checkpoint, found a.index, b.index");
    }

    #[test]
    fn other_folders_have_no_checkpoint() {
        assert_eq!(find(&["a.mid", "config.json"], ""), None);
        assert_eq!(find(&[], "\0\u{1}"), None);
    }
}
