//! Anchors: the fixed points in latent space that a theme's walk passes between.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{config::text::quoted, patterns::style::Style};

/// Music that becomes a point in latent space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// A hand-written pattern of a style, written `techno:12`.
    Pattern {
        /// The style.
        style: Style,
        /// The pattern's number. A number always names the same pattern.
        number: u64,
    },
    /// A sample of the model's prior with this seed, written `dream:7`.
    Dream(u64),
    /// A MIDI file, which existed when radio.toml was read.
    Midi(PathBuf),
}

impl Anchor {
    /// Parses `text`; relative paths start from `base_dir`.
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

    /// What the schema says of the text of an anchor.
    pub(super) fn schema() -> Value {
        let styles = Style::ALL.map(Style::name);
        let pattern = format!("^(({}|dream):[0-9]+|.+\\.[mM][iI][dD][iI]?)$", styles.join("|"));
        let mut examples = styles.map(|style| format!("{style}:0")).to_vec();
        examples.extend(["dream:7", "anchors/tune.mid"].map(str::to_owned));
        json!({ "pattern": pattern, "examples": examples })
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
    fn an_anchor_is_a_pattern_a_sample_or_a_file() {
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
    fn an_invalid_anchor_is_answered_by_examples() {
        assert!(read("techno").unwrap_err().ends_with("found \"techno\""));
        assert!(read("techno:-1").unwrap_err().contains("techno:12"));
        assert!(read("polka:1").unwrap_err().contains(&Style::ALL.map(Style::name).join(", ")));
        assert!(read("a/tune.mid").unwrap_err().ends_with("none at \"/radio/a/tune.mid\""));
    }
}
