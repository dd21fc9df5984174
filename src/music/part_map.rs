//! Which part each instrument of a MIDI file plays: by its program and channel, by the name of its track, or
//! by a user's rules.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::music::{
    programs::{is_bass, is_melodic},
    song::{Instrument, Song},
};

/// Words in track names that mean drums.
const DRUM_WORDS: [&str; 10] = [
    "drum",
    "drums",
    "drumkit",
    "drumset",
    "kit",
    "perc",
    "percussion",
    "schlagzeug",
    "batterie",
    "bateria",
];

/// Words in track names that mean a bass.
const BASS_WORDS: [&str; 7] =
    ["bass", "basses", "bassline", "subbass", "contrabass", "kontrabass", "bajo"];

/// Program of an instrument in the bass role that is no bass: finger bass.
const BASS_PROGRAM: u8 = 33;

/// Program of an instrument in the melody role that is unpitched or a bass: piano.
const MELODY_PROGRAM: u8 = 0;

/// The role of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A melody.
    Melody,
    /// The bass.
    Bass,
    /// Drums, by General MIDI's percussion keys.
    Drums,
    /// Not used.
    None,
}

/// Names of the roles.
const ROLES: [(&str, Role); 4] =
    [("melody", Role::Melody), ("bass", Role::Bass), ("drums", Role::Drums), ("none", Role::None)];

/// The instruments that a rule selects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Selector {
    /// Instruments whose track name contains this text, in lower case.
    Track(String),
    /// Instruments with this program, 0 to 127.
    Program(u8),
    /// Instruments on this MIDI channel, 0 to 15.
    Channel(u8),
}

/// A rule that gives instruments a role, such as `bass=program:27`, `drums=channel:1` or
/// `melody=track:Lead`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    role: Role,
    selector: Selector,
}

/// Text that isn't a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected PART=track:NAME, PART=program:0-127 or PART=channel:1-16 with a PART of melody, bass, \
     drums or none, found {0:?}"
)]
pub struct NotARule(String);

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let parse = || {
            let (role, selector) = text.split_once('=')?;
            let (_, role) = ROLES.into_iter().find(|(name, _)| *name == role.trim())?;
            let (kind, value) = selector.split_once(':')?;
            let selector = match kind.trim() {
                "track" => Selector::Track(value.trim().to_lowercase()),
                "program" => Selector::Program(value.trim().parse().ok().filter(|n| *n < 128)?),
                "channel" => {
                    let number = value.trim().parse::<u8>().ok()?;
                    Selector::Channel(number.checked_sub(1).filter(|channel| *channel < 16)?)
                }
                _ => return None,
            };
            Some(Self { role, selector })
        };
        parse().ok_or_else(|| NotARule(text.to_owned()))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = ROLES.into_iter().find(|(_, role)| *role == self.role);
        let role = role.map_or("", |(name, _)| name);
        match &self.selector {
            Selector::Track(name) => write!(f, "{role}=track:{name}"),
            Selector::Program(program) => write!(f, "{role}=program:{program}"),
            Selector::Channel(channel) => write!(f, "{role}=channel:{}", channel + 1),
        }
    }
}

impl Rule {
    fn selects(&self, instrument: &Instrument) -> bool {
        match &self.selector {
            Selector::Track(name) => instrument.name.to_lowercase().contains(name),
            Selector::Program(program) => !instrument.is_drum && instrument.program == *program,
            Selector::Channel(channel) => instrument.channel == *channel,
        }
    }
}

/// Gives each instrument the role of the last rule that selects it, then assigns missing parts by name.
pub fn assign(song: &mut Song, rules: &[Rule]) {
    let role = |instrument: &Instrument| {
        let rule = rules.iter().rev().find(|rule| rule.selects(instrument));
        rule.map(|rule| rule.role)
    };
    let given: Vec<Option<Role>> = song.instruments.iter().map(role).collect();
    set(song, &given);
    assign_by_name(song);
}

/// If no instrument is a rhythm part by its channel, those with a drum name are; if none is a bass by its
/// program, those with a bass name are. Magenta uses programs and channels only.
pub fn assign_by_name(song: &mut Song) {
    let played: BTreeSet<u16> = song.sequence.notes.iter().map(|note| note.instrument).collect();
    let played = |number: &(usize, &Instrument)| played.contains(&(number.0 as u16));
    let instruments = || song.instruments.iter().enumerate().filter(played);
    let has_drums = instruments().any(|(_, instrument)| instrument.is_drum);
    let has_bass = instruments().any(|(_, other)| !other.is_drum && is_bass(other.program));
    let role = |instrument: &Instrument| {
        let is_named = |words: &[&str]| has_word(&instrument.name, words);
        match instrument.is_drum {
            false if !has_drums && is_named(&DRUM_WORDS) => Some(Role::Drums),
            false if !has_bass && is_named(&BASS_WORDS) && !is_named(&DRUM_WORDS) => {
                Some(Role::Bass)
            }
            _ => None,
        }
    };
    let roles: Vec<Option<Role>> = song.instruments.iter().map(role).collect();
    set(song, &roles);
}

fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|letter: char| !letter.is_alphabetic()).any(|word| words.contains(&word))
}

/// Sets the programs and kinds of the instruments, and of their notes, by their roles.
fn set(song: &mut Song, roles: &[Option<Role>]) {
    for (instrument, role) in song.instruments.iter_mut().zip(roles) {
        match role {
            Some(Role::Drums) => instrument.is_drum = true,
            Some(Role::Bass) => {
                instrument.is_drum = false;
                if !is_bass(instrument.program) {
                    instrument.program = BASS_PROGRAM;
                }
            }
            Some(Role::Melody) => {
                instrument.is_drum = false;
                if !is_melodic(instrument.program) {
                    instrument.program = MELODY_PROGRAM;
                }
            }
            Some(Role::None) | None => {}
        }
    }
    let role_of = |number: u16| roles.get(usize::from(number)).copied().flatten();
    song.sequence.notes.retain(|note| role_of(note.instrument) != Some(Role::None));
    for note in &mut song.sequence.notes {
        if let Some(instrument) = song.instruments.get(usize::from(note.instrument)) {
            (note.program, note.is_drum) = (instrument.program, instrument.is_drum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{
        note::{Note, NoteSequence},
        tempo_map::TempoMap,
    };

    /// A note of each instrument: name, channel, program.
    fn song(instruments: &[(&str, u8, u8)]) -> Song {
        let instrument = |&(name, channel, program): &(&str, u8, u8)| Instrument {
            name: name.to_owned(),
            channel,
            program,
            is_drum: channel == 9,
        };
        let instruments: Vec<Instrument> = instruments.iter().map(instrument).collect();
        let note = |(number, instrument): (usize, &Instrument)| Note {
            pitch: 40,
            velocity: 80,
            start: 0.0,
            end: 1.0,
            program: instrument.program,
            is_drum: instrument.is_drum,
            instrument: number as u16,
        };
        let notes = instruments.iter().enumerate().map(note).collect();
        let sequence = NoteSequence { notes, tempos: vec![], meters: vec![] };
        Song { sequence, instruments, tempo_map: TempoMap::default(), faults: BTreeSet::new() }
    }

    /// Program and kind of each note.
    fn kinds(song: &Song) -> Vec<(u8, bool)> {
        song.sequence.notes.iter().map(|note| (note.program, note.is_drum)).collect()
    }

    #[test]
    fn names_find_parts_that_programs_and_channels_dont_tell() {
        let mut all_on_one =
            song(&[("Drums", 0, 0), ("E-Bass 2", 0, 0), ("Bassoon", 0, 70), ("Keys", 0, 0)]);

        assign_by_name(&mut all_on_one);

        assert_eq!(kinds(&all_on_one), [(0, true), (33, false), (70, false), (0, false)]);
    }

    #[test]
    fn names_change_nothing_where_the_parts_are_known() {
        let known = [("Bass drum", 9, 0), ("Bass guitar", 1, 25), ("Bass", 2, 38), ("kit", 3, 0)];
        let mut found = song(&known);

        assign_by_name(&mut found);

        assert_eq!(found, song(&known));
    }

    #[test]
    fn the_last_rule_that_selects_an_instrument_counts() {
        let rules = ["none=channel:1", "melody=track:lead", "bass=program:27", "drums=track:loop"];
        let rules: Vec<Rule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let mut found = song(&[
            ("x", 0, 0),
            ("Lead 1", 0, 118),
            ("Lead 2", 0, 27),
            ("loop", 5, 3),
            ("y", 6, 5),
        ]);

        assign(&mut found, &rules);

        assert_eq!(kinds(&found), [(0, false), (33, false), (3, true), (5, false)]);
    }

    #[test]
    fn a_rule_parses_as_it_is_displayed() {
        for text in ["bass=program:27", "drums=channel:16", "melody=track:lead 1", "none=channel:1"]
        {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        for text in ["bass", "bass=27", "bass=program:128", "drums=channel:0", "kick=channel:1"] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
