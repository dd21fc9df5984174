//! A mount's sound in pieces of whole frames.

use std::sync::Arc;

use crate::{
    stream::{
        mp3::{FrameHeader, frames},
        ring::Chunk,
    },
    units::SAMPLE_RATE,
};

/// Cuts a stream where a piece can hold no further frame, so that none is longer than it may be.
pub struct Cutter {
    /// The most samples of a piece.
    limit: u64,
    /// Samples before the piece that is being filled.
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
    /// What its first frame is of.
    pub title: Arc<str>,
    /// Samples of the stream before its first.
    pub begins: u64,
    /// Its own.
    pub n_samples: u64,
}

impl Cutter {
    /// Cuts pieces of at most `seconds`, which is at least 1.
    pub fn new(seconds: u32) -> Self {
        let limit = u64::from(seconds) * u64::from(SAMPLE_RATE);
        Self { limit, begins: 0, filling: Filling::default() }
    }

    /// Takes what sounds next; answers with the pieces that are full.
    pub fn take(&mut self, chunk: &Chunk) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for frame in frames(&chunk.audio) {
            let n_samples = FrameHeader::parse(frame).map_or(0, |header| header.n_samples.into());
            if self.filling.audio.is_empty() {
                self.filling.title = chunk.title.clone();
            }
            self.filling.audio.extend_from_slice(frame);
            self.filling.n_samples += n_samples;
            // Frames are alike: the next one will be as long.
            if self.limit < self.filling.n_samples + n_samples {
                pieces.push(self.cut());
            }
        }
        pieces
    }

    /// Forgets the piece that is being filled; sound is missing after it.
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
    /// How long it sounds.
    pub fn seconds(&self) -> f64 {
        self.n_samples as f64 / f64::from(SAMPLE_RATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::testing::sound;

    #[test]
    fn pieces_follow_each_other_without_a_gap_and_are_never_too_long() {
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
    fn a_long_chunk_is_cut_at_once_and_what_is_forgotten_still_counts() {
        let mut cutter = Cutter::new(1);

        assert_eq!(cutter.take(&sound(38 * 3 + 5, "a")).len(), 3);
        cutter.forget();

        assert_eq!(cutter.take(&sound(38, "b"))[0].begins, (38 * 3 + 5) * 1152);
    }
}
