//! Drums of a phrase: versions of the piece's beat, laid out for a drummer or a machine and fitted to the
//! cast.

mod bars;
pub(super) mod beat;
mod drummed;
mod feel;
mod programmed;

use rand::RngExt as _;

pub use self::bars::Bars;
use crate::{
    compose::{
        books::{Book, Cast, Move},
        drums::beat::Beat,
        phrase::{PHRASE_BARS, PHRASE_STEPS, Phrase},
        setting::Setting,
    },
    config::{self, Player},
    music::{drums::Drum, meter::STEPS_PER_BAR, section::Section, trio::Line},
    rng::{self, Rng},
};

/// Share of sections that end with a fill of the style instead of one that the model draws.
const STYLE_FILLS: f64 = 0.6;

/// Steps between the strokes that keep the beat in an otherwise empty half bar.
const MARKED: usize = 2;

/// Drum tokens of `phrase`; each `attempt` is another version.
pub fn write(setting: &Setting, phrase: &Phrase, bars: Bars, attempt: u64) -> Line {
    let (book, player) = (Book::of(setting.theme()), setting.theme().drums.player);
    let mut line = vec![0; PHRASE_STEPS];
    if phrase.cast.drums != 0 {
        line = beats(setting, phrase, bars, attempt);
        fit_to_cast(&mut line, phrase, book, player);
    }
    if let Some(number) = bars.fill.and_then(|bar| bar.checked_sub(bars.first))
        && number < PHRASE_BARS
    {
        let mut rng =
            rng::stream(phrase.piece.seed, &format!("ordered fill {}", bars.first + number));
        let start = number as usize * STEPS_PER_BAR;
        play_fill(&mut line[start..start + STEPS_PER_BAR], book, player, &mut rng);
    }
    line
}

/// The position of the beat on the pad in bar `number` of the phrase; `None` if the trio model draws the
/// beat.
pub fn puck(setting: &Setting, bars: Bars, number: u64) -> Option<[f64; 2]> {
    let is_on_pad = setting.theme().beat == config::Beat::Pad;
    is_on_pad.then(|| beat::place(setting, bars, number))
}

/// The beat of each bar: one for all, unless manual steering moves it over the pad.
fn beats(setting: &Setting, phrase: &Phrase, bars: Bars, attempt: u64) -> Line {
    let of_beat = |beat: &Beat| {
        let mut line = match setting.theme().drums.player {
            Player::Machine => programmed::line(beat, phrase, attempt),
            Player::Drummer => drummed::line(beat, phrase, attempt),
        };
        line.truncate(PHRASE_STEPS);
        line
    };
    let place = |number: u64| beat::place(setting, bars, number);
    let mut line = of_beat(&Beat::of(setting, phrase, bars, place(0)));
    for number in 1..PHRASE_BARS {
        let is_moved = |a: f64, b: f64| a.total_cmp(&b).is_ne();
        let (now, before) = (place(number), place(number - 1));
        if is_moved(now[0], before[0]) || is_moved(now[1], before[1]) {
            // The rest of the phrase, up to the next place.
            let rest = of_beat(&Beat::of(setting, phrase, bars, now));
            let start = number as usize * STEPS_PER_BAR;
            line[start..].copy_from_slice(&rest[start..]);
        }
    }
    line
}

/// Fits the line to the cast: its time and drums, a crash at the start of a full section, the style's fill at
/// its end.
fn fit_to_cast(line: &mut Line, phrase: &Phrase, book: &Book, player: Player) {
    if phrase.cast.does(Move::HalfTime) {
        feel::half_time(line);
    }
    if phrase.cast.does(Move::DoubleTime) {
        feel::double_time(line);
    }
    keep(line, phrase.cast);
    if phrase.is_last && phrase.cast.has_kick() && phrase.section != Section::Build {
        fill(line, phrase, book, player);
    }
    if phrase.section == Section::Build && phrase.is_last {
        let last_bar = line.len() - STEPS_PER_BAR;
        for token in &mut line[last_bar..] {
            *token &= !Drum::Kick.bit();
        }
    }
    if phrase.of_section == 0 {
        start(line, phrase, book);
    }
}

/// Removes the drums that rest. If that empties half a bar, the cast's hats, ride or kick mark the beat.
fn keep(line: &mut Line, cast: Cast) {
    if cast.drums == 0 {
        return;
    }
    let mark = [Drum::ClosedHat, Drum::Ride, Drum::Kick].map(Drum::bit);
    let mark = mark.into_iter().find(|drum| cast.drums & drum != 0).unwrap_or(0);
    for half in line.chunks_mut(STEPS_PER_BAR / 2) {
        for token in half.iter_mut() {
            *token &= cast.drums;
        }
        if half.iter().all(|&token| token == 0) {
            for token in half.iter_mut().step_by(MARKED) {
                *token = mark;
            }
        }
    }
}

/// The first beat of a section: a crash in a full one, a kick where a piece starts or a section lands.
fn start(line: &mut Line, phrase: &Phrase, book: &Book) {
    let is_full = matches!(phrase.section, Section::Drop | Section::Main);
    if is_full && book.has_crashes {
        line[0] |= Drum::Crash.bit();
    }
    if phrase.cast.has_kick() && (phrase.lands || phrase.section == Section::Intro) {
        line[0] |= Drum::Kick.bit();
    }
}

/// Plays a fill of the book's style over the end of the phrase, in some visits. A machine keeps its kick
/// and the start of the bar.
fn fill(line: &mut Line, phrase: &Phrase, book: &Book, player: Player) {
    let stream = format!("style fill {} {} {}", phrase.motif, phrase.visit, phrase.section);
    let mut rng = rng::stream(phrase.piece.seed, &stream);
    if !rng.random_bool(STYLE_FILLS) {
        return;
    }
    let start = line.len() - STEPS_PER_BAR;
    play_fill(&mut line[start..], book, player, &mut rng);
}

/// Plays a fill of the book's style in `bar`.
fn play_fill(bar: &mut [u16], book: &Book, player: Player, rng: &mut Rng) {
    let plain = bar.to_vec();
    book.style.play_fill(bar, rng);
    if player == Player::Machine {
        let (kick, half) = (Drum::Kick.bit(), STEPS_PER_BAR / 2);
        for (step, (token, plain)) in bar.iter_mut().zip(plain).enumerate() {
            *token = if step < half { plain } else { *token & !kick | plain & kick };
        }
    }
}

#[cfg(test)]
mod tests;
