//! Lines of M3U, PLS and XSPF files as entries: a location and a title.

use std::{borrow::Cow, collections::BTreeMap};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::{Reader, events::Event};

use super::location::text;

/// File extensions that tell a name such as `#1 hit.mp3` from a comment.
const ENDINGS: [&str; 15] = [
    "mp3", "flac", "ogg", "oga", "opus", "wav", "aif", "aiff", "m4a", "mp4", "aac", "mp2", "mp1",
    "mid", "midi",
];

/// A line that names a file. A line that starts with `#` is a comment unless that file exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The line number, from 1; in XSPF the track number.
    pub line: usize,
    /// A path or URL, in the file's encoding.
    pub location: Vec<u8>,
    /// Its title; may be empty.
    pub title: Option<String>,
}

/// The entries of the playlist in `bytes`. The format is detected from the content, since extensions are
/// often wrong.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let bytes = in_utf_8_if_marked(bytes);
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"<") {
        of_xspf(&text(&bytes))
    } else if start.get(..10).is_some_and(|head| head.eq_ignore_ascii_case(b"[playlist]")) {
        of_pls(&bytes)
    } else {
        of_m3u(&bytes)
    }
}

/// Decodes UTF-16 with a byte order mark, and removes a UTF-8 one. Other bytes are returned unchanged.
fn in_utf_8_if_marked(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::for_bom(bytes) {
        Some((encoding, n_mark)) if encoding == UTF_8 => Cow::Borrowed(&bytes[n_mark..]),
        Some((encoding, _)) => Cow::Owned(encoding.decode(bytes).0.into_owned().into_bytes()),
        None => Cow::Borrowed(bytes),
    }
}

/// Numbered non-empty lines, without surrounding white space.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut number = 1;
    let lines = bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')).map(move |line| {
        let this = number;
        number += usize::from(line.ends_with(b"\n"));
        (this, line.trim_ascii())
    });
    lines.filter(|(_, line)| !line.is_empty())
}

/// Source: RFC 8216 section 4; `#EXTINF` as in Winamp's playlists.
fn of_m3u(bytes: &[u8]) -> Vec<Entry> {
    let mut title = None;
    let mut entries = Vec::new();
    for (line, bytes) in lines(bytes) {
        if let Some(about) = bytes.strip_prefix(b"#EXTINF:") {
            title = text(about).split_once(',').map(|(_, title)| title.to_owned());
        } else if !bytes.starts_with(b"#") || (!bytes.starts_with(b"#EXT") && has_ending(bytes)) {
            entries.push(Entry { line, location: bytes.to_vec(), title: title.take() });
        }
    }
    entries
}

fn has_ending(line: &[u8]) -> bool {
    let dot = line.iter().rposition(|byte| *byte == b'.');
    dot.is_some_and(|dot| {
        ENDINGS.iter().any(|known| line[dot + 1..].eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// Source: Winamp's playlists: `File1=...`, `Title1=...`, in any order.
fn of_pls(bytes: &[u8]) -> Vec<Entry> {
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    for (line, bytes) in lines(bytes) {
        let Some(at) = bytes.iter().position(|byte| *byte == b'=') else { continue };
        let (key, value) = (text(&bytes[..at]).trim().to_lowercase(), bytes[at + 1..].trim_ascii());
        let number = |name| key.strip_prefix(name).and_then(|number: &str| number.parse().ok());
        if let Some(number) = number("file") {
            let entry = entries.entry(number).or_default();
            (entry.line, entry.location) = (line, value.to_vec());
        } else if let Some(number) = number("title") {
            entries.entry(number).or_default().title = Some(text(value));
        }
    }
    entries.into_values().filter(|entry| !entry.location.is_empty()).collect()
}

/// Source: XSPF version 1, <https://www.xspf.org/spec>: `location`, `title` and `creator` of each track.
/// Parsing stops at the first error in the XML.
fn of_xspf(text: &str) -> Vec<Entry> {
    let mut reader = Reader::from_str(text);
    let mut entries = Vec::new();
    let (mut track, mut creator, mut content) = (Entry::default(), String::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                content.clear();
                if tag.local_name().as_ref() == b"track" {
                    track = Entry { line: entries.len() + 1, ..Entry::default() };
                    creator.clear();
                }
            }
            Ok(Event::Text(text)) => content += &text.decode().unwrap_or_default(),
            Ok(Event::CData(text)) => content += &text.decode().unwrap_or_default(),
            Ok(Event::GeneralRef(name)) => {
                content += &character(&name.decode().unwrap_or_default());
            }
            Ok(Event::End(tag)) => match tag.local_name().as_ref() {
                b"location" => track.location = content.trim().as_bytes().to_vec(),
                b"title" => track.title = Some(content.trim().to_owned()),
                b"creator" => content.trim().clone_into(&mut creator),
                b"track" if !track.location.is_empty() => {
                    let whole = |title| match creator.is_empty() {
                        true => title,
                        false => format!("{creator} - {title}"),
                    };
                    track.title = track.title.take().map(whole);
                    entries.push(std::mem::take(&mut track));
                }
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return entries,
            Ok(_) => {}
        }
    }
}

/// The text of the reference `&name;`.
fn character(name: &str) -> String {
    quick_xml::escape::unescape(&format!("&{name};"))
        .map_or_else(|_| String::new(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(usize, String, Option<String>)> {
        let entries = entries(bytes).into_iter();
        entries.map(|entry| (entry.line, text(&entry.location), entry.title)).collect()
    }

    #[test]
    fn a_pls_file_is_ordered_by_its_numbers() {
        let found = read(
            b"[Playlist]\r\nTitle2=B, \xc3\xa9\r\nFile2=file:///b%20c.mp3\r\nFile1=a.mp3\r\n\
              Length1=-1\r\nNumberOfEntries=2\r\nVersion=2\r\n",
        );

        let title = Some("B, \u{e9}".to_owned());
        let expected = [(4, "a.mp3".to_owned(), None), (3, "file:///b%20c.mp3".to_owned(), title)];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_xspf_file_has_locations_and_titles() {
        let found = read(
            b"<?xml version=\"1.0\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n\
              <title>All</title><trackList>\n<track><location>file:///a%20&amp;b.mp3</location>\n\
              <title>Hum &amp; <![CDATA[<x>]]></title><creator>The Wires</creator></track>\n\
              <track><location>c.mp3</location></track></trackList></playlist>",
        );

        let title = Some("The Wires - Hum & <x>".to_owned());
        let expected = [(1, "file:///a%20&b.mp3".to_owned(), title), (2, "c.mp3".to_owned(), None)];
        assert_eq!(found, expected);
    }

    #[test]
    fn utf_16_with_a_mark_is_read() {
        let utf_16 = |from: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}#EXTM3U\r\n\r\n\u{e9}.mp3\r\n".encode_utf16().flat_map(from).collect()
        };
        for bytes in [utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)] {
            assert_eq!(read(&bytes), [(3, "\u{e9}.mp3".to_owned(), None)]);
        }
    }
}
