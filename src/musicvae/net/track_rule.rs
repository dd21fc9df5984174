//! The decode rule of event tracks: a program, then events with at least one note, then an end, as in the
//! data. Programs have their own temperature.
//!
//! An end is the likeliest first token of half of all tracks, since most bars have fewer than eight, so a low
//! temperature would leave all tracks empty. The first [`MIN_TRACKS`] tracks are never empty.

use crate::{
    musicvae::{
        convert::performance::{END, FIRST_PROGRAM, MIN_TRACKS, is_note_on},
        net::sampling,
    },
    rng::Rng,
};

/// Temperatures of tracks, at least 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackTemperatures {
    /// Of the first token: the program, or the end of an empty track.
    pub program: f64,
    /// Of all other tokens.
    pub event: f64,
}

/// A position in a bar of tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrackPlace {
    track: usize,
    has_begun: bool,
    has_note: bool,
}

impl TrackPlace {
    /// The start of track number `track`.
    pub fn start(track: usize) -> Self {
        Self { track, has_begun: false, has_note: false }
    }

    /// Draws the next token from `logits`, which are overwritten.
    pub fn draw(
        &mut self,
        logits: &mut [f32],
        temperatures: TrackTemperatures,
        rng: &mut Rng,
    ) -> u16 {
        let first_program = usize::from(FIRST_PROGRAM);
        if !self.has_begun {
            self.has_begun = true;
            let n = logits.len() - usize::from(self.track < MIN_TRACKS);
            let programs = &mut logits[first_program..n];
            return FIRST_PROGRAM + sampling::draw(programs, temperatures.program as f32, rng);
        }
        // The logit of the end is moved to follow those of the events.
        logits[first_program] = logits[usize::from(END)];
        let events = &mut logits[..first_program + usize::from(self.has_note)];
        let token = sampling::draw(events, temperatures.event as f32, rng);
        self.has_note |= is_note_on(token);
        if token == FIRST_PROGRAM { END } else { token }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{musicvae::convert::performance::N_TOKENS, rng};

    const HALF: TrackTemperatures = TrackTemperatures { program: 0.5, event: 0.5 };

    /// Logits of which `likely` are, in this order, the greatest.
    fn logits(likely: &[u16]) -> Vec<f32> {
        let mut logits = vec![0.0; N_TOKENS];
        for (rank, &token) in likely.iter().enumerate() {
            logits[usize::from(token)] = 90.0 - 10.0 * rank as f32;
        }
        logits
    }

    #[test]
    fn a_track_has_a_program_a_note_and_an_end() {
        let mut rng = rng::stream(1, "test");
        let mut likely = logits(&[END, 300, 365, 60]);
        for (track, tokens) in [(0, vec![365, 300]), (1, vec![365, 300]), (2, vec![END])] {
            let mut place = TrackPlace::start(track);
            for token in tokens {
                assert_eq!(place.draw(&mut likely.clone(), HALF, &mut rng), token);
            }
        }
        let mut place = TrackPlace::start(0);
        likely[60] = 100.0;
        let drawn: Vec<u16> =
            (0..2).map(|_| place.draw(&mut likely.clone(), HALF, &mut rng)).collect();
        likely[60] = 0.0;
        let last = place.draw(&mut likely, HALF, &mut rng);
        assert_eq!((drawn, last), (vec![365, 60], END));
    }

    #[test]
    fn programs_and_events_have_their_own_temperatures() {
        let temperatures = TrackTemperatures { program: 0.0, event: 50.0 };
        let mut rng = rng::stream(2, "test");
        let (mut programs, mut events) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            let mut place = TrackPlace::start(0);
            programs.push(place.draw(&mut logits(&[365, 366]), temperatures, &mut rng));
            events.push(place.draw(&mut logits(&[60, 61]), temperatures, &mut rng));
        }
        assert!(programs.iter().all(|&program| program == 365));
        assert!(events.iter().any(|&event| event != 60));
    }
}
