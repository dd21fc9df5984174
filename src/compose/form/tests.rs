//! The form of each built-in station.

use super::*;
use crate::{
    compose::{
        liked::LikedPoint,
        loaded_theme::LoadedTheme,
        phrase::PHRASE_BARS,
        piece::Piece,
        sections::N_MOTIFS,
        testing::{loaded, setting, stations},
        walk::Anchors,
    },
    config::{Form, Station, Theme},
    music::{bar::Part, section::Section},
    musicvae::net::latent,
    rng,
};

fn take(setting: &Setting, form: &mut FormProgress, n: usize) -> Vec<Phrase> {
    (0..n).map(|_| next(setting, form)).collect()
}

fn phrases(station: &Station, seed: u64) -> Vec<Phrase> {
    let setting = setting(station, seed);
    take(&setting, &mut FormProgress::start(&setting), 400)
}

fn with_theme(station: &Station, change: impl FnOnce(&mut Theme)) -> Station {
    let mut theme = (*station.theme).clone();
    change(&mut theme);
    Station { theme: theme.into(), ..station.clone() }
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
fn a_part_always_plays_and_a_section_ends_with_its_last_phrase() {
    for station in stations() {
        for pair in phrases(&station, 7).windows(2) {
            assert!(Part::ALL.iter().any(|&part| pair[0].cast.has(part)));
            assert_eq!(pair[0].is_last, pair[1].of_section == 0);
            assert!(pair[0].tension.iter().all(|tension| (0.0..=1.0).contains(tension)));
        }
    }
}

#[test]
fn an_endless_piece_never_ends() {
    let station = Station { form: Form::Endless, ..stations()[0].clone() };
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
fn another_sound_keeps_the_piece() {
    let station = stations()[0].clone();
    let (before, louder) =
        (setting(&station, 1), with_theme(&station, |theme| theme.voices[1].gain.0 += 2.0));
    let mut form = FormProgress::start(&before);
    let last = take(&before, &mut form, 3).remove(2);

    let louder = setting(&louder, 1);
    form.keep_piece(&louder, false);
    let same = next(&louder, &mut form);

    assert_eq!((same.piece.number, same.of_section), (0, last.of_section + 1));
    assert_ne!(same.piece.mix, last.piece.mix);
}

#[test]
fn another_key_starts_a_piece_at_the_point_of_the_walk() {
    let station = stations()[0].clone();
    let before = setting(&station, 1);
    let mut form = FormProgress::start(&before);
    let last = take(&before, &mut form, 3).remove(2);

    let dorian = with_theme(&station, |theme| theme.key = "F# dorian".parse().unwrap());
    let dorian = setting(&dorian, 1);
    form.start_new_piece(&dorian);
    let new = next(&dorian, &mut form);

    assert_eq!((new.section, new.piece.key.to_string()), (Section::Intro, "F# dorian".into()));
    assert_eq!(new.tempo[0], last.tempo[1]);
}

#[test]
fn a_new_like_moves_only_pieces_that_are_not_planned_yet() {
    let station = with_theme(&stations()[0], |theme| theme.likes = 1.0);
    let before = setting(&station, 1);
    let mut form = FormProgress::start(&before);
    let planned = form.next.clone();
    let z = latent::prior(before.n_trio_latent(), &mut rng::stream(5, "liked"));
    let liked = before.with_liked(&[LikedPoint { z: z.clone(), n: 1 }]);

    form.start_next_piece(&liked);

    assert_eq!(form.piece, planned);
    let [end, z]: [Vec<f64>; 2] =
        [form.next.leg.along(1.0), z].map(|z| z.into_iter().map(f64::from).collect());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cosine = dot(&end, &z) / (dot(&end, &end) * dot(&z, &z)).sqrt();
    assert!(0.9 < cosine, "{cosine}");
}

#[test]
fn a_saved_form_goes_on_with_the_same_phrases() {
    for station in stations() {
        let setting = setting(&station, 9);
        let mut form = FormProgress::start(&setting);
        for n in [1, 2, 5, 40, 100] {
            let saved = serde_json::to_string(&form).unwrap();
            let mut resumed: FormProgress = serde_json::from_str(&saved).unwrap();
            assert!(resumed.is_valid() && resumed.fits(&setting));
            let show = |phrase: &Phrase| format!("{phrase:?}");
            let ahead: Vec<String> = take(&setting, &mut form, n).iter().map(show).collect();
            let again: Vec<String> = take(&setting, &mut resumed, n).iter().map(show).collect();
            assert_eq!(again, ahead);
        }
    }
}

#[test]
fn a_form_of_other_dimensions_does_not_fit() {
    let setting = setting(&stations()[0], 1);
    let form = FormProgress::start(&setting);
    let mut narrow: Piece = (*form.piece).clone();
    narrow.beat.truncate(3);

    assert!(form.fits(&setting));
    assert!(!FormProgress { next: narrow.into(), ..form }.fits(&setting));
}

#[test]
fn impossible_values_are_not_valid() {
    let form = FormProgress::start(&setting(&stations()[0], 1));
    let end = form.sections.len();
    let cut = FormProgress { section: end, ..form.clone() };
    assert!(form.is_valid() && cut.is_valid());

    assert!(!FormProgress { section: end + 1, ..form.clone() }.is_valid());
    assert!(!FormProgress { of_section: 1, ..cut }.is_valid());
    assert!(!FormProgress { of_section: 99, ..form.clone() }.is_valid());
    assert!(!FormProgress { entry: f64::NAN, ..form.clone() }.is_valid());
    let odd = Planned { motif: N_MOTIFS, ..form.sections[0] };
    assert!(!FormProgress { sections: vec![odd], ..form }.is_valid());
}

#[test]
fn new_waypoints_lead_the_piece_elsewhere_while_it_goes_on() {
    let station = stations()[0].clone();
    let before = setting(&station, 1);
    let mut form = FormProgress::start(&before);
    let last = take(&before, &mut form, 3).remove(2);
    let n_latent = before.n_trio_latent();
    let point = |at| latent::prior(n_latent, &mut rng::stream(at, "waypoint"));
    let anchors = Anchors { points: (0..2).map(point).collect(), in_turn: true, drawn: None };

    let led = Setting::new(&station, LoadedTheme { anchors: anchors.clone(), ..loaded() }, 1);
    form.keep_piece(&led, true);
    let after = next(&led, &mut form);

    assert_eq!((after.piece.number, &after.piece.title), (0, &last.piece.title));
    assert_eq!(after.of_section, last.of_section + 1);
    assert_eq!(after.piece.leg.along(0.0), last.piece.leg.along(0.0));
    let distance = |a: &[f32], b: &[f32]| -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    let legs = [&after.piece.leg, &form.next.leg];
    for (leg, waypoint) in legs.into_iter().zip(&anchors.points) {
        let between = distance(&anchors.points[0], &anchors.points[1]);
        assert!(distance(&leg.along(1.0), waypoint) < 0.5 * between);
    }
    assert_eq!(legs[0].along(1.0), legs[1].along(0.0));
}
