//! Codec and bitrate of a mount, with its media type, file extension and Icecast fields.

use std::fmt;

use crate::units::Kbps;

/// A codec with its bitrate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// MPEG-1 Layer III at a constant bitrate, in independent frames.
    Mp3(Kbps),
    /// Opus in Ogg (RFC 6716, RFC 7845) at a constrained variable bitrate.
    Opus {
        /// kbit/s, on average.
        kbps: u16,
    },
}

impl Coding {
    /// The codec of a mount by the extension of its path, at the default bitrate; Opus at 96 kbit/s.
    pub fn of(path: &str) -> Option<Self> {
        let all = [Self::default(), Self::Opus { kbps: 96 }];
        all.into_iter().find(|coding| path.ends_with(coding.ending()))
    }

    /// The same codec at another bitrate.
    ///
    /// # Errors
    /// The codec has no such bitrate; the text lists those that it has.
    pub fn at(self, kbps: i64) -> Result<Self, String> {
        match self {
            Self::Mp3(_) => kbps.try_into().map(Self::Mp3).map_err(|error| error.to_string()),
            Self::Opus { .. } => match u16::try_from(kbps) {
                Ok(kbps @ 32..=256) => Ok(Self::Opus { kbps }),
                _ => Err(format!("expected 32 to 256 kbit/s for Opus, found {kbps}")),
            },
        }
    }

    /// The bitrate if it is MP3, whose independent frames can be cut anywhere.
    pub fn mp3(self) -> Option<Kbps> {
        match self {
            Self::Mp3(kbps) => Some(kbps),
            Self::Opus { .. } => None,
        }
    }

    /// Whether the container is Ogg.
    pub fn is_ogg(self) -> bool {
        self.mp3().is_none()
    }

    /// kbit/s.
    pub fn kbps(self) -> u16 {
        match self {
            Self::Mp3(kbps) => kbps.get(),
            Self::Opus { kbps } => kbps,
        }
    }

    /// Bytes per second of audio.
    pub fn bytes_per_second(self) -> usize {
        usize::from(self.kbps()) * 125
    }

    /// Sample rate of the coded audio in Hz.
    pub fn sample_rate(self) -> u32 {
        match self {
            Self::Mp3(_) => crate::units::SAMPLE_RATE,
            Self::Opus { .. } => 48_000,
        }
    }

    /// The media type (`Content-Type`).
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp3(_) => "audio/mpeg",
            Self::Opus { .. } => "audio/ogg",
        }
    }

    /// The codec inside a container by Icecast's name; none without a container.
    pub fn subtype(self) -> Option<&'static str> {
        match self {
            Self::Mp3(_) => None,
            Self::Opus { .. } => Some("Opus"),
        }
    }

    /// The extension of the mounts' paths.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp3(_) => ".mp3",
            Self::Opus { .. } => ".opus",
        }
    }

    /// Whether a player can continue from one to the other on one connection.
    pub fn is_like(self, other: Self) -> bool {
        self.ending() == other.ending()
    }

    /// The `ice-audio-info` field of Icecast.
    pub fn info(self) -> String {
        format!("bitrate={};samplerate={};channels=2", self.kbps(), self.sample_rate())
    }
}

impl Default for Coding {
    fn default() -> Self {
        Self::Mp3(Kbps::DEFAULT)
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mp3(kbps) => write!(f, "MP3, {} kbit/s", kbps.get()),
            Self::Opus { kbps } => write!(f, "Opus, {kbps} kbit/s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_decides_the_codec_and_the_codec_the_bitrates() {
        let opus = Coding::of("/a/b.opus").unwrap();

        assert_eq!(opus.to_string(), "Opus, 96 kbit/s");
        assert_eq!(opus.at(48).unwrap().bytes_per_second(), 6000);
        assert!(opus.at(48).unwrap().is_like(opus));
        assert!(opus.at(300).unwrap_err().contains("32 to 256"));
        assert_eq!(Coding::of("/a.mp3").unwrap().at(320).unwrap().to_string(), "MP3, 320 kbit/s");
        assert_eq!(Coding::of("/a.ogg"), None);
    }
}
