//! A recording that waits to be heard, and its sound frame by frame.

use std::{
    io,
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use tracing::warn;

use crate::{
    inserts::mix::music::Meanwhile,
    sound::{
        clip::{Clip, ClipError},
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// Blocks decoded ahead: 1.7 s.
const BLOCKS_AHEAD: usize = 64;

/// How long a block is waited for before the recording is given up: less than what listeners have in
/// hand.
const PATIENCE: Duration = Duration::from_millis(500);

/// Frames of the fades at its ends: 5 ms.
const EDGE: u64 = SAMPLE_RATE as u64 / 200;

/// A recording softer than this much below its place is not blown up to noise.
const MOST_GAIN: Decibels = Decibels(20.0);

/// A recording that is being decoded, at the level that it will have.
pub struct Item {
    title: String,
    path: PathBuf,
    n_frames: u64,
    gain: f32,
    meanwhile: Meanwhile,
    blocks: Receiver<Block>,
}

impl Item {
    /// Begins to decode `clip`, which will be heard at the loudness `target`.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn open(clip: &Clip, target: Lufs, meanwhile: Meanwhile) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
        let gain = Decibels((target.0 - clip.loudness.0).min(MOST_GAIN.0));
        let decoded = clip.clone();
        // Ends when the recording is over, or the other end of the channel is dropped.
        thread::Builder::new().name("guest".into()).spawn(move || decode(&decoded, &sender))?;
        Ok(Self {
            title: clip.title.clone(),
            path: clip.path.clone(),
            n_frames: clip.n_frames(),
            gain: gain.ratio() as f32,
            meanwhile,
            blocks,
        })
    }

    /// The same under another title.
    pub fn called(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// What listeners are shown.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How many frames it lasts.
    pub fn n_frames(&self) -> u64 {
        self.n_frames
    }

    /// How long it lasts.
    pub fn seconds(&self) -> f64 {
        self.n_frames as f64 / f64::from(SAMPLE_RATE)
    }

    /// What the music does meanwhile.
    pub fn meanwhile(&self) -> Meanwhile {
        self.meanwhile
    }

    pub(super) fn into_voice(self) -> Voice {
        Voice { now: None, next: None, at: 0, n_played: 0, item: self }
    }
}

fn decode(clip: &Clip, blocks: &SyncSender<Block>) {
    if let Err(error) = decode_until_closed(clip, blocks) {
        warn!("{error}; it was whole when it was measured");
    }
}

fn decode_until_closed(clip: &Clip, blocks: &SyncSender<Block>) -> Result<(), ClipError> {
    for block in clip.play()? {
        if blocks.send(block?).is_err() {
            break;
        }
    }
    Ok(())
}

/// A recording frame by frame. It has a block in hand beyond the one that is heard, so that it fades
/// out wherever it ends.
pub(super) struct Voice {
    item: Item,
    now: Option<Block>,
    next: Option<Block>,
    /// Frame of `now`.
    at: usize,
    n_played: u64,
}

impl Voice {
    pub fn title(&self) -> &str {
        &self.item.title
    }

    /// The next frame, left and right, at its level; none after the last.
    pub fn next(&mut self) -> Option<[f32; 2]> {
        if self.n_played == 0 {
            self.next = self.receive();
        }
        if self.now.is_none() || self.at == FRAMES_PER_MP3_FRAME {
            self.now = self.next.take();
            self.at = 0;
            let is_last = self.item.n_frames <= self.n_played + FRAMES_PER_MP3_FRAME as u64;
            self.next = if self.now.is_none() || is_last { None } else { self.receive() };
        }
        let block = self.now.as_ref()?;
        let in_hand = FRAMES_PER_MP3_FRAME - self.at;
        let mut left = self.item.n_frames.saturating_sub(self.n_played);
        if self.next.is_none() {
            left = left.min(in_hand as u64);
        }
        let edge = self.n_played.min(left).min(EDGE) as f32 / EDGE as f32;
        let gain = self.item.gain * edge;
        let frame = [block.left[self.at] * gain, block.right[self.at] * gain];
        self.at += 1;
        self.n_played += 1;
        Some(frame)
    }

    fn receive(&self) -> Option<Block> {
        let block = self.item.blocks.recv_timeout(PATIENCE).ok();
        if block.is_none() {
            warn!("{}: no sound in time, it ends here", self.item.path.display());
        }
        block
    }
}
