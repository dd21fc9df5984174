//! Models and SoundFonts, opened once and shared by all stations.

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
        shared_model::Dreamer,
    },
    sound::font_file,
    station::Error,
};

/// What the binary carries, under the names that [`AssetRef::Embedded`] has.
const EMBEDDED: [(&str, &[u8]); 4] = [
    ("drums-2bar", include_bytes!("../../../models/drums-2bar.safetensors")),
    ("trio-4bar", include_bytes!("../../../models/trio-4bar.safetensors")),
    ("groove-2bar", include_bytes!("../../../models/groove-2bar.safetensors")),
    ("electropunk.sf2", include_bytes!("../../../soundfonts/electropunk.sf2")),
];

/// What has been opened so far. A file that has changed since is opened again when it is asked for.
#[derive(Default)]
pub struct Library {
    models: HashMap<(AssetRef, Family), (Option<Stamp>, Arc<Dreamer>)>,
    /// Of the weights that the processor decodes with.
    precision: Precision,
    /// Decodes, where it is not the processor.
    gpu: Option<Device>,
    fonts: HashMap<AssetRef, (Option<Stamp>, Arc<SoundFont>)>,
}

impl Library {
    /// An empty library whose models are decoded on `device`, or on the processor, in `precision`,
    /// with a warning if that is not to be had.
    pub fn on(device: DeviceChoice, precision: Precision) -> Self {
        let gpu = device.gpu().unwrap_or_else(|error| {
            warn!("{error}; the processor takes over");
            None
        });
        if gpu.is_some() {
            info!("models are decoded on a GPU");
        }
        Self { precision, gpu, ..Self::default() }
    }

    /// The model at `asset`, which must read and write what `family` does, in `n_bars` or more; a
    /// file that doesn't say what it is is taken for one of `family`.
    ///
    /// # Errors
    /// It can't be read, is of another kind or too short.
    pub fn model(
        &mut self,
        asset: &AssetRef,
        family: Family,
        n_bars: u64,
    ) -> Result<Arc<Dreamer>, Error> {
        let key = (asset.clone(), family);
        let stamp = stamp(asset);
        if let Some((_, model)) = self.models.get(&key).filter(|(known, _)| *known == stamp) {
            return Ok(model.clone());
        }
        let name = asset.to_string();
        let weights = Weights::read(&bytes(asset)?, &name)?;
        let named = weights.family().unwrap_or(family);
        if named.domain() != family.domain() {
            return Err(Error::OtherModel { name, expected: family, found: named });
        }
        let model = MusicVae::load(named, &weights);
        let model = model.map_err(|source| Error::WrongModel {
            name: asset.to_string(),
            family: named,
            source,
        })?;
        // What is beyond the last whole bar is not played.
        let found = model.config().n_steps() / STEPS_PER_BAR;
        if (found as u64) < n_bars {
            return Err(Error::ShortModel { name, expected: n_bars, found });
        }
        let dreamer = Arc::new(self.dreamer(model.with_precision(self.precision), &weights));
        self.models.insert(key, (stamp, dreamer.clone()));
        Ok(dreamer)
    }

    /// `model` where it is to be decoded; a GPU without room for it leaves it to the processor.
    fn dreamer(&self, model: MusicVae, weights: &Weights) -> Dreamer {
        let Some(gpu) = &self.gpu else { return Dreamer::new(model) };
        match DeviceGenerator::load(model.config(), weights, gpu) {
            Ok(generator) => Dreamer::with_gpu(model, generator),
            Err(error) => {
                warn!("{error}; the processor takes over");
                Dreamer::new(model)
            }
        }
    }

    /// The SoundFont at `asset`.
    ///
    /// # Errors
    /// It can't be read or is none.
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

/// What is in `asset`.
///
/// # Errors
/// Its file can't be read.
pub fn bytes(asset: &AssetRef) -> Result<Cow<'static, [u8]>, Error> {
    match asset {
        AssetRef::File(path) => read(path).map(Cow::Owned),
        AssetRef::Embedded(wanted) => {
            let found = EMBEDDED.iter().find(|(name, _)| name == wanted);
            Ok(found.expect("configuration names what is embedded").1.into())
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
