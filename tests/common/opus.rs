//! Checks of Ogg Opus streams.

use std::io::Cursor;

use ogg::{OggReadError, Packet, PacketReader};
use opus_pure::{MAX_PACKET_SAMPLES, OpusDecoder};

use super::levels::Levels;

/// The rate at which Opus is decoded, in Hz.
const RATE: usize = 48_000;

/// Frames in a packet of the radio.
const FRAME: usize = 960;

/// Decodes `stream`, a recording from its first byte on whose last page may be cut off. Each packet must
/// decode, and the positions of its pages must be consecutive. Returns the level of each 20 ms.
pub fn levels(stream: &[u8]) -> Vec<f32> {
    let packets = packets(stream);
    assert!(packets[0].data.starts_with(b"OpusHead") && packets[1].data.starts_with(b"OpusTags"));
    assert!(packets.iter().all(|packet| packet.stream_serial() == packets[0].stream_serial()));
    assert_no_page_is_missing(&packets[2..]);
    let mut decoder = OpusDecoder::new(RATE as i32, 2).unwrap();
    let mut samples = vec![0.0; 2 * MAX_PACKET_SAMPLES];
    let mut levels = Levels::of(RATE);
    for packet in &packets[2..] {
        let n = decoder.decode(&packet.data, MAX_PACKET_SAMPLES, &mut samples).unwrap();
        assert_eq!(n, FRAME);
        levels.push(&samples[..2 * n]);
    }
    levels.done
}

/// The packets of all whole pages.
fn packets(stream: &[u8]) -> Vec<Packet> {
    let mut reader = PacketReader::new(Cursor::new(stream));
    let mut packets = Vec::new();
    loop {
        match reader.read_packet() {
            Ok(Some(packet)) => packets.push(packet),
            Ok(None) => return packets,
            Err(OggReadError::ReadError(error))
                if error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                return packets;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A page's position is that of its last packet's end: RFC 7845, section 4.
fn assert_no_page_is_missing(packets: &[Packet]) {
    let pages: Vec<&[Packet]> = packets.chunk_by(|a, b| a.absgp_page() == b.absgp_page()).collect();
    for pair in pages.windows(2) {
        let [before, after] = [pair[0][0].absgp_page(), pair[1][0].absgp_page()];
        // The last page may be cut off within.
        let n_frames = (pair[1].len() * FRAME) as u64;
        assert_eq!(before + n_frames, after, "a page does not follow the one before");
    }
}
