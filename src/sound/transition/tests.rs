use super::*;
use crate::sound::testing::energy;

/// Frames of a bar at 128 bpm.
const BAR: u64 = 82_687;

/// Blocks of `n_bars` with the transitions of `bars`, and silence where none is rendered.
fn render(bars: &[Option<Transition>], n_bars: u64) -> Vec<Block> {
    let mut transitions = Transitions::new();
    for (n, transition) in (0..).zip(bars) {
        transitions.add(n * BAR..(n + 1) * BAR, *transition);
    }
    let n_blocks = n_bars * BAR / FRAMES_PER_MP3_FRAME as u64;
    let block = |n: u64| transitions.render(n * FRAMES_PER_MP3_FRAME as u64).cloned();
    (0..n_blocks).map(block).map(Option::unwrap_or_default).collect()
}

fn level_db(blocks: &[Block]) -> f64 {
    let n = (2 * FRAMES_PER_MP3_FRAME * blocks.len()) as f64;
    10.0 * (blocks.iter().map(energy).sum::<f64>() / n).max(1e-12).log10()
}

/// Crossings of zero a second on the left: about twice the frequency that is heard.
fn crossings(blocks: &[Block]) -> f64 {
    let left: Vec<f32> = blocks.iter().flat_map(|block| block.left).collect();
    let n = left.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
    n as f64 / left.len() as f64 * f64::from(SAMPLE_RATE)
}

fn riser(from: f32, to: f32) -> Transition {
    Transition { riser: [from, to], ..Transition::default() }
}

#[test]
fn bars_without_a_transition_are_not_rendered() {
    let mut transitions = Transitions::new();
    transitions.add(0..BAR, None);
    transitions.add(10 * BAR..11 * BAR, Some(riser(0.0, 1.0)));
    assert!((0..100).all(|n| transitions.render(n * FRAMES_PER_MP3_FRAME as u64).is_none()));
}

#[test]
fn a_riser_gets_louder_and_higher_over_bars_and_stops_with_them() {
    let bars = [0.0, 0.25, 0.5, 0.75].map(|from| Some(riser(from, from + 0.25)));
    let blocks = render(&bars, 6);
    let bar = |n: usize| &blocks[n * 71 + 10..n * 71 + 60];
    let levels: Vec<f64> = (0..4).map(|n| level_db(bar(n))).collect();
    let pitches: Vec<f64> = (0..4).map(|n| crossings(bar(n))).collect();

    assert!(levels.windows(2).all(|pair| 4.0 < pair[1] - pair[0]), "{levels:?}");
    assert!(pitches.windows(2).all(|pair| 1.3 * pair[0] < pair[1]), "{pitches:?}");
    assert!(level_db(bar(4)) < -90.0);
}

#[test]
fn a_swell_ends_loudest() {
    let swell = Some(Transition { swell: 1.0, ..Transition::default() });
    let blocks = render(&[swell], 2);
    let quarters: Vec<f64> = (0..4).map(|n| level_db(&blocks[n * 17..n * 17 + 17])).collect();

    assert!(quarters.windows(2).all(|pair| 6.0 < pair[1] - pair[0]), "{quarters:?}");
    assert!(level_db(&blocks[75..]) < -90.0);
}

#[test]
fn an_impact_is_low_falls_in_pitch_and_dies_away() {
    let impact = Some(Transition { impact: 1.0, sub_drop: 1.0, ..Transition::default() });
    let blocks = render(&[impact, None, None], 3);

    assert!(-26.0 < level_db(&blocks[..10]), "{}", level_db(&blocks[..10]));
    assert!(crossings(&blocks[20..60]) < 400.0);
    assert!(level_db(&blocks[..10]) - 20.0 > level_db(&blocks[90..100]));
    assert!(level_db(&blocks[200..]) < -90.0);
}

#[test]
fn bars_queued_one_by_one_sound_as_all_at_once() {
    let bars = [Some(riser(0.0, 0.5)), Some(riser(0.5, 1.0)), None];
    let at_once = render(&bars, 3);
    let mut transitions = Transitions::new();
    let mut queued = 0;
    for (n, expected) in at_once.iter().enumerate() {
        let frame = (n * FRAMES_PER_MP3_FRAME) as u64;
        while queued < 3 && queued * BAR < frame + FRAMES_PER_MP3_FRAME as u64 {
            transitions.add(queued * BAR..(queued + 1) * BAR, bars[queued as usize]);
            queued += 1;
        }
        let block = transitions.render(frame).cloned().unwrap_or_default();
        assert!(block == *expected, "block {n}");
    }
}
