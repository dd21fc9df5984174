//! The `ID3v2.4` tag at the start of an MP3 segment.
//!
//! MP3 has no timestamps, so the tag has one (RFC 8216, section 3.4): a PRIV frame with the time of the
//! first sample in units of 1/90 000 s, 33 bits in 8 bytes, big-endian. It also has title and station,
//! which players show, and in some segments a cover.

use id3::{
    Encoder, Tag, TagLike as _, Version,
    frame::{Content, Picture, PictureType, Private},
};

use crate::units::SAMPLE_RATE;

/// Owner identifier of the PRIV frame.
const OWNER: &str = "com.apple.streaming.transportStreamTimestamp";

/// Ticks per second, as in MPEG transport streams.
const CLOCK: u64 = 90_000;
const CLOCK_BITS: u32 = 33;

/// Longest text in bytes.
const MAX_TEXT: usize = 200;

/// The tag of a segment that starts at sample `n_samples`; `cover` is a PNG file.
pub fn tag(n_samples: u64, title: &str, station: &str, cover: Option<Vec<u8>>) -> Vec<u8> {
    let mut tag = Tag::new();
    let private_data = timestamp(n_samples).to_be_bytes().to_vec();
    let clock = Private { owner_identifier: OWNER.to_owned(), private_data };
    tag.add_frame(id3::Frame::with_content("PRIV", Content::Private(clock)));
    tag.set_title(cut(title));
    tag.set_artist(cut(station));
    if let Some(data) = cover {
        tag.add_frame(Picture {
            mime_type: "image/png".to_owned(),
            picture_type: PictureType::CoverFront,
            description: String::new(),
            data,
        });
    }
    let mut bytes = Vec::new();
    let encoder = Encoder::new().version(Version::Id3v24);
    encoder.encode(&tag, &mut bytes).expect("writing texts and bytes to a Vec can't fail");
    bytes
}

/// The timestamp of a sample, computed from its number so that it never drifts.
fn timestamp(n_samples: u64) -> u64 {
    let ticks = u128::from(n_samples) * u128::from(CLOCK) / u128::from(SAMPLE_RATE);
    (ticks % (1 << CLOCK_BITS)) as u64
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timestamp_has_exactly_eight_bytes() {
        let bytes = tag(44_100 * 2, "Title", "Station", None);

        assert_eq!(bytes[..5], *b"ID3\x04\0");
        let at = bytes.windows(OWNER.len()).position(|part| part == OWNER.as_bytes()).unwrap();
        let frame = &bytes[at - 10..];
        let size = OWNER.len() as u8 + 1 + 8;
        assert_eq!(frame[..10], [b'P', b'R', b'I', b'V', 0, 0, 0, size, 0, 0]);
        assert_eq!(frame[10 + OWNER.len()..][..9], [0, 0, 0, 0, 0, 0, 2, 0xbf, 0x20]);
    }

    #[test]
    fn another_library_reads_title_and_station() {
        let long = "\u{fc}".repeat(500);
        let bytes = tag(0, "Caf\u{e9} \u{1f3b9}", &long, Some(b"\x89PNG\xff\x00".to_vec()));

        let read = Tag::read_from2(std::io::Cursor::new(&bytes)).unwrap();

        assert_eq!(read.title(), Some("Caf\u{e9} \u{1f3b9}"));
        assert_eq!(read.artist().map(str::len), Some(MAX_TEXT));
        let picture = b"image/png\0\x03\0\x89PNG\xff\x00";
        assert!(bytes.windows(picture.len()).any(|part| part == picture));
    }

    #[test]
    fn the_timestamp_is_exact_and_wraps_at_33_bits() {
        // 490 samples are 1000 ticks.
        assert_eq!(timestamp(490), 1000);
        let n_samples = (1_u64 << 33) * 490 / 1000;
        assert_eq!(timestamp(n_samples + 490), 999);
        assert!(timestamp(u64::MAX) < 1 << 33);
    }
}
