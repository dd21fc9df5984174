//! The player page, and playlists of one stream.

use quick_xml::escape::escape;

use crate::stream::{
    icy::clean,
    mount::{About, Mount},
};

/// HTML of the player page.
pub const INDEX: &str = include_str!("player/index.html");

/// HTML of the small player for pages of other sites.
pub const EMBED: &str = include_str!("player/embed.html");

/// A file that a page uses.
#[derive(Debug)]
pub struct Asset {
    /// Its path.
    path: &'static str,
    /// Its content type.
    pub content_type: &'static str,
    /// Its text.
    pub text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=UTF-8";
const STYLE: &str = "text/css; charset=UTF-8";

/// Files of the player page and the small player; `style.css` is for all pages.
const ASSETS: [Asset; 9] = [
    asset("/player.js", SCRIPT, include_str!("player/player.js")),
    asset("/radio.js", SCRIPT, include_str!("player/radio.js")),
    asset("/sound.js", SCRIPT, include_str!("player/sound.js")),
    asset("/panels.js", SCRIPT, include_str!("player/panels.js")),
    asset("/roll.js", SCRIPT, include_str!("player/roll.js")),
    asset("/embed.js", SCRIPT, include_str!("player/embed.js")),
    asset("/style.css", STYLE, include_str!("player/style.css")),
    asset("/embed.css", STYLE, include_str!("player/embed.css")),
    // Lets browsers install the player page as an app.
    asset(
        "/manifest.webmanifest",
        "application/manifest+json",
        include_str!("player/manifest.webmanifest"),
    ),
];

const fn asset(path: &'static str, content_type: &'static str, text: &'static str) -> Asset {
    Asset { path, content_type, text }
}

impl Asset {
    /// The file at `path`.
    pub fn at(path: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.path == path)
    }
}

/// A playlist of one stream, as `audio/x-mpegurl`.
pub fn m3u(about: &About, base_url: &str) -> String {
    format!("{base_url}{}\r\n", about.path)
}

/// A playlist of one stream, as `audio/x-scpls`; length -1 means endless.
pub fn pls(about: &About, base_url: &str) -> String {
    let (path, name) = (&about.path, clean(&about.name));
    format!(
        "[playlist]\nNumberOfEntries=1\nFile1={base_url}{path}\nTitle1={name}\nLength1=-1\nVersion=2\n"
    )
}

/// A playlist of one stream, as `application/xspf+xml`, with Icecast's annotations.
pub fn xspf(mount: &Mount, base_url: &str) -> String {
    let about = &mount.about;
    let annotation = [
        format!("Stream Title: {}", clean(&about.name)),
        format!("Stream Description: {}", clean(&about.description)),
        format!("Content Type: {}", about.coding.content_type()),
        format!("Bitrate: {}", about.coding.kbps()),
        format!("Current Listeners: {}", mount.listeners()),
        format!("Peak Listeners: {}", mount.peak()),
        format!("Stream Genre: {}", clean(&about.genre)),
    ]
    .join("\n");
    let (title, annotation) = (escape(&about.name), escape(&annotation));
    let location = format!("{base_url}{}", about.path);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <playlist xmlns=\"http://xspf.org/ns/0/\" version=\"1\"><trackList><track>\
         <location>{}</location><title>{title}</title><annotation>{annotation}</annotation>\
         </track></trackList></playlist>\n",
        escape(&location)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::station;

    #[test]
    fn playlists_hold_one_absolute_url() {
        let mut about = station("a").0.main().about.clone();
        about.name = "A\nFile2=http://b".into();

        assert_eq!(m3u(&about, "http://radio.example"), "http://radio.example/a.mp3\r\n");
        let pls = pls(&about, "http://radio.example");
        assert!(pls.contains("\nFile1=http://radio.example/a.mp3\nTitle1=A File2=http://b\n"));
    }

    #[test]
    fn an_xspf_escapes_the_name() {
        let (station, ..) = station("a");
        let about = About { name: "A & <B>".into(), ..station.main().about.clone() };

        let xspf = xspf(&station.main().with_about(about), "http://radio.example");

        assert!(xspf.contains("<location>http://radio.example/a.mp3</location>"));
        assert!(xspf.contains("<title>A &amp; &lt;B&gt;</title>"));
    }

    #[test]
    fn the_page_loads_nothing_from_other_origins() {
        for text in [INDEX, EMBED].into_iter().chain(ASSETS.iter().map(|asset| asset.text)) {
            let without_svg = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!without_svg.contains("http://") && !without_svg.contains("https://"));
        }
    }
}
