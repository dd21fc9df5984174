//! Processor time for a minute of one station: four synthesizers, effects, master and MP3.
//!
//! `cargo bench --bench render [-- FONT.sf2]` plays a dense loop (drums in sixteenths, bass in eighths,
//! three-note chords, a melody) and a sparse one. It prints seconds of processor time for a minute of
//! sound by stage, and the levels before and after the master.

use std::{error::Error, fs, path::Path, sync::Arc, time::Instant};

use electropunk::{
    music::bar::{Bar, Hit, Mix, N_PARTS, Voice},
    sound::{
        band::Band,
        font_file,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
        mp3::Mp3Encoder,
    },
    units::{Bpm, Decibels, Kbps, SAMPLE_RATE},
};

#[path = "../src/sound/tiny_font.rs"]
mod tiny_font;

const N_BLOCKS: usize = 60 * SAMPLE_RATE as usize / FRAMES_PER_MP3_FRAME;

/// Seconds that each stage took for a minute of sound.
#[derive(Default)]
struct Costs {
    band: f64,
    master: f64,
    encoder: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let font = match std::env::args().skip(1).find(|arg| !arg.starts_with('-')) {
        Some(path) => font_file::load(Path::new(&path))?,
        None => font_file::parse(&tiny_font::build(), "tiny")?,
    };
    println!("CPU seconds a minute of sound; levels before the master and after");
    let mix = mix();
    for (name, bar) in [("dense, 128 bpm", dense(&mix)), ("sparse, 84 bpm", sparse(&mix))] {
        let mut band = Band::new(&font, &mix)?;
        let mut meter = ebur128::EbuR128::new(2, SAMPLE_RATE, ebur128::Mode::all())?;
        let mut costs = Costs::default();
        let mut peak: f32 = 0.0;
        let (mut master, mut encoder) =
            (Master::new(mix.loudness)?, Mp3Encoder::new(Kbps::DEFAULT)?);
        let mut block = Block::SILENCE;
        for _ in 0..N_BLOCKS {
            while band.queued_frames() < FRAMES_PER_MP3_FRAME as u64 {
                band.queue(&bar);
            }
            timed(&mut costs.band, || band.render(&mut block));
            peak = peak.max(block.peak());
            timed(&mut costs.master, || master.process(&mut block, |_| ()));
            timed(&mut costs.encoder, || encoder.encode(&block).map(<[u8]>::len))?;
            meter.add_frames_planar_f32(&[&block.left, &block.right])?;
        }
        println!(
            "{name}: band {:.3}, master {:.3}, MP3 {:.3}, all {:.3}; peak {:.1} dBFS, \
             then {:.1} dBTP, {:.1} LUFS",
            costs.band,
            costs.master,
            costs.encoder,
            costs.band + costs.master + costs.encoder,
            Decibels::from_ratio(peak.into()).0,
            Decibels::from_ratio(meter.true_peak(0)?.max(meter.true_peak(1)?)).0,
            meter.loudness_global()?,
        );
    }
    Ok(())
}

fn timed<T>(seconds: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = cpu_seconds();
    let done = work();
    *seconds += cpu_seconds() - start;
    done
}

/// Processor time of this thread on Linux; elapsed time elsewhere.
fn cpu_seconds() -> f64 {
    thread_local!(static BEGAN: Instant = Instant::now());
    let nanoseconds = fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGAN.with(|began| began.elapsed().as_secs_f64()), |ns| ns / 1e9)
}

fn mix() -> Arc<Mix> {
    let voice = |bank, program, reverb, chorus| Voice {
        reverb,
        chorus,
        echo: chorus,
        duck: Decibels(-30.0 * chorus),
        sweep: chorus,
        ..Voice::plain(bank, program)
    };
    Arc::new(Mix::of([
        voice(128, 0, 0.1, 0.0),
        voice(0, 38, 0.0, 0.0),
        voice(0, 81, 0.3, 0.2),
        voice(0, 89, 0.3, 0.2),
    ]))
}

fn hit(start_step: usize, n_steps: f32, pitch: u8) -> Hit {
    Hit { start_step: start_step as f32, n_steps, pitch, velocity: 100 }
}

fn dense(mix: &Arc<Mix>) -> Bar {
    let mut drums = Vec::new();
    for step in 0..16 {
        drums.push(hit(step, 1.0, 42));
        match step % 8 {
            0 | 3 => drums.push(hit(step, 1.0, 36)),
            4 => drums.push(hit(step, 1.0, 38)),
            _ => {}
        }
    }
    let bass = (0..16).step_by(2).map(|step| hit(step, 2.0, 33)).collect();
    let chord = [57, 60, 64].map(|pitch| hit(0, 16.0, pitch)).to_vec();
    let lead = (0..16).map(|step| hit(step, 1.5, 69 + (step % 7) as u8)).collect();
    bar(128.0, [drums, bass, lead, chord], mix)
}

fn sparse(mix: &Arc<Mix>) -> Bar {
    let drums = vec![hit(0, 1.0, 36), hit(8, 1.0, 42)];
    let lead = vec![hit(0, 8.0, 69), hit(8, 8.0, 72)];
    bar(84.0, [drums, vec![hit(0, 12.0, 33)], lead, vec![hit(0, 16.0, 57)]], mix)
}

fn bar(bpm: f64, parts: [Vec<Hit>; N_PARTS], mix: &Arc<Mix>) -> Bar {
    let tempo = Bpm::try_from(bpm).unwrap_or(Bpm::DEFAULT);
    Bar { parts, ..Bar::plain(tempo, mix.clone()) }
}
