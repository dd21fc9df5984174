//! Silences samples that can't be played, so that one of them does not make the font unusable.
//!
//! Source: SoundFont Technical Specification 2.04, sections 7.7 to 7.10 and 8.1 (generators).

use std::collections::BTreeMap;

use crate::sound::font_chunks::{FontChunks, SILENCE};

/// Bytes of a sample header, of a record of `inst`, of `ibag` and of `igen`.
const HEADER: usize = 46;
const INSTRUMENT: usize = 22;
const BAG: usize = 4;
const GENERATOR: usize = 4;

/// Bit of a sample's type: it is in the ROM of a sound card.
const IN_ROM: u16 = 0x8000;

/// Bit of a sample's type that SF3 added: it is compressed.
const COMPRESSED: u16 = 0x10;

/// Generator that names the sample of a zone, its last.
const SAMPLE_ID: u16 = 53;

/// Generators that move start, end, loop start and loop end of the sample: by samples, and by 32768.
const OFFSETS: [(u16, u16); 4] = [(0, 4), (1, 12), (2, 45), (3, 50)];

/// An unused generator, which replaces a removed one.
const UNUSED: u16 = 14;

/// Whether the samples are compressed, as in SF3.
pub fn is_compressed(chunks: &FontChunks) -> bool {
    let headers = chunks.list(*b"shdr").chunks_exact(HEADER);
    chunks.samples.starts_with(b"OggS") || headers.clone().any(|h| sample_type(h) & COMPRESSED != 0)
}

/// Replaces samples that can't be played by silence, corrects loops that reach beyond their sample, and
/// removes offsets of zones that do. Returns the names of the silent samples in use, with the reasons.
pub fn mend(chunks: &mut FontChunks) -> Vec<(String, &'static str)> {
    let (n_samples, used) = (chunks.n_samples(), used_samples(chunks));
    let mut silent = Vec::new();
    let Some(headers) = chunks.list_mut(*b"shdr") else { return silent };
    let n_headers = (headers.len() / HEADER).saturating_sub(1);
    for (number, header) in headers.chunks_exact_mut(HEADER).take(n_headers).enumerate() {
        if let Some(fault) = fault(header, n_samples) {
            let name = String::from_utf8_lossy(&header[..20]);
            let name = name.split('\0').next().unwrap_or_default().trim().to_owned();
            silence(header, n_samples);
            silent.extend(used.contains_key(&(number as u16)).then_some((name, fault)));
        }
        mend_loop(header);
    }
    silent.extend(add_missing_sample(chunks, n_samples));
    leave_out_offsets(chunks);
    silent
}

/// Adds a silent sample for zones whose sample does not exist, if there are any.
fn add_missing_sample(chunks: &mut FontChunks, n_samples: usize) -> Option<(String, &'static str)> {
    let n_headers = (chunks.list(*b"shdr").len() / HEADER).checked_sub(1)?;
    let mut missing = None;
    for generator in chunks.list_mut(*b"igen")?.chunks_exact_mut(GENERATOR) {
        if word(generator, 0) == SAMPLE_ID && n_headers <= usize::from(word(generator, 2)) {
            missing.get_or_insert(word(generator, 2));
            generator[2..4].copy_from_slice(&(n_headers as u16).to_le_bytes());
        }
    }
    let missing = missing?;
    let mut header = [0; HEADER];
    header[..6].copy_from_slice(b"silent");
    silence(&mut header, n_samples);
    let headers = chunks.list_mut(*b"shdr")?;
    let end = n_headers * HEADER;
    headers.splice(end..end, header);
    Some((format!("number {missing}"), "not in the font"))
}

/// The samples that zones use, each with the number of zones.
fn used_samples(chunks: &FontChunks) -> BTreeMap<u16, usize> {
    let mut used = BTreeMap::new();
    for generator in chunks.list(*b"igen").chunks_exact(GENERATOR) {
        if word(generator, 0) == SAMPLE_ID {
            *used.entry(word(generator, 2)).or_default() += 1;
        }
    }
    used
}

/// Why a sample can't be played, if it can't.
fn fault(header: &[u8], n_samples: usize) -> Option<&'static str> {
    let (start, end) = (place(header, 0), place(header, 1));
    if sample_type(header) & IN_ROM != 0 {
        return Some("in the ROM of a sound card");
    }
    if end <= start {
        return Some("empty");
    }
    (n_samples < end as usize).then_some("beyond the end of the samples")
}

/// Points a header at the silence behind the samples.
fn silence(header: &mut [u8], n_samples: usize) {
    let first = n_samples as u32;
    // The last zero is unused: an end must be below the number of samples.
    let last = first + SILENCE as u32 - 1;
    for (number, place) in [first, last, first + 8, first + 16].into_iter().enumerate() {
        set_place(header, number, place);
    }
    header[36..40].copy_from_slice(&44_100u32.to_le_bytes());
    header[44..46].copy_from_slice(&1u16.to_le_bytes());
}

/// Moves a loop that is not within its sample to the whole sample.
fn mend_loop(header: &mut [u8]) {
    let [start, end, from, to] = [0, 1, 2, 3].map(|number| place(header, number));
    if from < start || end < to || to < from {
        set_place(header, 2, start);
        set_place(header, 3, end);
    }
}

/// Removes the offsets of zones that move a sample's ends beyond the samples.
fn leave_out_offsets(chunks: &mut FontChunks) {
    let n_samples = (chunks.n_samples() + SILENCE) as i64;
    let zones = zones(chunks);
    let headers = chunks.list(*b"shdr").to_vec();
    let Some(generators) = chunks.list_mut(*b"igen") else { return };
    for (global, local) in zones {
        let both = || global.clone().chain(local.clone());
        let value = |generators: &[u8], kind: u16| -> Option<u16> {
            let of_kind = |at: usize| {
                let generator = generators.get(at..at + GENERATOR)?;
                (word(generator, 0) == kind).then(|| word(generator, 2))
            };
            both().rev().find_map(of_kind)
        };
        let sample = value(generators, SAMPLE_ID).map(|sample| usize::from(sample) * HEADER);
        let Some(header) = sample.and_then(|at| headers.get(at..at + HEADER)) else { continue };
        let moved = OFFSETS.into_iter().enumerate().map(|(number, (fine, coarse))| {
            let offset = |kind| i64::from(value(generators, kind).unwrap_or(0) as i16);
            i64::from(place(header, number)) + offset(fine) + 32_768 * offset(coarse)
        });
        let moved: Vec<i64> = moved.collect();
        let is_sound =
            moved.iter().all(|place| (0..n_samples).contains(place)) && moved[0] < moved[1];
        if is_sound {
            continue;
        }
        for at in both() {
            let Some(generator) = generators.get_mut(at..at + GENERATOR) else { continue };
            let kind = word(generator, 0);
            if OFFSETS.iter().any(|(fine, coarse)| [*fine, *coarse].contains(&kind)) {
                generator[..2].copy_from_slice(&UNUSED.to_le_bytes());
            }
        }
    }
}

/// Positions of generators in `igen`.
type Places = std::iter::StepBy<std::ops::Range<usize>>;

/// For each zone of an instrument, the generators of the instrument's global zone and its own.
fn zones(chunks: &FontChunks) -> Vec<(Places, Places)> {
    let first = |list: &[u8], record: usize, size: usize, at: usize| {
        list.get(record * size + at..record * size + at + 2)
            .map(|bytes| usize::from(word(bytes, 0)))
    };
    let (instruments, bags) = (chunks.list(*b"inst"), chunks.list(*b"ibag"));
    let generators = |bag: usize| {
        let ends = first(bags, bag, BAG, 0).zip(first(bags, bag + 1, BAG, 0));
        let (start, end) = ends.unwrap_or_default();
        (start * GENERATOR..end.max(start) * GENERATOR).step_by(GENERATOR)
    };
    let has_sample = |mut places: Places| {
        let kind = |at: usize| chunks.list(*b"igen").get(at..at + 2).map(|bytes| word(bytes, 0));
        places.next_back().and_then(kind) == Some(SAMPLE_ID)
    };
    let mut zones = Vec::new();
    for number in 0..(instruments.len() / INSTRUMENT).saturating_sub(1) {
        let ends = first(instruments, number, INSTRUMENT, 20).zip(first(
            instruments,
            number + 1,
            INSTRUMENT,
            20,
        ));
        let (start, end) = ends.unwrap_or_default();
        let none = (0..0).step_by(GENERATOR);
        let global = Some(generators(start)).filter(|zone| !has_sample(zone.clone()));
        let global = global.unwrap_or(none);
        zones.extend((start..end).map(|bag| (global.clone(), generators(bag))));
    }
    zones
}

fn sample_type(header: &[u8]) -> u16 {
    word(header, 44)
}

/// Start, end, loop start or loop end of a sample, by number.
fn place(header: &[u8], number: usize) -> u32 {
    let at = 20 + 4 * number;
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

fn set_place(header: &mut [u8], number: usize, place: u32) {
    let at = 20 + 4 * number;
    header[at..at + 4].copy_from_slice(&place.to_le_bytes());
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}
