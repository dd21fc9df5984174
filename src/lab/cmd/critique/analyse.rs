//! Runs the audio analyser over a station, a MIDI file or a recording.

use std::sync::{Arc, mpsc};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    compose::composer::Composer,
    lab::{
        cmd::critique::recording::Recording,
        measure::audio::analyser::{AudioAnalyser, AudioFigures},
    },
    music::bar::Bar,
    sound::{frame::Block, midi_player::MidiPlayer},
    station::{ahead, renderer::Renderer},
    threads,
    units::SAMPLE_RATE,
};

/// Decoded chunks buffered between the decoder's thread and the analyser.
const CHUNKS_AHEAD: usize = 16;

/// Renders `seconds` of a station: its bars, the start of each in seconds, and the sound's figures.
///
/// # Errors
/// Spawning the composer's thread failed.
pub fn station(
    composer: Composer,
    mut renderer: Renderer,
    seconds: f64,
) -> anyhow::Result<(Vec<Arc<Bar>>, Vec<f64>, AudioFigures)> {
    let progress = progress(seconds)?;
    let ready = ahead::bars(composer)?;
    let mut analyser = AudioAnalyser::new(SAMPLE_RATE)?;
    let (mut bars, mut starts): (Vec<Arc<Bar>>, Vec<f64>) = (Vec::new(), Vec::new());
    while renderer.rendered_seconds() < seconds {
        let block = renderer.render(&mut || {
            let bar = ready.recv().expect("a composer has no end");
            bars.push(bar);
            bars[bars.len() - 1].clone()
        });
        analyser.push(&block.left, &block.right);
        if starts.len() < bars.len() {
            let aired = renderer.on_air().bars;
            let new = aired.iter().skip(aired.len() - (bars.len() - starts.len()));
            starts.extend(new.map(|aired| aired.start_second));
        }
        progress.set_position(renderer.rendered_seconds() as u64);
    }
    progress.finish_and_clear();
    let n_begun = starts.partition_point(|start| *start < seconds);
    bars.truncate(n_begun);
    starts.truncate(n_begun);
    Ok((bars, starts, analyser.finish()))
}

/// The figures of the sound of `player`.
///
/// # Errors
/// The analyser can't be created.
pub fn piece(mut player: MidiPlayer) -> anyhow::Result<AudioFigures> {
    let mut analyser = AudioAnalyser::new(SAMPLE_RATE)?;
    while let Some(Block { left, right }) = player.render() {
        analyser.push(left, right);
    }
    Ok(analyser.finish())
}

/// The figures of `recording`, which is decoded on its own thread.
///
/// # Errors
/// The file can't be read or holds no audio, its sample rate is unsupported or changes, or spawning
/// the thread failed.
pub fn recording(mut recording: Recording) -> anyhow::Result<AudioFigures> {
    let (sender, chunks) = mpsc::sync_channel::<(u32, [Vec<f32>; 2])>(CHUNKS_AHEAD);
    let decoding = threads::spawn("decode", move || -> anyhow::Result<()> {
        while let Some(chunk) = recording.next()? {
            let channels = [chunk.left.to_vec(), chunk.right.to_vec()];
            if sender.send((chunk.rate, channels)).is_err() {
                break;
            }
        }
        Ok(())
    })?;
    let mut analyser: Option<(u32, AudioAnalyser)> = None;
    for (rate, [left, right]) in chunks {
        let (first_rate, analyser) = match &mut analyser {
            Some(analyser) => analyser,
            None => analyser.insert((rate, AudioAnalyser::new(rate)?)),
        };
        anyhow::ensure!(
            rate == *first_rate,
            "the sample rate changes: expected {first_rate} Hz, found {rate} Hz"
        );
        analyser.push(&left, &right);
    }
    decoding.join().expect("decoding does not panic")?;
    let (_, analyser) = analyser.context("expected an audio track, found none")?;
    Ok(analyser.finish())
}

fn progress(seconds: f64) -> anyhow::Result<ProgressBar> {
    let template = "{bar:24} {pos} of {len} s, {per_sec}, {eta} left";
    Ok(ProgressBar::new(seconds as u64).with_style(ProgressStyle::with_template(template)?))
}
