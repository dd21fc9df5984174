//! Cuts a mount's MP3 stream into pieces of whole frames, one per segment.

use std::sync::Arc;

use crate::{
    stream::{
        mp3::{FrameHeader, frames},
        ring::Chunk,
    },
    units::SAMPLE_RATE,
};

/// Cuts a stream into the longest pieces that don't exceed a limit.
pub struct Cutter {
    /// Most samples per piece.
    limit: u64,
    /// Position of the unfinished piece in samples.
    begins: u64,
    filling: Filling,
}

#[derive(Default)]
struct Filling {
    audio: Vec<u8>,
    n_samples: u64,
    title: Arc<str>,
}

/// A piece of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whole frames.
    pub audio: Vec<u8>,
    /// The title at its first frame.
    pub title: Arc<str>,
    /// Position of its first sample in the stream.
    pub begins: u64,
    /// Number of samples per channel.
    pub n_samples: u64,
}

impl Cutter {
    /// Cuts pieces of at most `seconds` (1 or more).
    pub fn new(seconds: u32) -> Self {
        let limit = u64::from(seconds) * u64::from(SAMPLE_RATE);
        Self { limit, begins: 0, filling: Filling::default() }
    }

    /// Appends `chunk` and returns the pieces that are complete.
    pub fn take(&mut self, chunk: &Chunk) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for frame in frames(&chunk.audio) {
            let n_samples = FrameHeader::parse(frame).map_or(0, |header| header.n_samples.into());
            if self.filling.audio.is_empty() {
                self.filling.title = chunk.title.clone();
            }
            self.filling.audio.extend_from_slice(frame);
            self.filling.n_samples += n_samples;
            // The next frame is assumed to be as long as this one.
            if self.limit < self.filling.n_samples + n_samples {
                pieces.push(self.cut());
            }
        }
        pieces
    }

    /// Discards the unfinished piece, after which audio is missing.
    pub fn forget(&mut self) {
        self.begins += self.filling.n_samples;
        self.filling = Filling::default();
    }

    fn cut(&mut self) -> Piece {
        let Filling { audio, n_samples, title } = std::mem::take(&mut self.filling);
        let begins = self.begins;
        self.begins += n_samples;
        Piece { audio, title, begins, n_samples }
    }
}

impl Piece {
    /// Duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.n_samples as f64 / f64::from(SAMPLE_RATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::testing::sound;

    #[test]
    fn pieces_have_no_gaps_and_do_not_exceed_the_limit() {
        let mut cutter = Cutter::new(2);
        let chunks = (0..40).map(|n| sound(19, if n < 7 { "one" } else { "two" }));
        let pieces: Vec<Piece> = chunks.flat_map(|chunk| cutter.take(&chunk)).collect();

        // 2 s hold 76.56 frames.
        assert_eq!(pieces.len(), 40 * 19 / 76);
        for (index, piece) in pieces.iter().enumerate() {
            assert_eq!((piece.begins, piece.n_samples), (index as u64 * 76 * 1152, 76 * 1152));
            assert_eq!(frames(&piece.audio).count(), 76);
            assert!(piece.seconds() <= 2.0);
        }
        let titles: Vec<&str> = pieces.iter().map(|piece| &*piece.title).collect();
        assert_eq!(titles[..3], ["one", "one", "two"]);
    }

    #[test]
    fn a_long_chunk_is_cut_and_discarded_audio_counts() {
        let mut cutter = Cutter::new(1);

        assert_eq!(cutter.take(&sound(38 * 3 + 5, "a")).len(), 3);
        cutter.forget();

        assert_eq!(cutter.take(&sound(38, "b"))[0].begins, (38 * 3 + 5) * 1152);
    }
}
