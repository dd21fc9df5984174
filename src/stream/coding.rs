//! How a mount's sound is coded, and what the world is told of it.

use std::fmt;

use crate::units::Kbps;

/// A coding and its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// MPEG-1 Layer III at a constant rate, in frames that each stand alone.
    Mp3(Kbps),
    /// Opus in Ogg (RFC 6716, RFC 7845) at a rate that varies little.
    Opus {
        /// kbit/s, on average.
        kbps: u16,
    },
}

impl Coding {
    /// What a mount at `path` is coded as, by the end of its path; Opus at 96 kbit/s.
    pub fn of(path: &str) -> Option<Self> {
        let all = [Self::default(), Self::Opus { kbps: 96 }];
        all.into_iter().find(|coding| path.ends_with(coding.ending()))
    }

    /// The same at another rate.
    ///
    /// # Errors
    /// It has no such rate; the text says which it has.
    pub fn at(self, kbps: i64) -> Result<Self, String> {
        match self {
            Self::Mp3(_) => kbps.try_into().map(Self::Mp3).map_err(|error| error.to_string()),
            Self::Opus { .. } => match u16::try_from(kbps) {
                Ok(kbps @ 32..=256) => Ok(Self::Opus { kbps }),
                _ => Err(format!("expected 32 to 256 kbit/s for Opus, found {kbps}")),
            },
        }
    }

    /// The rate of frames that stand alone, which is what can be cut anywhere.
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

    /// Bytes that one second of sound takes.
    pub fn bytes_per_second(self) -> usize {
        usize::from(self.kbps()) * 125
    }

    /// In Hz, what players find.
    pub fn sample_rate(self) -> u32 {
        match self {
            Self::Mp3(_) => crate::units::SAMPLE_RATE,
            Self::Opus { .. } => 48_000,
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp3(_) => "audio/mpeg",
            Self::Opus { .. } => "audio/ogg",
        }
    }

    /// What is in the container, as Icecast names it, where there is one.
    pub fn subtype(self) -> Option<&'static str> {
        match self {
            Self::Mp3(_) => None,
            Self::Opus { .. } => Some("Opus"),
        }
    }

    /// What paths of such mounts end in.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp3(_) => ".mp3",
            Self::Opus { .. } => ".opus",
        }
    }

    /// Whether a player of one can go on with the other.
    pub fn is_like(self, other: Self) -> bool {
        self.ending() == other.ending()
    }

    /// What Icecast calls the audio info.
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
    fn the_path_says_what_it_is_and_not_every_rate_fits() {
        let opus = Coding::of("/a/b.opus").unwrap();

        assert_eq!(opus.to_string(), "Opus, 96 kbit/s");
        assert_eq!(opus.at(48).unwrap().bytes_per_second(), 6000);
        assert!(opus.at(48).unwrap().is_like(opus));
        assert!(opus.at(300).unwrap_err().contains("32 to 256"));
        assert_eq!(Coding::of("/a.mp3").unwrap().at(320).unwrap().to_string(), "MP3, 320 kbit/s");
        assert_eq!(Coding::of("/a.ogg"), None);
    }
}
