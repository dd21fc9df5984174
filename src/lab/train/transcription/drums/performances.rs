//! Drum performances and songs, split into training and held-out pieces.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    lab::{
        dataset::{self, archive},
        train::transcription::piece::Piece,
    },
    music::{drums, midi, part_map},
    rng,
};

/// The list of Groove's files, in its folder, and the columns that are read.
const LIST: &str = "info.csv";
const FILE: &str = "midi_filename";
const SPLIT: &str = "split";

/// Of this many titles, one is for validation and one for the test.
const N_SHARES: u64 = 10;

/// Keys of an electronic kit that General MIDI maps to other sounds: the edge of the hat, closed and open,
/// and the rim of the third tom (Roland TD-11, as in Groove).
const PADS: [(u8, u8); 3] = [(22, 42), (26, 46), (58, 43)];

/// The split of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// Training.
    Train,
    /// Figures in training, and thresholds.
    Validation,
    /// Final figures.
    Test,
}

/// Pieces by split.
#[derive(Debug, Clone, Default)]
pub struct Pieces(HashMap<Split, Vec<Piece>>);

impl Pieces {
    /// The pieces for `split`.
    pub fn of(&self, split: Split) -> &[Piece] {
        self.0.get(&split).map_or(&[], Vec::as_slice)
    }
}

/// Reads the MIDI files of `folders`. The list `info.csv` in a folder gives the split of its files; a file
/// without an entry is assigned by its title. Files that can't be read are skipped.
///
/// # Errors
/// A folder can't be read.
pub fn read(folders: &[PathBuf]) -> Result<Pieces, dataset::Error> {
    let mut pieces = Pieces::default();
    for folder in folders {
        let listed = listed(folder);
        archive::visit(folder, &mut |path, contents| {
            let song = contents().ok().and_then(|bytes| midi::read_song(&bytes).ok());
            if let Some(mut song) = song {
                part_map::assign_by_name(&mut song);
                let title = title(&path);
                let within = path.strip_prefix(folder).unwrap_or(&path);
                let split = listed.get(within).copied().unwrap_or_else(|| share(&title));
                let mut piece = Piece::new(title, song);
                on_general_midi_keys(&mut piece);
                pieces.0.entry(split).or_default().push(piece);
            }
            Ok(())
        })?;
    }
    Ok(pieces)
}

/// Whether `piece` has hits.
pub fn has_drums(piece: &Piece) -> bool {
    piece.notes.iter().any(|note| note.is_drum && drums::class(note.pitch).is_some())
}

/// A file's name without its extension, in lower case: versions of a song share it.
fn title(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn share(title: &str) -> Split {
    match rng::fnv1a(title) % N_SHARES {
        0 => Split::Validation,
        1 => Split::Test,
        _ => Split::Train,
    }
}

/// The splits of a folder's files, from its list.
fn listed(folder: &Path) -> HashMap<PathBuf, Split> {
    let text = fs::read_to_string(folder.join(LIST)).unwrap_or_default();
    let mut lines = text.lines().map(|line| line.trim_end().split(',').collect::<Vec<&str>>());
    let head = lines.next().unwrap_or_default();
    let column = |name| head.iter().position(|found| *found == name);
    let (Some(file), Some(split)) = (column(FILE), column(SPLIT)) else {
        return HashMap::new();
    };
    let entry = |line: Vec<&str>| {
        let split = match *line.get(split)? {
            "train" => Split::Train,
            "validation" => Split::Validation,
            "test" => Split::Test,
            _ => return None,
        };
        Some((PathBuf::from(line.get(file)?), split))
    };
    lines.filter_map(entry).collect()
}

fn on_general_midi_keys(piece: &mut Piece) {
    for note in piece.notes.iter_mut().filter(|note| note.is_drum) {
        if let Some((_, key)) = PADS.iter().find(|(pad, _)| *pad == note.pitch) {
            note.pitch = *key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::{Note, NoteSequence};

    fn beat(pitch: u8) -> Vec<u8> {
        let (start, end) = (0.0, 0.1);
        let note =
            Note { pitch, velocity: 90, start, end, program: 0, is_drum: true, instrument: 0 };
        midi::write(&NoteSequence { notes: vec![note], tempos: vec![], meters: vec![] }, |_| "")
    }

    #[test]
    fn the_list_tells_what_a_file_is_for_and_else_its_title_does() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["a/1.mid", "a/2.mid", "a/3.mid", "a/none.mid"] {
            fs::write(folder.path().join(name), beat(26)).unwrap();
        }
        fs::write(folder.path().join("a/broken.mid"), b"MThd").unwrap();
        let list =
            "x,midi_filename,split\r\n1,a/1.mid,train\r\n1,a/2.mid,validation\r\n,a/3.mid,test\r\n";
        fs::write(folder.path().join(LIST), list).unwrap();

        let pieces = read(&[folder.path().to_owned()]).unwrap();

        let titles = |split| -> Vec<&str> {
            pieces.of(split).iter().map(|piece| piece.title.as_str()).collect()
        };
        assert!(titles(Split::Train).contains(&"1") && titles(Split::Validation).contains(&"2"));
        assert!(titles(Split::Test).contains(&"3") && titles(share("none")).contains(&"none"));
        assert_eq!(
            [Split::Train, Split::Validation, Split::Test]
                .map(|s| titles(s).len())
                .iter()
                .sum::<usize>(),
            4
        );
        // The pad of an open hat.
        assert_eq!(pieces.of(Split::Test)[0].notes[0].pitch, 46);
        assert!(has_drums(&pieces.of(Split::Test)[0]));
    }
}
