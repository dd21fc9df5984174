//! Models and SoundFonts, loaded once and shared by all stations.

use std::{borrow::Cow, collections::HashMap, fs, path::Path, sync::Arc};

use candle_core::Device;
use rustysynth::SoundFont;
use tracing::{info, warn};

use crate::{
    config::AssetRef,
    files::Stamp,
    music::meter::STEPS_PER_BAR,
    musicvae::{
        net::{
            self, device::DeviceGenerator, device_choice::DeviceChoice, family::Family,
            music_vae::MusicVae, precision::Precision, weights::Weights,
        },
        shared_model::SharedModel,
    },
    sound::font_file,
    station::load::Error,
};

/// Files in the binary, by their names in [`AssetRef::Embedded`].
const EMBEDDED: [(&str, &[u8]); 4] = [
    ("drums-2bar", include_bytes!("../../../models/drums-2bar.safetensors")),
    ("trio-4bar", include_bytes!("../../../models/trio-4bar.safetensors")),
    ("groove-2bar", include_bytes!("../../../models/groove-2bar.safetensors")),
    ("electropunk.sf2", include_bytes!("../../../soundfonts/electropunk.sf2")),
];

/// The models and SoundFonts loaded so far. A file that has changed since is loaded again when it is
/// next asked for.
#[derive(Default)]
pub struct Library {
    models: HashMap<(AssetRef, Family), (Option<Stamp>, Arc<SharedModel>)>,
    /// Precision of the weights for decoding on the CPU.
    precision: Precision,
    /// GPU to decode on, if any.
    gpu: Option<Device>,
    fonts: HashMap<AssetRef, (Option<Stamp>, Arc<SoundFont>)>,
}

impl Library {
    /// An empty library that decodes on `device`; without a usable GPU it logs a warning and decodes on
    /// the CPU in `precision`.
    pub fn on(device: DeviceChoice, precision: Precision) -> Self {
        let gpu = device.gpu().unwrap_or_else(|error| {
            warn!("{error}; decoding on the CPU");
            None
        });
        if gpu.is_some() {
            info!("decoding models on the GPU");
        }
        Self { precision, gpu, ..Self::default() }
    }

    /// The model at `asset`, with sequences of the domain of `family` and at least `n_bars` long. A file
    /// that does not name its family is read as one of `family`.
    ///
    /// # Errors
    /// The file can't be read, or holds a model of another domain or of shorter sequences.
    pub fn model(
        &mut self,
        asset: &AssetRef,
        family: Family,
        n_bars: u64,
    ) -> Result<Arc<SharedModel>, Error> {
        let key = (asset.clone(), family);
        let stamp = stamp(asset);
        if let Some((_, model)) = self.models.get(&key).filter(|(known, _)| *known == stamp) {
            return Ok(model.clone());
        }
        let name = asset.to_string();
        let weights = Weights::read(&bytes(asset)?, &name)?;
        let found = weights.family().unwrap_or(family);
        if found.domain() != family.domain() {
            return Err(Error::OtherModel { name, expected: family, found });
        }
        let model = MusicVae::load(found, &weights);
        let wrong = |source| Error::WrongModel { name: name.clone(), family: found, source };
        let model = model.map_err(wrong)?;
        // Steps after the last whole bar are not played.
        let found = model.config().n_steps() / STEPS_PER_BAR;
        if (found as u64) < n_bars {
            return Err(Error::ShortModel { name, expected: n_bars, found });
        }
        let shared = Arc::new(self.share(model.with_precision(self.precision), &weights));
        self.models.insert(key, (stamp, shared.clone()));
        Ok(shared)
    }

    /// `model` on the GPU, if there is one with memory for it, or else on the CPU.
    fn share(&self, model: MusicVae, weights: &Weights) -> SharedModel {
        let Some(gpu) = &self.gpu else { return SharedModel::new(model) };
        match DeviceGenerator::load(model.config(), weights, gpu) {
            Ok(generator) => SharedModel::with_gpu(model, generator),
            Err(error) => {
                warn!("{error}; decoding on the CPU");
                SharedModel::new(model)
            }
        }
    }

    /// The SoundFont at `asset`.
    ///
    /// # Errors
    /// The file can't be read or is not a SoundFont.
    pub fn font(&mut self, asset: &AssetRef) -> Result<Arc<SoundFont>, Error> {
        let stamp = stamp(asset);
        if let Some((_, font)) = self.fonts.get(asset).filter(|(known, _)| *known == stamp) {
            return Ok(font.clone());
        }
        let font = match asset {
            AssetRef::File(path) => font_file::load(path)?,
            AssetRef::Embedded(_) => font_file::parse(&bytes(asset)?, &asset.to_string())?,
        };
        self.fonts.insert(asset.clone(), (stamp, font.clone()));
        Ok(font)
    }
}

/// The bytes of `asset`.
///
/// # Errors
/// The file can't be read.
pub fn bytes(asset: &AssetRef) -> Result<Cow<'static, [u8]>, Error> {
    match asset {
        AssetRef::File(path) => read(path).map(Cow::Owned),
        AssetRef::Embedded(wanted) => {
            let found = EMBEDDED.iter().find(|(name, _)| name == wanted);
            Ok(found.expect("configuration only names embedded files that exist").1.into())
        }
    }
}

fn stamp(asset: &AssetRef) -> Option<Stamp> {
    match asset {
        AssetRef::File(path) => Stamp::of(path),
        AssetRef::Embedded(_) => None,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| net::Error::File { path: path.to_owned(), source };
    Ok(fs::read(path).map_err(unreadable)?)
}
