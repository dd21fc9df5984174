//! Why a MIDI file has no windows, in terms of its tracks, and what to change.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    music::{
        drums,
        meter::STEPS_PER_BAR,
        note::Note,
        programs::{is_bass, is_melodic},
        segments::{Segment, segments},
        song::{Instrument, Song},
    },
    musicvae::net::{config::Config, domain::Domain},
};

/// Most instruments that a detail lists.
const N_LISTED: usize = 8;

/// Least share of an instrument's notes on the keys of drums for it to be taken for drums.
const DRUM_SHARE: f64 = 0.9;

/// Mean pitch below which the lowest instrument may be the bass: G3.
const HIGHEST_BASS: f64 = 55.0;

/// Keys of the usual drums in General MIDI.
const DRUM_KEYS: std::ops::RangeInclusive<u8> = 35..=59;

/// Why a file is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason, equal for files with the same problem.
    pub reason: String,
    /// What was found in the file; may be empty.
    pub detail: String,
    /// The option that could make the file usable; may be empty.
    pub change: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        for (separator, text) in [(": ", &self.detail), ("; ", &self.change)] {
            if !text.is_empty() {
                write!(f, "{separator}{text}")?;
            }
        }
        Ok(())
    }
}

impl Reason {
    /// A reason without a detail.
    pub fn plain(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), detail: String::new(), change: String::new() }
    }

    /// The reason why `song` has no window for networks of `config`; `with_absent` says whether windows
    /// that lack a part would have counted.
    pub fn of(song: &Song, config: &Config, with_absent: bool) -> Self {
        let notes = &song.sequence.notes;
        if notes.is_empty() {
            return Self::plain("no notes");
        }
        let segments = segments(&song.sequence);
        if segments.is_empty() {
            // No option changes this, so it comes first.
            let reason = "no bars of 4/4".to_owned();
            return Self { reason, detail: meters(song), change: String::new() };
        }
        let domain = config.family.domain();
        let partial = match with_absent || domain.parts().len() == 1 {
            true => String::new(),
            false => "--partial keeps windows that lack a part".to_owned(),
        };
        let missing = missing_parts(notes, domain);
        if !missing.is_empty() && (!with_absent || missing.len() == domain.parts().len()) {
            let reason = format!("no {}", missing.join(" and no "));
            let change = mapped(song, &missing).unwrap_or(partial);
            return Self { reason, detail: instruments(song), change };
        }
        Self::of_bars(song, &segments, config, partial)
    }

    /// The reason where no part is missing; `partial` is the advice to keep windows that lack a part.
    fn of_bars(song: &Song, segments: &[Segment], config: &Config, partial: String) -> Self {
        let n_bars = config.n_bars();
        let last_step =
            |notes: &[Note]| notes.iter().map(|note| note.start * 4.0).fold(0.0, f64::max);
        let longest = segments.iter().map(|segment| last_step(&segment.sequence.notes) as usize);
        match longest.map(|step| step / STEPS_PER_BAR + 1).max().unwrap_or(0) {
            n if n < n_bars => Self {
                reason: format!("fewer than {n_bars} bars of 4/4 in a row"),
                detail: format!("{n} bars; {}", meters(song)),
                change: match config.with_steps(n * STEPS_PER_BAR) {
                    Some(_) => format!("--bars {n} takes shorter windows"),
                    None => String::new(),
                },
            },
            _ => {
                let parts = config.family.domain().parts().join(", ");
                let reason = format!("no {n_bars} bars in a row in which {parts} keep sounding");
                Self { reason, detail: instruments(song), change: partial }
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

/// The pitched instruments that play, with their numbers.
fn pitched(song: &Song) -> Vec<(&Instrument, u16)> {
    let played: BTreeSet<u16> = song.sequence.notes.iter().map(|note| note.instrument).collect();
    let numbered = song.instruments.iter().zip(0..).filter(|(_, number)| played.contains(number));
    numbered.filter(|(instrument, _)| !instrument.is_drum).collect()
}

/// The instruments, as `programs 27 and 0`.
fn instruments(song: &Song) -> String {
    let mut listed: Vec<String> = Vec::new();
    for (instrument, _) in pitched(song) {
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
    match listed.len() {
        0 => "drums only".to_owned(),
        1 => format!("program {}", listed[0]),
        n => format!("programs {} and {}", listed[..n - 1].join(", "), listed[n - 1]),
    }
}

/// A suggestion with its option, for an instrument that could be one of the missing parts.
fn mapped(song: &Song, missing: &[&str]) -> Option<String> {
    let pitched = pitched(song);
    let keys_of = |number: u16| -> Vec<f64> {
        let notes = song.sequence.notes.iter().filter(|note| note.instrument == number);
        notes.map(|note| f64::from(note.pitch)).collect()
    };
    if missing.contains(&"drums") {
        let is_like_drums = |number: u16| {
            let keys = f64::from(*DRUM_KEYS.start())..=f64::from(*DRUM_KEYS.end());
            let played = keys_of(number);
            let n_on_keys = played.iter().filter(|pitch| keys.contains(pitch)).count();
            DRUM_SHARE * played.len() as f64 <= n_on_keys as f64
        };
        let drums = pitched.iter().find(|(other, n)| !is_bass(other.program) && is_like_drums(*n));
        if let Some((instrument, _)) = drums {
            let channel = instrument.channel + 1;
            return Some(format!("drums on channel {channel}? --map drums=channel:{channel}"));
        }
    }
    // One instrument can't be both parts.
    if missing.contains(&"bass") && !missing.contains(&"melody") && 1 < pitched.len() {
        let mean = |number| {
            let played = keys_of(number);
            played.iter().sum::<f64>() / played.len() as f64
        };
        let lowest = pitched.iter().map(|(instrument, number)| (mean(*number), instrument));
        let lowest = lowest.min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, instrument)) = lowest.filter(|(mean, _)| *mean < HIGHEST_BASS) {
            return Some(format!("{}? --map {}", played_by("bass", instrument), rule(instrument)));
        }
    }
    None
}

fn played_by(part: &str, instrument: &Instrument) -> String {
    match instrument.name.as_str() {
        "" => format!("{part} on program {}", instrument.program),
        name => format!("{part} on {name:?}"),
    }
}

/// The rule that makes `instrument` the bass.
fn rule(instrument: &Instrument) -> String {
    match instrument.name.as_str() {
        "" => format!("bass=program:{}", instrument.program),
        name => format!("'bass=track:{name}'"),
    }
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
