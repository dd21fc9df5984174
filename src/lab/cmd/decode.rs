//! `electropunk decode`: decodes latent vectors to MIDI files or arrays of tokens.

use std::path::Path;

use anyhow::ensure;
use serde_json::json;

use crate::{
    lab::cli::{self, Touch},
    lab::cmd::{model, npy, output::OutputFolder, sampling::Sampling},
    music::drums::N_CLASSES,
    musicvae::{
        convert::window::Window,
        net::{
            config::Config,
            domain::{self, Domain},
            head::Pick,
            math,
        },
    },
    rng,
};

/// Sampling temperature of drums and of plain sampling, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// Runs the command.
///
/// # Errors
/// The model or the array can't be read, z has another width than the model's, or a file can't be
/// written.
pub fn run(args: &cli::Decode) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let z = npy::read(&args.z, 2)?;
    ensure!(
        z.shape[1] == config.n_latent,
        "{}: expected an array of shape (N, {}), found {:?}",
        args.z.display(),
        config.n_latent,
        z.shape
    );
    let seed = args.output.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let sampling = match args.greedy {
        true => Sampling::Plain(0.0),
        false => Sampling::of(&args.sampling, TEMPERATURE),
    };
    let mut decoded = Vec::new();
    for (number, z) in z.rows().enumerate() {
        let rng = rng::stream(seed, &format!("decode {number}"));
        let is_whole = args.logits.is_some();
        let mut pick = Recording { pick: sampling.sampler(rng), projections: vec![], is_whole };
        let window = model.decode(z, &mut pick)?;
        // Grooves are written from their projections; tracks that end lack those of later steps.
        let is_track = config.family.domain().is_multitrack();
        let projections = match is_track && !is_whole {
            true => vec![],
            false => by_step(config, &pick.projections),
        };
        decoded.push((window, projections));
    }
    if let Some(path) = &args.logits {
        let width = decoded.first().map_or(0, |(_, projections)| projections.len());
        let shape = [decoded.len(), config.n_steps(), width / config.n_steps()];
        npy::write(path, &shape, decoded.iter().flat_map(|(_, found)| found.clone()))?;
    }
    let facts = json!({
        "model": args.model,
        "config": config.family.name(),
        "n": decoded.len(),
        "seed": seed,
        "sampling": sampling.facts(),
    });
    if args.output.out.extension().is_some_and(|ending| ending == "npy") {
        write_tokens(config, &decoded, &args.output.out)?;
        match args.output.json {
            true => println!("{facts}"),
            false => println!("{} sequences: {}", decoded.len(), args.output.out.display()),
        }
        return Ok(());
    }
    let output = cli::Output { seed: Some(seed), ..args.output.clone() };
    let mut folder = OutputFolder::open(&output, Touch::Plain)?;
    let first = folder.first_free("decode");
    for (number, (window, _)) in (first..).zip(&decoded) {
        folder.write(("decode", number), config, std::slice::from_ref(window))?;
    }
    folder.report(args.output.json, facts);
    Ok(())
}

/// Picks tokens as `pick` does, and records the output projections of the cores: (core, values) for
/// each step.
struct Recording {
    pick: Box<dyn Pick>,
    projections: Vec<(usize, Vec<f32>)>,
    /// Whether tracks are decoded beyond their end, so that all steps have logits.
    is_whole: bool,
}

impl Pick for Recording {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        self.pick.pick(part, logits)
    }

    fn observe(&mut self, core: usize, projection: &[f32]) {
        self.projections.push((core, projection.to_vec()));
    }

    fn begin(&mut self, segment: usize) {
        self.pick.begin(segment);
    }

    fn stops_at_end(&self) -> bool {
        !self.is_whole
    }
}

/// The projections in step order, those of all cores concatenated at each step.
fn by_step(config: &Config, projections: &[(usize, Vec<f32>)]) -> Vec<f32> {
    let n_steps = config.n_steps();
    let cores: Vec<&[(usize, Vec<f32>)]> = projections.chunks(n_steps).collect();
    (0..n_steps)
        .flat_map(|step| cores.iter().flat_map(move |core| core[step].1.iter().copied()))
        .collect()
}

/// Writes an array: tokens (N, T), or (N, T, parts) for several parts; for drum rolls, classes
/// (N, T, classes) as 0 and 1; for grooves, hits, velocities and offsets (N, T, 27).
fn write_tokens(
    config: &Config,
    decoded: &[(Window, Vec<f32>)],
    path: &Path,
) -> anyhow::Result<()> {
    let (n, n_steps) = (decoded.len(), config.n_steps());
    let rows = |window: &Window| -> Vec<Vec<u16>> {
        (0..n_steps).map(|step| window.iter().map(|line| line[step]).collect()).collect()
    };
    match config.family.domain() {
        Domain::Groove(_) => {
            let values = decoded.iter().flat_map(|(window, projections)| {
                let steps = projections.chunks_exact(3 * N_CLASSES);
                let rows = rows(window).into_iter().zip(steps);
                rows.flat_map(|(row, projection)| groove_values(row[0], projection))
                    .collect::<Vec<f32>>()
            });
            npy::write(path, &[n, n_steps, 3 * N_CLASSES], values)
        }
        Domain::DrumRoll => {
            let values = decoded.iter().flat_map(|(window, _)| rows(window)).flat_map(|row| {
                let mut classes = vec![0i64; config.n_classes];
                domain::bits(&row).for_each(|class| classes[class as usize] = 1);
                classes
            });
            npy::write(path, &[n, n_steps, config.n_classes], values)
        }
        _ => {
            let tokens = decoded.iter().flat_map(|(window, _)| rows(window)).flatten();
            let n_parts = config.columns().len();
            let shape = [n, n_steps, n_parts];
            let shape = if n_parts == 1 { &shape[..2] } else { &shape[..] };
            npy::write(path, shape, tokens.map(i64::from))
        }
    }
}

fn groove_values(hits: u16, projection: &[f32]) -> Vec<f32> {
    let value = |(input, &x): (usize, &f32)| match input / N_CLASSES {
        0 => f32::from(hits >> input & 1),
        1 => math::sigmoid(x),
        _ => math::tanh(x),
    };
    projection.iter().enumerate().map(value).collect()
}
