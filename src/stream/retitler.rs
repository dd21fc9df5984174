//! Splits an Ogg stream at title changes, so that each title has its own logical stream.
//!
//! Icecast takes the title of an Ogg source only from the header of its logical stream, so pushes and relays
//! need this form. The audio continues without a gap: a new logical stream starts with the last packets of
//! the one before, which decoders discard as pre-skip while they converge. Direct listeners don't get this
//! form: VLC reopens its audio output at each new logical stream, and players that show titles ask for ICY
//! metadata.
//!
//! Source: RFC 3533, section 4 (chains); RFC 7845, sections 4.2 and 4.6 (pre-skip).

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use crate::stream::{
    ogg::{Chain, End, Pages},
    ring::Chunk,
};

/// The state of one such conversion.
#[derive(Default)]
pub struct Retitler {
    current: Option<Titled>,
    /// The newest packets, as many as a decoder needs to converge.
    newest: VecDeque<Vec<u8>>,
}

/// The logical stream of a title.
struct Titled {
    /// The encoder's logical stream that it is made from.
    of: Arc<Chain>,
    title: Arc<str>,
    pages: Pages,
}

impl Retitler {
    /// Restarts after a gap: the next chunk does not follow the last one.
    pub fn reset(&mut self) {
        self.current = None;
        self.newest.clear();
    }

    /// The pages of the next chunk, with header pages by `artist` where a logical stream starts. MP3 is
    /// returned unchanged.
    pub fn convert(&mut self, chunk: &Chunk, artist: &str) -> Bytes {
        let Some(of) = &chunk.chain else { return chunk.audio.clone() };
        let packets = of.packets(&chunk.audio);
        if packets.is_empty() {
            return Bytes::new();
        }
        let mut packets = packets.into_iter();
        let mut out = Vec::new();
        let is_over =
            |current: &mut Titled| !Arc::ptr_eq(&current.of, of) || current.title != chunk.title;
        if let Some(mut last_title) = self.current.take_if(is_over) {
            if Arc::ptr_eq(&last_title.of, of) {
                // The last packet of a logical stream carries its end mark, so the old stream gets
                // one more packet.
                let last = packets.next().map(|(packet, _)| (packet, End::EndStream));
                out.extend(self.append(&mut last_title, last));
            } else {
                self.newest.clear();
            }
        }
        let mut current = self.current.take().unwrap_or_else(|| {
            let (started, head) = self.start(of, artist, &chunk.title);
            out.extend(head);
            started
        });
        out.extend(self.append(&mut current, packets));
        self.current = Some(current);
        out.into()
    }

    fn append(
        &mut self,
        to: &mut Titled,
        packets: impl IntoIterator<Item = (Vec<u8>, End)>,
    ) -> Vec<u8> {
        for (packet, end) in packets {
            self.newest.push_back(packet.clone());
            to.pages.push(packet, end);
        }
        let n_old = self.newest.len().saturating_sub(to.of.n_to_converge());
        self.newest.drain(..n_old);
        to.pages.take()
    }

    /// A logical stream with this title that starts with the newest packets, and its header pages.
    fn start(&self, of: &Arc<Chain>, artist: &str, title: &Arc<str>) -> (Titled, Bytes) {
        let mut pages = Pages::new(of.renewed());
        let head = pages.chain().head(artist, title);
        for packet in &self.newest {
            pages.push(packet.clone(), End::NormalPacket);
        }
        (Titled { of: of.clone(), title: title.clone(), pages }, head)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ogg::{Packet, PacketReader};

    use super::*;

    /// An encoder: two packets a page, two pages a chunk; each packet is a number.
    struct Source(Pages, u8);

    impl Source {
        fn new() -> Self {
            Self(Pages::new(Chain::new(b"OpusHead".to_vec(), 960, 3)), 0)
        }

        fn chunk(&mut self, title: &str) -> Chunk {
            for _ in 0..4 {
                self.1 += 1;
                let ends = self.1.is_multiple_of(2);
                self.0.push(vec![self.1], if ends { End::EndPage } else { End::NormalPacket });
            }
            let chain = Some(self.0.chain().clone());
            Chunk { audio: self.0.take().into(), title: title.into(), picture: None, chain }
        }
    }

    fn packets(stream: Vec<u8>) -> Vec<Packet> {
        let mut reader = PacketReader::new(Cursor::new(stream));
        std::iter::from_fn(|| reader.read_packet().expect("pages are whole")).collect()
    }

    /// The logical streams in `packets`: title and audio packets.
    fn streams(packets: &[Packet]) -> Vec<(String, Vec<u8>)> {
        let streams = packets.chunk_by(|a, b| a.stream_serial() == b.stream_serial());
        let read = |packets: &[Packet]| {
            let title = String::from_utf8_lossy(&packets[1].data).into_owned();
            let title = title.rsplit_once("TITLE=").unwrap().1.to_owned();
            (title, packets[2..].iter().map(|packet| packet.data[0]).collect())
        };
        streams.map(read).collect()
    }

    #[test]
    fn each_title_has_a_stream_that_starts_where_the_last_one_ended() {
        let (mut source, mut retitler) = (Source::new(), Retitler::default());
        source.chunk("Night - Zero");
        let titles = ["Night - One", "Night - One", "Night - Two", "Night - Two"];
        let out = titles.map(|title| retitler.convert(&source.chunk(title), "Night")).concat();

        let packets = packets(out);

        let expected = [
            ("One".to_owned(), (5..=13).collect::<Vec<u8>>()),
            // The last three again, which decoders discard.
            ("Two".to_owned(), (11..=20).collect()),
        ];
        assert_eq!(streams(&packets), expected);
        let ends: Vec<u8> =
            packets.iter().filter(|packet| packet.last_in_stream()).map(|p| p.data[0]).collect();
        assert_eq!(ends, [13]);
        assert_eq!(packets.last().unwrap().absgp_page(), 10 * 960);
    }

    #[test]
    fn another_encoder_s_stream_does_not_repeat_packets() {
        let mut retitler = Retitler::default();
        let out = [Source::new(), Source::new()]
            .map(|mut source| retitler.convert(&source.chunk(""), "Night"));

        let streams = streams(&packets(out.concat()));

        let expected = ("Night".to_owned(), vec![1, 2, 3, 4]);
        assert_eq!(streams, [expected.clone(), expected]);
    }

    #[test]
    fn mp3_is_unchanged() {
        let chunk = Chunk::mp3("frames", "One");
        assert_eq!(Retitler::default().convert(&chunk, "Night"), chunk.audio);
    }
}
