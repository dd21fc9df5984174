//! Songs of a collection: which files are versions, movements or pieces of one work.
//!
//! All files of a song are on one side of the split into training and held-out windows. A title that
//! is too coarse is harmless; one that is too fine puts versions of a song on both sides.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::lab::dataset::archive;

/// Lengths of the hashes that collections append to their files' names.
const HASH_LENGTHS: std::ops::RangeInclusive<usize> = 6..=8;

/// Prefixes of the score's number in the `OpenScore` collections, after the name of the work.
const SCORE_MARKS: [&str; 2] = ["_sq", "_lc"];

/// Derives song titles from the file names of a collection.
#[derive(Debug, Default)]
pub struct Titles {
    /// Number of files and their distinct names, for each source and for all sources ("").
    names: BTreeMap<String, (usize, BTreeSet<String>)>,
}

/// Key of all sources together in `names`.
const ALL: &str = "";

impl Titles {
    /// Counts a file.
    pub fn add(&mut self, source: &str, file: &str) {
        for source in [source, ALL] {
            let (n_files, names) = self.names.entry(source.to_owned()).or_default();
            *n_files += 1;
            names.insert(stem(file));
        }
    }

    /// The title of a file's song, in lower case: the work in the file's name. Where most files of the
    /// source share their names, such as `all_src.mid`, the folders precede it; where most files of all
    /// sources do, also the name of the source.
    pub fn title(&self, source: &str, file: &str) -> String {
        let share_names = |of: &str| {
            self.names.get(of).is_some_and(|(n_files, names)| 2 * names.len() < *n_files)
        };
        let title = work(&stem(file));
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let with_folder = folder.join(title.as_str());
        let title = match (share_names(source), share_names(ALL)) {
            (true, _) => with_folder.display().to_string(),
            (false, true) => Path::new(source).join(with_folder).display().to_string(),
            (false, false) => title,
        };
        title.to_lowercase()
    }
}

fn stem(file: &str) -> String {
    archive::without_gz(Path::new(file))
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase()
}

/// The name of the work in a file's name, without part number, hash and score number:
/// `quartet_op.13_sq8885571-9ff68b-1` and `quartet_op.13_sq8885571-9ff68b-2` are one work.
fn work(stem: &str) -> String {
    let name = strip_hash(stem)
        .or_else(|| {
            stem.rsplit_once('-')
                .filter(|(_, n)| is_number(n))
                .and_then(|(name, _)| strip_hash(name))
        })
        .unwrap_or(stem);
    let scores = SCORE_MARKS.iter().filter_map(|mark| name.rsplit_once(mark));
    scores.filter(|(_, n)| is_number(n)).map(|(work, _)| work).next().unwrap_or(name).to_owned()
}

fn strip_hash(name: &str) -> Option<&str> {
    name.rsplit_once('-').filter(|(_, end)| is_hash(end)).map(|(name, _)| name)
}

/// Whether `end` is a hash. Shorter ones need a digit: words such as `facade` have none.
fn is_hash(end: &str) -> bool {
    let is_hexadecimal = end.chars().all(|c| c.is_ascii_hexdigit());
    let has_digit = end.chars().any(|c| c.is_ascii_digit());
    HASH_LENGTHS.contains(&end.len())
        && is_hexadecimal
        && (has_digit || end.len() == *HASH_LENGTHS.end())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(file: &str) -> String {
        Titles::default().title("songs", file)
    }

    #[test]
    fn versions_and_movements_of_a_work_have_its_title() {
        for (file, work) in [
            ("history/D_E1M1-0123abcd.mid", "d_e1m1"),
            ("Quartet_Op.13_sq8885571-9ff68b-1.mid", "quartet_op.13"),
            ("To_Julia_lc29092718-fdaba9-0.mid", "to_julia"),
            ("Symphony_No.5_4-ddeb7c-0.mid", "symphony_no.5_4"),
            ("Boss_fight1-69fc52.mid", "boss_fight1"),
            ("The-facade.mid", "the-facade"),
            ("Opus-12.mid", "opus-12"),
            ("a_sq-x.mid", "a_sq-x"),
        ] {
            assert_eq!(title(file), work);
        }
    }

    #[test]
    fn folders_tell_songs_apart_whose_files_share_a_name() {
        let files =
            |name: &str| (0..15).map(|n| format!("Track{n:02}/{name}.mid")).collect::<Vec<_>>();
        let mut titles = Titles::default();
        for file in files("all_src") {
            titles.add("slakh", &file);
        }

        let found: BTreeSet<String> =
            files("all_src").iter().map(|file| titles.title("slakh", file)).collect();

        assert_eq!(found.len(), 15);
        assert!(found.contains("track03/all_src"));
        // A name that occurs in two folders is one song: a copy, or another version.
        let mut titles = Titles::default();
        titles.add("album", "a/tune.mid");
        titles.add("album", "b/tune.mid");
        assert_eq!(titles.title("album", "a/tune.mid"), "tune");
        // Folders that are given individually are sources.
        let mut titles = Titles::default();
        for source in ["Track00", "Track01", "Track02"] {
            titles.add(source, "all_src.mid");
        }
        assert_eq!(titles.title("Track01", "all_src.mid"), "track01/all_src");
    }
}
