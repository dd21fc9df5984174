//! Forms of the built-in stations.

use super::*;
use crate::{
    config::{BUILT_IN, Station},
    music::section::Section,
    musicvae::net::latent,
};

fn anchors() -> Anchors {
    let point = |at| latent::prior(8, &mut rng::stream(at, "anchor"));
    Anchors { points: (0..3).map(point).collect(), in_turn: false }
}

fn stations() -> Vec<Station> {
    crate::config::parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap().stations
}

fn phrases(station: &Station, seed: u64) -> Vec<Phrase> {
    Form::new(station, anchors(), 8, seed).take(400).collect()
}

fn seconds(phrase: &Phrase) -> f64 {
    let bpm = f64::midpoint(phrase.tempo[0].get(), phrase.tempo[1].get());
    (4 * PHRASE_BARS) as f64 * 60.0 / bpm
}

#[test]
fn pieces_last_two_to_six_and_a_half_minutes() {
    for station in stations() {
        let phrases = phrases(&station, 3);
        let pieces = phrases.chunk_by(|a, b| a.piece.number == b.piece.number);
        let minutes: Vec<f64> =
            pieces.map(|piece| piece.iter().map(seconds).sum::<f64>() / 60.0).collect();
        // The last one is cut off.
        let whole = &minutes[..minutes.len() - 1];
        assert!(whole.iter().all(|m| (1.75..6.6).contains(m)), "{}: {whole:?}", station.name);
    }
}

#[test]
fn tempo_and_key_change_without_a_jump() {
    for station in stations() {
        for pair in phrases(&station, 5).windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            let jump = (before.tempo[1].get() - after.tempo[0].get()).abs();
            assert!(jump < 1e-9, "{}: {before:?} {after:?}", station.name);
            if before.piece.number == after.piece.number {
                assert_eq!(before.piece.key, after.piece.key);
            } else {
                let related = (-1..=1).map(|fifths| before.piece.key.by_fifths(fifths));
                assert!(related.into_iter().any(|key| key == after.piece.key));
                assert_eq!(after.section, Section::Intro);
            }
        }
    }
}

#[test]
fn somebody_always_plays_and_sections_end_where_they_say() {
    for station in stations() {
        for pair in phrases(&station, 7).windows(2) {
            assert!(pair[0].plays.iter().any(|plays| *plays));
            assert_eq!(pair[0].is_last, pair[1].of_section == 0);
            assert!(pair[0].tension.iter().all(|tension| (0.0..=1.0).contains(tension)));
        }
    }
}

#[test]
fn an_endless_piece_never_ends() {
    let station = Station { form: config::Form::Endless, ..stations()[0].clone() };
    let phrases = phrases(&station, 1);
    let later = &phrases[10..];

    assert!(later.iter().all(|p| !matches!(p.section, Section::Intro | Section::Outro)));
    assert!(later.iter().all(|p| p.piece.key == phrases[0].piece.key && p.blend.is_none()));
    assert!(later.iter().any(|p| p.section == Section::Drop));
}

#[test]
fn energy_moves_tension() {
    let mean = |energy: f64| {
        let station = Station { energy, ..stations()[0].clone() };
        phrases(&station, 1).iter().map(|phrase| phrase.tension[0]).sum::<f64>() / 400.0
    };
    assert!(mean(0.0) + 0.2 < mean(0.5) && mean(0.5) + 0.1 < mean(1.0));
}

#[test]
fn another_sound_leaves_the_piece_and_another_key_begins_one_where_the_walk_is() {
    let station = stations()[0].clone();
    let mut form = Form::new(&station, anchors(), 8, 1);
    let before = form.nth(3).unwrap();

    let mut louder = (*station.theme).clone();
    louder.voices[1].gain.0 += 2.0;
    form.turn_to(&Station { theme: louder.clone().into(), ..station.clone() }, anchors(), 8);
    let same = form.next().unwrap();
    assert_eq!((same.piece.number, same.of_section), (0, before.of_section + 1));
    assert_ne!(same.piece.mix, before.piece.mix);

    louder.key = "F# dorian".parse().unwrap();
    form.turn_to(&Station { theme: louder.into(), ..station }, anchors(), 8);
    let new = form.next().unwrap();
    assert_eq!((new.section, new.piece.key.to_string()), (Section::Intro, "F# dorian".into()));
    assert_eq!(new.tempo[0], before.tempo[1]);
}

#[test]
fn a_form_goes_on_from_its_course_after_it_was_written_down() {
    for station in stations() {
        let mut form = Form::new(&station, anchors(), 8, 9);
        for n in [1, 2, 5, 40, 100] {
            let course = serde_json::to_string(&form.course()).unwrap();
            let course: Course = serde_json::from_str(&course).unwrap();
            assert!(course.is_sound() && course.fits(8, 8) && !course.fits(8, 9));
            let resumed = Form::resume(&station, anchors(), 8, 9, course);
            let show = |phrase: Phrase| format!("{phrase:?}");
            let ahead: Vec<String> = form.by_ref().take(n).map(show).collect();
            assert_eq!(resumed.take(n).map(show).collect::<Vec<_>>(), ahead);
        }
    }
}

#[test]
fn a_course_that_makes_no_sense_is_found_out() {
    let course = Form::new(&stations()[0], anchors(), 8, 1).course();
    let end = course.sections.len();
    let cut = Course { section: end, ..course.clone() };
    assert!(course.is_sound() && cut.is_sound());

    assert!(!Course { section: end + 1, ..course.clone() }.is_sound());
    assert!(!Course { of_section: 1, ..cut }.is_sound());
    assert!(!Course { of_section: 99, ..course.clone() }.is_sound());
    assert!(!Course { entry: f64::NAN, ..course.clone() }.is_sound());
    let odd = Planned { idea: N_IDEAS, ..course.sections[0] };
    assert!(!Course { sections: vec![odd], ..course }.is_sound());
}

#[test]
fn other_waypoints_lead_the_piece_elsewhere_while_it_goes_on() {
    let station = stations()[0].clone();
    let mut form = Form::new(&station, anchors(), 8, 1);
    let before = form.nth(3).unwrap();
    let point = |at| latent::prior(8, &mut rng::stream(at, "waypoint"));
    let waypoints = Anchors { points: (0..2).map(point).collect(), in_turn: true };

    form.turn_to(&station, waypoints.clone(), 8);
    let after = form.next().unwrap();

    assert_eq!((after.piece.number, &after.piece.title), (0, &before.piece.title));
    assert_eq!(after.of_section, before.of_section + 1);
    assert_eq!(after.piece.leg.along(0.0), before.piece.leg.along(0.0));
    let distance = |a: &[f32], b: &[f32]| -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    let legs = [&after.piece.leg, &form.next.leg];
    for (leg, waypoint) in legs.into_iter().zip(&waypoints.points) {
        assert!(distance(&leg.along(1.0), waypoint) < 1.0);
    }
    assert_eq!(legs[0].along(1.0), legs[1].along(0.0));
}
