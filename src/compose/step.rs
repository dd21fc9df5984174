//! The step of composing: from a setting and a progress to the next phrase.

use crate::{
    compose::{
        accompaniment, books::Book, moves, performance::Performance, phrase::PHRASE_BARS,
        progress::Progress, score, setting::Setting, throws,
    },
    music::bar::Bar,
};

/// The bars of the next phrase, and the progress after it.
///
/// A pure function: the same setting and progress give the same bars on every machine.
pub fn next_phrase(setting: &Setting, progress: &Progress) -> (Vec<Bar>, Progress) {
    let mut progress = progress.clone();
    let phrase = progress.next_of_form(setting);
    let chords = accompaniment::chords(&phrase, setting.theme());
    let mut score = score::write(setting, &mut progress, &phrase, &chords);
    let theme = setting.theme();
    moves::make(&mut score, &phrase, Book::of(theme), theme.bass.register.span());
    let performance = Performance { setting, phrase: &phrase, chords: &chords, score: &score };
    let mut bars = performance.bars(progress.drawn(progress.bar));
    throws::write(setting, &mut bars);
    for (bar, number) in bars.iter_mut().zip(progress.bar..) {
        bar.number = number;
    }
    progress.bar += PHRASE_BARS;
    progress.fill = None;
    (bars, progress)
}
