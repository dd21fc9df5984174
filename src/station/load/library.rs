//! Models and SoundFonts, loaded once and shared by all stations.

use std::{
    borrow::Cow,
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use candle_core::Device;
use rustysynth::SoundFont;
use tracing::{info, warn};

use crate::{
    chorale::network::Network,
    config::{AssetRef, Station},
    files::{self, NotRead, Stamp},
    music::{bar::Part, meter::STEPS_PER_BAR},
    musicvae::{
        net::{
            self,
            device::DeviceGenerator,
            device_choice::DeviceChoice,
            family::Family,
            music_vae::{MusicVae, SequenceEncoder},
            personal::Personal,
            precision::Precision,
            weights::Weights,
        },
        shared_model::SharedModel,
    },
    sound::{font_file, part_fonts::PartFonts},
    station::load::{Error, point_file::model_name},
};

/// Files in the binary, by their names in [`AssetRef::Embedded`].
const EMBEDDED: [(&str, &[u8]); 7] = [
    ("drums-2bar", include_bytes!("../../../models/drums-2bar.safetensors")),
    ("trio-4bar", include_bytes!("../../../models/trio-4bar.safetensors")),
    ("groove-2bar", include_bytes!("../../../models/groove-2bar.safetensors")),
    ("chorale", include_bytes!("../../../models/chorale.safetensors")),
    ("notes", include_bytes!("../../../models/notes.safetensors")),
    ("drum-hits", include_bytes!("../../../models/drum-hits.safetensors")),
    ("electropunk.sf2", include_bytes!("../../../soundfonts/electropunk.sf2")),
];

/// The largest model or SoundFont in bytes: sizes in a SoundFont have 32 bits.
const MOST_BYTES: u64 = 1 << 32;

/// Values by asset and family, with the stamps of their files.
type Opened<T> = HashMap<(AssetRef, Family), (Option<Stamp>, Arc<T>)>;

/// A personal prior, with the stamps of its file and of its model's.
type StampedPrior = ([Option<Stamp>; 2], Arc<Personal>);

/// The models and SoundFonts loaded so far. A file that has changed since is reloaded when it is next used.
#[derive(Default)]
pub struct Library {
    models: Opened<SharedModel>,
    /// Whole networks, which encode and decode while stations play.
    networks: Opened<MusicVae>,
    chorales: HashMap<AssetRef, (Option<Stamp>, Arc<Network>)>,
    /// Until [`Library::release_encoders`].
    encoders: Opened<SequenceEncoder>,
    /// Precision of the weights for decoding on the CPU.
    precision: Precision,
    /// GPU to decode on, if any.
    gpu: Option<Device>,
    fonts: HashMap<AssetRef, (Option<Stamp>, Arc<SoundFont>)>,
    /// Personal priors that belong to a model, by both files.
    personal: HashMap<(PathBuf, AssetRef), StampedPrior>,
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
        let (key, stamp) = ((asset.clone(), family), stamp(asset));
        if let Some(model) = known(&self.models, &key, stamp) {
            return Ok(model);
        }
        let (network, weights) = self.read(asset, family, n_bars)?;
        let on_gpu = self.gpu.as_ref().and_then(|gpu| {
            let loaded = DeviceGenerator::load(network.config(), &weights, gpu);
            loaded.inspect_err(|error| warn!("{error}; decoding on the CPU")).ok()
        });
        let (encoder, generator, attributes) = network.into_parts();
        let mut shared = SharedModel::new(generator, attributes);
        if let Some(generator) = on_gpu {
            shared = shared.with_gpu(generator);
        }
        let shared = Arc::new(shared);
        self.encoders.insert(key.clone(), (stamp, Arc::new(encoder)));
        self.models.insert(key, (stamp, shared.clone()));
        Ok(shared)
    }

    /// The encoder of the model at `asset`; it stays open until [`Library::release_encoders`].
    ///
    /// # Errors
    /// As [`Library::model`].
    pub fn encoder(
        &mut self,
        asset: &AssetRef,
        family: Family,
    ) -> Result<Arc<SequenceEncoder>, Error> {
        let (key, stamp) = ((asset.clone(), family), stamp(asset));
        if let Some(encoder) = known(&self.encoders, &key, stamp) {
            return Ok(encoder);
        }
        let (encoder, ..) = self.read(asset, family, 1)?.0.into_parts();
        let encoder = Arc::new(encoder);
        self.encoders.insert(key, (stamp, encoder.clone()));
        Ok(encoder)
    }

    /// The whole network at `asset`, to encode and decode on the CPU.
    ///
    /// # Errors
    /// As [`Library::model`].
    pub fn network(&mut self, asset: &AssetRef, family: Family) -> Result<Arc<MusicVae>, Error> {
        let (key, stamp) = ((asset.clone(), family), stamp(asset));
        if let Some(network) = known(&self.networks, &key, stamp) {
            return Ok(network);
        }
        let network = Arc::new(self.read(asset, family, 1)?.0);
        self.networks.insert(key, (stamp, network.clone()));
        Ok(network)
    }

    /// The model of chorales at `asset`.
    ///
    /// # Errors
    /// The file can't be read, or holds another model.
    pub fn chorale(&mut self, asset: &AssetRef) -> Result<Arc<Network>, Error> {
        let stamp = stamp(asset);
        if let Some((_, network)) = self.chorales.get(asset).filter(|(known, _)| *known == stamp) {
            return Ok(network.clone());
        }
        let name = asset.to_string();
        let weights = Weights::read(&bytes(asset)?, &name)?;
        let network = Network::load(&weights);
        let network = Arc::new(network.map_err(|source| Error::NoChorale { name, source })?);
        self.chorales.insert(asset.clone(), (stamp, network.clone()));
        Ok(network)
    }

    /// Frees the encoders, 21 MB for the built-in models. To be called once anchors are placed.
    pub fn release_encoders(&mut self) {
        self.encoders = HashMap::new();
    }

    /// Drops all that was loaded; values in use stay alive.
    pub fn forget(&mut self) {
        let (precision, gpu) = (self.precision, self.gpu.take());
        *self = Self { precision, gpu, ..Self::default() };
    }

    /// The personal prior in the file at `path`, of the model at `asset`.
    ///
    /// # Errors
    /// A file can't be read, holds something else, or the prior belongs to another model.
    pub fn personal(&mut self, path: &Path, asset: &AssetRef) -> Result<Arc<Personal>, Error> {
        let stamps = [Stamp::of(path), stamp(asset)];
        let key = (path.to_owned(), asset.clone());
        if let Some((_, prior)) = self.personal.get(&key).filter(|(known, _)| *known == stamps) {
            return Ok(prior.clone());
        }
        let file = path.display().to_string();
        let prior = Personal::load(&Weights::read(&read(path)?, &file)?, &file)?;
        let model = Weights::read(&bytes(asset)?, &asset.to_string())?;
        prior.require(&model_name(asset), model.latent_space()?, &file)?;
        let prior = Arc::new(prior);
        self.personal.insert(key, (stamps, prior.clone()));
        Ok(prior)
    }

    /// Reads a network and its weights, the decoder's in the library's precision.
    fn read(
        &self,
        asset: &AssetRef,
        family: Family,
        n_bars: u64,
    ) -> Result<(MusicVae, Weights), Error> {
        let name = asset.to_string();
        let weights = Weights::read(&bytes(asset)?, &name)?;
        let found = weights.family().unwrap_or(family);
        if found.domain() != family.domain() {
            return Err(Error::OtherModel { name, expected: family, found });
        }
        let network = MusicVae::load(found, &weights);
        let wrong = |source| Error::WrongModel { name: name.clone(), family: found, source };
        let network = network.map_err(wrong)?;
        // Steps after the last whole bar are not played.
        let found = network.config().n_steps() / STEPS_PER_BAR;
        if (found as u64) < n_bars {
            return Err(Error::ShortModel { name, expected: n_bars, found });
        }
        Ok((network.with_precision(self.precision), weights))
    }

    /// The SoundFont of each part of `station`; parts that name the same file share it.
    ///
    /// # Errors
    /// As [`Library::font`].
    pub fn fonts(&mut self, station: &Station) -> Result<PartFonts, Error> {
        let [drums, bass, lead, chords] = Part::ALL.map(|part| self.font(station.part_font(part)));
        Ok(PartFonts::new([drums?, bass?, lead?, chords?]))
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

/// The value loaded for `key`, unless its file has changed.
fn known<T>(opened: &Opened<T>, key: &(AssetRef, Family), stamp: Option<Stamp>) -> Option<Arc<T>> {
    opened.get(key).filter(|(known, _)| *known == stamp).map(|(_, value)| value.clone())
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
    let unreadable = |NotRead { path, reason }| net::Error::File { path, source: reason.into() };
    Ok(files::read_small(path, MOST_BYTES).map_err(unreadable)?)
}
