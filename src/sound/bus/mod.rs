//! The effects on a part's sound, after its instrument and before its level and sends.
//!
//! In order: acid filter, amplifier, saturation, bit crusher, tape, phaser, stereo width. An effect that a
//! theme does not use is absent and costs nothing; one that is switched on or off is faded over a block.
//! While a part rests and its effects have fallen silent, nothing is computed.

use crate::{
    music::{
        bar::Voice,
        chain::{Amp, Chain, Filter},
    },
    sound::frame::Block,
};

use self::{
    acid::{AcidFilter, Strikes},
    amplifier::Amplifier,
    crush::Crush,
    phaser::Phaser,
    place::Place,
    saturation::Saturation,
    slot::Slot,
    tape::Tape,
    width::Width,
};

pub mod acid;
mod amplifier;
mod clip;
mod crush;
mod eq;
mod half_band;
mod ladder;
mod oversample;
mod phaser;
mod place;
mod saturation;
pub mod slot;
mod tape;
mod width;

#[cfg(test)]
mod testing;

/// Input and output below these peaks (-140 and -120 dBFS) are silent.
const SILENT_INPUT: f32 = 1e-7;
const SILENT_OUTPUT: f32 = 1e-6;

/// The effects of one part.
pub struct Bus {
    place: Place,
    filter: Slot<AcidFilter>,
    amplifier: Slot<Amplifier>,
    saturation: Slot<Saturation>,
    crush: Slot<Crush>,
    tape: Slot<Tape>,
    phaser: Slot<Phaser>,
    width: Slot<Width>,
    /// The peak of the last block.
    peak: f32,
}

impl Bus {
    /// The effects of `voice`, in their initial state.
    pub fn new(voice: &Voice) -> Self {
        let chain = &voice.chain;
        Self {
            place: Place::at(voice.pan),
            filter: Slot::new(new_filter(chain)),
            amplifier: Slot::new(new_amplifier(chain)),
            saturation: Slot::new(new_saturation(chain)),
            crush: Slot::new(new_crush(chain)),
            tape: Slot::new(new_tape(chain)),
            phaser: Slot::new(new_phaser(chain)),
            width: Slot::new(new_width(chain)),
            peak: 0.0,
        }
    }

    /// Changes to the effects of `voice` over the next block.
    pub fn set(&mut self, voice: &Voice) {
        let chain = &voice.chain;
        self.place = Place::at(voice.pan);
        self.filter.set(new_filter(chain), |filter| filter.set(chain.acid));
        self.amplifier.set(new_amplifier(chain), |amplifier| amplifier.set(chain.amp, chain.drive));
        self.saturation.set(new_saturation(chain), |saturation| saturation.set(chain.saturation));
        self.crush.set(new_crush(chain), |crush| crush.set(chain.crush_bits, chain.crush_hz));
        self.tape.set(new_tape(chain), |tape| tape.set(chain.tape));
        self.phaser.set(new_phaser(chain), |phaser| phaser.set(chain.phaser, chain.phaser_hz));
        self.width.set(new_width(chain), |width| width.set(chain.width));
    }

    /// Processes `block`, in which notes are struck at `strikes`; `openness`, 0 to 1, is how far the music's
    /// tension opens the filter at the end.
    pub fn process(&mut self, block: &mut Block, strikes: &Strikes, openness: f32) {
        let is_resting = self.peak < SILENT_OUTPUT && strikes.iter().all(Option::is_none);
        if self.is_empty() || (is_resting && block.peak() < SILENT_INPUT) {
            return;
        }
        let place = self.place;
        self.filter.process(block, |filter, block| filter.process(block, place, strikes, openness));
        self.amplifier.process(block, |amplifier, block| amplifier.process(block, place));
        self.saturation.process(block, Saturation::process);
        self.crush.process(block, Crush::process);
        self.tape.process(block, Tape::process);
        self.phaser.process(block, Phaser::process);
        self.width.process(block, Width::process);
        self.peak = block.peak();
    }

    fn is_empty(&self) -> bool {
        self.filter.is_empty()
            && self.amplifier.is_empty()
            && self.saturation.is_empty()
            && self.crush.is_empty()
            && self.tape.is_empty()
            && self.phaser.is_empty()
            && self.width.is_empty()
    }
}

fn new_filter(chain: &Chain) -> Option<AcidFilter> {
    (chain.filter == Filter::Acid).then(|| AcidFilter::new(chain.acid))
}

fn new_amplifier(chain: &Chain) -> Option<Amplifier> {
    (chain.amp != Amp::None).then(|| Amplifier::new(chain.amp, chain.drive))
}

fn new_saturation(chain: &Chain) -> Option<Saturation> {
    (0.0 < chain.saturation.0).then(|| Saturation::new(chain.saturation))
}

fn new_crush(chain: &Chain) -> Option<Crush> {
    let Chain { crush_bits: bits, crush_hz: hz, .. } = *chain;
    (bits < Chain::ALL_BITS || hz < Chain::FULL_HZ).then(|| Crush::new(bits, hz))
}

fn new_tape(chain: &Chain) -> Option<Tape> {
    (0.0 < chain.tape).then(|| Tape::new(chain.tape))
}

fn new_phaser(chain: &Chain) -> Option<Phaser> {
    (0.0 < chain.phaser).then(|| Phaser::new(chain.phaser, chain.phaser_hz))
}

fn new_width(chain: &Chain) -> Option<Width> {
    ((chain.width - 1.0).abs() > f64::EPSILON).then(|| Width::new(chain.width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sound::bus::acid::N_STRETCHES, units::Decibels};

    const NONE: Strikes = [None; N_STRETCHES];

    fn voice(chain: Chain) -> Voice {
        Voice { chain, ..Voice::plain(0, 0) }
    }

    fn all() -> Chain {
        Chain {
            filter: Filter::Acid,
            amp: Amp::Stack,
            saturation: Decibels(6.0),
            crush_bits: 10.0,
            tape: 0.5,
            phaser: 0.5,
            width: 1.5,
            ..Chain::default()
        }
    }

    fn tone(number: usize) -> Block {
        let sine = |n: usize| 0.2 * ((number * 1152 + n) as f32 * 0.06).sin();
        Block { left: std::array::from_fn(sine), right: std::array::from_fn(sine) }
    }

    #[test]
    fn a_chain_without_effects_changes_nothing() {
        let mut bus = Bus::new(&voice(Chain::default()));
        let mut block = tone(0);
        bus.process(&mut block, &NONE, 1.0);
        assert!(bus.is_empty());
        assert_eq!(block, tone(0));
    }

    #[test]
    fn changing_all_effects_makes_no_click() {
        let mut bus = Bus::new(&voice(Chain::default()));
        let mut sound = Vec::new();
        for number in 0..30 {
            match number {
                10 => bus.set(&voice(Chain { crush_bits: 16.0, ..all() })),
                20 => bus.set(&voice(Chain::default())),
                _ => {}
            }
            let mut block = tone(number);
            bus.process(&mut block, &NONE, 1.0);
            sound.extend_from_slice(&block.left);
        }
        let steepest = sound.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.1, "{steepest}");
        assert!(bus.is_empty() && sound[29 * 1152..] == tone(29).left);
    }

    #[test]
    fn effects_fall_silent_and_then_rest() {
        let mut bus = Bus::new(&voice(all()));
        for number in 0..20 {
            bus.process(&mut tone(number), &NONE, 1.0);
        }
        assert!(0.01 < bus.peak);
        for _ in 0..60 {
            bus.process(&mut Block::SILENCE.clone(), &NONE, 1.0);
        }
        assert!(bus.peak < SILENT_OUTPUT, "{}", bus.peak);
    }
}
