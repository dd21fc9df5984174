//! Drums of a phrase: versions of the piece's beat, laid out as a drummer or a machine would, and what
//! the section keeps of them.

mod beat;
mod drummed;
mod programmed;

use crate::{
    compose::{
        drums::beat::Beat,
        phrase::{PHRASE_STEPS, Phrase},
        setting::Setting,
    },
    config::{Player, Shape},
    music::{drums::Drum, meter::STEPS_PER_BAR, section::Section, trio::Line},
};

/// Drum tokens of `phrase`, whose section starts at bar `section_bar` of the station's life; each
/// `attempt` is another version.
pub fn write(setting: &Setting, phrase: &Phrase, section_bar: u64, attempt: u64) -> Line {
    let beat = Beat::of(setting, phrase, section_bar);
    let mut line = match setting.theme().drums.player {
        Player::Machine => programmed::line(&beat, phrase, attempt),
        Player::Drummer => drummed::line(&beat, phrase, attempt),
    };
    line.truncate(PHRASE_STEPS);
    fit_to_section(&mut line, phrase, setting.theme().shape);
    line
}

/// Removes the drums that rest in the section, and adds a crash at the start of a full one.
fn fit_to_section(line: &mut Line, phrase: &Phrase, shape: Shape) {
    let kept = kept(phrase, shape);
    for bar in line.chunks_mut(STEPS_PER_BAR) {
        // A bar with nothing left would sound like a mistake, so it stays whole.
        if bar.iter().any(|token| token & kept != 0) {
            for token in bar {
                *token &= kept;
            }
        }
    }
    if phrase.section == Section::Build && phrase.is_last {
        let last_bar = line.len() - STEPS_PER_BAR;
        for token in &mut line[last_bar..] {
            *token &= !Drum::Kick.bit();
        }
    }
    let is_full = matches!(phrase.section, Section::Drop | Section::Main);
    if is_full && phrase.of_section == 0 && shape != Shape::Flow {
        line[0] |= Drum::Crash.bit();
    }
}

/// The drum classes that play in the phrase, as bits.
fn kept(phrase: &Phrase, shape: Shape) -> u16 {
    const ALL: u16 = u16::MAX;
    let bits = |drums: &[Drum]| drums.iter().fold(0, |bits, drum| bits | drum.bit());
    let bare = bits(&[Drum::Kick, Drum::ClosedHat]);
    match phrase.section {
        Section::Intro if phrase.of_section == 0 => bare | Drum::Ride.bit(),
        Section::Outro if phrase.is_last => bare | Drum::OpenHat.bit(),
        Section::Break if shape != Shape::Flow && !phrase.is_last => {
            bits(&[Drum::ClosedHat, Drum::Ride, Drum::LowTom])
        }
        _ => ALL,
    }
}

#[cfg(test)]
mod tests;
