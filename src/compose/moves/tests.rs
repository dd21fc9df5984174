use super::*;
use crate::{
    compose::{
        books::{Cast, Mute},
        form::{self, FormProgress},
        testing::{setting, stations},
    },
    music::{drums::Drum, trio::Line},
};

/// A phrase of the first built-in station with `cast`.
fn phrase(cast: &str) -> Phrase {
    let setting = setting(&stations()[0], 1);
    let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
    (phrase.cast, phrase.is_last) = (Cast::of(cast), true);
    phrase
}

/// Drums and bass on each beat, a lead in quarters, and one chord per bar.
fn score() -> Score {
    let drums: Line = (0..PHRASE_STEPS).map(|step| if step % 4 == 0 { 0b111 } else { 0 }).collect();
    let line = |apart: usize, pitches: &[u8]| -> Vec<LineNote> {
        let strike = |start_step: usize| {
            let note = move |&pitch: &u8| LineNote { start_step, n_steps: apart, pitch };
            pitches.iter().map(note).collect::<Vec<_>>()
        };
        (0..PHRASE_STEPS).step_by(apart).flat_map(strike).collect()
    };
    Score { drums, notes: [vec![], line(4, &[41]), line(4, &[70]), line(16, &[60, 64, 67])] }
}

fn made(cast: &str) -> Score {
    let mut score = score();
    let phrase = phrase(cast);
    make(&mut score, &phrase, Book::of(&crate::config::Theme::default()), (28, 52));
    score
}

/// Whether a part sounds at `step`.
fn sounds(notes: &[LineNote], step: usize) -> bool {
    notes.iter().any(|note| (note.start_step..note.start_step + note.n_steps).contains(&step))
}

#[test]
fn the_chords_answer_in_the_rhythm_of_the_call() {
    let [_, bass, lead, chords] = made("D BCL q").notes;
    let strokes: Vec<usize> =
        chords.iter().filter(|note| note.pitch == 60).map(|note| note.start_step).collect();

    assert_eq!(strokes, [0, 16, 24, 28, 32, 48, 56, 60]);
    assert!((24..32).chain(56..64).all(|step| !sounds(&lead, step)));
    assert!(sounds(&lead, 20) && sounds(&lead, 48) && bass == score().notes[1]);
}

#[test]
fn a_stop_leaves_one_stroke_and_the_way_back_in() {
    let Score { drums, notes } = made("D BCL s");
    assert!(notes[1..].iter().all(|notes| sounds(notes, 48) && !sounds(notes, 54)));
    assert!(drums[49..60].iter().all(|&token| token == 0));
    assert!(drums[48] & Drum::Kick.bit() != 0 && drums[60] & Drum::Snare.bit() != 0);
}

#[test]
fn all_strike_together_in_a_gang_hit() {
    let Score { drums, notes } = made("D BCL g");
    let struck: Vec<usize> = (48..64).filter(|&step| drums[step] != 0).collect();
    assert!(3 <= struck.len());
    for notes in &notes[1..] {
        let mut starts: Vec<usize> =
            notes.iter().map(|note| note.start_step).filter(|&step| 48 <= step).collect();
        starts.dedup();
        let mut once = starts.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once, struck);
    }
}

#[test]
fn the_beat_rests_for_a_bar_and_comes_back_on_its_last_beat() {
    let Score { drums, notes } = made("D BCL x");
    assert!(drums[48..60].iter().all(|&token| token == 0) && drums[60] != 0);
    assert!(sounds(&notes[Part::Bass as usize], 52));
}

#[test]
fn a_solo_has_one_stroke_of_the_others() {
    let Score { drums, notes } = made("D BCL o");
    assert!(notes[1..].iter().all(|notes| sounds(notes, 0) && !sounds(notes, 2)));
    assert_eq!(drums, score().drums);
}

#[test]
fn a_pedal_is_one_root_of_the_key_in_the_bass_s_register() {
    let phrase = phrase("D BC p");
    let bass = &made("D BC p").notes[Part::Bass as usize];
    assert!(bass.iter().all(|note| note.pitch == bass[0].pitch && note.pitch >= 28));
    assert_eq!(bass[0].pitch % 12, phrase.piece.key.root);
}

#[test]
fn mutes_leave_a_bass_or_a_beat_and_differ_between_phrases() {
    let kinds = [Mute::Chords, Mute::Lead, Mute::Beat, Mute::Bass];
    let muted = |of_section: u64| {
        let phrase = Phrase { of_section, ..phrase("D BCL m") };
        let mut score = score();
        mutes::mute(&mut score, &phrase, &kinds);
        score
    };
    let kick = |score: &Score| score.drums[52] & Drum::Kick.bit() != 0;
    let bass = |score: &Score| sounds(&score.notes[Part::Bass as usize], 60);
    let scores: Vec<Score> = (0..30).map(muted).collect();

    assert!(scores.iter().all(|score| kick(score) || bass(score)));
    assert!(scores.iter().any(|score| !kick(score)) && scores.iter().any(|score| !bass(score)));
    let chords = |score: &Score| sounds(&score.notes[Part::Chords as usize], 20);
    assert!(scores.iter().any(chords) && !scores.iter().all(chords));
}

#[test]
fn a_roll_gets_denser_and_louder_and_breaks_off_before_the_drop() {
    let roll = |span: [f64; 2], is_last: bool| {
        strokes(&Phrase { roll: Some(span), is_last, ..phrase("H BC r") })
    };
    let (first, second) = (roll([0.0, 0.5], false), roll([0.5, 1.0], true));

    assert!(2 * first.len() < second.len(), "{} and {}", first.len(), second.len());
    let loudness = |strokes: &[Stroke]| {
        let on_beat = strokes.iter().filter(|stroke| stroke.step % 4 == 0);
        on_beat.map(|stroke| stroke.velocity).collect::<Vec<_>>()
    };
    assert!(loudness(&first).is_sorted() && loudness(&second).is_sorted());
    assert!(loudness(&first).last() < loudness(&second).first());
    assert!(second.iter().all(|stroke| stroke.step < 60));
    assert!(strokes(&phrase("D BCL")).is_empty());
}
