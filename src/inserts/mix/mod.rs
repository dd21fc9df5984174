//! A recording in the mix: over the music or between.
//!
//! The file is read and decoded on a thread of the recording's own; blocks come through a channel that
//! holds a few seconds, full before the recording begins. The mixing thread never opens or reads a
//! file; it waits for a block only if the channel is empty, and only so long.

mod item;
mod music;

pub use self::{
    item::Item,
    music::{FADE_FRAMES, Meanwhile},
};
use crate::{
    inserts::mix::{item::Voice, music::Fader},
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// If nobody says where the beat is, music that was silent comes back after this: 2 seconds.
const LONGEST_PAUSE: u64 = 2 * SAMPLE_RATE as u64;

/// The place of recordings in the mix: at most one at a time.
#[derive(Default)]
pub struct Guest {
    playing: Option<Playing>,
    /// The frame that is mixed next.
    now: u64,
}

struct Playing {
    voice: Voice,
    start: u64,
    /// One after its last frame.
    end: u64,
    music: Fader,
}

impl Guest {
    /// Nobody is there.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `item` into the mix from frame `at_frame` on, or from the next one that is mixed, if that
    /// is later. The music fades to its place before, as far as there is time.
    ///
    /// # Errors
    /// Gives `item` back while another is heard, or the music is not back yet.
    pub fn begin(&mut self, item: Item, at_frame: u64) -> Result<(), Item> {
        if self.playing.is_some() {
            return Err(item);
        }
        let start = at_frame.max(self.now);
        let end = start + item.n_frames();
        let mut music = Fader::new(item.meanwhile(), start, self.now);
        if item.meanwhile() != Meanwhile::Silent {
            music.come_back(end);
        }
        self.playing = Some(Playing { voice: item.into_voice(), start, end, music });
        Ok(())
    }

    /// Whether a recording is in the mix or about to be, or the music not back yet.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// What is heard, or will be next.
    pub fn title(&self) -> Option<&str> {
        self.playing.as_ref().map(|playing| playing.voice.title())
    }

    /// First frame and one after the last of what is heard or will be next.
    pub fn span(&self) -> Option<std::ops::Range<u64>> {
        self.playing.as_ref().map(|playing| playing.start..playing.end)
    }

    /// The frame from which on silent music may come back, while nobody has said where it does.
    pub fn awaits_beat(&self) -> Option<u64> {
        let playing = self.playing.as_ref()?;
        (!playing.music.is_coming_back()).then_some(playing.end)
    }

    /// Lets the music come back at `at_frame`, where a beat is, or after the recording, if that is
    /// later. Said too late, it comes back at once.
    pub fn come_back(&mut self, at_frame: u64) {
        if let Some(playing) = &mut self.playing {
            playing.music.come_back(at_frame.max(playing.end).max(self.now));
        }
    }

    /// Whether nothing of the music is heard in the block that begins at `frame`: it need not be
    /// rendered.
    pub fn is_music_silent(&self, frame: u64) -> bool {
        let frames = frame..frame + FRAMES_PER_MP3_FRAME as u64;
        self.playing.as_ref().is_some_and(|playing| playing.music.is_silent(frames))
    }

    /// Mixes what is heard into a block of music that begins at `frame`; blocks must follow each other.
    pub fn mix(&mut self, block: &mut Block, frame: u64) {
        self.now = frame + FRAMES_PER_MP3_FRAME as u64;
        let Some(playing) = &mut self.playing else { return };
        playing.music.fade(block, frame);
        playing.add(block, frame);
        if !playing.music.is_coming_back() && playing.end + LONGEST_PAUSE <= self.now {
            playing.music.come_back(self.now);
        }
        if playing.end <= self.now && playing.music.is_back(self.now) {
            self.playing = None;
        }
    }
}

impl Playing {
    fn add(&mut self, block: &mut Block, frame: u64) {
        let first = self.start.saturating_sub(frame).min(FRAMES_PER_MP3_FRAME as u64) as usize;
        for n in first..FRAMES_PER_MP3_FRAME {
            if self.end <= frame + n as u64 {
                return;
            }
            let Some([left, right]) = self.voice.next() else {
                // It broke off: what was said of its end is no longer true. The music of this block
                // has been faded already.
                self.end = frame + n as u64;
                if self.music.is_coming_back() {
                    self.music.come_back(frame + FRAMES_PER_MP3_FRAME as u64);
                }
                return;
            };
            block.left[n] += left;
            block.right[n] += right;
        }
    }
}

#[cfg(test)]
mod tests;
