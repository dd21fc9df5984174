//! A model shared by all stations that use it: decodes z on the CPU or in batches on a GPU.
//!
//! A GPU decodes many sequences in nearly the time of one, so a thread owns the device here, below
//! the stations: it collects the requests that arrive while it decodes and decodes them as the next
//! batch. Without a GPU each caller decodes on its own thread. If the GPU fails, the model logs one
//! warning and decodes on the CPU from then on, to the same tokens.

use std::sync::{
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use tracing::warn;

use crate::{
    music::trio::Line,
    musicvae::net::{
        self, attributes::Attributes, config::Config, device::DeviceGenerator,
        generator::Generator, head::Pick, latent::Latent, sampling,
    },
    rng::Rng,
    threads,
};

/// Most sequences in a batch: more gain nothing and take memory.
const MAX_BATCH: usize = 1024;

/// A model shared by several stations.
#[derive(Debug)]
pub struct SharedModel {
    generator: Generator,
    attributes: Attributes,
    gpu: Option<Gpu>,
}

/// Sends requests to the GPU thread, which ends when this is dropped.
#[derive(Debug)]
struct Gpu {
    requests: mpsc::Sender<Request>,
    is_lost: AtomicBool,
}

/// A z to decode, and where to send the lines.
struct Request {
    z: Latent,
    temperature: f32,
    rng: Rng,
    reply: mpsc::Sender<Result<Vec<Line>, String>>,
}

impl SharedModel {
    /// A model that decodes on the CPU.
    pub fn new(generator: Generator, attributes: Attributes) -> Self {
        Self { generator, attributes, gpu: None }
    }

    /// The same model with its decoder, `generator`, on a GPU; on the CPU if no thread can be spawned.
    pub fn with_gpu(mut self, generator: DeviceGenerator) -> Self {
        let (requests, waiting) = mpsc::channel();
        match threads::spawn("gpu-decode", move || serve(&generator, &waiting)) {
            Ok(_) => self.gpu = Some(Gpu { requests, is_lost: AtomicBool::new(false) }),
            Err(error) => warn!("decoding on the CPU: {error}"),
        }
        self
    }

    /// Domain, wiring and sizes.
    pub fn config(&self) -> &Config {
        self.generator.config()
    }

    /// The attribute vectors stored with the weights.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Decodes `z` (Z,) into lines, sampled at `temperature` from `rng`.
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn decode(&self, z: &[f32], temperature: f64, rng: &Rng) -> Result<Vec<Line>, net::Error> {
        if let Some(gpu) = &self.gpu
            && !gpu.is_lost.load(Ordering::Relaxed)
            && z.len() == self.config().n_latent
        {
            match gpu.decode(z, temperature as f32, rng) {
                Ok(lines) => return Ok(lines),
                Err(reason) => {
                    if !gpu.is_lost.swap(true, Ordering::Relaxed) {
                        warn!("the GPU failed, decoding on the CPU from now on: {reason}");
                    }
                }
            }
        }
        self.generator.decode(z, &mut sampler(temperature as f32, rng.clone()))
    }
}

impl Gpu {
    fn decode(&self, z: &[f32], temperature: f32, rng: &Rng) -> Result<Vec<Line>, String> {
        let (reply, answer) = mpsc::channel();
        let request = Request { z: z.to_vec(), temperature, rng: rng.clone(), reply };
        let stopped = || "its thread has stopped".to_owned();
        self.requests.send(request).map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())?
    }
}

/// Decodes requests in batches until all senders are dropped.
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
            // The station may have stopped meanwhile.
            let _ = request.reply.send(answer);
        }
    }
}

fn sampler(temperature: f32, mut rng: Rng) -> impl FnMut(usize, &mut [f32]) -> u16 {
    move |_, logits| sampling::draw(logits, temperature, &mut rng)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use candle_core::{Device, Tensor};

    use super::*;
    use crate::{
        musicvae::net::{family::Family, latent, weights::Weights},
        rng,
    };

    fn parts() -> (SharedModel, DeviceGenerator) {
        let official = Config::official(Family::Trio4Bar);
        let sizes = Config { n_latent: 5, n_encoder: 4, n_decoder: 6, n_conductor: 3, ..official };
        let random = |(name, shape): (String, Vec<usize>)| {
            let values = latent::prior(shape.iter().product(), &mut rng::stream(7, &name));
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        };
        let weights = Weights::of(&sizes, sizes.tensors().into_iter().map(random).collect());
        let config = weights.config(Family::Trio4Bar).unwrap();
        let generator = Generator::load(&config, &weights).unwrap();
        let device = DeviceGenerator::load(&config, &weights, &Device::Cpu).unwrap();
        (SharedModel::new(generator, Attributes::default()), device)
    }

    #[test]
    fn concurrent_stations_get_the_same_lines_as_alone() {
        let (model, generator) = parts();
        let shared = model.with_gpu(generator);
        let (alone, _) = parts();

        thread::scope(|scope| {
            for station in 0..8 {
                let (shared, alone) = (&shared, &alone);
                scope.spawn(move || {
                    for phrase in 0..4 {
                        let rng = rng::stream(station, &format!("phrase {phrase}"));
                        let z = latent::prior(5, &mut rng.clone());
                        let found = shared.decode(&z, 0.7, &rng).unwrap();
                        assert_eq!(found, alone.decode(&z, 0.7, &rng).unwrap());
                    }
                });
            }
        });
    }

    #[test]
    fn a_failed_gpu_falls_back_to_the_cpu() {
        let (model, _) = parts();
        let (requests, waiting) = mpsc::channel();
        drop(waiting);
        let gpu = Some(Gpu { requests, is_lost: AtomicBool::new(false) });
        let shared = SharedModel { gpu, ..model };
        let rng = rng::stream(1, "phrase");

        let found = shared.decode(&[0.5; 5], 1.0, &rng).unwrap();

        assert_eq!(found, parts().0.decode(&[0.5; 5], 1.0, &rng).unwrap());
        assert!(shared.gpu.unwrap().is_lost.load(Ordering::Relaxed));
    }

    #[test]
    fn a_z_of_another_width_fails_alone() {
        let (model, generator) = parts();
        let shared = model.with_gpu(generator);
        let rng = rng::stream(1, "phrase");

        assert!(shared.decode(&[0.5; 4], 1.0, &rng).is_err());
        assert!(shared.decode(&[0.5; 5], 1.0, &rng).is_ok());
    }
}
