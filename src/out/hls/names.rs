//! Names and media types of a station's HLS files, on this server and in buckets.

use crate::units::Kbps;

/// The main playlist, whose URL listeners use.
pub const MAIN: &str = "live.m3u8";

/// The media type of playlists.
pub const PLAYLIST_TYPE: &str = "application/vnd.apple.mpegurl";

/// The media type of segments.
pub const SEGMENT_TYPE: &str = "audio/mpeg";

/// The media playlist of the variant with this bitrate.
pub fn playlist(bitrate: Kbps) -> String {
    format!("{}k.m3u8", bitrate.get())
}

/// The segment `number`. `began`, the time in ms at which counting started, makes names unique.
pub fn segment(bitrate: Kbps, began: i64, number: u64) -> String {
    format!("{}k-{began}-{number}.mp3", bitrate.get())
}

/// Whether `name` has the form of [`segment`].
pub fn is_segment(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(stem) = name.strip_suffix(".mp3") else { return false };
    match stem.split('-').collect::<Vec<_>>()[..] {
        [bitrate, began, number] => {
            bitrate.strip_suffix('k').is_some_and(is_number)
                && [began, number].into_iter().all(is_number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_segments_are_recognised() {
        assert!(is_segment(&segment(Kbps::DEFAULT, 1_795_360_379_000, 0)));
        for name in [
            "",
            ".mp3",
            "live.m3u8",
            "128k.m3u8",
            "128k-1-2.mp4",
            "128k-1.mp3",
            "128k-1-2-3.mp3",
            "128k--2.mp3",
            "k-1-2.mp3",
            "128-1-2.mp3",
            "a/128k-1-2.mp3",
            "techno-2026-11.mp3",
        ] {
            assert!(!is_segment(name), "{name}");
        }
    }
}
