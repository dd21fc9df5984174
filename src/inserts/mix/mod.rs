//! Mixes an insert over the music, or into a gap in it.
//!
//! A recording is read and decoded on its own thread and reaches the mixer through a channel of 1.7 s,
//! which is full before the recording starts. The mixing thread never opens or reads a file; it waits
//! for a block only if the channel is empty, and then for half a second at most.

mod insert;
mod music;

pub use self::{
    insert::Insert,
    music::{FADE_FRAMES, MusicLevel},
};
use crate::{
    inserts::mix::{insert::Playback, music::Fader},
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// Silenced music resumes this long after the insert if no beat is announced: 2 seconds.
const MAX_PAUSE: u64 = 2 * SAMPLE_RATE as u64;

/// Mixes at most one insert at a time.
#[derive(Default)]
pub struct Mixer {
    playing: Option<Playing>,
    /// The next frame to mix.
    now: u64,
}

struct Playing {
    playback: Playback,
    start: u64,
    /// One after the last frame.
    end: u64,
    music: Fader,
}

impl Mixer {
    /// A mixer that plays no insert.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays `insert` from frame `at_frame`, or from the next frame to mix if that is later. The music fades
    /// down before that, if there is time.
    ///
    /// # Errors
    /// Returns `insert` while another one plays or the music is still fading up.
    pub fn start(&mut self, insert: Insert, at_frame: u64) -> Result<(), Insert> {
        if self.playing.is_some() {
            return Err(insert);
        }
        let start = at_frame.max(self.now);
        let end = start + insert.n_frames();
        let mut music = Fader::new(insert.music(), start, self.now);
        if insert.music() != MusicLevel::Silent {
            music.fade_up(end);
        }
        self.playing = Some(Playing { playback: insert.into_playback(), start, end, music });
        Ok(())
    }

    /// Whether an insert plays or is about to, or the music is still fading up after one.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// The title of the insert that plays or is about to.
    pub fn title(&self) -> Option<&str> {
        self.playing.as_ref().map(|playing| playing.playback.title())
    }

    /// The frames of the insert that plays or is about to.
    pub fn span(&self) -> Option<std::ops::Range<u64>> {
        self.playing.as_ref().map(|playing| playing.start..playing.end)
    }

    /// The frame from which silenced music may resume; none if it isn't silenced or its resume frame is set.
    pub fn awaits_beat(&self) -> Option<u64> {
        let playing = self.playing.as_ref()?;
        (!playing.music.is_fading_up()).then_some(playing.end)
    }

    /// Resumes the music at `at_frame`, a beat, but not before the end of the insert or in the past.
    pub fn resume_music(&mut self, at_frame: u64) {
        if let Some(playing) = &mut self.playing {
            playing.music.fade_up(at_frame.max(playing.end).max(self.now));
        }
    }

    /// Mixes the insert into a block of music that starts at `frame`. Blocks must be consecutive.
    pub fn mix(&mut self, block: &mut Block, frame: u64) {
        self.now = frame + FRAMES_PER_MP3_FRAME as u64;
        let Some(playing) = &mut self.playing else { return };
        playing.music.fade(block, frame);
        playing.add(block, frame);
        if !playing.music.is_fading_up() && playing.end + MAX_PAUSE <= self.now {
            playing.music.fade_up(self.now);
        }
        if playing.end <= self.now && playing.music.is_up(self.now) {
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
            let Some([left, right]) = self.playback.next() else {
                // The recording ended early, so its end moves here. The music of this block has been
                // faded already.
                self.end = frame + n as u64;
                if self.music.is_fading_up() {
                    self.music.fade_up(frame + FRAMES_PER_MP3_FRAME as u64);
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
