//! MP3 frame headers (4 bytes).
//!
//! Source: ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3 (MPEG-1), ISO/IEC 13818-3, 2.4.2.3 (the half sample
//! rates of MPEG-2); MPEG-2.5, with a quarter of the rates, is an extension by Fraunhofer.

/// Bitrates of MPEG-1 Layer III by index, in kbit/s; 0 is the free format, which is not supported.
const KBPS_MPEG_1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/// Bitrates of MPEG-2 and 2.5 Layer III by index, in kbit/s.
const KBPS_MPEG_2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Sample rates of MPEG-1 by index, in Hz; MPEG-2 halves and MPEG-2.5 quarters them.
const HERTZ_MPEG_1: [u32; 3] = [44_100, 48_000, 32_000];

/// The header of a Layer III frame, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// kbit/s.
    pub kbps: u32,
    /// Hz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub n_channels: u8,
    /// Samples per channel.
    pub n_samples: u32,
    /// Length of the frame in bytes, header included.
    pub n_bytes: usize,
}

impl FrameHeader {
    /// Parses the header at the start of `bytes`, if there is a valid one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[sync, flags, rates, channels, ..] = bytes else { return None };
        let is_layer_3 = flags & 0b110 == 0b010;
        if sync != 0xff || flags & 0xe0 != 0xe0 || !is_layer_3 {
            return None;
        }
        let (table, divisor, n_samples) = match flags >> 3 & 0b11 {
            0b11 => (&KBPS_MPEG_1, 1, 1152),
            0b10 => (&KBPS_MPEG_2, 2, 576),
            0b00 => (&KBPS_MPEG_2, 4, 576),
            _ => return None,
        };
        let kbps = *table.get(usize::from(rates >> 4)).filter(|kbps| **kbps > 0)?;
        let sample_rate = HERTZ_MPEG_1.get(usize::from(rates >> 2 & 0b11))? / divisor;
        let padding = u32::from(rates >> 1 & 1);
        let n_bytes = (n_samples / 8 * kbps * 1000 / sample_rate + padding) as usize;
        let n_channels = if channels >> 6 == 0b11 { 1 } else { 2 };
        Some(Self { kbps, sample_rate, n_channels, n_samples, n_bytes })
    }

    /// Duration in seconds.
    pub fn seconds(self) -> f64 {
        f64::from(self.n_samples) / f64::from(self.sample_rate)
    }
}

/// The frames at the start of `audio`, up to the first bytes that are not a whole frame.
///
/// A truncated frame is not included: `audio` consists of whole frames if their lengths add up to its
/// own.
pub fn frames(audio: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = audio;
    std::iter::from_fn(move || {
        let (frame, later) = rest.split_at_checked(FrameHeader::parse(rest)?.n_bytes)?;
        rest = later;
        Some(frame)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_128_kbps_has_417_bytes_or_418_with_padding() {
        let header = FrameHeader::parse(&[0xff, 0xfb, 0x90, 0x00]).unwrap();

        assert_eq!((header.kbps, header.sample_rate, header.n_channels), (128, 44_100, 2));
        assert_eq!((header.n_samples, header.n_bytes), (1152, 417));
        assert!((header.seconds() - 0.026_122).abs() < 1e-6);
        assert_eq!(FrameHeader::parse(&[0xff, 0xfb, 0x92, 0x00]).unwrap().n_bytes, 418);
    }

    #[test]
    fn mpeg_2_halves_the_rate_and_the_samples() {
        let header = FrameHeader::parse(&[0xff, 0xf3, 0x80, 0xc0]).unwrap();

        assert_eq!((header.kbps, header.sample_rate, header.n_channels), (64, 22_050, 1));
        assert_eq!((header.n_samples, header.n_bytes), (576, 208));
    }

    #[test]
    fn no_header_panics_or_has_length_zero() {
        for flags in 0..=255 {
            for rates in 0..=255 {
                let header = FrameHeader::parse(&[0xff, flags, rates, 0]);
                assert!(header.is_none_or(|header| header.n_bytes >= 24), "{flags:x} {rates:x}");
            }
        }
        assert_eq!(FrameHeader::parse(b"ID3"), None);
        assert_eq!(FrameHeader::parse(b""), None);
    }

    #[test]
    fn frames_stop_at_other_bytes() {
        let mut audio = vec![0; 417 + 418];
        audio[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0]);
        audio[417..421].copy_from_slice(&[0xff, 0xfb, 0x92, 0]);
        let lengths = |audio: &[u8]| frames(audio).map(<[u8]>::len).collect::<Vec<_>>();

        assert_eq!(lengths(&audio), [417, 418]);
        assert_eq!(lengths(&audio[..audio.len() - 1]), [417]);
        audio.extend(b"TAG");
        assert_eq!(lengths(&audio), [417, 418]);
    }
}
