//! The step of composing: from a setting and a progress to the next phrase.

use crate::{
    compose::{
        accompaniment, books::Book, drums, harmonise::chords_under, hymn, lines, moves,
        performance::Performance, phrase::PHRASE_BARS, progress::Progress, score, setting::Setting,
        throws,
    },
    music::bar::Bar,
};

/// The bars of the next phrase, and the progress after it.
///
/// A pure function: the same setting and progress give the same bars on every machine.
pub fn next_phrase(setting: &Setting, progress: &Progress) -> (Vec<Bar>, Progress) {
    let mut progress = progress.clone();
    if let Some(network) = &setting.loaded.chorale {
        return (hymn::next_phrase(setting, &mut progress, network), progress);
    }
    let phrase = progress.next_of_form(setting);
    let theme = setting.theme();
    let tune = lines::tune::steered(setting, &phrase, progress.bar);
    let chords = match &tune {
        Some(tune) => chords_under(tune, phrase.piece.key, &theme.chords, PHRASE_BARS as usize),
        None => accompaniment::chords(&phrase, theme),
    };
    let mut score = score::write(setting, &mut progress, &phrase, &chords, tune);
    moves::make(&mut score, &phrase, Book::of(theme), theme.bass.register.span());
    let performance = Performance { setting, phrase: &phrase, chords: &chords, score: &score };
    let mut bars = performance.bars(progress.drawn(progress.bar));
    throws::write(setting, &mut bars);
    let (first, fill) = (progress.bar, progress.fill);
    let of_section = progress.drawn(progress.section_bar);
    let on_pad = drums::Bars { first, of_section, fill };
    for (bar, number) in bars.iter_mut().zip(0..) {
        bar.number = first + number;
        bar.puck = drums::puck(setting, on_pad, number);
    }
    progress.bar += PHRASE_BARS;
    progress.fill = None;
    (bars, progress)
}
