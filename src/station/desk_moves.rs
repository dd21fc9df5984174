//! Moves of the desk at places in the music, for a rendering that repeats what was on air.

use std::collections::VecDeque;

use crate::{
    sound::desk::Desk,
    station::{position::Position, renderer::Renderer},
};

/// The desk from a place in the music on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeskMove {
    /// Where it is heard first.
    pub at: Position,
    /// All faders, as the renderer applied them.
    pub desk: Desk,
}

/// Moves that a rendering has not reached.
#[derive(Debug, Clone, Default)]
pub struct DeskMoves(VecDeque<DeskMove>);

impl DeskMoves {
    /// These moves, in the order of time.
    pub fn new(moves: impl IntoIterator<Item = DeskMove>) -> Self {
        Self(moves.into_iter().collect())
    }

    /// Applies the moves that the next block of `renderer` reaches: the block that starts nearest to the
    /// place of a move. On the block grid of the station on air these are the same blocks, so the sound is
    /// the same.
    ///
    /// Called before each block, after [`Renderer::fill`].
    pub fn apply(&mut self, renderer: &mut Renderer) {
        while let Some(next) = self.0.front().filter(|next| renderer.has_reached(next.at)) {
            renderer.set_desk(&next.desk);
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand::RngExt as _;

    use super::*;
    use crate::{
        music::bar::{Bar, Hit, Part},
        rng,
        sound::{
            desk::Fader,
            frame::Block,
            testing::{bar, energy, mix, tiny_font},
        },
        station::live_desk::LiveDesk,
        units::Decibels,
    };

    /// Drums and bass; from bar `softer_from` on the mix has the bass 6 dB softer.
    fn supply(softer_from: u64) -> impl FnMut() -> Arc<Bar> {
        let mut number = 0;
        let plain = Arc::new(mix());
        let mut softer = mix();
        softer.voices[Part::Bass as usize].gain = Decibels(-6.0);
        let softer = Arc::new(softer);
        move || {
            let hit = |step: usize, pitch| Hit {
                start_step: step as f32,
                n_steps: 3.0,
                pitch,
                velocity: 100,
            };
            let hits = |pitch| (0..16).step_by(3).map(|step| hit(step, pitch)).collect();
            let bar = bar(number, 117.3, [hits(60), hits(45), vec![], vec![]]);
            let mix = if number < softer_from { &plain } else { &softer };
            number += 1;
            Arc::new(Bar { mix: mix.clone(), ..bar })
        }
    }

    fn renderer() -> Renderer {
        Renderer::new(&tiny_font(), &Arc::new(mix())).unwrap()
    }

    fn bass(level_db: f64) -> Desk {
        let mut desk = Desk::NEUTRAL;
        desk.parts[Part::Bass as usize] = Fader { level_db, ..Fader::NEUTRAL };
        desk
    }

    #[test]
    fn moves_replay_sample_by_sample() {
        let mut rng = rng::stream(3, "moves");
        let (mut live, mut next) = (renderer(), supply(5));
        let (mut sound, mut made) = (Vec::new(), Vec::new());
        for _ in 0..400 {
            live.fill(&mut next);
            if rng.random_bool(0.1) {
                let mut desk = bass(rng.random_range(-60.0..12.0));
                desk.parts[Part::Drums as usize].filter = rng.random_range(0.0..=1.0);
                desk.parts[Part::Drums as usize].mute = rng.random_bool(0.3);
                live.set_desk(&desk);
                made.push(DeskMove { at: live.position().unwrap(), desk });
            }
            sound.push(live.render(&mut next).clone());
        }

        assert!(20 < made.len() && 3 < made.last().unwrap().at.bar);
        let (mut replay, mut next, mut moves) = (renderer(), supply(5), DeskMoves::new(made));
        for (number, live) in sound.iter().enumerate() {
            replay.fill(&mut next);
            moves.apply(&mut replay);
            assert!(replay.render(&mut next) == live, "block {number}");
        }
    }

    #[test]
    fn a_level_that_is_kept_does_not_jump_when_the_mix_has_it() {
        let (mut kept, mut next) = (renderer(), supply(2));
        let (mut constant, mut plain) = (renderer(), supply(u64::MAX));
        let mut desk = LiveDesk::new(bass(-6.0));
        let mut heard = 0.0;
        for number in 0..300 {
            kept.fill(&mut next);
            if number == 40 {
                desk.keep(bass(0.0), bass(-6.0), 2);
            }
            kept.set_desk(&desk.at(kept.next_bar().unwrap()));
            constant.set_desk(&bass(-6.0));
            kept.render(&mut next);
            constant.render(&mut plain);
            let stem = |renderer: &Renderer| renderer.stems().nth(1).unwrap().1.clone();
            let (a, b): (Block, Block) = (stem(&kept), stem(&constant));
            let close = a.left.iter().zip(&b.left).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(close, "block {number}");
            heard += energy(&a);
        }
        assert!(1.0 < heard && kept.desk() == &Desk::NEUTRAL);
    }
}
