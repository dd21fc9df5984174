//! How a part plays notes, measured by their pitch.

use super::*;
use crate::{
    music::chain::{Chain, Filter},
    sound::{frame::FRAMES_PER_MP3_FRAME, testing::tiny_font, timeline::Timeline},
    units::Bpm,
};

/// Half a second of two notes at 120 bpm: 441 Hz and, from frame 11025 on, 882 Hz.
fn two_notes(filter: Filter, first_steps: f32) -> Vec<f32> {
    let chain = Chain { filter, ..Chain::default() };
    let voice = Voice { chain, ..Voice::plain(0, 0) };
    let mut part = PartSynth::new(&tiny_font(), Part::Bass, &voice, Trims::off()).unwrap();
    let hit = |start_step: f32, n_steps: f32, pitch: u8| Hit {
        start_step,
        n_steps,
        pitch,
        velocity: 100,
    };
    let span = Timeline::default().lay(Bpm::DEFAULT, 0);
    part.add(&[hit(0.0, first_steps, 69), hit(2.0, 2.0, 81)], &span);
    let mut sound = Vec::new();
    for number in 0..19 {
        part.render(number * FRAMES_PER_MP3_FRAME as u64, 1.0);
        sound.extend_from_slice(&part.stem.left);
    }
    sound
}

/// The frequency from `frame` on, by zero crossings in 1470 frames.
fn hz(sound: &[f32], frame: usize) -> f64 {
    let stretch = &sound[frame..frame + 1470];
    stretch.windows(2).filter(|w| w[0] < 0.0 && 0.0 <= w[1]).count() as f64 * 30.0
}

#[test]
fn overlapping_notes_slide_and_others_are_struck() {
    let slid = two_notes(Filter::Acid, 2.5);
    let struck = two_notes(Filter::Acid, 1.5);
    for sound in [&slid, &struck] {
        assert!((hz(sound, 6000) - 441.0).abs() < 31.0, "{}", hz(sound, 6000));
        assert!((hz(sound, 18_000) - 882.0).abs() < 31.0, "{}", hz(sound, 18_000));
    }
    // During the slide, 10 to 43 ms after the second note.
    assert!((500.0..850.0).contains(&hz(&slid, 11_466)), "{}", hz(&slid, 11_466));
    assert!(850.0 < hz(&struck, 11_466));
    let quiet = |sound: &[f32]| {
        let peaks = sound[9000..12_000].chunks(200);
        peaks.map(|part| part.iter().fold(0.0f32, |peak, x| peak.max(x.abs()))).fold(1.0, f32::min)
    };
    assert!(10.0 * quiet(&struck) < quiet(&slid), "a slide has no gap");
}

#[test]
fn without_the_filter_overlapping_notes_sound_together() {
    let sound = two_notes(Filter::None, 4.0);
    let blocks: Vec<Block> = sound[12_000..]
        .chunks_exact(FRAMES_PER_MP3_FRAME)
        .map(|left| Block { left: left.try_into().unwrap(), ..Block::SILENCE })
        .collect();
    let [low, high] = [441.0, 882.0].map(|hz| crate::sound::testing::tone_at(&blocks, hz));
    assert!(0.5 * high < low, "{low} and {high}");
}

#[test]
fn a_change_between_the_two_ways_of_playing_leaves_no_note_hanging() {
    let voice =
        |filter| Voice { chain: Chain { filter, ..Chain::default() }, ..Voice::plain(0, 0) };
    for (from, to) in [(Filter::None, Filter::Acid), (Filter::Acid, Filter::None)] {
        let mut part =
            PartSynth::new(&tiny_font(), Part::Bass, &voice(from), Trims::off()).unwrap();
        let span = Timeline::default().lay(Bpm::DEFAULT, 0);
        part.add(&[Hit { start_step: 0.0, n_steps: 2.0, pitch: 69, velocity: 100 }], &span);
        for number in 0..60 {
            if number == 3 {
                part.set_voice(&voice(to));
            }
            part.render(number * FRAMES_PER_MP3_FRAME as u64, 1.0);
        }
        assert!(part.stem.peak() < 1e-4, "{from:?}: {}", part.stem.peak());
    }
}
