//! What a file is called.

use std::path::Path;

use symphonia::core::meta::{Metadata, StandardTag, Tag};

/// Characters of a title, at most.
const MOST: usize = 120;

/// Artist and title as the file's tags have them, if they have a title.
pub(super) fn title(mut metadata: Metadata) -> Option<String> {
    let (mut artist, mut title) = (None, None);
    loop {
        if let Some(revision) = metadata.current() {
            let tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
            for tag in revision.media.tags.iter().chain(tracks) {
                note(tag, &mut artist, &mut title);
            }
        }
        if metadata.pop().is_none() {
            break;
        }
    }
    let title = title?;
    Some(artist.map_or_else(|| title.clone(), |artist| format!("{artist} - {title}")))
}

/// The first of each kind counts.
fn note(tag: &Tag, artist: &mut Option<String>, title: &mut Option<String>) {
    let (target, text) = match &tag.std {
        Some(StandardTag::Artist(text)) => (artist, text),
        Some(StandardTag::TrackTitle(text)) => (title, text),
        _ => return,
    };
    let text = one_line(text);
    if target.is_none() && !text.is_empty() {
        *target = Some(text);
    }
}

/// The file's name without its ending, its underscores as spaces.
pub(super) fn name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy();
    one_line(&stem.replace('_', " "))
}

/// Titles go into headers and playlists, where a line break would begin something else.
fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(MOST).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_readable() {
        assert_eq!(name(Path::new("a/night_bus.take 2.mp3")), "night bus.take 2");
        assert_eq!(name(Path::new("a/x\r\ny.mp3")), "xy");
    }
}
