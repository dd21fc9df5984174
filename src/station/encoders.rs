//! A station's encoders: what is rendered once goes into the rings of all its mounts.

use std::{
    collections::VecDeque,
    sync::{Arc, mpsc::Receiver},
};

use tracing::error;

use crate::{
    sound::{coder::Coder, frame::Block},
    station::supervision::caught,
    stream::{
        coding::Coding,
        ring::{Chunk, Writer},
    },
};

/// Blocks that a new encoder hears before the first that counts.
const N_PRIMING: usize = 4;

/// A mount as it is wanted from the next chunk on.
pub struct Wanted {
    /// What it is known by: its path.
    pub path: String,
    /// How its sound is coded.
    pub coding: Coding,
    /// How many bytes its ring keeps.
    pub keep: usize,
    /// Its ring, where it is new. None: the one that it has.
    pub writer: Option<Writer>,
}

/// All mounts of a station, each with its encoder.
pub struct Outlets {
    station: String,
    mounts: Vec<Outlet>,
    changes: Receiver<Vec<Wanted>>,
    /// The last blocks, oldest first.
    recent: VecDeque<Block>,
}

struct Outlet {
    path: String,
    coding: Coding,
    writer: Writer,
    /// None until its first block, and after a failure.
    encoder: Option<Coder>,
    is_well: bool,
    audio: Vec<u8>,
}

impl Outlets {
    /// No mount yet; those that `changes` brings go on air at the next chunk's border, and those that
    /// it does not name end there.
    pub fn new(station: &str, changes: Receiver<Vec<Wanted>>) -> Self {
        let station = station.to_owned();
        Self { station, mounts: Vec::new(), changes, recent: VecDeque::new() }
    }

    /// Begins a chunk.
    pub fn turn(&mut self) {
        while let Ok(wanted) = self.changes.try_recv() {
            let mut before = std::mem::take(&mut self.mounts);
            for Wanted { path, coding, keep, writer } in wanted {
                let index = before.iter().position(|outlet| outlet.path == path);
                let old = index.map(|index| before.swap_remove(index));
                let (old_writer, encoder) = match old {
                    Some(old) => (
                        Some(old.writer),
                        old.encoder.filter(|_| old.coding == coding && writer.is_none()),
                    ),
                    None => (None, None),
                };
                if let Some(mut writer) = writer.or(old_writer) {
                    writer.keep(keep);
                    let audio = Vec::new();
                    let outlet = Outlet { path, coding, writer, encoder, is_well: true, audio };
                    self.mounts.push(outlet);
                }
            }
        }
    }

    /// Encodes a block for all mounts. An encoder that fails is replaced by another.
    pub fn encode(&mut self, block: &Block) {
        for outlet in &mut self.mounts {
            let encoded = outlet.encode(block, &self.recent);
            let was_well = std::mem::replace(&mut outlet.is_well, encoded.is_ok());
            if let Err(why) = encoded {
                outlet.encoder = None;
                // A chunk is of one stream.
                if outlet.coding.subtype().is_some() {
                    outlet.audio.clear();
                }
                // Not for every block, if no encoder can start.
                if was_well {
                    let (station, path) = (&self.station, &outlet.path);
                    error!(station, path, "the encoder failed and starts again: {why}");
                }
            }
        }
        if self.recent.len() == N_PRIMING {
            self.recent.pop_front();
        }
        self.recent.push_back(block.clone());
    }

    /// Puts what was encoded into the rings, under `title`.
    pub fn push(&mut self, title: &Arc<str>) {
        for outlet in &mut self.mounts {
            let audio = std::mem::take(&mut outlet.audio);
            if !audio.is_empty() {
                let chain = outlet.encoder.as_ref().and_then(Coder::chain).cloned();
                outlet.writer.push(Chunk { audio: audio.into(), title: title.clone(), chain });
            }
        }
    }
}

impl Outlet {
    fn encode(&mut self, block: &Block, recent: &VecDeque<Block>) -> Result<(), String> {
        let Self { coding, encoder, audio, .. } = self;
        let encoded = caught(|| {
            let encoder = match encoder {
                Some(encoder) => encoder,
                none => none.insert(Coder::after(recent, *coding)?),
            };
            encoder.encode(block, audio)
        });
        encoded?.map_err(|error: crate::sound::Error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::{
        sound::testing::{decode, tone_at},
        stream::{
            mp3::{FrameHeader, frames},
            ring::{ReadError, Reader, RingLimits, Tap, ring},
        },
        units::SAMPLE_RATE,
    };

    const LIMITS: RingLimits = RingLimits { burst: 1 << 20, keep: 1 << 20 };

    fn wanted(path: &str, kbps: i64, writer: Option<Writer>) -> Wanted {
        let coding = Coding::Mp3(kbps.try_into().unwrap());
        Wanted { path: path.into(), coding, keep: 1 << 20, writer }
    }

    /// A chunk of a tone of 1000 Hz that began `n_blocks` ago.
    fn play(outlets: &mut Outlets, n_blocks: &mut usize) {
        outlets.turn();
        for _ in 0..10 {
            let radians = std::f32::consts::TAU * 1000.0 / SAMPLE_RATE as f32;
            let start = *n_blocks * 1152;
            let wave = std::array::from_fn(|n| 0.5 * (radians * (start + n) as f32).sin());
            outlets.encode(&Block { left: wave, right: wave });
            *n_blocks += 1;
        }
        outlets.push(&"tone".into());
    }

    async fn heard(mut reader: Reader) -> Vec<u8> {
        let mut audio = Vec::new();
        loop {
            match reader.next().await {
                Ok(chunk) => audio.extend_from_slice(&chunk.audio),
                Err(ReadError::Ended) => return audio,
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[tokio::test]
    async fn mounts_come_and_go_and_change_without_a_gap_in_any() {
        let (sender, changes) = mpsc::channel();
        let mut outlets = Outlets::new("test", changes);
        let (writers, taps): (Vec<_>, Vec<_>) = (0..3).map(|_| ring(LIMITS)).unzip();
        let [a, b, c] = <[Writer; 3]>::try_from(writers).ok().unwrap();
        let readers: Vec<Reader> = taps.iter().map(Tap::reader).collect();
        let mut n = 0;

        sender.send(vec![wanted("a", 128, Some(a)), wanted("b", 96, Some(b))]).unwrap();
        (0..3).for_each(|_| play(&mut outlets, &mut n));
        // `a` takes another bitrate, `b` ends, `c` comes.
        sender.send(vec![wanted("c", 128, Some(c)), wanted("a", 320, None)]).unwrap();
        (0..3).for_each(|_| play(&mut outlets, &mut n));
        drop(outlets);

        let mut n_frames = Vec::new();
        for reader in readers {
            let audio = heard(reader).await;
            let found: Vec<&[u8]> = frames(&audio).collect();
            assert_eq!(found.iter().map(|frame| frame.len()).sum::<usize>(), audio.len());
            let rates: Vec<u32> =
                found.iter().map(|frame| FrameHeader::parse(frame).unwrap().kbps).collect();
            n_frames.push((rates.len(), rates[0], rates[rates.len() - 1]));
            let blocks = decode(&audio);
            for (index, block) in blocks.iter().enumerate().take(blocks.len() - 2).skip(2) {
                let level = tone_at(std::slice::from_ref(block), 1000.0);
                assert!((0.45..0.55).contains(&level), "block {index}: {level}");
            }
        }
        // An encoder's first block gives no frame; one that was primed owes none.
        assert_eq!(n_frames, [(59, 128, 320), (29, 96, 96), (30, 128, 128)]);
    }

    #[tokio::test]
    async fn ogg_goes_on_in_one_stream_until_its_rate_changes() {
        let (sender, changes) = mpsc::channel();
        let mut outlets = Outlets::new("test", changes);
        let (writer, tap) = ring(LIMITS);
        let want = |kbps, writer| {
            let coding = Coding::Opus { kbps };
            vec![Wanted { path: "a".into(), coding, keep: 1 << 20, writer }]
        };
        let mut n = 0;

        sender.send(want(96, Some(writer))).unwrap();
        (0..3).for_each(|_| play(&mut outlets, &mut n));
        sender.send(want(48, None)).unwrap();
        (0..3).for_each(|_| play(&mut outlets, &mut n));
        drop(outlets);

        let (mut reader, mut last, mut heads) = (tap.reader(), None, Vec::new());
        while let Ok(chunk) = reader.next().await {
            assert_eq!(&chunk.audio[..4], b"OggS");
            let begun = chunk.begun_after(&mut last, "Test");
            heads.push(begun.is_some_and(|audio| audio.windows(8).any(|w| w == b"OpusHead")));
        }
        assert_eq!(heads, [true, false, false, true, false, false]);
    }
}
