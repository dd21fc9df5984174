//! Properties of the kits.

use crate::lab::soundfont::{
    audition::{Note, Stereo},
    hearing::width_db,
    listening::*,
    tests::programs,
};

#[test]
fn every_piece_of_a_kit_sounds_at_any_velocity() {
    let keys = (35..=53).chain([55, 56, 57, 59, 62, 63, 64, 70, 75, 82]);
    for (program, key) in
        keys.flat_map(|key| programs(128).into_iter().map(move |program| (program, key)))
    {
        for (velocity, floor) in [(30, 0.002), (80, 0.015), (127, 0.05)] {
            let heard = Note { channel: 9, program, key, velocity, held: 0.05 }.render(0.3);
            assert!(peak(&heard) > floor, "kit {program}, key {key}, velocity {velocity}");
        }
    }
}

#[test]
fn neighbouring_velocities_alternate_between_takes() {
    for (key, velocity) in [(38, 92), (42, 92), (36, 92)] {
        let struck = |velocity| {
            let heard = Note { channel: 9, program: 8, key, velocity, held: 0.05 }.render(0.2);
            let scale = 1.0 / (velocity * velocity) as f32;
            heard[0].iter().map(|x| x * scale).collect::<Vec<_>>()
        };
        let energy = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
        let likeness = |one: &[f32], other: &[f32]| {
            let apart: Vec<f32> = one.iter().zip(other).map(|(a, b)| a - b).collect();
            energy(&apart) / energy(one)
        };
        let takes: Vec<_> = (velocity..velocity + 9).map(struck).collect();
        let differing = takes.windows(2).filter(|pair| likeness(&pair[0], &pair[1]) > 0.01).count();
        assert!((2..=3).contains(&differing), "key {key}: {differing}");
    }
}

#[test]
fn the_acoustic_snare_has_four_strengths_and_rings_in_a_room() {
    let note = |velocity| Note { channel: 9, program: 8, key: 38, velocity, held: 0.05 };
    let brightness = [30, 64, 92, 120].map(|velocity| brightness(&note(velocity).render(0.3)));
    assert!(brightness.windows(2).all(|pair| 1.05 * pair[0] < pair[1]), "{brightness:?}");

    let tail = note(100).render(0.5).map(|side| side[9000..18_000].to_vec());
    assert!(width_db(&tail) > -6.0, "{}", width_db(&tail));
}

#[test]
fn kits_differ() {
    for key in [36, 38, 39, 42, 45, 46, 49, 51] {
        let struck = |program| {
            let note = Note { channel: 9, program, key, velocity: 100, held: 0.05 };
            // The stroke and a tenth of a second after it, while every sound is still sounding.
            portrait(&note.render(1.4))[..2 * N_BANDS].to_vec()
        };
        let portraits: Vec<_> = programs(128).into_iter().map(struck).collect();
        for (n, kit) in portraits.iter().enumerate() {
            for other in &portraits[..n] {
                assert!(difference(kit, other) > 2.0, "key {key}: {}", difference(kit, other));
            }
        }
    }
}

#[test]
fn kits_are_equally_loud() {
    for program in programs(128) {
        let note = |key| Note { channel: 9, program, key, velocity: 100, held: 0.05 };
        let beat: Vec<_> = (0..16)
            .flat_map(|eighth| {
                let drum = [36, 0, 38, 0][eighth % 4];
                [42, drum].map(|key| (0.25 * eighth as f64, note(key)))
            })
            .filter(|(_, note)| note.key > 0)
            .collect();
        let loudness = loudness(&render(&beat, 4.0));
        // The strokes of skins have a higher crest factor than those of machines.
        let expected = if program == 8 { -27.5 } else { -26.0 };
        assert!((loudness - expected).abs() < 1.5, "kit {program}: {loudness:.1} LUFS");
    }
}

#[test]
fn the_lo_fi_kit_has_few_highs() {
    for key in [38, 42, 49] {
        let highs = |program| {
            let heard = Note { channel: 9, program, key, velocity: 100, held: 0.05 }.render(0.4);
            let whole: f64 = heard[0].iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            let above = (13..20).map(|khz| power_at(&heard[0], 1000.0 * f64::from(khz)));
            above.sum::<f64>() / whole
        };
        assert!(highs(40) < 0.5 * highs(8), "key {key}: {:e} {:e}", highs(40), highs(8));
    }
}

#[test]
fn an_open_hat_is_choked_by_a_closed_one() {
    for program in programs(128) {
        let open = Note { channel: 9, program, key: 46, velocity: 100, held: 0.05 };

        let closed = (0.1, Note { key: 42, ..open });
        let free = open.render(0.5);
        let choked = render(&[(0.0, open), closed], 0.5);
        let alone = render(&[closed], 0.5);

        let tail = |heard: &Stereo| peak(&[heard[0][15_000..].into(), heard[1][15_000..].into()]);
        let apart = |(a, b): (&f32, &f32)| a - b;
        let left: Stereo =
            std::array::from_fn(|side| choked[side].iter().zip(&alone[side]).map(apart).collect());
        assert!(tail(&left) < 0.1 * tail(&free), "kit {program}: {}", tail(&left) / tail(&free));
    }
}

#[test]
fn harder_strikes_are_brighter() {
    for (program, key) in
        programs(128).into_iter().flat_map(|program| [36, 38, 42, 46].map(|key| (program, key)))
    {
        let brightness = |velocity| {
            brightness(&Note { channel: 9, program, key, velocity, held: 0.05 }.render(0.3))
        };
        assert!(brightness(40) < 0.95 * brightness(120), "kit {program}, key {key}");
    }
}

#[test]
fn harder_toms_and_claps_are_brighter() {
    let toms = [0, 8, 40].into_iter().flat_map(|kit| [45, 48, 50].map(|key| (kit, key)));
    for (program, key) in toms.chain([0, 8, 25].map(|kit| (kit, 39))) {
        let brightness = |velocity| {
            brightness(&Note { channel: 9, program, key, velocity, held: 0.05 }.render(0.3))
        };
        assert!(brightness(60) < 0.95 * brightness(120), "kit {program}, key {key}");
    }
}

#[test]
fn drums_ring_on_after_their_key_is_released() {
    let crash = Note { channel: 9, program: 0, key: 49, velocity: 100, held: 0.05 };

    let heard = crash.render(1.0);

    assert!(peak(&[heard[0][40_000..].into(), heard[1][40_000..].into()]) > 0.001);
}
