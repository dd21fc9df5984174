//! A stream of Ogg told anew, so that each title has a logical stream of its own.
//!
//! That is how those hear of titles who listen by way of an Icecast, which we are a source of or relayed
//! by: in Ogg it passes on what heads say and takes no titles otherwise. The sound goes on without a gap:
//! what begins anew begins with the last packets of what was before, which decoders leave out (its
//! pre-skip) while they find their way. Still this is not for those who listen to us: VLC opens its
//! output anew where a stream begins, and players that show titles ask for ICY.
//!
//! Source: RFC 3533, section 4 (chains); RFC 7845, sections 4.2 and 4.6 (pre-skip).

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use crate::stream::{
    ogg::{Chain, End, Pages},
    ring::Chunk,
};

/// What one server is told.
#[derive(Default)]
pub struct Retitled {
    told: Option<Told>,
    /// The newest packets, as many as a decoder needs to find its way.
    newest: VecDeque<Vec<u8>>,
}

/// A title's stream.
struct Told {
    of: Arc<Chain>,
    title: Arc<str>,
    pages: Pages,
}

impl Retitled {
    /// What comes does not follow what was told last: it is a stream of its own.
    pub fn break_off(&mut self) {
        self.told = None;
        self.newest.clear();
    }

    /// The sound of the next chunk, which is `artist`'s, with a head before it where there must be one.
    /// What needs no head, such as MP3, is as it was.
    pub fn tell(&mut self, chunk: &Chunk, artist: &str) -> Bytes {
        let Some(of) = &chunk.chain else { return chunk.audio.clone() };
        let packets = of.packets(&chunk.audio);
        if packets.is_empty() {
            return Bytes::new();
        }
        let mut packets = packets.into_iter();
        let mut out = Vec::new();
        let is_over = |told: &mut Told| !Arc::ptr_eq(&told.of, of) || told.title != chunk.title;
        if let Some(mut told) = self.told.take_if(is_over) {
            if Arc::ptr_eq(&told.of, of) {
                // A stream's end is marked in its last packet, which has yet to come.
                let last = packets.next().map(|(packet, _)| (packet, End::EndStream));
                out.extend(self.go_on(&mut told, last));
            } else {
                self.newest.clear();
            }
        }
        let mut told = self.told.take().unwrap_or_else(|| {
            let (told, head) = self.begin(of, artist, &chunk.title);
            out.extend(head);
            told
        });
        out.extend(self.go_on(&mut told, packets));
        self.told = Some(told);
        out.into()
    }

    fn go_on(
        &mut self,
        told: &mut Told,
        packets: impl IntoIterator<Item = (Vec<u8>, End)>,
    ) -> Vec<u8> {
        for (packet, end) in packets {
            self.newest.push_back(packet.clone());
            told.pages.push(packet, end);
        }
        let n_old = self.newest.len().saturating_sub(told.of.n_to_converge());
        self.newest.drain(..n_old);
        told.pages.take()
    }

    /// A stream under `title` by `artist` that sounds on after the newest packets, and its head.
    fn begin(&self, of: &Arc<Chain>, artist: &str, title: &Arc<str>) -> (Told, Bytes) {
        let mut pages = Pages::new(of.renewed());
        let head = pages.chain().head(artist, title);
        for packet in &self.newest {
            pages.push(packet.clone(), End::NormalPacket);
        }
        (Told { of: of.clone(), title: title.clone(), pages }, head)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ogg::{Packet, PacketReader};

    use super::*;

    /// Two packets to a page, two pages to a chunk, each packet a number.
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
            Chunk { audio: self.0.take().into(), title: title.into(), chain }
        }
    }

    fn packets(stream: Vec<u8>) -> Vec<Packet> {
        let mut reader = PacketReader::new(Cursor::new(stream));
        std::iter::from_fn(|| reader.read_packet().expect("pages are whole")).collect()
    }

    /// The streams in `packets`: the title that each begins with, and its sound.
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
    fn each_title_has_a_stream_that_begins_where_the_one_before_ended() {
        let (mut source, mut retitled) = (Source::new(), Retitled::default());
        source.chunk("Night - Zero");
        let titles = ["Night - One", "Night - One", "Night - Two", "Night - Two"];
        let told = titles.map(|title| retitled.tell(&source.chunk(title), "Night")).concat();

        let packets = packets(told);

        let expected = [
            ("One".to_owned(), (5..=13).collect::<Vec<u8>>()),
            // The last three again, which decoders leave out.
            ("Two".to_owned(), (11..=20).collect()),
        ];
        assert_eq!(streams(&packets), expected);
        let ends: Vec<u8> =
            packets.iter().filter(|packet| packet.last_in_stream()).map(|p| p.data[0]).collect();
        assert_eq!(ends, [13]);
        assert_eq!(packets.last().unwrap().absgp_page(), 10 * 960);
    }

    #[test]
    fn another_sound_does_not_begin_with_the_one_before() {
        let mut retitled = Retitled::default();
        let told = [Source::new(), Source::new()]
            .map(|mut source| retitled.tell(&source.chunk(""), "Night"));

        let streams = streams(&packets(told.concat()));

        let expected = ("Night".to_owned(), vec![1, 2, 3, 4]);
        assert_eq!(streams, [expected.clone(), expected]);
    }

    #[test]
    fn frames_of_mp3_need_no_head() {
        let chunk = Chunk::mp3("frames", "One");
        assert_eq!(Retitled::default().tell(&chunk, "Night"), chunk.audio);
    }
}
