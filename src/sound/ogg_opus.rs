//! Blocks to Opus packets in Ogg pages.
//!
//! Opus supports 48 kHz and its divisors only, so the audio is resampled first.
//!
//! Source: RFC 6716, RFC 7845.

use std::sync::Arc;

use opus_pure::{Application, Error as OpusError, MAX_PACKET_BYTES, OpusEncoder, Signal};

use crate::{
    sound::{frame::Block, resample::Resampler},
    stream::ogg::{Chain, End, Pages},
    units::SAMPLE_RATE,
};

/// Sample rate of the stream in Hz.
const RATE: u32 = 48_000;

/// Frames in a packet: 20 ms, the usual length.
const FRAME: usize = 960;

/// Frames that decoders discard at the start, 80 ms, within which a decoder converges from any start (RFC
/// 7845, 4.2).
const PRE_SKIP: u16 = 3840;

/// A page every 200 ms: shorter pages cost 32 bytes each, longer ones delay the sound.
const PACKETS_PER_PAGE: u64 = 10;

/// An endless Ogg Opus stream.
pub struct OggOpusEncoder {
    resampler: Resampler,
    /// Resampled audio, a plane per channel.
    waiting: [Vec<f32>; 2],
    encoder: OpusEncoder,
    packet: Vec<u8>,
    n_packets: u64,
    pages: Pages,
}

impl OggOpusEncoder {
    /// A stream of `kbps` at its start.
    ///
    /// # Errors
    /// The encoder rejects its settings.
    pub fn new(kbps: u16) -> Result<Self, OpusError> {
        let mut encoder = OpusEncoder::new(RATE as i32, 2, Application::Audio)?;
        encoder.bitrate_bps = i32::from(kbps) * 1000;
        encoder.complexity = 10;
        encoder.signal_type = Some(Signal::Music);
        let n_to_converge = usize::from(PRE_SKIP) / FRAME;
        let chain = Chain::new(identification(), FRAME as u64, n_to_converge);
        Ok(Self {
            resampler: Resampler::new(SAMPLE_RATE, RATE),
            waiting: Default::default(),
            encoder,
            packet: vec![0; MAX_PACKET_BYTES],
            n_packets: 0,
            pages: Pages::new(chain),
        })
    }

    /// The Ogg stream of the pages.
    pub fn chain(&self) -> &Arc<Chain> {
        self.pages.chain()
    }

    /// Encodes a block and returns the completed pages.
    ///
    /// # Errors
    /// The encoder fails.
    pub fn encode(&mut self, block: &Block) -> Result<Vec<u8>, OpusError> {
        let mut planes = [block.left.to_vec(), block.right.to_vec()];
        self.resampler.push(&mut planes, &mut self.waiting);
        while FRAME <= self.waiting[0].len() {
            let [left, right] = &mut self.waiting;
            let frames = left.drain(..FRAME).zip(right.drain(..FRAME));
            let samples: Vec<f32> = frames.flat_map(|(left, right)| [left, right]).collect();
            let n_bytes = self.encoder.encode(&samples, FRAME, &mut self.packet)?;
            self.n_packets += 1;
            let end = match self.n_packets.is_multiple_of(PACKETS_PER_PAGE) {
                true => End::EndPage,
                false => End::NormalPacket,
            };
            self.pages.push(self.packet[..n_bytes].to_vec(), end);
        }
        Ok(self.pages.take())
    }
}

/// The `OpusHead` packet: version 1, two channels, pre-skip, input sample rate, gain 0, channel
/// mapping family 0.
fn identification() -> Vec<u8> {
    let (pre_skip, rate) = (PRE_SKIP.to_le_bytes(), SAMPLE_RATE.to_le_bytes());
    [&b"OpusHead\x01\x02"[..], &pre_skip, &rate, &[0, 0, 0]].concat()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ogg::PacketReader;
    use opus_pure::{MAX_PACKET_SAMPLES, OpusDecoder};

    use super::*;

    /// Pages of a tone at half of full scale that lasts `seconds`.
    fn tone(frequency: f32, seconds: f64, stream: &mut OggOpusEncoder) -> Vec<u8> {
        let n_blocks = (seconds * 44_100.0 / 1152.0) as usize;
        let radians = std::f32::consts::TAU * frequency / SAMPLE_RATE as f32;
        let block = |block: usize| {
            let wave = |n: usize| 0.5 * (radians * (block * 1152 + n) as f32).sin();
            let plane = std::array::from_fn(wave);
            Block { left: plane, right: plane }
        };
        (0..n_blocks).flat_map(|n| stream.encode(&block(n)).unwrap()).collect()
    }

    #[test]
    fn a_tone_survives_encoding_wherever_a_decoder_starts() {
        let mut stream = OggOpusEncoder::new(96).unwrap();
        let missed = tone(1000.0, 1.0, &mut stream);
        let pages = tone(1000.0, 2.0, &mut stream);
        assert!((10_000..14_000).contains(&missed.len()), "{} bytes a second", missed.len());
        let joined = [&stream.chain().head("a", "b")[..], &pages].concat();

        let mut reader = PacketReader::new(Cursor::new(joined));
        let mut next = || reader.read_packet().expect("pages are whole");
        assert_eq!(next().unwrap().data, b"OpusHead\x01\x02\0\x0f\x44\xac\0\0\0\0\0");
        assert!(next().unwrap().data.starts_with(b"OpusTags"));
        let mut decoder = OpusDecoder::new(RATE as i32, 2).unwrap();
        let mut heard = Vec::new();
        while let Some(packet) = next() {
            let mut samples = vec![0.0; 2 * MAX_PACKET_SAMPLES];
            let n = decoder.decode(&packet.data, MAX_PACKET_SAMPLES, &mut samples).unwrap();
            heard.extend(samples[..2 * n].chunks(2).map(|frame| frame[0]));
        }

        assert!((1.7..2.1).contains(&(heard.len() as f64 / 48_000.0)), "{}", heard.len());
        // A second from where the decoder has converged.
        let second = &heard[19_200..67_200];
        let part = |frequency: f64| {
            let radians = std::f64::consts::TAU * frequency / 48_000.0;
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in second.iter().enumerate() {
                let (sin, cos) = (radians * n as f64).sin_cos();
                re += f64::from(*x) * cos;
                im += f64::from(*x) * sin;
            }
            2.0 * re.hypot(im) / second.len() as f64
        };
        assert!((0.48..0.52).contains(&part(1000.0)), "{}", part(1000.0));
        assert!(part(1500.0) < 1e-3, "{}", part(1500.0));
    }
}
