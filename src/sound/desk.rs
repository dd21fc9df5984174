//! The mixing desk: manual changes to each part's sound, on top of the theme's mix.

use serde::{Deserialize, Serialize};

use crate::{
    music::bar::{N_PARTS, Part},
    units::{Decibels, OutOfRange},
};

/// The strip of one part. Neutral by default: the part sounds as its theme has it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fader {
    /// Added to the theme's level, -60 to 12 dB.
    pub level_db: f64,
    /// Silences the part.
    pub mute: bool,
    /// While any part is soloed, the parts that are not are silent.
    pub solo: bool,
    /// Opening of the low-pass filter: 0 closed to 1 open, which changes nothing.
    pub filter: f64,
    /// Added to the theme's send to the reverb, -1 to 1; the sum stays within 0 to 1.
    pub reverb: f64,
    /// Added to the send to the echo, likewise.
    pub echo: f64,
    /// Added to the send to the chorus, likewise.
    pub chorus: f64,
}

/// The strips of all parts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// By `Part as usize`.
    pub parts: [Fader; N_PARTS],
}

impl Fader {
    /// The part as its theme has it.
    pub const NEUTRAL: Self = Self {
        level_db: 0.0,
        mute: false,
        solo: false,
        filter: 1.0,
        reverb: 0.0,
        echo: 0.0,
        chorus: 0.0,
    };

    /// The fader, if all its values are within their ranges.
    ///
    /// # Errors
    /// A value out of range, with its range.
    pub fn checked(self) -> Result<Self, OutOfRange> {
        const SENDS: [&str; 3] = [
            "a reverb send from -1 to 1",
            "an echo send from -1 to 1",
            "a chorus send from -1 to 1",
        ];
        let values = [
            (self.level_db, -60.0..=12.0, "a level from -60 to 12 dB"),
            (self.filter, 0.0..=1.0, "a filter from 0, closed, to 1, open"),
            (self.reverb, -1.0..=1.0, SENDS[0]),
            (self.echo, -1.0..=1.0, SENDS[1]),
            (self.chorus, -1.0..=1.0, SENDS[2]),
        ];
        match values.into_iter().find(|(value, range, _)| !range.contains(value)) {
            Some((found, _, expected)) => Err(OutOfRange { expected, found }),
            None => Ok(self),
        }
    }

    /// The value called `name`, if there is one.
    fn value_mut(&mut self, name: &str) -> Option<&mut f64> {
        Some(match name {
            "level_db" => &mut self.level_db,
            "filter" => &mut self.filter,
            "reverb" => &mut self.reverb,
            "echo" => &mut self.echo,
            "chorus" => &mut self.chorus,
            _ => return None,
        })
    }

    fn plus(&self, other: &Self) -> Self {
        let send = |a: f64, b: f64| (a + b).clamp(-1.0, 1.0);
        Self {
            level_db: self.level_db + other.level_db,
            mute: self.mute || other.mute,
            solo: self.solo || other.solo,
            filter: (self.filter + other.filter - 1.0).max(0.0),
            reverb: send(self.reverb, other.reverb),
            echo: send(self.echo, other.echo),
            chorus: send(self.chorus, other.chorus),
        }
    }
}

impl Default for Fader {
    fn default() -> Self {
        Self::NEUTRAL
    }
}

impl Desk {
    /// All parts as their theme has them.
    pub const NEUTRAL: Self = Self { parts: [Fader::NEUTRAL; N_PARTS] };

    /// The desk, if all its faders are within their ranges.
    ///
    /// # Errors
    /// The first value out of range, with its range.
    pub fn checked(self) -> Result<Self, OutOfRange> {
        self.parts.into_iter().try_for_each(|fader| fader.checked().map(|_| ()))?;
        Ok(self)
    }

    /// The value of a part's fader called `key`, such as `bass.filter` or `lead.level_db`.
    pub fn value_mut(&mut self, key: &str) -> Option<&mut f64> {
        let (part, name) = key.split_once('.')?;
        let part = Part::ALL.into_iter().find(|known| known.name() == part)?;
        self.parts[part as usize].value_mut(name)
    }

    /// Both desks at once: levels and sends are added, filters are closed by both, and a part is muted or
    /// soloed if it is on one of them.
    pub fn plus(&self, other: &Self) -> Self {
        let of = |n: usize| self.parts[n].plus(&other.parts[n]);
        Self { parts: std::array::from_fn(of) }
    }

    /// Whether it silences all parts.
    pub fn is_silent(&self) -> bool {
        Part::ALL.into_iter().all(|part| self.gain(part) == 0.0)
    }

    /// The gain of `part`: its level, or 0 if it is muted or another part is soloed.
    pub fn gain(&self, part: Part) -> f32 {
        let fader = &self.parts[part as usize];
        let is_solo = self.parts.iter().any(|fader| fader.solo);
        match fader.mute || is_solo && !fader.solo {
            true => 0.0,
            false => Decibels(fader.level_db).ratio() as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(part: Part, fader: Fader) -> Desk {
        let mut desk = Desk::NEUTRAL;
        desk.parts[part as usize] = fader;
        desk
    }

    #[test]
    fn values_outside_their_range_are_named() {
        let error = |fader: Fader| fader.checked().unwrap_err().to_string();
        let neutral = Fader::NEUTRAL;
        assert_eq!(
            error(Fader { level_db: 13.0, ..neutral }),
            "expected a level from -60 to 12 dB, found 13"
        );
        assert_eq!(
            error(Fader { filter: f64::NAN, ..neutral }),
            "expected a filter from 0, closed, to 1, open, found NaN"
        );
        assert!(Fader { echo: -1.5, ..neutral }.checked().is_err());
        let wet = Fader { reverb: 1.0, chorus: -1.0, ..neutral };
        assert_eq!(desk(Part::Lead, wet).checked(), Ok(desk(Part::Lead, wet)));
        assert!(desk(Part::Lead, Fader { chorus: 2.0, ..wet }).checked().is_err());
    }

    #[test]
    fn a_solo_silences_the_others_and_a_mute_its_own_part() {
        let solo = desk(Part::Bass, Fader { solo: true, level_db: -20.0, ..Fader::NEUTRAL });
        assert_eq!(Part::ALL.map(|part| solo.gain(part)), [0.0, 0.1, 0.0, 0.0]);
        let muted = desk(Part::Bass, Fader { solo: true, mute: true, ..Fader::NEUTRAL });
        assert!(muted.is_silent() && !solo.is_silent() && !Desk::NEUTRAL.is_silent());
        assert_eq!(Desk::NEUTRAL.gain(Part::Drums), 1.0);
    }

    #[test]
    fn a_key_names_a_number_of_a_fader() {
        let mut found = Desk::NEUTRAL;
        *found.value_mut("lead.filter").unwrap() = 0.25;
        assert_eq!(found, desk(Part::Lead, Fader { filter: 0.25, ..Fader::NEUTRAL }));
        assert!(
            ["lead", "lead.mute", "piano.filter", ""]
                .iter()
                .all(|key| found.value_mut(key).is_none())
        );
    }

    #[test]
    fn a_fader_in_json_may_name_some_of_its_values() {
        let fader: Fader = serde_json::from_str(r#"{"mute": true, "filter": 0.5}"#).unwrap();
        assert_eq!(fader, Fader { mute: true, filter: 0.5, ..Fader::NEUTRAL });
        assert!(serde_json::from_str::<Fader>(r#"{"volume": 3}"#).is_err());
    }
}
