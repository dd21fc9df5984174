//! A corpus of ten small chorales, and a network that learns it in seconds.

use std::{fs::File, io::Write as _, path::Path};

use npyz::WriterBuilder as _;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A network that is small enough for dozens of steps a second.
pub const TINY: &str = "chorale train --data corpus.npz --out tiny --embedding-size 8 --rnn-size 8 \
    --batch-size 2 --threads 1 --checkpoint-steps 2 --steps 6";

fn npy<T: npyz::AutoSerialize + Copy>(shape: &[u64], values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(shape);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// An array of `n` times "C major".
fn keys(n: usize) -> Vec<u8> {
    let header =
        format!("{{'descr': '<U7', 'fortran_order': False, 'shape': ({n},), }}\n").into_bytes();
    let word: Vec<u8> =
        "C major".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    let head = [&b"\x93NUMPY\x01\x00"[..], &(header.len() as u16).to_le_bytes()].concat();
    [head, header, word.repeat(n)].concat()
}

/// Writes a corpus of ten chorales of four chords each.
pub fn write_corpus(folder: &Path) {
    let chords: [[u8; 4]; 4] =
        [[72, 67, 64, 48], [72, 69, 65, 53], [71, 67, 62, 55], [72, 67, 64, 48]];
    let (n_chorales, n_frames) = (10u8, 16u64);
    let (mut pitches, mut onsets, mut fermatas) = (vec![], vec![], vec![]);
    for chorale in 0..n_chorales {
        // No two chorales are equal.
        let order = [chorale % 4, chorale / 4, (chorale + 1) % 4, 0];
        for frame in 0..n_frames {
            pitches.extend(chords[usize::from(order[frame as usize / 4])]);
            onsets.extend([u8::from(frame % 4 == 0); 4]);
            fermatas.push(u8::from(12 <= frame));
        }
    }
    let n = n_frames * u64::from(n_chorales);
    let index: Vec<i32> = (0..=i32::from(n_chorales)).map(|number| 16 * number).collect();
    let mut archive = ZipWriter::new(File::create(folder.join("corpus.npz")).unwrap());
    for (name, bytes) in [
        ("pitch", npy(&[n, 4], &pitches)),
        ("onset", npy(&[n, 4], &onsets)),
        ("fermata", npy(&[n], &fermatas)),
        ("index", npy(&[index.len() as u64], &index)),
        ("keys", keys(n_chorales.into())),
    ] {
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap();
}
