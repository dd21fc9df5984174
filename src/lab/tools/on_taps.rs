//! Sampling from a tap model so that drums sound at every tap.

use crate::{
    lab::tools::tap::Tap,
    music::drums::N_CLASSES,
    musicvae::net::{head::Pick, sampling},
    rng::Rng,
};

/// Samples the hits of a groove decoder; at a tap the likeliest drum always sounds.
pub struct OnTaps<'a> {
    taps: &'a [Option<Tap>],
    temperature: f64,
    rng: &'a mut Rng,
    /// Steps begun.
    n_steps: usize,
    /// Drums of the step that were chosen.
    n_chosen: usize,
    /// The likeliest drum of a step with a tap.
    likeliest: Option<usize>,
}

impl<'a> OnTaps<'a> {
    /// For a window of `taps`, one per step.
    pub fn new(taps: &'a [Option<Tap>], temperature: f64, rng: &'a mut Rng) -> Self {
        Self { taps, temperature, rng, n_steps: 0, n_chosen: 0, likeliest: None }
    }
}

impl Pick for OnTaps<'_> {
    fn observe(&mut self, _: usize, outputs: &[f32]) {
        let is_tap = self.taps.get(self.n_steps).is_some_and(Option::is_some);
        let hits = outputs.get(..N_CLASSES).unwrap_or_default();
        self.likeliest = is_tap.then(|| sampling::greedy(hits).into());
        (self.n_steps, self.n_chosen) = (self.n_steps + 1, 0);
    }

    fn pick(&mut self, _: usize, logits: &mut [f32]) -> u16 {
        let drum = self.n_chosen;
        self.n_chosen += 1;
        let drawn = sampling::draw(logits, self.temperature as f32, self.rng);
        if self.likeliest == Some(drum) { 1 } else { drawn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    #[test]
    fn the_likeliest_drum_sounds_at_a_tap() {
        let taps = [None, Some(Tap { velocity: 90, late: 0.0, is_accent: false })];
        let mut rng = rng::stream(1, "test");
        let mut pick = OnTaps::new(&taps, 0.0, &mut rng);
        // All are improbable, the third drum least so.
        let mut outputs = [-5.0; 3 * N_CLASSES];
        outputs[2] = -4.0;

        let hits = [0, 1].map(|_| {
            pick.observe(0, &outputs);
            let drums = (0..N_CLASSES).filter(|drum| pick.happens(0, outputs[*drum]));
            drums.collect::<Vec<_>>()
        });

        assert_eq!(hits, [vec![], vec![2]]);
    }
}
