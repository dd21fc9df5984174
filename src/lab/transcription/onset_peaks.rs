//! Where notes begin: peaks of the network's onset activations and of rises of its note activations.
//!
//! Source: basic-pitch 0.4.0, `note_creation.py`.

use std::ops::RangeInclusive;

use crate::lab::transcription::{
    activations::Activations,
    pitch_network::{LOWEST_PITCH, N_PITCHES},
};

/// Onsets of `keys` by frame; with `infers`, also those inferred from rising activations.
pub fn onsets(
    activations: &Activations,
    keys: &RangeInclusive<usize>,
    infers: bool,
) -> Vec<[f64; N_PITCHES]> {
    let mut found: Vec<[f64; N_PITCHES]> = activations
        .onsets
        .iter()
        .map(|onsets| std::array::from_fn(|key| kept(onsets, keys, key)))
        .collect();
    if !infers {
        return found;
    }
    let rises = rises(activations, keys);
    let greatest = |rows: &[[f64; N_PITCHES]]| rows.iter().flatten().copied().fold(0.0, f64::max);
    let (onset, rise) = (greatest(&found), greatest(&rises));
    if rise <= 0.0 {
        return found;
    }
    for (found, rises) in found.iter_mut().zip(&rises) {
        found.iter_mut().zip(rises).for_each(|(x, by)| *x = x.max(onset * by / rise));
    }
    found
}

/// How much each note has risen over one and over two frames, whichever is less.
fn rises(activations: &Activations, keys: &RangeInclusive<usize>) -> Vec<[f64; N_PITCHES]> {
    let notes = &activations.notes;
    let mut found = vec![[0.0; N_PITCHES]; notes.len()];
    for frame in 2..notes.len() {
        for key in keys.clone() {
            let [now, one, two] = [0, 1, 2].map(|back| f64::from(notes[frame - back][key]));
            found[frame][key] = (now - one).min(now - two).max(0.0);
        }
    }
    found
}

/// Frame and key of each peak over time of at least `threshold`, the latest first; within a frame the highest
/// key first.
pub fn peaks(onsets: &[[f64; N_PITCHES]], threshold: f32) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for frame in (1..onsets.len().saturating_sub(1)).rev() {
        for key in (0..N_PITCHES).rev() {
            let [before, now, after] = [frame - 1, frame, frame + 1].map(|n| onsets[n][key]);
            if before < now && after < now && f64::from(threshold) <= now {
                found.push((frame, key));
            }
        }
    }
    found
}

/// The keys of `pitches`.
pub fn keys(pitches: &RangeInclusive<u8>) -> RangeInclusive<usize> {
    let key = |pitch: u8| usize::from(pitch.saturating_sub(LOWEST_PITCH)).min(N_PITCHES - 1);
    key(*pitches.start())..=key(*pitches.end())
}

fn kept(values: &[f32; N_PITCHES], keys: &RangeInclusive<usize>, key: usize) -> f64 {
    if keys.contains(&key) { values[key].into() } else { 0.0 }
}
