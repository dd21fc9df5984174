//! Ogg pages for Opus. A listener may join at any page, but needs the header pages of the logical
//! stream first.
//!
//! FLAC in Ogg would work the same way, except that FLAC frames are numbered from the start of the
//! stream: VLC 3 waits as long as the stream is old before it plays the first frame that it receives.
//!
//! Source: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg).

use std::{
    io::Cursor,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use ogg::{Packet, PacketReader, PacketWriter};

pub use ogg::PacketWriteEndInfo as End;

/// The vendor string of the comment header.
const VENDOR: &str = concat!("electropunk ", env!("CARGO_PKG_VERSION"));

/// Longest comment in bytes, so that the headers fit into one page each.
const MAX_COMMENT: usize = 1024;

/// Serial numbers are unique within the process and, being random, most likely across processes.
static NEXT_SERIAL: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(rand::random()));

/// A logical stream of a chained Ogg stream: its serial number and identification header.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain {
    serial: u32,
    /// The first packet (`OpusHead`), which configures the decoder.
    identification: Vec<u8>,
    n_packet_frames: u64,
    n_to_converge: usize,
}

/// Writes the pages of a logical stream.
pub struct Pages {
    chain: Arc<Chain>,
    writer: PacketWriter<'static, Vec<u8>>,
    /// Audio packets so far.
    n_packets: u64,
}

impl Chain {
    /// A logical stream with the header packet `identification`. Each audio packet has
    /// `n_packet_frames` samples per channel at the codec's rate; decoders converge within
    /// `n_to_converge` packets.
    pub fn new(identification: Vec<u8>, n_packet_frames: u64, n_to_converge: usize) -> Self {
        let serial = NEXT_SERIAL.fetch_add(1, Relaxed);
        Self { serial, identification, n_packet_frames, n_to_converge }
    }

    /// Another logical stream with the same parameters and a new serial number.
    pub fn renewed(&self) -> Self {
        Self::new(self.identification.clone(), self.n_packet_frames, self.n_to_converge)
    }

    /// Packets that a decoder needs to converge.
    pub fn n_to_converge(&self) -> usize {
        self.n_to_converge
    }

    /// The packets in `pages` (whole pages of this stream), each with what it ends.
    pub fn packets(&self, pages: &[u8]) -> Vec<(Vec<u8>, End)> {
        // The reader accepts a stream only from its first page on.
        let mut reader = PacketReader::new(Cursor::new([&self.head("", "")[..], pages].concat()));
        let packets = std::iter::from_fn(|| reader.read_packet().ok().flatten());
        let with_end = |packet: Packet| {
            let end = if packet.last_in_page() { End::EndPage } else { End::NormalPacket };
            (packet.data, end)
        };
        packets.skip(2).map(with_end).collect()
    }

    /// The header pages, to be sent before the first page that a listener gets, whichever that is. An
    /// empty `title` is replaced by `artist`.
    pub fn head(&self, artist: &str, title: &str) -> Bytes {
        self.begin(artist, title).into_inner().into()
    }

    /// A writer that has written the header pages.
    fn begin(&self, artist: &str, title: &str) -> PacketWriter<'static, Vec<u8>> {
        let mut writer = PacketWriter::new(Vec::new());
        for packet in [self.identification.clone(), comments(artist, title)] {
            self.write(&mut writer, packet, End::EndPage, 0);
        }
        writer
    }

    fn write(
        &self,
        writer: &mut PacketWriter<'static, Vec<u8>>,
        packet: Vec<u8>,
        end: End,
        n_frames: u64,
    ) {
        writer
            .write_packet(packet, self.serial, end, n_frames)
            .expect("writing to a Vec can't fail");
    }
}

/// The second packet (`OpusTags`). Titles may start with the artist, as is usual in ICY metadata.
fn comments(artist: &str, title: &str) -> Vec<u8> {
    let title = if title.is_empty() { artist } else { title };
    let title =
        title.strip_prefix(artist).and_then(|rest| rest.strip_prefix(" - ")).unwrap_or(title);
    let mut list = with_length(VENDOR);
    let given = [("ARTIST", artist), ("TITLE", title)].map(|(name, text)| {
        let text = &text[..text.floor_char_boundary(MAX_COMMENT)];
        with_length(&format!("{name}={text}"))
    });
    list.extend((given.len() as u32).to_le_bytes());
    list.extend(given.concat());
    [b"OpusTags", &list[..]].concat()
}

fn with_length(text: &str) -> Vec<u8> {
    [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

impl Pages {
    /// A stream before its first audio packet.
    pub fn new(chain: Chain) -> Self {
        // Each listener gets its own headers. These are discarded, but let the page numbers start
        // after them.
        let mut writer = chain.begin("", "");
        writer.inner_mut().clear();
        Self { chain: Arc::new(chain), writer, n_packets: 0 }
    }

    /// The logical stream.
    pub fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Appends a packet; `end` says whether the page or the stream ends with it.
    pub fn push(&mut self, packet: Vec<u8>, end: End) {
        self.n_packets += 1;
        let n_frames = self.n_packets * self.chain.n_packet_frames;
        self.chain.write(&mut self.writer, packet, end, n_frames);
    }

    /// Takes the pages completed since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_can_join_at_any_page() {
        let mut pages = Pages::new(Chain::new(b"OpusHead".to_vec(), 960, 4));
        for n in 0..6u8 {
            pages.push(vec![n; 300], if n % 2 == 1 { End::EndPage } else { End::NormalPacket });
            if n == 1 {
                // Sent before the listener joins.
                assert_eq!(&pages.take()[..4], b"OggS");
            }
        }
        let head = pages.chain().head("Night", "Night - One");
        let stream = [&head[..], &pages.take()].concat();

        let mut reader = PacketReader::new(Cursor::new(stream));
        let packets: Vec<_> =
            std::iter::from_fn(|| reader.read_packet().expect("pages are whole")).collect();

        assert_eq!(packets[0].data, b"OpusHead");
        assert!(packets[0].first_in_stream());
        let comments = [
            &b"OpusTags"[..],
            &with_length(VENDOR),
            b"\x02\0\0\0\x0c\0\0\0ARTIST=Night\x09\0\0\0TITLE=One",
        ];
        assert_eq!(packets[1].data, comments.concat());
        let sound: Vec<_> = packets[2..].iter().map(|p| (p.data[0], p.absgp_page())).collect();
        assert_eq!(sound, [(2, 3840), (3, 3840), (4, 5760), (5, 5760)]);
        let serial = packets[0].stream_serial();
        assert!(packets.iter().all(|packet| packet.stream_serial() == serial));
    }

    #[test]
    fn a_title_of_any_length_fits() {
        let chain = Chain::new(b"OpusHead".to_vec(), 960, 4);
        assert_ne!(chain, chain.renewed(), "serial numbers differ");

        let head = chain.head(&"\u{fc}".repeat(5000), "One");

        let mut reader = PacketReader::new(Cursor::new(head));
        reader.read_packet_expected().unwrap();
        let comments = reader.read_packet_expected().unwrap();
        assert!(comments.data.starts_with(b"OpusTags"));
        assert!((1024..1200).contains(&comments.data.len()), "{}", comments.data.len());
    }
}
