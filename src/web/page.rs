//! The player page and playlists: what people open rather than hear.

use crate::{stream::icy::clean, stream::mount::About};

/// The player page.
pub const INDEX: &str = include_str!("player/index.html");

/// Its code.
pub const SCRIPT: &str = include_str!("player/player.js");

/// Its looks.
pub const STYLE: &str = include_str!("player/style.css");

/// A playlist of one stream, as `audio/x-mpegurl`.
pub fn m3u(about: &About, base_url: &str) -> String {
    format!("{base_url}{}\r\n", about.path)
}

/// A playlist of one stream, as `audio/x-scpls`; length -1 is a stream without an end.
pub fn pls(about: &About, base_url: &str) -> String {
    let (path, name) = (&about.path, clean(&about.name));
    format!(
        "[playlist]\nNumberOfEntries=1\nFile1={base_url}{path}\nTitle1={name}\nLength1=-1\nVersion=2\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::channel;

    #[test]
    fn playlists_hold_one_absolute_url() {
        let mut about = channel("a").0.mount.about.clone();
        about.name = "A\nFile2=http://b".into();

        assert_eq!(m3u(&about, "http://radio.example"), "http://radio.example/a.mp3\r\n");
        let pls = pls(&about, "http://radio.example");
        assert!(pls.contains("\nFile1=http://radio.example/a.mp3\nTitle1=A File2=http://b\n"));
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        for text in [INDEX, SCRIPT, STYLE] {
            let without_svg = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!without_svg.contains("http://") && !without_svg.contains("https://"));
        }
    }
}
