//! Why a MIDI file has no windows, in terms of its tracks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    music::{
        drums,
        meter::STEPS_PER_BAR,
        note::Note,
        programs::{is_bass, is_melodic},
        segments::segments,
        song::{Instrument, Song},
    },
    musicvae::net::{config::Config, domain::Domain},
};

/// Instruments that a detail lists at most.
const N_LISTED: usize = 8;

/// Share of an instrument's notes on the keys of drums from which on it is taken for drums.
const DRUM_SHARE: f64 = 0.9;

/// Keys of the usual drums in General MIDI.
const DRUM_KEYS: std::ops::RangeInclusive<u8> = 35..=59;

/// Why a file is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason, the same for files with the same lack.
    pub reason: String,
    /// What was found in the file; may be empty.
    pub detail: String,
}

impl Reason {
    /// A reason without a detail.
    pub fn plain(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), detail: String::new() }
    }

    /// The reason why `song` has no window for networks of `config`.
    pub fn of(song: &Song, config: &Config) -> Self {
        let notes = &song.sequence.notes;
        if notes.is_empty() {
            return Self::plain("no notes");
        }
        let missing = missing_parts(notes, config.family.domain());
        if !missing.is_empty() {
            let reason = format!("no {}", missing.join(" and no "));
            return Self { reason, detail: instruments(song, &missing) };
        }
        let n_bars = config.n_bars();
        let segments = segments(&song.sequence);
        let last_step =
            |notes: &[Note]| notes.iter().map(|note| note.start * 4.0).fold(0.0, f64::max);
        let longest = segments.iter().map(|segment| last_step(&segment.sequence.notes) as usize);
        match longest.map(|step| step / STEPS_PER_BAR + 1).max() {
            None => Self { reason: "no bars of 4/4".to_owned(), detail: meters(song) },
            Some(n) if n < n_bars => Self {
                reason: format!("fewer than {n_bars} bars of 4/4 in a row"),
                detail: format!("{n} bars; {}", meters(song)),
            },
            Some(_) => {
                let parts = config.family.domain().parts().join(", ");
                let reason = format!("no {n_bars} bars in a row in which {parts} keep sounding");
                Self { reason, detail: instruments(song, &[]) }
            }
        }
    }
}

fn missing_parts(notes: &[Note], domain: Domain) -> Vec<&'static str> {
    let has = |part: &str| match part {
        "melody" if domain == Domain::Melody => notes
            .iter()
            .any(|note| !note.is_drum && (is_melodic(note.program) || is_bass(note.program))),
        "melody" => notes.iter().any(|note| !note.is_drum && is_melodic(note.program)),
        "bass" => notes.iter().any(|note| !note.is_drum && is_bass(note.program)),
        "drums" => notes.iter().any(|note| note.is_drum && drums::class(note.pitch).is_some()),
        _ => true,
    };
    domain.parts().iter().copied().filter(|part| !has(part)).collect()
}

/// The instruments, as `programs 27 and 0`, with one that could be the missing drums.
fn instruments(song: &Song, missing: &[&str]) -> String {
    let played: BTreeSet<u16> = song.sequence.notes.iter().map(|note| note.instrument).collect();
    let numbered = song.instruments.iter().zip(0..).filter(|(_, number)| played.contains(number));
    let pitched: Vec<(&Instrument, u16)> =
        numbered.filter(|(instrument, _)| !instrument.is_drum).collect();
    let mut listed: Vec<String> = Vec::new();
    for (instrument, _) in &pitched {
        let name = match instrument.name.as_str() {
            "" => instrument.program.to_string(),
            name => format!("{} ({name:?})", instrument.program),
        };
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
    let n_more = listed.len().saturating_sub(N_LISTED);
    listed.truncate(N_LISTED);
    if 0 < n_more {
        listed.push(format!("{n_more} more"));
    }
    let detail = match listed.len() {
        0 => "drums only".to_owned(),
        1 => format!("program {}", listed[0]),
        n => format!("programs {} and {}", listed[..n - 1].join(", "), listed[n - 1]),
    };
    let is_like_drums = |number: u16| {
        let notes = song.sequence.notes.iter().filter(|note| note.instrument == number);
        let (n, on_keys) = notes.fold((0, 0), |(n, on_keys), note| {
            (n + 1, on_keys + u32::from(DRUM_KEYS.contains(&note.pitch)))
        });
        DRUM_SHARE * f64::from(n) <= f64::from(on_keys)
    };
    let drums =
        pitched.iter().find(|(other, number)| !is_bass(other.program) && is_like_drums(*number));
    if let Some((instrument, _)) = drums.filter(|_| missing.contains(&"drums")) {
        let channel = instrument.channel + 1;
        return format!("{detail}; drums on channel {channel}? --map drums=channel:{channel}");
    }
    detail
}

fn meters(song: &Song) -> String {
    let meters: BTreeSet<(u8, u8)> = song
        .sequence
        .meters
        .iter()
        .map(|(_, meter)| (meter.numerator, meter.denominator))
        .collect();
    let meters: Vec<String> = meters.into_iter().map(|(n, d)| format!("{n}/{d}")).collect();
    if meters.is_empty() { "4/4".to_owned() } else { meters.join(", ") }
}
