//! A slot for an effect, which is faded in and out.

use crate::sound::frame::{Block, Ramp};

/// An effect that may be absent; then it costs nothing.
pub struct Slot<T> {
    effect: Option<Box<T>>,
    wet: Ramp,
    dry: Ramp,
}

impl<T> Slot<T> {
    /// A slot with `effect`, which sounds from the first frame on, or an empty one.
    pub fn new(effect: Option<T>) -> Self {
        let share = f32::from(u8::from(effect.is_some()));
        let (wet, dry) = (Ramp::at_rest(share), Ramp::at_rest(1.0 - share));
        Self { effect: effect.map(Box::new), wet, dry }
    }

    /// Applies the settings of `wanted`: by `change` if an effect is present, else by fading it in. `None`
    /// fades the effect out.
    pub fn set(&mut self, wanted: Option<T>, change: impl FnOnce(&mut T)) {
        let share = f32::from(u8::from(wanted.is_some()));
        self.wet.move_to(share);
        self.dry.move_to(1.0 - share);
        match (&mut self.effect, wanted) {
            (Some(effect), Some(_)) => change(effect),
            (empty, Some(wanted)) => *empty = Some(Box::new(wanted)),
            (_, None) => {}
        }
    }

    /// Whether there is no effect.
    pub fn is_empty(&self) -> bool {
        self.effect.is_none()
    }

    /// Processes `block` with the effect, if there is one.
    pub fn process(&mut self, block: &mut Block, process: impl FnOnce(&mut T, &mut Block)) {
        let Some(effect) = &mut self.effect else { return };
        if self.wet == Ramp::UNITY {
            return process(effect, block);
        }
        let dry = block.clone();
        process(effect, block);
        block.scale(self.wet);
        block.add(&dry, self.dry);
        self.wet.arrive();
        self.dry.arrive();
        if self.wet == Ramp::at_rest(0.0) {
            self.effect = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The left channel of a block of ones through a slot whose effect negates it.
    fn through(slot: &mut Slot<()>) -> [f32; 1152] {
        let mut block = Block { left: [1.0; 1152], right: [1.0; 1152] };
        slot.process(&mut block, |(), block| block.left.iter_mut().for_each(|x| *x = -*x));
        block.left
    }

    #[test]
    fn an_effect_is_faded_in_and_out_over_a_block() {
        let mut slot = Slot::new(None);
        assert_eq!(through(&mut slot), [1.0; 1152]);

        slot.set(Some(()), |()| ());
        let fading = through(&mut slot);
        assert!(fading.windows(2).all(|w| (w[1] - w[0] + 2.0 / 1152.0).abs() < 1e-5));
        assert_eq!(through(&mut slot), [-1.0; 1152]);

        slot.set(None, |()| ());
        assert!(through(&mut slot)[1151] > 0.99);
        assert!(slot.is_empty());
    }

    #[test]
    fn an_effect_that_is_there_from_the_start_sounds_at_once() {
        assert_eq!(through(&mut Slot::new(Some(()))), [-1.0; 1152]);
    }
}
