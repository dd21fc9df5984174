//! Decoding speed in bars a second on one thread: shipped models, and every configuration at full size.
//!
//! `cargo bench --bench decode [-- [--peers] [NAME...]]` decodes batches of 1, 8 and 32 sequences greedily
//! and prints the best of several runs. Configurations at full size have random weights. The column
//! `agree` is the share of tokens that 8-bit weights choose like floats, given the same tokens before. With
//! `--peers`, PyTorch and @magenta/music decode networks of the same shapes in the same run
//! (`benches/peers.sh` installs them).

use std::{
    collections::HashMap,
    error::Error,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    time::Instant,
};

use candle_core::{Device, Tensor};
use electropunk::{
    music::{meter::STEPS_PER_BAR, trio::Line},
    musicvae::net::{
        config::Config,
        domain::Domain,
        family::Family,
        generator::Generator,
        head::{Head, Pick},
        latent,
        part_set::PartSet,
        precision::Precision,
        sampling,
        weights::Weights,
    },
    rng,
};
use rand::RngExt as _;

const BATCHES: [usize; 3] = [1, 8, 32];
const SHIPPED: [&str; 4] = ["drums-2bar", "trio-4bar", "trio-16bar", "groove-2bar"];
/// Shortest measurement, in seconds.
const ENOUGH: f64 = 1.0;

/// Bars a second by peer, model and batch.
type Rates = HashMap<(String, String, usize), f64>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let (options, names): (Vec<&String>, Vec<&String>) =
        args.iter().partition(|arg| arg.starts_with("--"));
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| *wanted == name);
    let shipped = SHIPPED.map(str::to_owned).into_iter();
    let official = Family::ALL.into_iter().map(|family| family.name().to_owned());
    println!(
        "{:<28} {:>5} {:>9} {:>9} {:>7} {:>9} {:>9}",
        "bars a second", "batch", "f32", "Q8", "agree", "PyTorch", "magenta"
    );
    for name in shipped.chain(official).filter(|name| is_wanted(name)) {
        let (config, weights) = network(&name)?;
        let generator = Generator::load(&config, &weights)?;
        drop(weights);
        let peers = match options.iter().any(|option| *option == "--peers") {
            true => peers(&name, &config)?,
            false => Rates::new(),
        };
        let quantised = generator.clone().with_precision(Precision::Q8);
        let agreement = agreement(&config, &generator, &quantised)?;
        for batch in BATCHES {
            let [f32, q8] = [&generator, &quantised].map(|it| bars_a_second(&config, it, batch));
            let peer = |peer: &str| match peers.get(&(peer.into(), name.clone(), batch)) {
                Some(rate) => format!("{rate:.1}"),
                None => "-".into(),
            };
            println!(
                "{name:<28} {batch:>5} {:>9.1} {:>9.1} {agreement:>7.4} {:>9} {:>9}",
                f32?,
                q8?,
                peer("torch"),
                peer("magenta")
            );
        }
    }
    Ok(())
}

/// A shipped model, or the decoder of a configuration with random weights.
fn network(name: &str) -> Result<(Config, Weights), Box<dyn Error>> {
    let Some(family) = Family::from_name(name) else {
        let file = format!("models/{name}.safetensors");
        let weights = Weights::read(&fs::read(&file)?, &file)?;
        let family = weights.family().ok_or("the file names no family")?;
        return Ok((weights.config(family)?, weights));
    };
    let config = Config::official(family);
    let mut rng = rng::stream(1, name);
    let decoding = config.tensors().into_iter().filter(|(name, _)| !name.starts_with("encoder"));
    let tensors = decoding.map(|(name, shape)| {
        let n: usize = shape.iter().product();
        let values: Vec<f32> = (0..n).map(|_| rng.random_range(-0.08..0.08)).collect();
        Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
    });
    Ok((config, Weights::new(tensors.collect::<candle_core::Result<_>>()?)))
}

fn greedy(_: usize, logits: &mut [f32]) -> u16 {
    sampling::greedy(logits)
}

fn zs(config: &Config, n: usize) -> Vec<Vec<f32>> {
    let mut rng = rng::stream(2, "z");
    (0..n).map(|_| latent::prior(config.n_latent, &mut rng)).collect()
}

fn n_bars(config: &Config) -> f64 {
    match config.family.domain() {
        // Its tracks are one bar long.
        Domain::Performance => 1.0,
        _ => config.n_steps() as f64 / STEPS_PER_BAR as f64,
    }
}

fn bars_a_second(
    config: &Config,
    generator: &Generator,
    batch: usize,
) -> Result<f64, Box<dyn Error>> {
    let zs = zs(config, batch);
    let zs: Vec<&[f32]> = zs.iter().map(Vec::as_slice).collect();
    let mut picks = vec![greedy; batch];
    let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();
    let (began, mut best, mut n_runs) = (Instant::now(), f64::MAX, 0);
    while n_runs < 3 || began.elapsed().as_secs_f64() < ENOUGH {
        let start = Instant::now();
        generator.decode_all(&zs, PartSet::ALL, &mut picks)?;
        best = best.min(start.elapsed().as_secs_f64());
        n_runs += 1;
    }
    Ok(batch as f64 * n_bars(config) / best)
}

/// Picks what another network picked, and counts how often its own network would have.
struct Follower {
    choices: std::vec::IntoIter<u16>,
    n_equal: usize,
}

impl Pick for Follower {
    fn pick(&mut self, _: usize, logits: &mut [f32]) -> u16 {
        let chosen = self.choices.next().unwrap_or_default();
        self.n_equal += usize::from(sampling::greedy(logits) == chosen);
        chosen
    }
}

fn agreement(
    config: &Config,
    reference: &Generator,
    other: &Generator,
) -> Result<f64, Box<dyn Error>> {
    let (mut n_equal, mut n) = (0, 0);
    for z in zs(config, 8) {
        let mut choices = Vec::new();
        let mut record = |_: usize, logits: &mut [f32]| {
            choices.push(sampling::greedy(logits));
            sampling::greedy(logits)
        };
        let _: Vec<Line> = reference.decode(&z, &mut record)?;
        n += choices.len();
        let mut follower = Follower { choices: choices.into_iter(), n_equal: 0 };
        other.decode(&z, &mut follower)?;
        n_equal += follower.n_equal;
    }
    Ok(n_equal as f64 / n as f64)
}

/// Speed of the peers with a network of these shapes; nothing for heads that they don't implement.
fn peers(name: &str, config: &Config) -> Result<Rates, Box<dyn Error>> {
    let mut cores = Vec::new();
    for core in config.cores() {
        let Head::Categorical(parts) = core.head else { return Ok(Rates::new()) };
        cores.push(parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"));
    }
    let Config { n_latent, n_decoder, n_decoder_layers, .. } = config;
    let Config { n_segments, n_segment_steps, n_conductor, n_conductor_layers, .. } = config;
    let line = format!(
        "{name} {n_latent} {n_decoder} {n_decoder_layers} {n_segments} {n_segment_steps} \
         {n_conductor} {n_conductor_layers} {}\n",
        cores.join(",")
    );
    let mut script = Command::new("benches/peers.sh")
        .arg("decode")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    script.stdin.take().ok_or("no pipe")?.write_all(line.as_bytes())?;
    let output = String::from_utf8(script.wait_with_output()?.stdout)?;
    let rate = |line: &str| {
        let mut words = line.split_whitespace();
        let (peer, name) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(((peer, name, words.next()?.parse().ok()?), words.next()?.parse().ok()?))
    };
    Ok(output.lines().filter_map(rate).collect())
}
