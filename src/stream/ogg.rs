//! Opus in Ogg: pages that listeners may begin at, and the head that each must have before.
//!
//! FLAC would go the same way, but its frames are numbered, and VLC 3 waits for the first one that it
//! gets for as long as the stream is old.
//!
//! Source: RFC 3533 (pages), RFC 7845 (what is in them).

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

/// Whose program wrote it.
const VENDOR: &str = concat!("electropunk ", env!("CARGO_PKG_VERSION"));

/// The longest comment in bytes: the whole head fits a page of any player's.
const MAX_COMMENT: usize = 1024;

/// No two streams have the same serial number, of this process or, most likely, of another.
static NEXT_SERIAL: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(rand::random()));

/// A logical stream: from an encoder's first packet to its last.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain {
    serial: u32,
    /// The first packet: what a decoder must know.
    identification: Vec<u8>,
    n_packet_frames: u64,
    n_to_converge: usize,
}

/// A logical stream as it grows.
pub struct Pages {
    chain: Arc<Chain>,
    writer: PacketWriter<'static, Vec<u8>>,
    /// Packets of sound so far.
    n_packets: u64,
}

impl Chain {
    /// A stream whose first packet is `identification`. Each packet of sound has `n_packet_frames`, in
    /// the codec's own rate, and decoders find their way within `n_to_converge` of them.
    pub fn new(identification: Vec<u8>, n_packet_frames: u64, n_to_converge: usize) -> Self {
        let serial = NEXT_SERIAL.fetch_add(1, Relaxed);
        Self { serial, identification, n_packet_frames, n_to_converge }
    }

    /// Another stream from the same encoder.
    pub fn renewed(&self) -> Self {
        Self::new(self.identification.clone(), self.n_packet_frames, self.n_to_converge)
    }

    /// Packets within which decoders find their way.
    pub fn n_to_converge(&self) -> usize {
        self.n_to_converge
    }

    /// The packets in `pages`, which are whole and this stream's, and what ends with each.
    pub fn packets(&self, pages: &[u8]) -> Vec<(Vec<u8>, End)> {
        // The reader knows a stream by its beginning.
        let mut reader = PacketReader::new(Cursor::new([&self.head("", "")[..], pages].concat()));
        let packets = std::iter::from_fn(|| reader.read_packet().ok().flatten());
        let with_end = |packet: Packet| {
            let end = if packet.last_in_page() { End::EndPage } else { End::NormalPacket };
            (packet.data, end)
        };
        packets.skip(2).map(with_end).collect()
    }

    /// What comes before the first page that a listener gets, whichever that is: `title` by `artist`,
    /// whose name stands for one that is empty.
    pub fn head(&self, artist: &str, title: &str) -> Bytes {
        self.begin(artist, title).into_inner().into()
    }

    /// A writer that has written the head.
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
        writer.write_packet(packet, self.serial, end, n_frames).expect("a Vec takes all");
    }
}

/// The second packet. Our titles may begin with the artist, as ICY wants it.
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
    /// A stream at its first packet of sound.
    pub fn new(chain: Chain) -> Self {
        // Each listener gets a head of its own; this one only makes the pages count from there.
        let mut writer = chain.begin("", "");
        writer.inner_mut().clear();
        Self { chain: Arc::new(chain), writer, n_packets: 0 }
    }

    /// Which stream it is.
    pub fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Appends a packet, with which the page or the stream may `end`.
    pub fn push(&mut self, packet: Vec<u8>, end: End) {
        self.n_packets += 1;
        let n_frames = self.n_packets * self.chain.n_packet_frames;
        self.chain.write(&mut self.writer, packet, end, n_frames);
    }

    /// Takes the pages that were ended since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_begins_at_a_page_gets_a_stream() {
        let mut pages = Pages::new(Chain::new(b"OpusHead".to_vec(), 960, 4));
        for n in 0..6u8 {
            pages.push(vec![n; 300], if n % 2 == 1 { End::EndPage } else { End::NormalPacket });
            if n == 1 {
                // Whoever comes now has missed it.
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
        assert_ne!(chain, chain.renewed(), "each has a serial number of its own");

        let head = chain.head(&"\u{fc}".repeat(5000), "One");

        let mut reader = PacketReader::new(Cursor::new(head));
        reader.read_packet_expected().unwrap();
        let comments = reader.read_packet_expected().unwrap();
        assert!(comments.data.starts_with(b"OpusTags"));
        assert!((1024..1200).contains(&comments.data.len()), "{}", comments.data.len());
    }
}
