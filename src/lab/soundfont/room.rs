//! The echoes of a room.

use libm::exp;
use rand::RngExt as _;

use crate::{lab::soundfont::signal::Signal, rng, units::SAMPLE_RATE};

/// Delay of the first echo of a room in samples: a wall a metre away.
const FIRST_ECHO: usize = 260;

/// The echoes of a room, dense from the start, which fade by 60 dB in `seconds`; their power is that
/// of the sound. Rooms of different names are uncorrelated.
///
/// The echoes are sparse pulses of random sign ("velvet noise", Karjalainen and Järveläinen
/// 2007), two in a millisecond, which sound as smooth as noise.
pub fn echoes(sound: &Signal, name: &str, seconds: f64) -> Signal {
    const PULSES_PER_SECOND: f64 = 2000.0;
    let rate = f64::from(SAMPLE_RATE);
    let mut rng = rng::stream(0, name);
    let pulses: Vec<(usize, f64)> = (0..(seconds * PULSES_PER_SECOND) as usize)
        .map(|n| {
            let at = (n as f64 + rng.random::<f64>()) / PULSES_PER_SECOND;
            let sign = if rng.random() { 1.0 } else { -1.0 };
            (FIRST_ECHO + (at * rate) as usize, sign * exp(-6.9 * at / seconds))
        })
        .collect();
    let power = pulses.iter().map(|(_, level)| level * level).sum::<f64>();
    let soft = sound.clone().high_pass(160.0).low_pass(6000.0);
    let mut wet = vec![0.0; FIRST_ECHO + (0.95 * seconds * rate) as usize];
    for (at, level) in pulses {
        let level = level / power.sqrt();
        wet.iter_mut().skip(at).zip(soft.samples()).for_each(|(wet, dry)| *wet += level * dry);
    }
    Signal::from(wet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoes_fade_by_60_db_in_their_time_and_differ_between_rooms() {
        let click = Signal::from(vec![1.0]);
        let room = echoes(&click, "left", 0.5);
        let energy = |from: f64, to: f64| {
            let at = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
            room.samples()[at(from)..at(to)].iter().map(|x| x * x).sum::<f64>()
        };

        let fallen = 10.0 * (energy(0.02, 0.12) / energy(0.27, 0.37)).log10();

        assert!((25.0..35.0).contains(&fallen), "{fallen}");
        assert_ne!(room, echoes(&click, "right", 0.5));
    }
}
