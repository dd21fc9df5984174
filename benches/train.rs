//! Training speed in examples a second, and peak memory, compared with PyTorch.
//!
//! `cargo bench --bench train [-- --peers]` trains the official drums and trio networks, and this
//! project's for tracks, from random weights on random windows, with one thread and with two, each in a process of its own. It prints the
//! best of several steps: forward, backward, clipped gradient, Adam. With `--peers`, PyTorch trains the
//! same networks with batches of the same size in the same run (`benches/peers.sh` installs it).

use std::{
    error::Error,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    time::Instant,
};

use electropunk::{
    ffi,
    lab::train::{
        examples::Examples,
        fit::{Fit, Settings},
        network::Network,
        pool::Pool,
        schedule::Schedule,
        scheduled::{Growth, SamplingSchedule},
    },
    musicvae::{
        convert::{performance, window::Window},
        net::{config::Config, family::Family},
    },
    rng,
};
use rand::RngExt as _;

/// Families and their batch sizes.
const CASES: [(Family, usize); 3] =
    [(Family::Drums2Bar, 128), (Family::Trio4Bar, 64), (Family::ElectropunkMultitrack1Bar, 32)];
const N_STEPS: usize = 8;
const SCHEDULE: Schedule = Schedule {
    learning_rate: 1e-3,
    decay_rate: 0.9999,
    min_learning_rate: 1e-5,
    free_bits: 48.0,
    max_beta: 0.2,
    beta_rate: 0.0,
    sampling: SamplingSchedule { growth: Growth::Constant, rate: 0.0 },
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [option, name, n_threads] = &args[..]
        && option == "--case"
    {
        return one_case(name, n_threads.parse()?);
    }
    let with_peers = args.iter().any(|arg| arg == "--peers");
    println!("network, batch, threads: examples a second, peak MB");
    for (family, n_examples) in CASES {
        // PyTorch's script has no tracks of different lengths.
        let has_peer = !family.domain().is_multitrack();
        for n_threads in ["1", "2"] {
            print!("{family}, {n_examples}, {n_threads}: ");
            print!("ours {}", ours(family, n_threads)?);
            if with_peers && has_peer {
                print!(", PyTorch {}", pytorch(family, n_examples, n_threads)?);
            }
            println!();
        }
    }
    Ok(())
}

fn ours(family: Family, n_threads: &str) -> Result<String> {
    let mut case = Command::new(std::env::current_exe()?);
    case.args(["--case", family.name(), n_threads]).env("RAYON_NUM_THREADS", n_threads);
    Ok(String::from_utf8(case.output()?.stdout)?.trim().to_owned())
}

fn pytorch(family: Family, n_examples: usize, n_threads: &str) -> Result<String> {
    let mut script = Command::new("benches/peers.sh");
    script.arg("train").env("THREADS", n_threads).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = script.spawn()?;
    let line = format!("{family} {n_examples} {N_STEPS}\n");
    running.stdin.take().ok_or("no pipe")?.write_all(line.as_bytes())?;
    Ok(String::from_utf8(running.wait_with_output()?.stdout)?.trim().to_owned())
}

fn one_case(name: &str, n_threads: usize) -> Result<()> {
    let (family, n_examples) =
        CASES.into_iter().find(|(family, _)| family.name() == name).ok_or("no such case")?;
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    let config = Config::official(family);
    let examples = Examples {
        real: Pool::from(windows(&config)),
        themed: Pool::default(),
        themed_share: 0.0,
        recombined_share: 0.0,
        varied_share: 0.0,
    };
    let settings = Settings { schedule: SCHEDULE, seed: 1, n_examples, n_threads, keep_prob: 1.0 };
    let mut fit = Fit::new(Network::new(config, 1)?, examples, settings)?;
    let mut best = f64::MAX;
    for _ in 0..N_STEPS {
        let start = Instant::now();
        fit.advance()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{:.1}, {} MB", n_examples as f64 / best, peak_megabytes());
    Ok(())
}

/// Windows of random tokens. The speed of a step does not depend on them, but on the lengths of tracks.
fn windows(config: &Config) -> Vec<Window> {
    let mut rng = rng::stream(3, "windows");
    if config.family.domain().is_multitrack() {
        let mut track = || {
            // Of a bar of game music, 39 % of all tracks are empty, and the others have 25 events.
            let n = if rng.random_bool(0.39) { 0 } else { rng.random_range(1..50) };
            let event = |step| if step < n { (step % 90) as u16 } else { performance::END };
            (0..config.n_segment_steps).map(event).collect::<Vec<u16>>()
        };
        return (0..256)
            .map(|_| vec![(0..config.n_segments).flat_map(|_| track()).collect()])
            .collect();
    }
    let n_tokens = config.family.domain().n_tokens();
    let mut line = |n: usize| -> Vec<u16> {
        (0..config.n_steps()).map(|_| rng.random_range(0..n) as u16).collect()
    };
    (0..256).map(|_| n_tokens.iter().map(|&n| line(n)).collect()).collect()
}

/// Peak memory of this process on Linux; 0 elsewhere.
fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
