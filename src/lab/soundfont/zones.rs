//! Zones of instruments and presets as stored in a font.

use std::ops::RangeInclusive;

use crate::lab::soundfont::generator::Generator;

/// The range of all keys or all velocities.
pub const ANY: RangeInclusive<u8> = 0..=127;

/// Index of a sample in its font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleId(pub(super) u16);

/// A range of keys and velocities that play a sample with given settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// MIDI keys.
    pub keys: RangeInclusive<u8>,
    /// MIDI velocities.
    pub velocities: RangeInclusive<u8>,
    /// Settings; a sample's loop is used only with [`Generator::Looped`].
    pub generators: Vec<Generator>,
    /// The sample.
    pub sample: SampleId,
}

/// The growing bodies of a bag chunk and its generator chunk.
#[derive(Default)]
pub struct Zones {
    bag: Vec<u8>,
    generators: Vec<u8>,
}

impl Zones {
    /// Zones so far.
    pub fn n_zones(&self) -> u16 {
        (self.bag.len() / 4) as u16
    }

    /// Adds a zone with these generators.
    pub fn add(&mut self, records: &[(u16, i16)]) {
        self.mark();
        for (operator, amount) in records {
            self.generators.extend(operator.to_le_bytes());
            self.generators.extend(amount.to_le_bytes());
        }
    }

    /// Marks the start of the next zone's generators; there are no modulators.
    fn mark(&mut self) {
        self.bag.extend(((self.generators.len() / 4) as u16).to_le_bytes());
        self.bag.extend([0, 0]);
    }

    /// Both bodies with their terminal records.
    pub fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        self.mark();
        self.generators.extend([0; 4]);
        (self.bag, self.generators)
    }
}

/// The generators that all zones of a layer have, for its global zone: a font can store no more than
/// 65,535 generators.
pub fn common(layer: &[Zone]) -> Vec<Generator> {
    let [first, others @ ..] = layer else { return Vec::new() };
    // The last of equal generators counts, so a generator that a zone repeats stays in the zones.
    let is_single = |generator: &&Generator| {
        let operator = generator.to_record().0;
        first.generators.iter().filter(|other| other.to_record().0 == operator).count() == 1
    };
    let singles = first.generators.iter().filter(is_single);
    let shared = singles.filter(|generator| {
        !others.is_empty() && others.iter().all(|zone| zone.generators.contains(generator))
    });
    shared.copied().collect()
}

/// A zone's generators in the required order: key range, others without those in `common`, sample.
pub fn records(zone: &Zone, common: &[Generator]) -> Vec<(u16, i16)> {
    let mut records = vec![(43, range(&zone.keys))];
    let own = zone.generators.iter().filter(|generator| !common.contains(generator));
    records.extend(own.map(|generator| generator.to_record()));
    records.push((53, zone.sample.0 as i16));
    records
}

/// A range as stored: the lower byte is its start.
pub fn range(range: &RangeInclusive<u8>) -> i16 {
    i16::from_le_bytes([*range.start(), *range.end()])
}
