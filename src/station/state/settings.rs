//! Texts of radio.toml that stations were played with, by their hashes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{files, rng};

/// Texts that are kept; the oldest go first.
const MOST_TEXTS: usize = 256;

/// The largest text in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The hash of a text: 16 hexadecimal digits.
pub fn hash(text: &str) -> String {
    format!("{:016x}", rng::fnv1a(text))
}

/// Keeps `text` in the state folder `folder`.
///
/// # Errors
/// The disk is full, fails or is read-only.
pub fn keep(folder: &Path, text: &str) -> io::Result<()> {
    let path = path(folder, &hash(text));
    if path.exists() {
        return Ok(());
    }
    let folder = folder.join("settings");
    fs::create_dir_all(&folder)?;
    files::write(&path, text.as_bytes())?;
    forget_oldest(&folder)
}

/// The text with this hash, if it is kept.
pub fn read(folder: &Path, hash: &str) -> Option<String> {
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| files::read_small_text(&path(folder, hash), MOST_BYTES).ok()).flatten()
}

fn path(folder: &Path, hash: &str) -> PathBuf {
    folder.join("settings").join(format!("{hash}.toml"))
}

fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut texts: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    texts.sort();
    let n_old = texts.len().saturating_sub(MOST_TEXTS);
    texts[..n_old].iter().try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_hash_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), "a = 1").unwrap();
        keep(folder.path(), "a = 1").unwrap();

        assert_eq!(read(folder.path(), &hash("a = 1")).as_deref(), Some("a = 1"));
        assert_eq!(read(folder.path(), &hash("a = 2")), None);
        assert_eq!(read(folder.path(), "../radio"), None);
    }

    #[test]
    fn the_oldest_texts_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..MOST_TEXTS + 5 {
            keep(folder.path(), &number.to_string()).unwrap();
        }

        assert_eq!(fs::read_dir(folder.path().join("settings")).unwrap().count(), MOST_TEXTS);
    }
}
