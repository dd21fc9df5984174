//! Anchors: the fixed points in latent space that a theme's walk passes between.

use std::{
    fmt,
    path::{Path, PathBuf},
};

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
    /// A file with a point of the model's latent space, which existed when radio.toml was read.
    Point(PathBuf),
}

/// Extension of point files.
pub const POINT_ENDING: &str = ".point.json";

impl Anchor {
    /// Parses `text`; relative paths start from `base_dir`.
    pub(super) fn read(text: &str, base_dir: &Path) -> Result<Self, String> {
        if is_midi(text) {
            return file(base_dir.join(text), "a MIDI file").map(Self::Midi);
        }
        if text.ends_with(POINT_ENDING) {
            return file(base_dir.join(text), "a file with a point").map(Self::Point);
        }
        let unreadable = || {
            let examples =
                r#""techno:12", "dream:7", "anchors/tune.mid" or "anchors/a.point.json""#;
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

    /// The schema of an anchor's text.
    pub(super) fn schema() -> Value {
        let styles = Style::ALL.map(Style::name);
        let pattern = format!(
            "^(({}|dream):[0-9]+|.+\\.[mM][iI][dD][iI]?|.+\\.point\\.json)$",
            styles.join("|")
        );
        let mut examples = styles.map(|style| format!("{style}:0")).to_vec();
        let others = ["dream:7", "anchors/tune.mid", "anchors/a.point.json"];
        examples.extend(others.map(str::to_owned));
        json!({ "pattern": pattern, "examples": examples })
    }
}

impl fmt::Display for Anchor {
    /// As in radio.toml; a file with its full path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { style, number } => write!(f, "{}:{number}", style.name()),
            Self::Dream(seed) => write!(f, "dream:{seed}"),
            Self::Midi(path) | Self::Point(path) => write!(f, "{}", path.display()),
        }
    }
}

/// `path`, if it is a file's.
fn file(path: PathBuf, expected: &str) -> Result<PathBuf, String> {
    match path.is_file() {
        true => Ok(path),
        false => {
            Err(format!("expected {expected}, found none at {:?}", path.display().to_string()))
        }
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
        std::fs::write(folder.path().join("a.point.json"), "").unwrap();

        assert_eq!(read("hip-hop:3"), Ok(Anchor::Pattern { style: Style::HipHop, number: 3 }));
        assert_eq!(read("dream:18446744073709551615"), Ok(Anchor::Dream(u64::MAX)));
        assert_eq!(
            Anchor::read("tune.MID", folder.path()),
            Ok(Anchor::Midi(folder.path().join("tune.MID")))
        );
        assert_eq!(
            Anchor::read("a.point.json", folder.path()),
            Ok(Anchor::Point(folder.path().join("a.point.json")))
        );
    }

    #[test]
    fn an_anchor_is_written_as_it_is_read() {
        for text in ["hip-hop:3", "dream:7"] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        assert_eq!(Anchor::Midi("/radio/tune.mid".into()).to_string(), "/radio/tune.mid");
    }

    #[test]
    fn an_invalid_anchor_is_answered_by_examples() {
        assert!(read("techno").unwrap_err().ends_with("found \"techno\""));
        assert!(read("techno:-1").unwrap_err().contains("techno:12"));
        assert!(read("polka:1").unwrap_err().contains(&Style::ALL.map(Style::name).join(", ")));
        assert!(read("a/tune.mid").unwrap_err().ends_with("none at \"/radio/a/tune.mid\""));
        let missing = read("a.point.json").unwrap_err();
        assert_eq!(missing, "expected a file with a point, found none at \"/radio/a.point.json\"");
    }
}
