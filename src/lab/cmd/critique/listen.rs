//! A station, a piece or a recording played to a listener.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    compose::composer::Composer,
    lab::{
        cmd::critique::recording::Recording,
        measure::hearing::{Heard, Listener},
    },
    music::bar::Bar,
    sound::{frame::Block, piece::PiecePlayer},
    station::{ahead, renderer::Renderer},
    units::SAMPLE_RATE,
};

/// Pieces of sound read ahead of the listener.
const PIECES_AHEAD: usize = 16;

/// What `composer` writes and `renderer` plays within `seconds`: the bars, when each begins in the
/// sound, and what is heard.
///
/// # Errors
/// The system has no thread left.
pub fn station(
    composer: Composer,
    mut renderer: Renderer,
    seconds: f64,
) -> anyhow::Result<(Vec<Arc<Bar>>, Vec<f64>, Heard)> {
    let progress = progress(seconds)?;
    let ready = ahead::bars(composer)?;
    let mut listener = Listener::new(SAMPLE_RATE)?;
    let (mut bars, mut starts): (Vec<Arc<Bar>>, Vec<f64>) = (Vec::new(), Vec::new());
    while renderer.rendered_seconds() < seconds {
        let block = renderer.render(&mut || {
            let bar = ready.recv().expect("a composer has no end");
            bars.push(bar);
            bars[bars.len() - 1].clone()
        });
        listener.hear(&block.left, &block.right);
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
    Ok((bars, starts, listener.finish()))
}

/// What is heard of `player`.
///
/// # Errors
/// None that a caller could cause.
pub fn piece(mut player: PiecePlayer) -> anyhow::Result<Heard> {
    let mut listener = Listener::new(SAMPLE_RATE)?;
    while let Some(Block { left, right }) = player.render() {
        listener.hear(left, right);
    }
    Ok(listener.finish())
}

/// What is heard of `recording`, which is decoded on a thread of its own.
///
/// # Errors
/// It can't be read to its end, or its rate is unheard of or changes.
pub fn recording(mut recording: Recording) -> anyhow::Result<Heard> {
    let (sender, pieces) = mpsc::sync_channel::<(u32, [Vec<f32>; 2])>(PIECES_AHEAD);
    let reading = thread::Builder::new().name("decode".into());
    let reading = reading.spawn(move || -> anyhow::Result<()> {
        while let Some(piece) = recording.next()? {
            let channels = [piece.left.to_vec(), piece.right.to_vec()];
            if sender.send((piece.rate, channels)).is_err() {
                break;
            }
        }
        Ok(())
    });
    let reading = reading.context("can't start a thread")?;
    let mut heard: Option<(u32, Listener)> = None;
    for (rate, [left, right]) in pieces {
        let (first_rate, listener) = match &mut heard {
            Some(heard) => heard,
            None => heard.insert((rate, Listener::new(rate)?)),
        };
        anyhow::ensure!(rate == *first_rate, "its rate changes from {first_rate} to {rate} Hz");
        listener.hear(&left, &right);
    }
    reading.join().expect("decoding does not panic")?;
    let (_, listener) = heard.context("it holds no sound")?;
    Ok(listener.finish())
}

fn progress(seconds: f64) -> anyhow::Result<ProgressBar> {
    let template = "{bar:24} {pos} of {len} s, {per_sec}, {eta} left";
    Ok(ProgressBar::new(seconds as u64).with_style(ProgressStyle::with_template(template)?))
}
