//! Fallback bars: variations of the last phrases, played while the composer is late.
//!
//! Each takes a bar at the same position of one of the last phrases, so that the harmony continues, and
//! varies it: other velocities, sometimes a silent part or fewer hits off the beat.

use std::{collections::VecDeque, sync::Arc};

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::{
    compose::phrase::PHRASE_BARS,
    music::{
        bar::{Bar, Hit, Part},
        meter::STEPS_PER_QUARTER,
    },
    rng::{self, Rng},
};

/// Bars kept for variations.
const N_KNOWN: usize = 4 * PHRASE_BARS as usize;

/// Probability that a part rests.
const REST: f64 = 0.4;

/// Highest probability that a hit off the beat is dropped.
const THIN: f64 = 0.25;

/// Largest change of a velocity, up or down.
const TOUCH: i16 = 12;

/// The last bars that the composer made.
#[derive(Debug, Default)]
pub struct Fallback {
    known: VecDeque<Arc<Bar>>,
}

impl Fallback {
    /// Adds `bar`, which is played next.
    pub fn learn(&mut self, bar: Arc<Bar>) {
        if self.known.len() == N_KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(bar);
    }

    /// A variation numbered `number`; `None` before a bar is known. Depends only on number and known bars.
    pub fn play(&self, number: u64) -> Option<Bar> {
        let last = self.known.back()?;
        let mut rng = rng::stream(number, "understudy");
        // Of the same piece, so that key and instruments stay.
        let fits = |bar: &&Arc<Bar>| {
            bar.piece == last.piece && bar.number % PHRASE_BARS == number % PHRASE_BARS
        };
        let fitting: Vec<&Arc<Bar>> = self.known.iter().filter(fits).collect();
        let sounding: Vec<&Arc<Bar>> =
            fitting.iter().copied().filter(|bar| !bar.parts.iter().all(Vec::is_empty)).collect();
        let drawn = sounding.choose(&mut rng).or_else(|| fitting.choose(&mut rng));
        let mut bar = (**drawn.copied().unwrap_or(last)).clone();
        bar.number = number;
        bar.tempo = last.tempo;
        bar.title = last.title.clone();
        bar.mix = last.mix.clone();
        // A transition belongs to a change of section.
        bar.transition = None;
        vary(&mut bar, &mut rng);
        Some(bar)
    }
}

fn vary(bar: &mut Bar, rng: &mut Rng) {
    if rng.random_bool(REST) {
        let can_rest = [Part::Lead, Part::Chords, Part::Bass];
        let playing = can_rest.map(|part| part as usize).into_iter();
        let playing: Vec<usize> = playing.filter(|&part| !bar.parts[part].is_empty()).collect();
        let others = bar.parts.iter().filter(|hits| !hits.is_empty()).count();
        // The only part that plays never rests.
        if let Some(&part) = playing.choose(rng).filter(|_| 1 < others) {
            bar.parts[part].clear();
        }
    }
    let share = THIN * rng.random::<f64>();
    for hits in &mut bar.parts {
        hits.retain(|hit| is_on_beat(hit) || !rng.random_bool(share));
        for hit in hits {
            let velocity = i16::from(hit.velocity) + rng.random_range(-TOUCH..=TOUCH);
            hit.velocity = velocity.clamp(1, 127) as u8;
        }
    }
}

/// Whether a hit lies on a quarter, allowing for humanised timing.
fn is_on_beat(hit: &Hit) -> bool {
    let quarters = hit.start_step / STEPS_PER_QUARTER as f32;
    (quarters - quarters.round()).abs() < 0.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    /// Bar `number` of `piece`, with its number in its pitches.
    fn bar(number: u64, piece: u64) -> Arc<Bar> {
        let hit = |step: u16| Hit {
            start_step: f32::from(step),
            n_steps: 1.0,
            pitch: 40 + number as u8,
            velocity: 90,
        };
        let hits: Vec<Hit> = (0..16).map(hit).collect();
        let parts = [hits.clone(), hits.clone(), hits, vec![]];
        let title = format!("piece {piece}").into();
        let plain = Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain()));
        Arc::new(Bar { number, piece, title, parts, ..plain })
    }

    fn which(bar: &Bar) -> u64 {
        u64::from(bar.parts[0][0].pitch) - 40
    }

    #[test]
    fn a_long_wait_is_not_a_loop() {
        let mut fallback = Fallback::default();
        (0..16).for_each(|number| fallback.learn(bar(number, 0)));

        let played: Vec<Bar> = (16..216).filter_map(|number| fallback.play(number)).collect();

        assert_eq!(played.len(), 200);
        for (number, bar) in (16..).zip(&played) {
            assert_eq!((bar.number, which(bar) % 4), (number, number % 4));
            assert!(!bar.parts[0].is_empty());
        }
        for (index, bar) in played.iter().enumerate() {
            let alike = played[..index].iter().filter(|earlier| earlier.parts == bar.parts);
            assert_eq!(alike.count(), 0, "bar {index}");
        }
        let mut drawn: Vec<u64> = played.iter().map(which).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 16);
        assert!(played.iter().any(|bar| bar.parts[Part::Lead as usize].is_empty()));
    }

    #[test]
    fn variations_stay_in_the_piece() {
        let mut fallback = Fallback::default();
        assert!(fallback.play(0).is_none());
        (0..8).for_each(|number| fallback.learn(bar(number, 0)));
        fallback.learn(bar(8, 1));

        let played: Vec<Bar> = (9..17).filter_map(|number| fallback.play(number)).collect();

        assert!(played.iter().all(|bar| &*bar.title == "piece 1" && which(bar) == 8));
        assert_eq!(fallback.play(9), fallback.play(9));
    }
}
