//! The `ID3v2.4` tag that an MP3 segment begins with.
//!
//! MP3 has no clock of its own, so the tag carries one: RFC 8216, 3.4, a PRIV frame with the time of
//! the first sample in 90 kHz, 33 bits in 8 bytes, most significant first. Title and station ride
//! along; players show them as they change.

use id3::{
    Encoder, Tag, TagLike as _, Version,
    frame::{Content, Private},
};

use crate::units::SAMPLE_RATE;

/// Whose PRIV frame it is.
const OWNER: &str = "com.apple.streaming.transportStreamTimestamp";

/// As in MPEG transport streams.
const CLOCK: u64 = 90_000;
const CLOCK_BITS: u32 = 33;

/// Longer texts are cut; in bytes.
const MAX_TEXT: usize = 200;

/// The tag of a segment that begins after `n_samples` samples.
pub fn tag(n_samples: u64, title: &str, station: &str) -> Vec<u8> {
    let mut tag = Tag::new();
    let private_data = timestamp(n_samples).to_be_bytes().to_vec();
    let clock = Private { owner_identifier: OWNER.to_owned(), private_data };
    tag.add_frame(id3::Frame::with_content("PRIV", Content::Private(clock)));
    tag.set_title(cut(title));
    tag.set_artist(cut(station));
    let mut bytes = Vec::new();
    let encoder = Encoder::new().version(Version::Id3v24);
    encoder.encode(&tag, &mut bytes).expect("a Vec takes all, and texts and bytes can be written");
    bytes
}

/// Counted in samples from the beginning, so that it never drifts.
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
    fn the_clock_stands_in_exactly_eight_bytes() {
        let bytes = tag(44_100 * 2, "Title", "Station");

        assert_eq!(bytes[..5], *b"ID3\x04\0");
        let at = bytes.windows(OWNER.len()).position(|part| part == OWNER.as_bytes()).unwrap();
        let frame = &bytes[at - 10..];
        let size = OWNER.len() as u8 + 1 + 8;
        assert_eq!(frame[..10], [b'P', b'R', b'I', b'V', 0, 0, 0, size, 0, 0]);
        assert_eq!(frame[10 + OWNER.len()..][..9], [0, 0, 0, 0, 0, 0, 2, 0xbf, 0x20]);
    }

    #[test]
    fn readers_of_others_find_title_and_station() {
        let long = "\u{fc}".repeat(500);
        let bytes = tag(0, "Caf\u{e9} \u{1f3b9}", &long);

        let read = Tag::read_from2(std::io::Cursor::new(&bytes)).unwrap();

        assert_eq!(read.title(), Some("Caf\u{e9} \u{1f3b9}"));
        assert_eq!(read.artist().map(str::len), Some(MAX_TEXT));
    }

    #[test]
    fn the_clock_is_exact_after_years_and_turns_over_at_33_bits() {
        // 490 samples are 1000 ticks.
        assert_eq!(timestamp(490), 1000);
        let n_samples = (1_u64 << 33) * 490 / 1000;
        assert_eq!(timestamp(n_samples + 490), 999);
        assert!(timestamp(u64::MAX) < 1 << 33);
    }
}
