//! A model shared by all stations that use it: decodes z on the CPU or in batches on a GPU.
//!
//! A GPU decodes many sequences in nearly the time of one, so one thread owns the device and serves
//! all stations: it collects the requests that arrive while it decodes and decodes them as the next
//! batch. Without a GPU each caller decodes on its own thread. If the GPU fails, the model logs one
//! warning and decodes on the CPU from then on, with the same tokens.

use std::sync::{
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use tracing::warn;

use crate::{
    music::trio::Line,
    musicvae::net::{
        self,
        attributes::Attributes,
        config::Config,
        decode_rule::{DecodeRule, RuleSampler},
        device::DeviceGenerator,
        generator::Generator,
        head::Pick,
        latent::Latent,
        part_set::PartSet,
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

/// Sends requests to the GPU thread, which ends when the sender is dropped.
#[derive(Debug)]
struct Gpu {
    requests: mpsc::Sender<Request>,
    is_lost: AtomicBool,
}

/// A z to decode, and where to send the lines.
struct Request {
    z: Latent,
    parts: PartSet,
    sampler: RuleSampler,
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

    /// Decodes `z` (Z,) into the lines of `parts`, drawn by `rule` with numbers from `rng`; the lines
    /// of other parts are empty.
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn decode(
        &self,
        z: &[f32],
        parts: PartSet,
        rule: DecodeRule,
        rng: &Rng,
    ) -> Result<Vec<Line>, net::Error> {
        let mut sampler = rule.sampler(rng.clone());
        if let Some(gpu) = &self.gpu
            && !gpu.is_lost.load(Ordering::Relaxed)
            && z.len() == self.config().n_latent
        {
            match gpu.decode(z, parts, &sampler) {
                Ok(lines) => return Ok(lines),
                Err(reason) => {
                    if !gpu.is_lost.swap(true, Ordering::Relaxed) {
                        warn!("the GPU failed, decoding on the CPU from now on: {reason}");
                    }
                }
            }
        }
        let all = self.generator.decode_all(&[z], parts, &mut [&mut sampler])?;
        Ok(all.into_iter().flatten().collect())
    }
}

impl Gpu {
    fn decode(
        &self,
        z: &[f32],
        parts: PartSet,
        sampler: &RuleSampler,
    ) -> Result<Vec<Line>, String> {
        let (reply, answer) = mpsc::channel();
        let request = Request { z: z.to_vec(), parts, sampler: sampler.clone(), reply };
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
        let answers = decode_batch(generator, &mut batch);
        for (request, answer) in batch.iter().zip(answers) {
            // The station may have stopped meanwhile.
            let _ = request.reply.send(answer);
        }
    }
}

/// The lines of each request; every core decoder that one of the requests needs runs.
fn decode_batch(
    generator: &DeviceGenerator,
    batch: &mut [Request],
) -> Vec<Result<Vec<Line>, String>> {
    let parts = batch.iter().map(|request| request.parts).reduce(PartSet::or);
    let (zs, mut picks): (Vec<&[f32]>, Vec<&mut dyn Pick>) = batch
        .iter_mut()
        .map(|Request { z, sampler, .. }| (&z[..], sampler as &mut dyn Pick))
        .unzip();
    match generator.decode_all(&zs, parts.unwrap_or(PartSet::ALL), &mut picks) {
        Ok(mut all) => {
            all.iter_mut()
                .zip(batch)
                .for_each(|(lines, request)| request.parts.clear_others(lines));
            all.into_iter().map(Ok).collect()
        }
        Err(error) => vec![Err(error.to_string()); batch.len()],
    }
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

    const PARTS: [PartSet; 2] = [PartSet::of([0, 1]), PartSet::ALL];

    fn rule() -> DecodeRule {
        DecodeRule { temperature: 0.7, ..DecodeRule::default() }
    }

    fn models() -> (SharedModel, DeviceGenerator) {
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
        let (model, generator) = models();
        let shared = model.with_gpu(generator);
        let (alone, _) = models();

        thread::scope(|scope| {
            for station in 0..8 {
                let (shared, alone) = (&shared, &alone);
                scope.spawn(move || {
                    for phrase in 0..4 {
                        let rng = rng::stream(station, &format!("phrase {phrase}"));
                        let z = latent::prior(5, &mut rng.clone());
                        let parts = PARTS[phrase % PARTS.len()];
                        let found = shared.decode(&z, parts, rule(), &rng).unwrap();
                        assert_eq!(found, alone.decode(&z, parts, rule(), &rng).unwrap());
                    }
                });
            }
        });
    }

    #[test]
    fn a_failed_gpu_falls_back_to_the_cpu() {
        let (model, _) = models();
        let (requests, waiting) = mpsc::channel();
        drop(waiting);
        let gpu = Some(Gpu { requests, is_lost: AtomicBool::new(false) });
        let shared = SharedModel { gpu, ..model };
        let rng = rng::stream(1, "phrase");

        let found = shared.decode(&[0.5; 5], PartSet::ALL, rule(), &rng).unwrap();

        assert_eq!(found, models().0.decode(&[0.5; 5], PartSet::ALL, rule(), &rng).unwrap());
        assert!(shared.gpu.unwrap().is_lost.load(Ordering::Relaxed));
    }

    #[test]
    fn a_z_of_another_width_fails_alone() {
        let (model, generator) = models();
        let shared = model.with_gpu(generator);
        let rng = rng::stream(1, "phrase");

        assert!(shared.decode(&[0.5; 4], PartSet::ALL, rule(), &rng).is_err());
        assert!(shared.decode(&[0.5; 5], PartSet::ALL, rule(), &rng).is_ok());
    }
}
