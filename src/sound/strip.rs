//! A part's strip on the desk: its fader's level, sends and filter.

use crate::{
    music::bar::Voice,
    sound::{bus::slot::Slot, desk::Fader, frame::Block, sweep::Sweep},
};

/// Sends to the effects, 0 to 1.
pub(super) struct Shares {
    pub reverb: f32,
    pub chorus: f32,
    pub echo: f32,
}

/// The fader of a part and its filter, which costs nothing while it is open.
pub(super) struct Strip {
    fader: Fader,
    /// The fader's level; 0 for a part that is silenced.
    gain: f32,
    filter: Slot<Sweep>,
}

impl Strip {
    /// A neutral strip.
    pub fn new() -> Self {
        Self { fader: Fader::NEUTRAL, gain: 1.0, filter: Slot::new(None) }
    }

    /// Sets the fader; `gain` is its level, or 0 if the desk silences it. The filter is faded in and out over
    /// the next block.
    pub fn set(&mut self, fader: &Fader, gain: f32) {
        (self.fader, self.gain) = (*fader, gain);
        let openness = self.openness();
        let wanted = (openness < 1.0).then(|| Sweep::resonant(openness));
        // A present filter moves to the new opening in the next block.
        self.filter.set(wanted, |_| ());
    }

    /// The gain of a part with `voice`.
    pub fn gain(&self, voice: &Voice) -> f32 {
        voice.gain.ratio() as f32 * self.gain
    }

    /// The sends of a part with `voice`.
    pub fn shares(&self, voice: &Voice) -> Shares {
        let sum = |own: f64, added: f64| (own + added).clamp(0.0, 1.0) as f32;
        Shares {
            reverb: sum(voice.reverb, self.fader.reverb),
            chorus: sum(voice.chorus, self.fader.chorus),
            echo: sum(voice.echo, self.fader.echo),
        }
    }

    /// Filters a block.
    pub fn filter(&mut self, block: &mut Block) {
        let openness = self.openness();
        self.filter.process(block, |sweep, block| sweep.process(block, openness));
    }

    fn openness(&self) -> f32 {
        self.fader.filter as f32
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;
    use crate::{
        music::bar::{Hit, Part},
        rng,
        sound::{
            band::Band,
            desk::Desk,
            testing::{bar, energy, mix, tiny_font},
        },
    };

    /// Drums in sixteenths and a bass note that sounds for 8 bars of two seconds.
    fn band() -> Band {
        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        let hit = |step: usize, n_steps, pitch| Hit {
            start_step: step as f32,
            n_steps,
            pitch,
            velocity: 100,
        };
        for number in 0..8 {
            let drums = (0..16).map(|step| hit(step, 1.0, 60)).collect();
            let bass = if number == 0 { vec![hit(0, 128.0, 69)] } else { vec![] };
            band.queue(&bar(number, 120.0, [drums, bass, vec![], vec![]]));
        }
        band
    }

    fn render(band: &mut Band, n_blocks: usize) -> Block {
        let mut mix = Block::SILENCE;
        (0..n_blocks).for_each(|_| band.render(&mut mix));
        mix
    }

    fn desk(part: Part, fader: Fader) -> Desk {
        let mut desk = Desk::NEUTRAL;
        desk.parts[part as usize] = fader;
        desk
    }

    #[test]
    fn a_muted_part_is_gone_after_a_block_and_its_room_rings_out() {
        let mut band = band();
        render(&mut band, 100);
        assert!(0.01 < energy(band.stem(Part::Bass)));

        let mut muted = desk(Part::Drums, Fader { mute: true, ..Fader::NEUTRAL });
        muted.parts[Part::Bass as usize].mute = true;
        band.set_desk(&muted);
        render(&mut band, 2);
        assert_eq!(energy(band.stem(Part::Drums)) + energy(band.stem(Part::Bass)), 0.0);
        let ringing = energy(band.effects());
        render(&mut band, 150);
        let later = energy(band.effects());
        assert!(1e-3 < ringing && later < 1e-3 * ringing, "{ringing}, then {later}");

        band.set_desk(&Desk::NEUTRAL);
        render(&mut band, 2);
        assert!(0.01 < energy(band.stem(Part::Bass)));
    }

    #[test]
    fn a_solo_leaves_one_part_at_its_level() {
        let (mut plain, mut solo) = (band(), band());
        let fader = Fader { solo: true, level_db: 6.0, ..Fader::NEUTRAL };
        solo.set_desk(&desk(Part::Bass, fader));
        render(&mut plain, 50);
        render(&mut solo, 50);
        assert_eq!(energy(solo.stem(Part::Drums)), 0.0);
        let louder = energy(solo.stem(Part::Bass)) / energy(plain.stem(Part::Bass));
        assert!((louder.log10() * 10.0 - 6.0).abs() < 0.01, "{louder}");
    }

    #[test]
    fn sends_are_added_to_the_theme_s_and_stay_within_0_and_1() {
        let sent = |reverb: f64, echo: f64| {
            let mut band = band();
            band.set_desk(&desk(Part::Bass, Fader { reverb, echo, ..Fader::NEUTRAL }));
            (0..100).map(|_| (render(&mut band, 1), energy(band.effects())).1).sum::<f64>()
        };
        let (theme, reverb, echo) = (sent(0.0, 0.0), sent(0.8, 0.0), sent(0.0, 0.5));
        assert!(1.5 * theme < reverb && 1.5 * theme < echo, "{theme}, {reverb}, {echo}");
        assert_eq!(sent(-0.2, -0.1), sent(-1.0, -1.0));
        assert_eq!(sent(0.8, 0.9), sent(1.0, 1.0));
    }

    #[test]
    fn the_filter_takes_the_treble_and_costs_nothing_when_open_again() {
        let treble = |block: &Block| {
            let steps = block.left.windows(2).map(|w| f64::from(w[1] - w[0]).powi(2));
            steps.sum::<f64>() / energy(block)
        };
        let (mut plain, mut filtered) = (band(), band());
        let closed = |filter| desk(Part::Drums, Fader { filter, ..Fader::NEUTRAL });
        let mut last = 2.0;
        for filter in [1.0, 0.7, 0.4, 0.0] {
            filtered.set_desk(&closed(filter));
            render(&mut filtered, 40);
            render(&mut plain, 40);
            let now = treble(filtered.stem(Part::Drums)) / treble(plain.stem(Part::Drums));
            assert!(now < last, "{filter}: {now}, before {last}");
            last = now;
        }
        assert!(last < 0.01, "{last}");
        assert_eq!(filtered.stem(Part::Bass), plain.stem(Part::Bass));

        filtered.set_desk(&Desk::NEUTRAL);
        render(&mut filtered, 2);
        render(&mut plain, 2);
        assert_eq!(filtered.stem(Part::Drums), plain.stem(Part::Drums));
    }

    #[test]
    fn a_neutral_desk_changes_no_sample() {
        let (mut plain, mut neutral) = (band(), band());
        for number in 0..120 {
            if number % 10 == 0 {
                neutral.set_desk(&desk(Part::Lead, Fader { level_db: -1.0, ..Fader::NEUTRAL }));
            } else {
                neutral.set_desk(&Desk::NEUTRAL);
            }
            // The lead rests.
            assert!(render(&mut neutral, 1) == render(&mut plain, 1), "block {number}");
        }
    }

    #[test]
    fn fifty_moves_make_no_click() {
        let mut rng = rng::stream(5, "moves");
        let mut band = band();
        render(&mut band, 20);
        let mut sound = Vec::new();
        for _ in 0..50 {
            let fader = Fader {
                level_db: rng.random_range(-60.0..=6.0),
                mute: rng.random_bool(0.2),
                solo: rng.random_bool(0.2),
                filter: if rng.random_bool(0.3) { 1.0 } else { rng.random_range(0.0..=1.0) },
                reverb: rng.random_range(-1.0..=1.0),
                echo: 0.0,
                chorus: rng.random_range(-1.0..=1.0),
            };
            let mut desk = desk(Part::Bass, fader);
            desk.parts[Part::Lead as usize].solo = rng.random_bool(0.1);
            band.set_desk(&desk);
            for _ in 0..rng.random_range(1..12) {
                render(&mut band, 1);
                sound.extend(band.stem(Part::Bass).left);
            }
        }
        let peak = sound.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        let step = sound.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        // A sine of 441 Hz moves by a sixteenth of its peak from frame to frame.
        assert!(0.05 < peak && step < 0.07 * peak, "{step} of {peak}");
    }
}
