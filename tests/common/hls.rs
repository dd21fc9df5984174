//! Parsers of HLS playlists and segments, as strict as a player may be.

use std::collections::HashMap;

use jiff::Timestamp;

/// A media playlist. Source: RFC 8216.
#[derive(Debug, Clone, PartialEq)]
pub struct Playlist {
    /// Target duration: the longest segment, in whole seconds.
    pub target: u64,
    /// Media sequence number of the first segment.
    pub sequence: u64,
    /// Discontinuity sequence number: discontinuities before that of the first segment.
    pub n_breaks: u64,
    /// The segments, oldest first.
    pub segments: Vec<Listed>,
}

/// A segment's entry in a playlist.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its URL, relative to the playlist's.
    pub name: String,
    /// Its length in seconds.
    pub seconds: f64,
    /// The time of day at which it begins.
    pub begins: Timestamp,
    /// Whether a discontinuity precedes it.
    pub is_break: bool,
}

impl Playlist {
    /// Parses `text`; unknown tags fail the test.
    pub fn read(text: &str) -> Self {
        let mut lines = text.lines();
        assert_eq!((lines.next(), text.ends_with('\n')), (Some("#EXTM3U"), true), "{text}");
        let mut tags: HashMap<&str, u64> = HashMap::new();
        let mut segments = Vec::new();
        let (mut seconds, mut begins, mut is_break) = (None, None, false);
        for line in lines {
            if let Some(date) = line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:") {
                begins = Some(date.parse().unwrap());
            } else if let Some(length) = line.strip_prefix("#EXTINF:") {
                let length = length.strip_suffix(',').unwrap();
                assert_eq!(length.split_once('.').unwrap().1.len(), 3, "{line}");
                seconds = Some(length.parse().unwrap());
            } else if line == "#EXT-X-DISCONTINUITY" {
                is_break = true;
            } else if let Some(tag) = line.strip_prefix("#EXT-X-") {
                let (name, value) = tag.split_once(':').unwrap();
                assert!(segments.is_empty(), "{line} after a segment");
                assert!(tags.insert(name, value.parse().unwrap()).is_none(), "{line} occurs twice");
            } else {
                segments.push(Listed {
                    name: line.to_owned(),
                    seconds: seconds.take().expect("a segment has a length"),
                    begins: begins.take().expect("a segment has a date"),
                    is_break: std::mem::take(&mut is_break),
                });
            }
        }
        let mut take = |name| tags.remove(name).unwrap_or_else(|| panic!("no {name} in {text}"));
        assert_eq!(take("VERSION"), 3);
        let (target, sequence) = (take("TARGETDURATION"), take("MEDIA-SEQUENCE"));
        let playlist =
            Self { target, sequence, n_breaks: take("DISCONTINUITY-SEQUENCE"), segments };
        assert!(tags.is_empty(), "{tags:?}");
        for segment in &playlist.segments {
            assert!(segment.seconds.round() as u64 <= target, "{segment:?}");
        }
        playlist
    }

    /// Media sequence number of the newest segment.
    pub fn newest(&self) -> u64 {
        self.sequence + self.segments.len() as u64 - 1
    }

    /// Breaks since the stream began, up to the segment at `index`.
    pub fn breaks_until(&self, index: usize) -> u64 {
        let breaks = self.segments[..=index].iter().filter(|segment| segment.is_break);
        self.n_breaks + breaks.count() as u64
    }

    /// Fails unless `later` is a valid later state of this playlist.
    pub fn assert_continues_in(&self, later: &Self) {
        assert_eq!(self.target, later.target);
        let n_removed = later.sequence.checked_sub(self.sequence).expect("numbers only grow");
        let kept = self.segments.iter().skip(n_removed as usize);
        assert!(kept.clone().eq(later.segments.iter().take(kept.len())), "{self:?} {later:?}");
        let removed = self.segments.iter().take(n_removed as usize);
        let n_breaks = removed.filter(|segment| segment.is_break).count() as u64;
        assert_eq!(self.n_breaks + n_breaks, later.n_breaks, "{self:?} {later:?}");
    }
}

/// The parts of a packed audio segment.
pub struct Packed<'a> {
    /// Timestamp of its first sample, in 90 kHz ticks.
    pub clock: u64,
    /// Text frames of the ID3 tag, by frame name.
    pub texts: HashMap<String, String>,
    /// The audio after the tag.
    pub audio: &'a [u8],
}

/// Splits `segment`, which must begin with an `ID3v2.4` tag.
pub fn unpack(segment: &[u8]) -> Packed<'_> {
    assert_eq!(&segment[..5], b"ID3\x04\0");
    let (mut tag, audio) = segment[10..].split_at(synchsafe(&segment[6..10]));
    let (mut clocks, mut texts) = (Vec::new(), HashMap::new());
    while !tag.is_empty() {
        let (body, rest) = tag[10..].split_at(synchsafe(&tag[4..8]));
        match &tag[..4] {
            b"PRIV" => {
                let owner = b"com.apple.streaming.transportStreamTimestamp\0";
                let clock = body.strip_prefix(owner).expect("the owner is Apple");
                clocks.push(u64::from_be_bytes(clock.try_into().expect("eight bytes")));
            }
            // The cover, which other tests look at.
            b"APIC" => {}
            name => {
                let text = body.strip_prefix(&[3]).expect("UTF-8");
                let text = String::from_utf8(text.to_vec()).unwrap();
                let name = String::from_utf8(name.to_vec()).unwrap();
                texts.insert(name, text.trim_end_matches('\0').to_owned());
            }
        }
        tag = rest;
    }
    assert_eq!(clocks.len(), 1);
    Packed { clock: clocks[0], texts, audio }
}

fn synchsafe(bytes: &[u8]) -> usize {
    assert!(bytes.iter().all(|byte| *byte < 0x80), "{bytes:x?}");
    bytes.iter().fold(0, |size, byte| size << 7 | usize::from(*byte))
}
