//! Files that hold a point of a model's latent space, `*.point.json`: an anchor without music.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    config::AssetRef,
    files::{self, NotRead},
    musicvae::net::latent::Latent,
    station::load::Error,
};

/// The largest file of a point in bytes. A point of 1024 dimensions has about 12,000.
pub const MOST_BYTES: u64 = 64 << 10;

/// A point and the model whose space it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointFile {
    /// The model's [`model_name`].
    pub model: String,
    /// The point, (Z,).
    pub z: Latent,
}

impl PointFile {
    /// The point `z` of the model at `asset`.
    pub fn of(asset: &AssetRef, z: Latent) -> Self {
        Self { model: model_name(asset), z }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// It can't be read or is larger than [`MOST_BYTES`]; it has other JSON; a number is not finite.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
        let unread = |NotRead { reason, .. }| refuse(reason.to_string());
        let bytes = files::read_small(path, MOST_BYTES).map_err(unread)?;
        // Numbers in JSON are finite, and those beyond the range of f32 are rejected.
        serde_json::from_slice(&bytes).map_err(|error| {
            refuse(format!("expected {{\"model\": NAME, \"z\": [NUMBERS]}}, found {error}"))
        })
    }

    /// The point in the file at `path` for the model at `asset`, whose space has `n_latent` dimensions.
    ///
    /// # Errors
    /// As [`Self::read`]; the point belongs to another model or has another number of dimensions.
    pub fn read_for(path: &Path, asset: &AssetRef, n_latent: usize) -> Result<Latent, Error> {
        let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
        let Self { model, z } = Self::read(path)?;
        let expected = model_name(asset);
        if model != expected {
            return Err(refuse(format!(
                "expected a point of the model {expected}, found one of {model}"
            )));
        }
        if z.len() != n_latent {
            let found = z.len();
            return Err(refuse(format!("z: expected {n_latent} numbers, found {found}")));
        }
        Ok(z)
    }
}

/// The name of a model in point files: its file's name without folder and extension, so that a point stays
/// valid where the radio's folder moves.
pub fn model_name(asset: &AssetRef) -> String {
    match asset {
        AssetRef::Embedded(name) => (*name).to_owned(),
        AssetRef::File(path) => {
            path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(content: &str) -> Result<Latent, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.point.json");
        fs::write(&path, content).unwrap();
        let found = PointFile::read_for(&path, &AssetRef::TRIO_MODEL, 3);
        found.map_err(|error| error.to_string().rsplit_once(".json: ").unwrap().1.to_owned())
    }

    #[test]
    fn a_point_is_read_as_it_was_written() {
        let point = PointFile::of(&AssetRef::TRIO_MODEL, vec![0.1, -1.0 / 3.0, 1e-7]);
        assert_eq!(read(&serde_json::to_string(&point).unwrap()), Ok(point.z));
    }

    #[test]
    fn a_model_s_file_has_the_name_of_the_embedded_model() {
        let file = AssetRef::File("/radio/models/trio-4bar.safetensors".into());
        assert_eq!(model_name(&file), model_name(&AssetRef::TRIO_MODEL));
    }

    #[test]
    fn a_wrong_point_is_refused_with_what_was_expected_and_found() {
        let reason = |content: &str| read(content).unwrap_err();

        let other = reason(r#"{"model": "drums-2bar", "z": [1, 2, 3]}"#);
        assert_eq!(other, "expected a point of the model trio-4bar, found one of drums-2bar");
        let short = reason(r#"{"model": "trio-4bar", "z": [1, 2]}"#);
        assert_eq!(short, "z: expected 3 numbers, found 2");
        let large = reason(r#"{"model": "trio-4bar", "z": [1, 1e39, 2]}"#);
        assert!(large.contains("number out of range"), "{large}");
        assert!(reason(r#"{"model": "trio-4bar"}"#).contains("missing field `z`"));
        assert!(reason("[]").starts_with("expected {\"model\": NAME, \"z\": [NUMBERS]}, found"));
        let long = format!(r#"{{"model": "trio-4bar", "z": [{}1]}}"#, "1,".repeat(40_000));
        assert!(read(&long).is_err());
    }
}
