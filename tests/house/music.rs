//! The first minutes of every built-in theme, as bars.

use std::{collections::HashSet, path::Path};

use electropunk::{
    config::{self, Config, Station},
    music::{
        bar::{Bar, Part},
        section::Section,
    },
    station::load::{library::Library, theme::composer},
};

use crate::{built_in::with_stations_on, tier::is_long};

/// Least share of notes in the key for a model of chorales, which modulates and has leading notes.
const CHROMATIC: f64 = 0.8;

/// The built-in radio.toml with all of its stations.
fn config() -> Config {
    config::parse(&with_stations_on(), "radio.toml", Path::new("")).unwrap()
}

/// The first `minutes` of `station`.
fn play(station: &Station, library: &mut Library, minutes: f64) -> Vec<Bar> {
    let mut seconds = 0.0;
    let composer = composer(station, library, 1).unwrap();
    let in_time = |bar: &Bar| {
        seconds += 16.0 * bar.tempo.seconds_per_step();
        seconds < 60.0 * minutes
    };
    composer.take_while(in_time).collect()
}

fn is_hymn(station: &Station) -> bool {
    station.theme.chorale_model.is_some()
}

/// Whether each bar sounds: it has a hit of one of `parts`, or one that is held from an earlier bar.
fn sounding(bars: &[Bar], parts: &[Part]) -> Vec<bool> {
    let mut until = 0f32;
    let sounds = |(n, bar): (usize, &Bar)| {
        let start = 16.0 * n as f32;
        let is_held = start < until;
        let hits = || parts.iter().flat_map(|&part| &bar.parts[part as usize]);
        until = hits().map(|hit| start + hit.start_step + hit.n_steps).fold(until, f32::max);
        is_held || hits().next().is_some()
    };
    bars.iter().enumerate().map(sounds).collect()
}

/// Steps, rounded to the grid, and pitches of each of `bars`.
fn grid(bars: &[Bar]) -> Vec<Vec<(u32, u8)>> {
    let of_bar = |bar: &Bar| {
        let hits = bar.parts.iter().flatten();
        hits.map(|hit| (hit.start_step.round() as u32, hit.pitch)).collect()
    };
    bars.iter().map(of_bar).collect()
}

/// Fails if `bars` of `station` are empty, out of key or repetitive.
fn check(station: &Station, bars: &[Bar]) {
    let name = &station.name;

    let n_empty = sounding(bars, &Part::ALL).iter().filter(|sounds| !**sounds).count();
    assert!(n_empty as f64 <= 0.02 * bars.len() as f64, "{name}: {n_empty} empty bars");

    for part in [Part::Bass, Part::Lead, Part::Chords] {
        let hits =
            bars.iter().flat_map(|bar| bar.parts[part as usize].iter().map(move |hit| (bar, hit)));
        let (n, n_in) = hits.fold((0, 0), |(n, n_in), (bar, hit)| {
            (n + 1, n_in + u32::from(bar.key.contains(hit.pitch)))
        });
        assert!(0 < n, "{name}: no {}", part.name());
        let least = if is_hymn(station) { CHROMATIC } else { 0.97 };
        assert!(least <= f64::from(n_in) / f64::from(n), "{name}: {} is out of key", part.name());
    }

    let eights: Vec<_> = bars.chunks_exact(8).map(grid).collect();
    let different: HashSet<_> = eights.iter().collect();
    assert_eq!(different.len(), eights.len(), "{name}: eight bars repeat");
}

/// Fails if `bars` of `station`, some minutes of them, are too sparse, too dense or without a form.
fn check_form(station: &Station, bars: &[Bar]) {
    let name = &station.name;
    let leads: Vec<usize> = bars.iter().map(|bar| bar.parts[Part::Lead as usize].len()).collect();
    let playing: Vec<usize> = leads.into_iter().filter(|n| 0 < *n).collect();
    let per_bar = playing.iter().sum::<usize>() as f64 / playing.len() as f64;
    println!("{name}: {} bars, {per_bar:.1} notes of the lead a bar", bars.len());
    assert!((1.5..8.0).contains(&per_bar), "{name}: {per_bar}");

    let sections: HashSet<Section> = bars.iter().map(|bar| bar.section).collect();
    // A hymn has only strophes.
    assert_eq!(4 <= sections.len(), !is_hymn(station), "{name}: {sections:?}");
}

/// Checks two minutes of every second theme from `first` on, so that two tests can run in parallel.
fn check_half(first: usize) {
    let mut library = Library::default();
    for station in config().stations.iter().skip(first).step_by(2) {
        check(station, &play(station, &mut library, 2.0));
    }
}

#[test]
fn themes_are_full_in_key_and_don_t_repeat_eight_bars() {
    check_half(0);
}

#[test]
fn the_other_themes_are_so_too() {
    check_half(1);
}

#[test]
fn long_themes_are_full_in_key_and_have_a_form() {
    if !is_long() {
        return;
    }
    let mut library = Library::default();
    for station in &config().stations {
        let bars = play(station, &mut library, 6.0);
        check(station, &bars);
        check_form(station, &bars);
    }
}

#[test]
fn bars_depend_on_the_seed() {
    let station = &config().stations[0];
    let first = |seed: u64| -> Vec<Bar> {
        let composer = composer(station, &mut Library::default(), seed).unwrap();
        composer.take(32).collect()
    };
    let bars = first(7);

    assert_eq!(bars, first(7));
    assert_ne!(bars, first(8));
}

#[test]
fn themes_differ_by_more_than_tempo() {
    let stations = config().stations;
    let own = |station: &Station| {
        let theme = &station.theme;
        let programs = theme.voices.map(|voice| voice.program);
        (
            theme.key.to_string(),
            programs,
            format!("{:?}", theme.chords.loops),
            format!("{:?}", theme.pad),
        )
    };
    let different: HashSet<_> = stations.iter().map(own).collect();

    assert_eq!((stations.len(), different.len()), (11, 11));
}
