//! ICY metadata: titles interleaved with the audio bytes.
//!
//! A player that sent `Icy-MetaData: 1` gets, after every `icy-metaint` bytes of audio, one byte L
//! and 16 L bytes of text. `SHOUTcast` introduced the protocol without a specification; limits and
//! quoting here follow Icecast (`format_mp3.c`).

use std::{num::NonZeroUsize, sync::Arc};

use bytes::Bytes;

use crate::stream::ring::Chunk;

/// Longest text in bytes, limited by the length byte.
const MAX_BLOCK: usize = 255 * 16;

/// Interleaves titles with the audio of one listener.
pub struct Interleaver {
    interval: usize,
    /// Audio bytes until the next block.
    n_left: usize,
    station: Arc<str>,
    /// The radio's address, if it is known.
    base_url: Option<Arc<str>>,
    /// Title and picture that were sent last.
    sent: Option<(Arc<str>, Option<Arc<str>>)>,
}

impl Interleaver {
    /// A block after every `interval` bytes of audio. The station's name replaces an empty title, since
    /// some players drop a stream whose first block is empty. Pictures are below `base_url`, an address
    /// without a slash at its end; without one, none is sent.
    pub fn new(interval: NonZeroUsize, station: &str, base_url: Option<Arc<str>>) -> Self {
        let interval = interval.get();
        Self { interval, n_left: interval, station: station.into(), base_url, sent: None }
    }

    /// The chunk's audio with a metadata block wherever one is due.
    ///
    /// A block is written together with the audio that follows it, so that it has the title of that
    /// audio.
    pub fn interleave(&mut self, chunk: &Chunk) -> Bytes {
        let mut audio = &chunk.audio[..];
        let mut out = Vec::with_capacity(audio.len() + 256);
        while !audio.is_empty() {
            if self.n_left == 0 {
                self.push_block(chunk, &mut out);
                self.n_left = self.interval;
            }
            let (now, later) = audio.split_at(audio.len().min(self.n_left));
            out.extend_from_slice(now);
            self.n_left -= now.len();
            audio = later;
        }
        out.into()
    }

    fn push_block(&mut self, chunk: &Chunk, out: &mut Vec<u8>) {
        let title = if clean(&chunk.title).is_empty() { &self.station } else { &chunk.title };
        let now = (title.clone(), chunk.picture.clone());
        if self.sent.as_ref() == Some(&now) {
            out.push(0);
            return;
        }
        let url = self.base_url.as_ref().zip(chunk.picture.as_ref());
        let text = block_text(title, url.map(|(base, path)| format!("{base}{path}")));
        let n_units = text.len().div_ceil(16);
        out.push(n_units as u8);
        out.extend_from_slice(text.as_bytes());
        out.resize(out.len() + n_units * 16 - text.len(), 0);
        self.sent = Some(now);
    }
}

/// `StreamTitle='…';StreamUrl='…';`. The title is cut between characters to fit into a block; an address
/// that does not fit behind it is left out.
fn block_text(title: &str, url: Option<String>) -> String {
    const FRAME: usize = "StreamTitle='';".len();
    let title = clean(title);
    let end = title.floor_char_boundary(MAX_BLOCK - FRAME);
    let text = format!("StreamTitle='{}';", &title[..end]);
    let url = url.map(|url| format!("StreamUrl='{}';", clean(&url))).unwrap_or_default();
    if text.len() + url.len() <= MAX_BLOCK { text + &url } else { text }
}

/// `text` on one line, safe in headers, ICY blocks and playlists.
///
/// Control characters and line breaks become spaces. ICY metadata has no escape for quotes, and players
/// end the title at the first `';`, so apostrophes become typographic ones (U+2019).
pub fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.replace('\'', "\u{2019}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(audio: &[u8], title: &str) -> Chunk {
        Chunk::mp3(audio.to_vec(), title)
    }

    fn interleaver(interval: usize) -> Interleaver {
        Interleaver::new(NonZeroUsize::new(interval).unwrap(), "the station", None)
    }

    /// What a player extracts: the audio, and each title with the offset of the audio that follows it.
    fn deinterleave(mut stream: &[u8], interval: usize) -> (Vec<u8>, Vec<(usize, String)>) {
        let (mut audio, mut titles) = (Vec::new(), Vec::new());
        while stream.len() > interval {
            audio.extend_from_slice(&stream[..interval]);
            let n_bytes = usize::from(stream[interval]) * 16;
            let (block, rest) = stream[interval + 1..].split_at(n_bytes);
            let text = std::str::from_utf8(block).unwrap().trim_end_matches('\0');
            if n_bytes > 0 {
                let from = text.strip_prefix("StreamTitle='").unwrap();
                let (title, after) = from.split_once("';").unwrap();
                assert_eq!(after, "");
                titles.push((audio.len(), title.to_owned()));
            }
            stream = rest;
        }
        audio.extend_from_slice(stream);
        (audio, titles)
    }

    #[test]
    fn a_block_precedes_the_audio_of_its_title() {
        let mut icy = interleaver(4);

        let before = icy.interleave(&chunk(b"abcd", "one"));
        let after = icy.interleave(&chunk(b"ef", "two"));

        assert_eq!(&before[..], b"abcd");
        assert_eq!(&after[..], b"\x02StreamTitle='two';\0\0\0\0\0\0\0\0\0\0\0\0\0\0ef");
    }

    #[test]
    fn an_unchanged_title_costs_one_byte() {
        let out = interleaver(2).interleave(&chunk(b"abcdef", "one"));

        assert_eq!(out.len(), 6 + 1 + 32 + 1);
        assert_eq!(&out[out.len() - 3..], b"\0ef");
    }

    #[test]
    fn a_picture_is_sent_with_its_title_where_the_address_is_known() {
        let with =
            |picture: &str, title| Chunk { picture: Some(picture.into()), ..chunk(b"ab", title) };
        let long = "x".repeat(5000);
        let chunks = [
            with("/1.png", "one"),
            with("/1.png", "one"),
            with("/2.png", "one"),
            with("/3.png", &long),
        ];
        let blocks = |base_url: Option<&str>| {
            let mut icy =
                Interleaver::new(NonZeroUsize::MIN, "the station", base_url.map(Into::into));
            let mut texts = Vec::new();
            for chunk in &chunks {
                let mut out = Vec::new();
                icy.push_block(chunk, &mut out);
                let text = String::from_utf8(out[1..].to_vec()).unwrap();
                texts.push(text.trim_end_matches('\0').to_owned());
            }
            texts
        };

        let long = format!("StreamTitle='{}';", &long[..MAX_BLOCK - 15]);
        let one = "StreamTitle='one';";
        assert_eq!(
            blocks(Some("http://a")),
            [
                &format!("{one}StreamUrl='http://a/1.png';"),
                "",
                &format!("{one}StreamUrl='http://a/2.png';"),
                &long[..]
            ]
        );
        assert_eq!(blocks(None), [one, "", one, &long]);
    }

    #[test]
    fn deinterleaving_gives_the_audio_for_every_interval_and_chunk_size() {
        let audio: Vec<u8> = (0..40_000u32).map(|n| n as u8).collect();
        for interval in [1, 8, 8192, 16_000, 65_535] {
            for n_chunk in [1, 417, 16_000] {
                let (mut icy, mut out) = (interleaver(interval), Vec::new());
                let mut title_of_byte = Vec::new();
                for (n, part) in audio.chunks(n_chunk).enumerate() {
                    let title = format!("title {}", n / 3);
                    out.extend(icy.interleave(&chunk(part, &title)));
                    title_of_byte.extend(std::iter::repeat_n(title, part.len()));
                }

                let (heard, titles) = deinterleave(&out, interval);

                assert_eq!(heard, audio);
                assert!(titles.iter().all(|(byte, title)| title_of_byte[*byte] == *title));
                assert_eq!(titles.is_empty(), audio.len() <= interval);
            }
        }
    }

    #[test]
    fn a_title_can_end_neither_its_field_nor_its_line() {
        let long = "\u{1f3b9}".repeat(5000);
        let titles = [
            ("a';StreamUrl='http://x/';", "a\u{2019};StreamUrl=\u{2019}http://x/\u{2019};"),
            ("a\r\nicy-name: b\0c\u{7f}\u{85}\u{2028}d", "a icy-name: b c d"),
            ("  \u{5e9}\u{5dc}\u{5d5}\u{5dd}\t", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
            ("", "the station"),
            ("\n\0", "the station"),
            (&long, &long[..4064]),
            (
                &String::from_utf8_lossy(b"caf\xe9 \xed\xa0\x80"),
                "caf\u{fffd} \u{fffd}\u{fffd}\u{fffd}",
            ),
        ];
        for (title, shown) in titles {
            let out = interleaver(1).interleave(&chunk(b"ab", title));

            assert_eq!(deinterleave(&out, 1), (b"ab".to_vec(), vec![(1, shown.to_owned())]));
        }
    }
}
