//! An opened recording, and its sound frame by frame.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::Duration,
};

use tracing::warn;

use crate::{
    inserts::mix::music::MusicLevel,
    sound::{
        clip::{Clip, ClipError},
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    threads::{self, SpawnError},
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// Blocks decoded ahead: 1.7 s.
const BLOCKS_AHEAD: usize = 64;

/// Longest wait for a block before the insert ends: less than listeners have buffered.
const BLOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// Length of the fades at both ends, in frames: 5 ms.
const EDGE: u64 = SAMPLE_RATE as u64 / 200;

/// The largest gain: more would only raise the noise.
const MAX_GAIN: Decibels = Decibels(20.0);

/// A recording that is being decoded, with its gain.
pub struct Insert {
    title: String,
    path: PathBuf,
    n_frames: u64,
    gain: f32,
    music: MusicLevel,
    blocks: Receiver<Block>,
}

impl Insert {
    /// Starts to decode `clip`, to be played at the loudness `target`.
    ///
    /// # Errors
    /// Spawning the decoder's thread failed.
    pub fn open(clip: &Clip, target: Lufs, music: MusicLevel) -> Result<Self, SpawnError> {
        let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
        let gain = Decibels((target.0 - clip.loudness.0).min(MAX_GAIN.0));
        let decoded = clip.clone();
        // The thread ends with the recording, or when the receiver is dropped.
        threads::spawn("insert", move || decode(&decoded, &sender))?;
        Ok(Self {
            title: clip.title.clone(),
            path: clip.path.clone(),
            n_frames: clip.n_frames(),
            gain: gain.ratio() as f32,
            music,
            blocks,
        })
    }

    /// The insert with another title.
    pub fn with_title(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// The title shown to listeners.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Length in frames.
    pub fn n_frames(&self) -> u64 {
        self.n_frames
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.n_frames as f64 / f64::from(SAMPLE_RATE)
    }

    /// The level of the music while it plays.
    pub fn music(&self) -> MusicLevel {
        self.music
    }

    pub(super) fn into_playback(self) -> Playback {
        Playback { now: None, next: None, at: 0, n_played: 0, insert: self }
    }
}

fn decode(clip: &Clip, blocks: &SyncSender<Block>) {
    if let Err(error) = decode_until_closed(clip, blocks) {
        warn!("{error}; the file was intact when it was measured");
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

/// Plays an insert frame by frame. Buffers one more block, so that a recording that ends early can still fade
/// out.
pub(super) struct Playback {
    insert: Insert,
    now: Option<Block>,
    next: Option<Block>,
    /// Next frame in `now`.
    at: usize,
    n_played: u64,
}

impl Playback {
    pub fn title(&self) -> &str {
        &self.insert.title
    }

    /// The next frame, left and right, with gain; none after the last.
    pub fn next(&mut self) -> Option<[f32; 2]> {
        if self.n_played == 0 {
            self.next = self.receive();
        }
        if self.now.is_none() || self.at == FRAMES_PER_MP3_FRAME {
            self.now = self.next.take();
            self.at = 0;
            let is_last = self.insert.n_frames <= self.n_played + FRAMES_PER_MP3_FRAME as u64;
            self.next = if self.now.is_none() || is_last { None } else { self.receive() };
        }
        let block = self.now.as_ref()?;
        let n_left_of_block = FRAMES_PER_MP3_FRAME - self.at;
        let mut left = self.insert.n_frames.saturating_sub(self.n_played);
        if self.next.is_none() {
            left = left.min(n_left_of_block as u64);
        }
        let edge = self.n_played.min(left).min(EDGE) as f32 / EDGE as f32;
        let gain = self.insert.gain * edge;
        let frame = [block.left[self.at] * gain, block.right[self.at] * gain];
        self.at += 1;
        self.n_played += 1;
        Some(frame)
    }

    fn receive(&self) -> Option<Block> {
        let block = self.insert.blocks.recv_timeout(BLOCK_TIMEOUT).ok();
        if block.is_none() {
            warn!("{}: decoder late; ending the insert", self.insert.path.display());
        }
        block
    }
}
