//! The built-in theme of hymns: rates of part-writing faults, and the speed of composing.

use std::{path::Path, time::Instant};

use electropunk::{
    chorale::{
        frame::{Chorale, Frame, N_VOICES, Voice},
        notes::line,
        plan,
    },
    config::{self, Station},
    lab::measure::chorale_faults::Faults,
    music::{
        bar::{Bar, Part},
        note::Note,
    },
    station::load::{library::Library, theme::composer},
};

use crate::built_in::with_stations_on;

const STEPS_PER_BAR: usize = 16;

fn station() -> Station {
    let config = config::parse(&with_stations_on(), "radio.toml", Path::new("")).unwrap();
    config.stations.into_iter().find(|station| station.name == "chorale").unwrap()
}

/// The notes of `part` in `bars`, in quarters.
fn notes(bars: &[Bar], part: Part) -> Vec<Note> {
    let of_bar = |(number, bar): (usize, &Bar)| -> Vec<Note> {
        let note = |hit: &electropunk::music::bar::Hit| {
            let start = (number * STEPS_PER_BAR) as f64 + f64::from(hit.start_step);
            Note {
                pitch: hit.pitch,
                velocity: hit.velocity,
                start: start / 4.0,
                end: (start + f64::from(hit.n_steps)) / 4.0,
                program: 0,
                is_drum: false,
                instrument: 0,
            }
        };
        bar.parts[part as usize].iter().map(note).collect()
    };
    bars.iter().enumerate().flat_map(of_bar).collect()
}

/// The four voices of `bars`, as frames. Breaths are rests, so a fermata ends a sixteenth early.
fn chorale(bars: &[Bar]) -> Chorale {
    let n = STEPS_PER_BAR * bars.len();
    let parts = [Part::Lead, Part::Chords, Part::Chords, Part::Bass];
    let prefers = [Voice::Soprano, Voice::Soprano, Voice::Bass, Voice::Bass];
    let voices: [_; N_VOICES] =
        std::array::from_fn(|voice| line(&notes(bars, parts[voice]), prefers[voice], 0, n));
    let fermatas = plan::held(n / 32, 8, 2);
    let is_over = |at: usize| fermatas[at] && !fermatas.get(at + 1).copied().unwrap_or(false);
    let frame = |at: usize| Frame {
        sounds: voices.each_ref().map(|voice| voice[at]),
        has_fermata: fermatas[at] && !is_over(at),
    };
    Chorale { key: bars[0].key, frames: (0..n).map(frame).collect() }
}

#[test]
fn hymns_keep_the_rules_that_bach_keeps() {
    let mut composer = composer(&station(), &mut Library::default(), 1).unwrap();
    let bars: Vec<Bar> = composer.by_ref().take(64).collect();

    let faults = Faults::of([&chorale(&bars)]);

    println!("{:?}", faults.rates());
    let percent = |n: usize, of: usize| 100.0 * n as f64 / of as f64;
    assert_eq!((faults.n_frames, faults.n_fermatas, faults.n_outside), (1024, 32, 0));
    assert!(90.0 <= percent(faults.n_cadences, faults.n_fermatas), "{faults:?}");
    let parallels = percent(faults.n_fifths + faults.n_octaves, faults.n_changes);
    assert!(parallels <= 3.0 * 0.25, "{faults:?}");
    assert!(percent(faults.n_crossed, faults.n_frames) <= 5.0, "{faults:?}");
}

#[test]
fn hymns_are_composed_faster_than_they_are_played() {
    let mut composer = composer(&station(), &mut Library::default(), 2).unwrap();
    let (began, mut seconds) = (Instant::now(), 0.0);
    for bar in composer.by_ref().take(16) {
        seconds += STEPS_PER_BAR as f64 * bar.tempo.seconds_per_step();
    }
    let pace = seconds / began.elapsed().as_secs_f64();
    println!("composing is {pace:.0} times as fast as playing");
    assert!(1.0 < pace, "{pace}");
}
