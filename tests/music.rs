//! Ten minutes of every station of the default programme, on paper.

#![allow(clippy::unwrap_used, clippy::float_cmp)] // A test may panic, and exact numbers are meant.

use std::path::Path;

use electropunk::{
    config::{self, Config},
    music::bar::{Bar, Part},
    station::{composer::Composer, library::Library},
};

fn programme() -> Config {
    config::parse(config::BUILT_IN, "radio.toml", Path::new("")).unwrap()
}

/// What `station` plays in `minutes`.
fn play(config: &Config, station: usize, seed: u64, minutes: f64) -> Vec<Bar> {
    let station = &config.stations[station];
    let seconds_per_bar = 16.0 * station.theme.tempo.seconds_per_step();
    let n_bars = (minutes * 60.0 / seconds_per_bar).ceil() as usize;
    let composer = Composer::new(station, &mut Library::default(), seed).unwrap();
    composer.take(n_bars).collect()
}

/// Whether each bar has something of `part` in it: begun there, or held from before.
fn sounding(bars: &[Bar], part: Part) -> Vec<bool> {
    let mut until = 0f32;
    let sounds = |(n, bar): (usize, &Bar)| {
        let start = 16.0 * n as f32;
        let is_held = start < until;
        let hits = &bar.parts[part as usize];
        let ends = hits.iter().map(|hit| start + hit.start_step + hit.n_steps);
        until = ends.fold(until, f32::max);
        is_held || !hits.is_empty()
    };
    bars.iter().enumerate().map(sounds).collect()
}

#[test]
fn bars_are_full_and_in_key() {
    let config = programme();
    for (index, station) in config.stations.iter().enumerate() {
        let bars = play(&config, index, 1, 10.0);
        for part in Part::ALL {
            let n_empty = sounding(&bars, part).iter().filter(|sounds| !**sounds).count();
            let rate = n_empty as f64 / bars.len() as f64;
            println!("{}: {} empty in {:.1} % of bars", station.name, part.name(), 100.0 * rate);
            assert!(rate <= 0.03, "{}: {} is empty in {rate}", station.name, part.name());
        }
        for part in [Part::Bass, Part::Lead] {
            let hits: Vec<_> = bars.iter().flat_map(|bar| &bar.parts[part as usize]).collect();
            let n_in = hits.iter().filter(|hit| station.theme.key.contains(hit.pitch)).count();
            let per_bar = hits.len() as f64 / bars.len() as f64;
            println!("{}: {} {per_bar:.1} notes a bar", station.name, part.name());
            assert!(0.95 <= n_in as f64 / hits.len() as f64);
        }
    }
}

#[test]
fn a_seed_is_a_programme_and_another_seed_another_one() {
    let config = programme();
    for index in 0..config.stations.len() {
        let bars = play(&config, index, 7, 1.0);

        assert_eq!(bars, play(&config, index, 7, 1.0));
        assert_ne!(bars, play(&config, index, 8, 1.0));
    }
}

#[test]
fn no_two_stations_are_within_three_per_cent_in_tempo() {
    let mut tempi: Vec<f64> =
        programme().stations.iter().map(|station| station.theme.tempo.get()).collect();
    tempi.sort_by(f64::total_cmp);

    assert!(4 <= tempi.len());
    assert!(tempi.windows(2).all(|pair| pair[0] * 1.03 < pair[1]), "{tempi:?}");
}

#[test]
fn eight_bars_don_t_come_back_note_for_note_but_where_the_form_repeats() {
    let config = programme();
    for index in 0..config.stations.len() {
        let bars = play(&config, index, 3, 10.0);
        let notes = |bar: &Bar| -> Vec<(u32, u8)> {
            let hits = bar.parts.iter().flatten();
            hits.map(|hit| (hit.start_step.round() as u32, hit.pitch)).collect()
        };
        let eights: Vec<Vec<_>> =
            bars.chunks_exact(8).map(|eight| eight.iter().map(notes).collect()).collect();
        let n_again = (1..eights.len()).filter(|&n| eights[..n].contains(&eights[n])).count();
        assert!(n_again * 20 <= eights.len(), "{n_again} of {}", eights.len());
    }
}
