//! Anchors: the fixed points that a theme's walk goes between.

use std::path::{Path, PathBuf};

use crate::{config::value::quoted, patterns::style::Style};

/// Music that becomes a point in latent space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// A themed pattern of ours, written `techno:12`.
    Pattern {
        /// What it is a pattern of.
        style: Style,
        /// Which one; the same number is the same pattern for ever.
        number: u64,
    },
    /// A draw from the model's prior with a seed of its own, written `dream:7`.
    Dream(u64),
    /// A MIDI file, which was there when radio.toml was read.
    Midi(PathBuf),
}

impl Anchor {
    /// Reads `text`; paths start from `base_dir`.
    pub(super) fn read(text: &str, base_dir: &Path) -> Result<Self, String> {
        if is_midi(text) {
            return Self::midi(base_dir.join(text));
        }
        let unreadable = || {
            let examples = r#""techno:12", "dream:7" or "anchors/tune.mid""#;
            format!("expected an anchor such as {examples}, found {}", quoted(text))
        };
        let (kind, number) = text.split_once(':').ok_or_else(unreadable)?;
        let number = number.parse().map_err(|_| unreadable())?;
        if kind == "dream" {
            return Ok(Self::Dream(number));
        }
        let style = kind.parse().map_err(|_| {
            let styles = Style::ALL.map(Style::name).join(", ");
            format!("expected one of {styles} or dream before the colon, found {}", quoted(kind))
        })?;
        Ok(Self::Pattern { style, number })
    }

    fn midi(file: PathBuf) -> Result<Self, String> {
        let path = file.display().to_string();
        file.is_file()
            .then_some(Self::Midi(file))
            .ok_or_else(|| format!("expected a MIDI file, found none at {path:?}"))
    }
}

fn is_midi(text: &str) -> bool {
    Path::new(text).extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("mid") || ending.eq_ignore_ascii_case("midi")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Anchor, String> {
        Anchor::read(text, Path::new("/radio"))
    }

    #[test]
    fn an_anchor_is_a_pattern_a_dream_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tune.MID"), "").unwrap();

        assert_eq!(read("hip-hop:3"), Ok(Anchor::Pattern { style: Style::HipHop, number: 3 }));
        assert_eq!(read("dream:18446744073709551615"), Ok(Anchor::Dream(u64::MAX)));
        assert_eq!(
            Anchor::read("tune.MID", folder.path()),
            Ok(Anchor::Midi(folder.path().join("tune.MID")))
        );
    }

    #[test]
    fn what_is_no_anchor_is_told_what_one_looks_like() {
        assert!(read("techno").unwrap_err().ends_with("found \"techno\""));
        assert!(read("techno:-1").unwrap_err().contains("techno:12"));
        assert!(read("polka:1").unwrap_err().contains("techno, house, dub, hip-hop"));
        assert!(read("a/tune.mid").unwrap_err().ends_with("none at \"/radio/a/tune.mid\""));
    }
}
