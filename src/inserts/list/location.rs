//! Resolves a line of a playlist to paths. Players write paths literally, as URLs, with Windows separators,
//! in old code pages, and in either Unicode form of accented letters.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use encoding_rs::WINDOWS_1252;
use percent_encoding::percent_decode;
use unicode_normalization::UnicodeNormalization as _;

/// The paths that `line` may mean, the most literal first; relative ones start from `folder`. Never
/// empty.
///
/// # Errors
/// The line names no file; the text says what was expected and found.
pub fn paths(line: &[u8], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let refused = || format!("expected a file, found {:?}", String::from_utf8_lossy(line));
    if line.contains(&0) {
        return Err(refused());
    }
    let (literal, is_url) = match after_scheme(line) {
        Some(path) => (path, true),
        None if line.windows(3).any(|bytes| bytes == b"://") => return Err(refused()),
        None => (line, false),
    };
    if !is_url && line.iter().all(|byte| byte.is_ascii() && !matches!(byte, b'%' | b'\\')) {
        return Ok(vec![folder.join(OsStr::from_bytes(line))]);
    }
    let mut spellings: Vec<Vec<u8>> = Vec::new();
    let mut add = |spelling: Vec<u8>| {
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    };
    let decoded = || percent_decode(literal).collect::<Vec<u8>>();
    // In a URL a percent sign is always an escape.
    let firsts = if is_url { [decoded(), literal.to_vec()] } else { [literal.to_vec(), decoded()] };
    for first in firsts {
        let slashed = first.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
        for spelling in [first, slashed] {
            let text = text(&spelling);
            let normal = [text.clone(), text.nfc().collect(), text.nfd().collect()];
            add(spelling);
            normal.into_iter().map(String::into_bytes).for_each(&mut add);
        }
    }
    let is_path = |spelling: &Vec<u8>| !spelling.contains(&0);
    let path = |spelling| folder.join(OsString::from_vec(spelling));
    Ok(spellings.into_iter().filter(is_path).map(path).collect())
}

/// The text of `bytes`: UTF-8, or else Windows-1252, the code page of most old playlists.
pub fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        str::to_owned,
    )
}

/// The path in a URL of a file on this machine. Source: RFC 8089.
fn after_scheme(line: &[u8]) -> Option<&[u8]> {
    let (scheme, path) = line.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"file:") {
        return None;
    }
    let path = path.strip_prefix(b"//").unwrap_or(path);
    let local = path.strip_prefix(b"localhost").unwrap_or(path);
    local.starts_with(b"/").then_some(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(line: &[u8]) -> Vec<String> {
        let paths = paths(line, Path::new("/m")).unwrap();
        paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_plain_path_has_one_spelling() {
        assert_eq!(spelt(b"a b.mp3"), ["/m/a b.mp3"]);
        assert_eq!(spelt(b"/x/a.mp3"), ["/x/a.mp3"]);
    }

    #[test]
    fn escapes_and_separators_are_tried_after_the_path_as_it_is() {
        assert_eq!(spelt(b"a%20b.mp3"), ["/m/a%20b.mp3", "/m/a b.mp3"]);
        assert_eq!(spelt(b".\\a.mp3"), ["/m/.\\a.mp3", "/m/./a.mp3"]);
        assert_eq!(spelt(b"100%.mp3"), ["/m/100%.mp3"]);
    }

    #[test]
    fn urls_of_files_are_decoded_and_others_refused() {
        for url in ["file:///x/a%20b.mp3", "FILE://localhost/x/a%20b.mp3", "file:/x/a%20b.mp3"] {
            assert_eq!(spelt(url.as_bytes())[0], "/x/a b.mp3", "{url}");
        }
        for url in ["http://x/a.mp3", "file://server/a.mp3", "a\0.mp3"] {
            assert!(paths(url.as_bytes(), Path::new("/m")).is_err(), "{url}");
        }
    }

    #[test]
    fn accents_are_tried_in_both_forms_and_as_windows_1252() {
        let (composed, decomposed) = ("/m/caf\u{e9}.mp3", "/m/cafe\u{301}.mp3");
        assert_eq!(spelt("caf\u{e9}.mp3".as_bytes()), [composed, decomposed]);
        assert_eq!(spelt("cafe\u{301}.mp3".as_bytes()), [decomposed, composed]);
        assert_eq!(spelt(b"caf\xe9.mp3")[1..], [composed, decomposed]);
        assert_eq!(spelt(b"caf%E9.mp3")[2..], [composed, decomposed]);
    }
}
