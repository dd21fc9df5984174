//! Opus in Ogg: pages that listeners may begin at, and the head that each must have before.
//!
//! FLAC would go the same way, but its frames are numbered, and VLC 3 waits for the first one that it
//! gets for as long as the stream is old.
//!
//! Source: RFC 3533 (pages), RFC 7845 (what is in them).

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use bytes::Bytes;
use ogg::{PacketWriteEndInfo as End, PacketWriter};

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
}

/// A logical stream as it grows.
pub struct Pages {
    chain: Arc<Chain>,
    writer: PacketWriter<'static, Vec<u8>>,
    /// Frames so far, in the codec's own rate.
    n_frames: u64,
}

impl Chain {
    /// A stream whose first packet is `identification`.
    pub fn new(identification: Vec<u8>) -> Self {
        Self { serial: NEXT_SERIAL.fetch_add(1, Relaxed), identification }
    }

    /// What comes before the first page that a listener gets, whichever that is: `title` by `artist`.
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
        Self { chain: Arc::new(chain), writer, n_frames: 0 }
    }

    /// Which stream it is.
    pub fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Appends a packet of `n_frames`, after which the page is ended if it `ends_page`.
    pub fn push(&mut self, packet: Vec<u8>, n_frames: u64, ends_page: bool) {
        self.n_frames += n_frames;
        let end = if ends_page { End::EndPage } else { End::NormalPacket };
        self.chain.write(&mut self.writer, packet, end, self.n_frames);
    }

    /// Takes the pages that were ended since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ogg::PacketReader;

    use super::*;

    #[test]
    fn whoever_begins_at_a_page_gets_a_stream() {
        let mut pages = Pages::new(Chain::new(b"OpusHead".to_vec()));
        for n in 0..6u8 {
            pages.push(vec![n; 300], 960, n % 2 == 1);
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
        let chain = Chain::new(b"OpusHead".to_vec());
        let other = Chain::new(b"OpusHead".to_vec());
        assert_ne!(chain, other, "each has a serial number of its own");

        let head = chain.head(&"\u{fc}".repeat(5000), "");

        let mut reader = PacketReader::new(Cursor::new(head));
        reader.read_packet_expected().unwrap();
        let comments = reader.read_packet_expected().unwrap();
        assert!(comments.data.starts_with(b"OpusTags"));
        assert!((1024..1200).contains(&comments.data.len()), "{}", comments.data.len());
    }
}
