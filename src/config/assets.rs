//! Models and SoundFonts: files beside radio.toml, or embedded in the binary.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::config::paths::existing_file;

/// The source of a model or a SoundFont.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AssetRef {
    /// A file that existed when radio.toml was read; of a model, its weights.
    File(PathBuf),
    /// The name of an embedded asset.
    Embedded(&'static str),
}

/// Embedded assets: the name, and the file that replaces it if it exists beside radio.toml.
const EMBEDDED: [(&str, &str); 7] = [
    ("drums-2bar", "models/drums-2bar.safetensors"),
    ("trio-4bar", "models/trio-4bar.safetensors"),
    ("groove-2bar", "models/groove-2bar.safetensors"),
    ("chorale", "models/chorale.safetensors"),
    ("notes", "models/notes.safetensors"),
    ("drum-hits", "models/drum-hits.safetensors"),
    ("electropunk.sf2", "soundfonts/electropunk.sf2"),
];

impl AssetRef {
    /// The default model of drums, two bars at a time.
    pub const DRUMS_MODEL: Self = Self::Embedded("drums-2bar");
    /// The default model of trios, four bars at a time.
    pub const TRIO_MODEL: Self = Self::Embedded("trio-4bar");
    /// The default model of a drummer's velocities and timing.
    pub const GROOVE_MODEL: Self = Self::Embedded("groove-2bar");
    /// The built-in model of chorales.
    pub const CHORALE_MODEL: Self = Self::Embedded("chorale");
    /// The default SoundFont.
    pub const SOUNDFONT: Self = Self::Embedded("electropunk.sf2");

    /// The model that radio.toml names without its file ending, such as `models/drums-2bar`.
    ///
    /// # Errors
    /// There is neither such a file nor such an embedded asset.
    pub fn model(text: &str, base_dir: &Path) -> Result<Self, String> {
        Self::find(&format!("{text}.safetensors"), base_dir)
    }

    /// The SoundFont that radio.toml names with its file ending, such as `soundfonts/electropunk.sf2`.
    pub(super) fn soundfont(text: &str, base_dir: &Path) -> Result<Self, String> {
        Self::find(text, base_dir)
    }

    /// The file in `base_dir` that replaces this embedded asset, or the asset itself.
    pub(super) fn or_file_in(self, base_dir: &Path) -> Self {
        let found = EMBEDDED.iter().find(|(name, _)| self == Self::Embedded(name));
        found.and_then(|(_, path)| Self::find(path, base_dir).ok()).unwrap_or(self)
    }

    fn find(path: &str, base_dir: &Path) -> Result<Self, String> {
        existing_file(base_dir, path).map(Self::File).or_else(|error| {
            let embedded = EMBEDDED.iter().find(|(_, file)| *file == path);
            embedded.map(|(name, _)| Self::Embedded(name)).ok_or(error)
        })
    }
}

impl fmt::Display for AssetRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Embedded(name) => write!(f, "the built-in {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_in_the_folder_replaces_the_embedded_asset() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        assert_eq!(AssetRef::model("models/drums-2bar", here), Ok(AssetRef::DRUMS_MODEL));

        let file = here.join("models/drums-2bar.safetensors");
        fs::create_dir(here.join("models")).unwrap();
        fs::write(&file, "").unwrap();

        let own = AssetRef::File(file);
        assert_eq!(AssetRef::model("models/drums-2bar", here), Ok(own.clone()));
        assert_eq!(AssetRef::DRUMS_MODEL.or_file_in(here), own);
        assert_eq!(AssetRef::TRIO_MODEL.or_file_in(here), AssetRef::TRIO_MODEL);
    }

    #[test]
    fn a_missing_asset_is_named_with_its_path() {
        let sentence = AssetRef::soundfont("soundfonts/mine.sf2", Path::new("/radio")).unwrap_err();

        assert_eq!(sentence, "expected a file, found none at \"/radio/soundfonts/mine.sf2\"");
    }
}
