//! A model on the air: it dreams for all stations that name it.
//!
//! On a GPU one thread serves them: what is asked for while it decodes waits, and is decoded next in
//! one batch. A GPU that fails is given up with one warning; the processor says the same from then on.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use tracing::warn;

use crate::{
    music::trio::Line,
    musicvae::net::{
        self, device::DeviceGenerator, head::Pick, latent::Latent, music_vae::MusicVae, sampling,
    },
    rng::Rng,
};

/// Sequences in a batch, at most: more gain nothing and take memory.
const MAX_BATCH: usize = 1024;

/// A model that stations share.
#[derive(Debug)]
pub struct Dreamer {
    model: MusicVae,
    gpu: Option<Gpu>,
}

/// The way to the thread that decodes on a GPU; it ends with the last of its askers.
#[derive(Debug)]
struct Gpu {
    requests: mpsc::Sender<Request>,
    is_lost: AtomicBool,
}

/// A sequence to decode.
struct Request {
    z: Latent,
    temperature: f32,
    rng: Rng,
    reply: mpsc::Sender<Result<Vec<Line>, String>>,
}

impl Dreamer {
    /// A model on the processor.
    pub fn new(model: MusicVae) -> Self {
        Self { model, gpu: None }
    }

    /// A model whose decoding half, `generator`, is on a GPU.
    pub fn with_gpu(model: MusicVae, generator: DeviceGenerator) -> Self {
        let (requests, waiting) = mpsc::channel();
        thread::spawn(move || serve(&generator, &waiting));
        Self { model, gpu: Some(Gpu { requests, is_lost: AtomicBool::new(false) }) }
    }

    /// The whole network.
    pub fn model(&self) -> &MusicVae {
        &self.model
    }

    /// The lines of `z`, drawn from `rng`.
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn dream(&self, z: &[f32], temperature: f64, rng: &Rng) -> Result<Vec<Line>, net::Error> {
        if let Some(gpu) = &self.gpu
            && !gpu.is_lost.load(Ordering::Relaxed)
            && z.len() == self.model.config().n_latent
        {
            match gpu.dream(z, temperature as f32, rng) {
                Ok(lines) => return Ok(lines),
                Err(reason) => {
                    if !gpu.is_lost.swap(true, Ordering::Relaxed) {
                        warn!("the GPU is lost, the processor takes over: {reason}");
                    }
                }
            }
        }
        self.model.decode(z, &mut sampler(temperature as f32, rng.clone()))
    }
}

impl Gpu {
    fn dream(&self, z: &[f32], temperature: f32, rng: &Rng) -> Result<Vec<Line>, String> {
        let (reply, answer) = mpsc::channel();
        let request = Request { z: z.to_vec(), temperature, rng: rng.clone(), reply };
        let gone = || "its thread has ended".to_owned();
        self.requests.send(request).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

/// Decodes what is waiting, until nobody can ask any more.
fn serve(generator: &DeviceGenerator, waiting: &mpsc::Receiver<Request>) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MAX_BATCH - 1));
        let zs: Vec<&[f32]> = batch.iter().map(|request| &request.z[..]).collect();
        let sampler = |request: &Request| sampler(request.temperature, request.rng.clone());
        let mut picks: Vec<_> = batch.iter().map(sampler).collect();
        let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();
        let answers: Vec<Result<Vec<Line>, String>> = match generator.decode_all(&zs, &mut picks) {
            Ok(all) => all.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error.to_string()); batch.len()],
        };
        for (request, answer) in batch.iter().zip(answers) {
            // Who asked may have gone off the air meanwhile.
            let _ = request.reply.send(answer);
        }
    }
}

fn sampler(temperature: f32, mut rng: Rng) -> impl FnMut(usize, &mut [f32]) -> u16 {
    move |_, logits| sampling::draw(logits, temperature, &mut rng)
}

#[cfg(all(test, feature = "lab"))]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::{
        lab::train::{checkpoint::snapshot, network::Network},
        musicvae::net::{config::Config, family::Family, latent, weights::Weights},
        rng,
    };

    fn parts() -> (MusicVae, DeviceGenerator) {
        let official = Config::official(Family::Trio4Bar);
        let sizes = Config { n_latent: 5, n_encoder: 4, n_decoder: 6, n_conductor: 3, ..official };
        let network = Network::new(sizes, 7).unwrap();
        let weights = Weights::new(network.tensors().unwrap());
        let device = DeviceGenerator::load(&sizes, &weights, &Device::Cpu).unwrap();
        (snapshot(&network).unwrap(), device)
    }

    #[test]
    fn stations_that_ask_together_get_what_each_would_alone() {
        let (model, generator) = parts();
        let dreamer = Dreamer::with_gpu(model.clone(), generator);
        let alone = Dreamer::new(model);

        thread::scope(|scope| {
            for station in 0..8 {
                let (dreamer, alone) = (&dreamer, &alone);
                scope.spawn(move || {
                    for phrase in 0..4 {
                        let rng = rng::stream(station, &format!("phrase {phrase}"));
                        let z = latent::prior(5, &mut rng.clone());
                        let found = dreamer.dream(&z, 0.7, &rng).unwrap();
                        assert_eq!(found, alone.dream(&z, 0.7, &rng).unwrap());
                    }
                });
            }
        });
    }

    #[test]
    fn a_lost_gpu_is_replaced_by_the_processor() {
        let (model, _) = parts();
        let (requests, waiting) = mpsc::channel();
        drop(waiting);
        let gpu = Some(Gpu { requests, is_lost: AtomicBool::new(false) });
        let orphan = Dreamer { model: model.clone(), gpu };
        let rng = rng::stream(1, "phrase");

        let found = orphan.dream(&[0.5; 5], 1.0, &rng).unwrap();

        assert_eq!(found, Dreamer::new(model).dream(&[0.5; 5], 1.0, &rng).unwrap());
        assert!(orphan.gpu.unwrap().is_lost.load(Ordering::Relaxed));
    }

    #[test]
    fn a_z_of_another_width_is_refused_and_harms_nobody() {
        let (model, generator) = parts();
        let dreamer = Dreamer::with_gpu(model, generator);
        let rng = rng::stream(1, "phrase");

        assert!(dreamer.dream(&[0.5; 4], 1.0, &rng).is_err());
        assert!(dreamer.dream(&[0.5; 5], 1.0, &rng).is_ok());
    }
}
