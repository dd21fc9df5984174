//! Measured responses of the rooms.

use biquad::{Biquad as _, Coefficients, DirectForm1, ToHertz as _, Type};
use rand::RngExt as _;

use super::*;
use crate::{music::room::RoomKind, rng, sound::testing::energy};

const KINDS: [RoomKind; 4] = [RoomKind::Room, RoomKind::Plate, RoomKind::Hall, RoomKind::Spring];

fn room(kind: RoomKind, t60_seconds: f64) -> Room {
    Room { kind, t60_seconds, pre_delay_ms: 0.0, damping: 0.5 }
}

/// The left channel of the response to an impulse on the left.
fn response(room: Room, seconds: f64) -> Vec<f32> {
    let mut reverb = RoomReverb::new(room);
    let mut dry = Block::SILENCE;
    dry.left[0] = 1.0;
    let mut heard = Vec::new();
    for _ in 0..(seconds * 44_100.0) as usize / FRAMES_PER_MP3_FRAME {
        let mut wet = Block::SILENCE;
        reverb.process(&dry, &mut wet);
        dry = Block::SILENCE;
        heard.extend(wet.left);
    }
    heard
}

/// Decay time for 60 dB, from the slope of the backward-integrated energy between -5 and -30 dB (M.
/// Schroeder, "New method of measuring reverberation time", JASA 37, 1965), in the octave band at `hz`.
fn t60(response: &[f32], hz: f32) -> f64 {
    let band = Coefficients::from_params(Type::BandPass, 44_100.hz(), hz.hz(), 1.4).unwrap();
    let mut filters = [DirectForm1::<f32>::new(band); 2];
    let filtered = response.iter().map(|x| filters.iter_mut().fold(*x, |x, f| f.run(x)));
    let powers: Vec<f64> = filtered.map(|x| f64::from(x).powi(2)).collect();
    let whole: f64 = powers.iter().sum();
    let falls_to = |db: f64| {
        let mut left = whole;
        powers.iter().position(|x| {
            left -= x;
            left < whole * 10f64.powf(db / 10.0)
        })
    };
    let [first, last] = [-5.0, -30.0].map(|db| falls_to(db).unwrap() as f64);
    60.0 / 25.0 * (last - first) / 44_100.0
}

/// The share of frames within 10 ms of `seconds` that lie outside one standard deviation, relative
/// to that of Gaussian noise: J. Abel and P. Huang, "A simple, robust measure of reverberation echo
/// density", AES 121, 2006.
fn echo_density(response: &[f32], seconds: f64) -> f64 {
    let middle = (seconds * 44_100.0) as usize;
    let window = &response[middle - 441..middle + 441];
    let deviation = (window.iter().map(|x| x * x).sum::<f32>() / window.len() as f32).sqrt();
    let outside = window.iter().filter(|x| deviation < x.abs()).count();
    outside as f64 / window.len() as f64 / 0.3173
}

#[test]
fn mids_last_as_long_as_asked_and_highs_less() {
    for kind in [RoomKind::Room, RoomKind::Plate, RoomKind::Hall] {
        for seconds in [0.5, 1.6, 4.0, 8.0] {
            let response = response(room(kind, seconds), seconds + 0.5);
            for hz in [500.0, 1000.0] {
                let measured = t60(&response, hz);
                assert!((measured / seconds - 1.0).abs() < 0.1, "{kind:?} {seconds}: {measured}");
            }
            let high = t60(&response, 11_000.0) / seconds;
            assert!((0.4..0.75).contains(&high), "{kind:?} {seconds}: {high}");
        }
    }
}

#[test]
fn echoes_are_dense_after_80_ms() {
    for kind in [RoomKind::Room, RoomKind::Plate, RoomKind::Hall] {
        for seconds in [0.5, 2.0, 8.0] {
            let response = response(room(kind, seconds), 0.5);
            for at in [0.08, 0.1, 0.15, 0.25] {
                let density = echo_density(&response, at);
                assert!(0.9 <= density, "{kind:?} {seconds} s at {at} s: {density}");
            }
        }
    }
}

/// Power of `sound` at `hz`, by Goertzel's algorithm under a Hann window.
fn power(sound: &[f32], hz: f64) -> f64 {
    let turn = std::f64::consts::TAU * hz / 44_100.0;
    let hann = std::f64::consts::TAU / sound.len() as f64;
    let (mut last, mut before) = (0.0, 0.0);
    for (n, x) in sound.iter().enumerate() {
        let x = f64::from(*x) * (1.0 - (hann * n as f64).cos());
        (last, before) = (x + 2.0 * turn.cos() * last - before, last);
    }
    last * last + before * before - 2.0 * turn.cos() * last * before
}

#[test]
fn no_tone_rings_late_in_the_tail() {
    for kind in [RoomKind::Plate, RoomKind::Hall] {
        let response = response(room(kind, 4.0), 3.5);
        let windows: Vec<&[f32]> = response[44_100..].chunks_exact(11_025).collect();
        // The tail falls by 3.75 dB from window to window.
        let mean = |hz: f64| -> f64 {
            let powers = windows.iter().enumerate();
            powers.map(|(n, w)| 10f64.powf(0.375 * n as f64) * power(w, hz)).sum()
        };
        let spectrum: Vec<f64> = (0..200).map(|n| mean(200.0 + 8.0 * f64::from(n))).collect();
        for (n, around) in spectrum.windows(21).enumerate() {
            let mut sorted = around.to_vec();
            sorted.sort_by(f64::total_cmp);
            let over = 10.0 * (around[10] / sorted[10]).log10();
            assert!(over < 10.0, "{kind:?}: {over} dB at {} Hz", 280 + 8 * n);
        }
    }
}

#[test]
fn steady_noise_returns_at_its_own_level() {
    for kind in KINDS {
        for seconds in [0.5, 2.0, 8.0] {
            let mut rng = rng::stream(1, "noise");
            let mut reverb = RoomReverb::new(room(kind, seconds));
            let (mut before, mut after) = (0.0, 0.0);
            for block in 0..600 {
                let dry = Block {
                    left: std::array::from_fn(|_| rng.random_range(-1.0..1.0)),
                    right: std::array::from_fn(|_| rng.random_range(-1.0..1.0)),
                };
                let mut wet = Block::SILENCE;
                reverb.process(&dry, &mut wet);
                if block >= 300 {
                    before += energy(&dry);
                    after += energy(&wet);
                }
            }
            // A spring transmits a sixth of the spectrum.
            let lost_db = if kind == RoomKind::Spring { 9.0 } else { 0.0 };
            let gain_db = 10.0 * (after / before).log10() + lost_db;
            assert!(gain_db.abs() < 2.0, "{kind:?} {seconds}: {gain_db}");
        }
    }
}

/// Blocks of the response to a steady low tone, the room set to `later` after 100 blocks.
fn changed(first: Room, later: Room) -> Vec<Block> {
    let mut reverb = RoomReverb::new(first);
    let mut phase = 0.0f32;
    let block = |n: usize| {
        let mut dry = Block::SILENCE;
        for x in &mut dry.left {
            phase = (phase + 300.0 / 44_100.0).fract();
            *x = (std::f32::consts::TAU * phase).sin();
        }
        dry.right = dry.left;
        if n == 100 {
            reverb.set(later);
        }
        let mut wet = Block::SILENCE;
        reverb.process(&dry, &mut wet);
        wet
    };
    (0..200).map(block).collect()
}

#[test]
fn another_room_does_not_click() {
    let plate = room(RoomKind::Plate, 1.0);
    let others = [
        Room { t60_seconds: 6.0, ..plate },
        Room { damping: 0.9, ..plate },
        Room { pre_delay_ms: 40.0, ..plate },
        room(RoomKind::Hall, 1.0),
        room(RoomKind::Spring, 1.0),
    ];
    for other in others {
        let blocks = changed(plate, other);
        // A click has highs that a tone of 300 Hz lacks: the third difference shows them.
        let roughness = |blocks: &[Block]| {
            let left: Vec<f32> = blocks.iter().flat_map(|block| block.left).collect();
            left.windows(4).fold(0f32, |m, w| m.max((w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0]).abs()))
        };
        let steady = roughness(&blocks[60..100]).max(roughness(&blocks[180..]));
        let changing = roughness(&blocks[100..180]);
        let loudest = blocks.iter().fold(0f32, |m, block| m.max(block.peak()));
        assert!(changing < 3.0 * steady + 1e-4 * loudest, "{other:?}: {steady} {changing}");
    }
}

#[test]
fn a_room_that_nothing_is_sent_to_ends_and_rests() {
    for kind in KINDS {
        let mut reverb = RoomReverb::new(room(kind, 0.5));
        let mut dry = Block::SILENCE;
        dry.left[0] = 1.0;
        let mut last = 0.0;
        for _ in 0..200 {
            let mut wet = Block::SILENCE;
            reverb.process(&dry, &mut wet);
            dry = Block::SILENCE;
            last = energy(&wet);
        }
        assert_eq!((last, reverb.n_blocks_left), (0.0, 0), "{kind:?}");
    }
}

#[test]
fn it_answers_after_the_pre_delay() {
    let first = |pre_delay_ms: f64| {
        let room = Room { pre_delay_ms, ..room(RoomKind::Plate, 1.0) };
        response(room, 0.5).iter().position(|x| 1e-9 < x.abs()).unwrap()
    };
    let late = first(100.0) - first(0.0);
    // The lines move meanwhile.
    assert!(late.abs_diff(4410) < 32, "{late}");
}
