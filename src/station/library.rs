//! Models and SoundFonts, opened once and shared by all stations.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use rustysynth::SoundFont;

use super::Error;
use crate::{
    config::AssetRef,
    model::{self, family::Family, music_vae::MusicVae, weights::Weights},
    sound::font_file,
};

/// What the binary carries, under the names that [`AssetRef::Embedded`] has.
const EMBEDDED: [(&str, &[u8]); 3] = [
    ("drums-2bar", include_bytes!("../../models/drums-2bar.safetensors")),
    ("trio-4bar", include_bytes!("../../models/trio-4bar.safetensors")),
    ("electropunk.sf2", include_bytes!("../../soundfonts/electropunk.sf2")),
];

/// What has been opened so far.
#[derive(Default)]
pub struct Library {
    models: HashMap<(AssetRef, Family), Arc<MusicVae>>,
    fonts: HashMap<AssetRef, Arc<SoundFont>>,
}

impl Library {
    /// The model at `asset`, which must be of `family`.
    ///
    /// # Errors
    /// It can't be read or is of another family.
    pub fn model(&mut self, asset: &AssetRef, family: Family) -> Result<Arc<MusicVae>, Error> {
        let key = (asset.clone(), family);
        if let Some(model) = self.models.get(&key) {
            return Ok(model.clone());
        }
        let name = asset.to_string();
        let weights = Weights::read(&bytes(asset)?, &name)?;
        let model = MusicVae::load(family, &weights);
        let model = model.map_err(|source| Error::WrongModel { name, family, source })?;
        let model = Arc::new(model);
        self.models.insert(key, model.clone());
        Ok(model)
    }

    /// The SoundFont at `asset`.
    ///
    /// # Errors
    /// It can't be read or is none.
    pub fn font(&mut self, asset: &AssetRef) -> Result<Arc<SoundFont>, Error> {
        if let Some(font) = self.fonts.get(asset) {
            return Ok(font.clone());
        }
        let font = match asset {
            AssetRef::File(path) => font_file::load(path)?,
            AssetRef::Embedded(_) => font_file::parse(&bytes(asset)?, &asset.to_string())?,
        };
        self.fonts.insert(asset.clone(), font.clone());
        Ok(font)
    }
}

fn bytes(asset: &AssetRef) -> Result<Vec<u8>, Error> {
    match asset {
        AssetRef::File(path) => read(path),
        AssetRef::Embedded(wanted) => {
            let found = EMBEDDED.iter().find(|(name, _)| name == wanted);
            Ok(found.expect("configuration names what is embedded").1.to_vec())
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| model::Error::File { path: path.to_owned(), source };
    Ok(fs::read(path).map_err(unreadable)?)
}
