//! Reverb and echo of recordings.

use crate::{
    music::room::Room,
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME},
        room::RoomReverb,
    },
    units::SAMPLE_RATE,
};

/// Adds the reverb of `room` to `samples`, mono at 44.1 kHz.
pub fn add_room(samples: &mut [f32], room: Room, gain: f32) {
    let mut reverb = RoomReverb::new(room);
    for piece in samples.chunks_mut(FRAMES_PER_MP3_FRAME) {
        let (mut dry, mut wet) = (Block::SILENCE, Block::SILENCE);
        dry.left[..piece.len()].copy_from_slice(piece);
        dry.right[..piece.len()].copy_from_slice(piece);
        reverb.process(&dry, &mut wet);
        let wet = wet.left.iter().zip(&wet.right);
        for (x, (left, right)) in piece.iter_mut().zip(wet) {
            *x += gain * f32::midpoint(*left, *right);
        }
    }
}

/// Adds repeats of `samples`, mono at 44.1 kHz, every `seconds`: the first at `gain`, each further one at
/// `feedback` times the one before.
pub fn add_echo(samples: &mut [f32], seconds: f64, gain: f32, feedback: f32) {
    let delay = ((seconds * f64::from(SAMPLE_RATE)) as usize).max(1);
    let mut repeats = vec![0.0; samples.len()];
    for n in delay..samples.len() {
        repeats[n] = samples[n - delay] + feedback * repeats[n - delay];
    }
    samples.iter_mut().zip(repeats).for_each(|(x, repeat)| *x += gain * repeat);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_repeats_and_falls() {
        let mut samples = vec![0.0; 44_100];
        samples[100] = 1.0;

        add_echo(&mut samples, 0.25, 0.5, 0.4);

        let delay = 11_025;
        for (n, expected) in [1.0, 0.5, 0.2, 0.08].into_iter().enumerate() {
            let found: f32 = samples[100 + n * delay];
            assert!((found - expected).abs() < 1e-6, "{n}: {found}");
        }
        assert_eq!(samples.iter().filter(|x| **x != 0.0).count(), 4);
    }

    #[test]
    fn a_room_answers_after_the_sound_and_not_before() {
        let mut samples = vec![0.0; 44_100];
        samples[20_000] = 1.0;

        add_room(&mut samples, Room::DEFAULT, 1.0);

        assert!(samples[..20_000].iter().all(|x| *x == 0.0));
        assert!(samples[21_000..].iter().any(|x| x.abs() > 1e-4));
    }
}
