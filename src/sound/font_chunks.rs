//! The chunks of a SoundFont file, found without copying the samples.
//!
//! Source: SoundFont Technical Specification 2.04, sections 4 to 7.

use std::{borrow::Cow, io::Read};

/// Names of the lists of presets, instruments and samples, in their order.
const LISTS: [[u8; 4]; 9] =
    [*b"phdr", *b"pbag", *b"pmod", *b"pgen", *b"inst", *b"ibag", *b"imod", *b"igen", *b"shdr"];

/// Zeros behind the samples, longer than the 46 that the specification asks for: a sample that can't be
/// played is replaced by them.
pub const SILENCE: usize = 64;

/// The parts of a font that the synthesizer reads.
pub struct FontChunks<'a> {
    /// Version, name and other texts, with chunk heads.
    info: &'a [u8],
    /// 16-bit samples.
    pub samples: &'a [u8],
    /// In the order of [`LISTS`].
    lists: [Cow<'a, [u8]>; 9],
}

impl<'a> FontChunks<'a> {
    /// Finds the chunks of `bytes`. Chunks of other names are left out.
    ///
    /// # Errors
    /// The bytes aren't a SoundFont, end early, or lack a list.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"sfbk" {
            return Err("expected a RIFF file of form sfbk".to_owned());
        }
        let mut found: [Option<&[u8]>; 9] = [None; 9];
        let (mut info, mut samples) = (None, None);
        for (id, body) in chunks(&bytes[12..])? {
            if id != *b"LIST" {
                continue;
            }
            let (name, body) = body.split_at_checked(4).ok_or("a LIST chunk has no name")?;
            if name == b"INFO" {
                info = Some(body);
            }
            for (id, body) in chunks(body)? {
                if id == *b"smpl" && name == b"sdta" {
                    samples = Some(body);
                }
                if let Some(place) = LISTS.iter().position(|list| *list == id) {
                    found[place] = Some(body);
                }
            }
        }
        let mut lists: [Cow<'a, [u8]>; 9] = Default::default();
        for ((list, found), id) in lists.iter_mut().zip(found).zip(LISTS) {
            let missing = || format!("expected a list {}, found none", id.escape_ascii());
            *list = found.ok_or_else(missing)?.into();
        }
        let samples = samples.ok_or("expected samples, found none")?;
        Ok(Self { info: info.unwrap_or_default(), samples, lists })
    }

    /// The list `name`.
    pub fn list(&self, name: [u8; 4]) -> &[u8] {
        LISTS.iter().position(|list| *list == name).map_or(&[], |place| &self.lists[place])
    }

    /// The list `name`, mutable.
    pub fn list_mut(&mut self, name: [u8; 4]) -> Option<&mut Vec<u8>> {
        let place = LISTS.iter().position(|list| *list == name)?;
        Some(self.lists[place].to_mut())
    }

    /// Number of samples, the zeros behind them not counted.
    pub fn n_samples(&self) -> usize {
        self.samples.len() / 2
    }

    /// The font as a file with these chunks, and [`SILENCE`] behind the samples.
    pub fn reader(&self) -> impl Read {
        let n_samples = 2 * self.n_samples();
        let n_smpl = n_samples + 2 * SILENCE;
        let lists: Vec<u8> =
            LISTS.iter().zip(&self.lists).flat_map(|(id, body)| chunk(*id, body)).collect();
        let info = list_head(*b"INFO", self.info.len());
        let sdta = [list_head(*b"sdta", 8 + n_smpl), chunk_head(*b"smpl", n_smpl)].concat();
        let tail = [vec![0; 2 * SILENCE], list_head(*b"pdta", lists.len()), lists].concat();
        let n_all = 4 + info.len() + self.info.len() + sdta.len() + n_samples + tail.len();
        let head = [chunk_head(*b"RIFF", n_all), b"sfbk".to_vec(), info].concat();
        std::io::Cursor::new(head)
            .chain(self.info)
            .chain(std::io::Cursor::new(sdta))
            .chain(&self.samples[..n_samples])
            .chain(std::io::Cursor::new(tail))
    }
}

/// A chunk: name and body.
type Chunk<'a> = ([u8; 4], &'a [u8]);

/// The chunks of `bytes`. A padding byte after a body of odd length is skipped.
fn chunks(mut bytes: &[u8]) -> Result<Vec<Chunk<'_>>, String> {
    let mut found = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(8) {
        let id = [head[0], head[1], head[2], head[3]];
        let n_bytes = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let (body, rest) = rest.split_at_checked(n_bytes).ok_or_else(|| {
            format!("chunk {}: expected {n_bytes} bytes, found {}", id.escape_ascii(), rest.len())
        })?;
        found.push((id, body));
        bytes = rest.get(n_bytes % 2..).unwrap_or_default();
    }
    Ok(found)
}

fn chunk_head(id: [u8; 4], n_bytes: usize) -> Vec<u8> {
    [id, (n_bytes as u32).to_le_bytes()].concat()
}

fn chunk(id: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&chunk_head(id, body.len())[..], body].concat()
}

/// The head of a list of chunks of `n_bytes`.
fn list_head(name: [u8; 4], n_bytes: usize) -> Vec<u8> {
    [chunk_head(*b"LIST", n_bytes + 4), name.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tiny_font;

    #[test]
    fn the_chunks_make_the_file_again_with_silence_behind_the_samples() {
        let bytes = tiny_font::build();
        let chunks = FontChunks::parse(&bytes).unwrap();

        let mut written = Vec::new();
        chunks.reader().read_to_end(&mut written).unwrap();

        let again = FontChunks::parse(&written).unwrap();
        assert_eq!(again.n_samples(), chunks.n_samples() + SILENCE);
        assert!(LISTS.iter().all(|list| again.list(*list) == chunks.list(*list)));
        assert_eq!(written.len(), bytes.len() + 2 * SILENCE);
    }

    #[test]
    fn a_chunk_of_odd_length_is_padded() {
        assert_eq!(
            chunks(b"abcd\x01\0\0\0x\0efgh\0\0\0\0").unwrap(),
            [(*b"abcd", &b"x"[..]), (*b"efgh", &b""[..])]
        );
    }
}
