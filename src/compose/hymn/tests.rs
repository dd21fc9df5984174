//! Hymns as a station plays them.

use super::*;
use crate::{
    chorale::frame::Voice,
    compose::{composer::Composer, progress::Progress, step, testing::hymns},
    config::Form,
    music::bar::Part,
};

/// Pitches and starts of the lead in `bars`.
fn tune(bars: &[Bar]) -> Vec<(u8, u32)> {
    let hits = bars.iter().flat_map(|bar| &bar.parts[Part::Lead as usize]);
    hits.map(|hit| (hit.pitch, hit.start_step.round() as u32)).collect()
}

fn pitches(bars: &[Bar], part: Part) -> Vec<u8> {
    bars.iter().flat_map(|bar| &bar.parts[part as usize]).map(|hit| hit.pitch).collect()
}

#[test]
fn strophes_share_a_tune_and_differ_in_harmony() {
    let setting = hymns(Form::Tracks, 3);
    let mut progress = Progress::start(&setting);
    let mut strophes: Vec<Vec<Bar>> = Vec::new();
    loop {
        if progress.starts_section() {
            if progress.starts_piece() && !strophes.is_empty() {
                break;
            }
            strophes.push(Vec::new());
        }
        let (bars, next) = step::next_phrase(&setting, &progress);
        strophes.last_mut().unwrap().extend(bars);
        progress = next;
    }

    assert!(1 < strophes.len(), "{} strophes", strophes.len());
    for strophe in &strophes {
        assert_eq!(tune(strophe), tune(&strophes[0]));
        assert!(pitches(strophe, Part::Drums).is_empty());
        let voices = [(Part::Lead, Voice::Soprano), (Part::Bass, Voice::Bass)];
        for (part, voice) in voices {
            let found = pitches(strophe, part);
            assert!(!found.is_empty() && found.iter().all(|p| voice.range().contains(p)));
        }
    }
    let basses: Vec<Vec<u8>> = strophes.iter().map(|bars| pitches(bars, Part::Bass)).collect();
    assert_ne!(basses[0], basses[1]);
    let last = strophes.last().unwrap();
    assert!(last[last.len() - 1].tempo.get() < last[last.len() - 2].tempo.get());
}

#[test]
fn a_hymn_goes_on_after_a_restart_and_is_another_in_another_key() {
    let setting = hymns(Form::Tracks, 5);
    let (_, progress) = step::next_phrase(&setting, &Progress::start(&setting));
    let saved = serde_json::to_string(&progress).unwrap();
    let restored: Progress = serde_json::from_str(&saved).unwrap();
    assert!(restored.is_valid());

    let uninterrupted: Vec<Bar> = Composer::start(setting.clone()).skip(4).take(12).collect();
    let resumed = Composer::resume(setting.clone(), restored, Some(3));

    assert_eq!(resumed.take(12).collect::<Vec<_>>(), uninterrupted);
    assert_ne!(Composer::start(hymns(Form::Tracks, 6)).next(), Composer::start(setting).next());
}

#[test]
fn hymns_wander_through_related_keys_and_have_titles() {
    for form in [Form::Tracks, Form::Endless] {
        let setting = hymns(form, 1);
        let mut progress = Progress::start(&setting);
        let mut pieces: Vec<(String, String)> = Vec::new();
        while pieces.len() < 8 {
            if progress.starts_piece() {
                progress.skip_phrase(&setting);
                let piece = progress.form.piece();
                pieces.push((piece.key.to_string(), piece.title.to_string()));
            } else {
                progress.skip_phrase(&setting);
            }
        }
        let related = ["G major", "E minor", "D major", "B minor", "C major", "A minor"];
        let far = ["A major", "F# minor", "F major", "D minor"];
        assert!(
            pieces.iter().all(|(key, _)| related.iter().chain(&far).any(|k| k == key)),
            "{pieces:?}"
        );
        let n = |of: fn(&(String, String)) -> &String| {
            pieces.iter().map(of).collect::<std::collections::HashSet<_>>().len()
        };
        assert!(1 < n(|piece| &piece.0) && 3 < n(|piece| &piece.1), "{pieces:?}");
    }
}

#[test]
fn a_phrase_without_the_one_before_it_is_composed_all_the_same() {
    let setting = hymns(Form::Tracks, 2);
    let mut progress = Progress::start(&setting);
    progress.skip_phrase(&setting);

    let (bars, _) = step::next_phrase(&setting, &progress);

    assert!(bars.iter().all(|bar| !bar.parts[Part::Lead as usize].is_empty()));
}
