//! The encoders of a station: one for each mount, writing to its ring.

use std::{
    collections::VecDeque,
    sync::{Arc, mpsc::Receiver},
};

use tracing::error;

use crate::{
    sound::{encoder::Encoder, frame::Block},
    stream::{
        coding::Coding,
        ring::{Chunk, Writer},
    },
    threads::catch_panic,
};

/// Blocks that a new encoder is fed before its first output.
const N_PRIMING: usize = 4;

/// A mount's encoding from the next chunk on.
pub struct EncoderSpec {
    /// The mount's path, which identifies it.
    pub path: String,
    /// Codec and bitrate.
    pub coding: Coding,
    /// Bytes that the ring keeps.
    pub keep: usize,
    /// The ring of a new mount; none for a mount that keeps its ring.
    pub writer: Option<Writer>,
}

/// The encoders of all mounts of a station.
pub struct Encoders {
    station: String,
    mounts: Vec<MountEncoder>,
    changes: Receiver<Vec<EncoderSpec>>,
    /// The last blocks, oldest first, to prime new encoders.
    recent: VecDeque<Block>,
}

struct MountEncoder {
    path: String,
    coding: Coding,
    writer: Writer,
    /// None before the first block and after a failure.
    encoder: Option<Encoder>,
    is_well: bool,
    audio: Vec<u8>,
}

impl Encoders {
    /// Starts without mounts. Each list that arrives through `changes` replaces the mounts at the next
    /// chunk: unlisted ones end.
    pub fn new(station: &str, changes: Receiver<Vec<EncoderSpec>>) -> Self {
        let station = station.to_owned();
        Self { station, mounts: Vec::new(), changes, recent: VecDeque::new() }
    }

    /// Applies pending changes; called at the start of a chunk.
    pub fn apply_changes(&mut self) {
        while let Ok(wanted) = self.changes.try_recv() {
            let mut before = std::mem::take(&mut self.mounts);
            for EncoderSpec { path, coding, keep, writer } in wanted {
                let index = before.iter().position(|old| old.path == path);
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
                    let mount =
                        MountEncoder { path, coding, writer, encoder, is_well: true, audio };
                    self.mounts.push(mount);
                }
            }
        }
    }

    /// Encodes a block for all mounts. A failed encoder is replaced at the next block.
    pub fn encode(&mut self, block: &Block) {
        for mount in &mut self.mounts {
            let encoded = mount.encode(block, &self.recent);
            let was_well = std::mem::replace(&mut mount.is_well, encoded.is_ok());
            if let Err(why) = encoded {
                mount.encoder = None;
                // A chunk holds pages of one Ogg stream only.
                if mount.coding.subtype().is_some() {
                    mount.audio.clear();
                }
                // Logged once if no encoder can be started.
                if was_well {
                    let (station, path) = (&self.station, &mount.path);
                    error!(station, path, "encoder failed; restarting: {why}");
                }
            }
        }
        if self.recent.len() == N_PRIMING {
            self.recent.pop_front();
        }
        self.recent.push_back(block.clone());
    }

    /// Writes the encoded chunk of each mount to its ring, with `title` and `picture`, the path of the
    /// piece's picture on this server.
    pub fn push(&mut self, title: &Arc<str>, picture: Option<&Arc<str>>) {
        for mount in &mut self.mounts {
            let audio = std::mem::take(&mut mount.audio);
            if !audio.is_empty() {
                let chain = mount.encoder.as_ref().and_then(Encoder::chain).cloned();
                let (audio, title, picture) = (audio.into(), title.clone(), picture.cloned());
                mount.writer.push(Chunk { audio, title, picture, chain });
            }
        }
    }
}

impl MountEncoder {
    fn encode(&mut self, block: &Block, recent: &VecDeque<Block>) -> Result<(), String> {
        let Self { coding, encoder, audio, .. } = self;
        let encoded = catch_panic(|| {
            let encoder = match encoder {
                Some(encoder) => encoder,
                none => none.insert(Encoder::after(recent, *coding)?),
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

    fn wanted(path: &str, kbps: i64, writer: Option<Writer>) -> EncoderSpec {
        let coding = Coding::Mp3(kbps.try_into().unwrap());
        EncoderSpec { path: path.into(), coding, keep: 1 << 20, writer }
    }

    /// Encodes a chunk of a 1000 Hz tone that started `n_blocks` ago.
    fn play(encoders: &mut Encoders, n_blocks: &mut usize) {
        encoders.apply_changes();
        for _ in 0..10 {
            let radians = std::f32::consts::TAU * 1000.0 / SAMPLE_RATE as f32;
            let start = *n_blocks * 1152;
            let wave = std::array::from_fn(|n| 0.5 * (radians * (start + n) as f32).sin());
            encoders.encode(&Block { left: wave, right: wave });
            *n_blocks += 1;
        }
        encoders.push(&"tone".into(), None);
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
    async fn mounts_are_added_removed_and_changed_without_gaps() {
        let (sender, changes) = mpsc::channel();
        let mut encoders = Encoders::new("test", changes);
        let (writers, taps): (Vec<_>, Vec<_>) = (0..3).map(|_| ring(LIMITS)).unzip();
        let [a, b, c] = <[Writer; 3]>::try_from(writers).ok().unwrap();
        let readers: Vec<Reader> = taps.iter().map(Tap::reader).collect();
        let mut n = 0;

        sender.send(vec![wanted("a", 128, Some(a)), wanted("b", 96, Some(b))]).unwrap();
        (0..3).for_each(|_| play(&mut encoders, &mut n));
        // `a` changes its bitrate, `b` ends, `c` starts.
        sender.send(vec![wanted("c", 128, Some(c)), wanted("a", 320, None)]).unwrap();
        (0..3).for_each(|_| play(&mut encoders, &mut n));
        drop(encoders);

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
        // An encoder's first block yields no frame, except after priming.
        assert_eq!(n_frames, [(59, 128, 320), (29, 96, 96), (30, 128, 128)]);
    }

    #[tokio::test]
    async fn an_ogg_stream_continues_until_its_bitrate_changes() {
        let (sender, changes) = mpsc::channel();
        let mut encoders = Encoders::new("test", changes);
        let (writer, tap) = ring(LIMITS);
        let want = |kbps, writer| {
            let coding = Coding::Opus { kbps };
            vec![EncoderSpec { path: "a".into(), coding, keep: 1 << 20, writer }]
        };
        let mut n = 0;

        sender.send(want(96, Some(writer))).unwrap();
        (0..3).for_each(|_| play(&mut encoders, &mut n));
        sender.send(want(48, None)).unwrap();
        (0..3).for_each(|_| play(&mut encoders, &mut n));
        drop(encoders);

        let (mut reader, mut last, mut heads) = (tap.reader(), None, Vec::new());
        while let Ok(chunk) = reader.next().await {
            assert_eq!(&chunk.audio[..4], b"OggS");
            let begun = chunk.with_head_if_new(&mut last, "Test");
            heads.push(begun.is_some_and(|audio| audio.windows(8).any(|w| w == b"OpusHead")));
        }
        assert_eq!(heads, [true, false, false, true, false, false]);
    }
}
