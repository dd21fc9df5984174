//! HLS as a player understands it.

use std::collections::HashMap;

use jiff::Timestamp;

/// A media playlist, read by the letter of RFC 8216.
#[derive(Debug, Clone, PartialEq)]
pub struct Playlist {
    /// Whole seconds that no segment is longer than.
    pub target: u64,
    /// The number of the first segment.
    pub sequence: u64,
    /// The number of breaks before the first segment's own.
    pub n_breaks: u64,
    /// What it lists.
    pub segments: Vec<Listed>,
}

/// A segment as a playlist tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its URL, from the playlist's.
    pub name: String,
    /// Its length.
    pub seconds: f64,
    /// When it is due.
    pub begins: Timestamp,
    /// Whether it does not follow the one before.
    pub is_break: bool,
}

impl Playlist {
    /// Reads `text`, which may hold nothing that we don't know.
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
                assert!(segments.is_empty(), "{line} stands behind a segment");
                assert!(tags.insert(name, value.parse().unwrap()).is_none(), "{line} comes twice");
            } else {
                segments.push(Listed {
                    name: line.to_owned(),
                    seconds: seconds.take().expect("a segment has its length"),
                    begins: begins.take().expect("a segment has its date"),
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

    /// The number of the newest segment.
    pub fn newest(&self) -> u64 {
        self.sequence + self.segments.len() as u64 - 1
    }

    /// How many breaks there were up to the segment at `index`.
    pub fn breaks_until(&self, index: usize) -> u64 {
        let breaks = self.segments[..=index].iter().filter(|segment| segment.is_break);
        self.n_breaks + breaks.count() as u64
    }

    /// Fails unless `later` may be the same playlist at a later time.
    pub fn assert_goes_on_in(&self, later: &Self) {
        assert_eq!(self.target, later.target);
        let n_removed = later.sequence.checked_sub(self.sequence).expect("numbers only grow");
        let kept = self.segments.iter().skip(n_removed as usize);
        assert!(kept.clone().eq(later.segments.iter().take(kept.len())), "{self:?} {later:?}");
        let removed = self.segments.iter().take(n_removed as usize);
        let n_breaks = removed.filter(|segment| segment.is_break).count() as u64;
        assert_eq!(self.n_breaks + n_breaks, later.n_breaks, "{self:?} {later:?}");
    }
}

/// A segment of packed audio, taken apart.
pub struct Packed<'a> {
    /// When it begins, in 90 kHz.
    pub clock: u64,
    /// Texts by the names of their frames.
    pub texts: HashMap<String, String>,
    /// What follows the tag.
    pub audio: &'a [u8],
}

/// Reads the `ID3v2.4` tag that `segment` must begin with.
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
