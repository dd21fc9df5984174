//! What the parts of a theme are meant to be, which decides the goals that they are judged by.

use crate::{
    config::{Anchor, Theme},
    patterns::style::Style,
};

/// What the lead does in the music.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadRole {
    /// Two bars over and over, of which one note changes at a time.
    Riff,
    /// A tune to sing along to.
    Hook,
    /// Short calls, rests and answers.
    Call,
    /// Slow arches of long notes.
    PadLine,
}

/// Who plays the drums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drumming {
    /// A machine, with or without a kick on each beat.
    Machine {
        /// Whether the kick plays on each beat.
        on_each_beat: bool,
    },
    /// A drummer.
    Drummer,
}

/// What the parts of a theme are meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Character {
    /// What the lead does.
    pub lead: LeadRole,
    /// Who plays the drums.
    pub drums: Drumming,
    /// Whether the chords are low power chords.
    pub has_power_chords: bool,
}

impl Character {
    /// The character of music in `style`.
    pub fn of_style(style: Style) -> Self {
        let lead = match style {
            Style::Techno | Style::Acid => LeadRole::Riff,
            Style::House | Style::Punk => LeadRole::Hook,
            Style::Ambient => LeadRole::PadLine,
            Style::Dub | Style::HipHop | Style::FreeJazz | Style::LoFi | Style::DrumAndBass => {
                LeadRole::Call
            }
        };
        let drums = match style {
            Style::Techno | Style::Acid | Style::House => Drumming::Machine { on_each_beat: true },
            Style::DrumAndBass => Drumming::Machine { on_each_beat: false },
            _ => Drumming::Drummer,
        };
        Self { lead, drums, has_power_chords: style == Style::Punk }
    }

    /// The character of `theme`: that of the style that it is named after, or else of the commonest
    /// style of its anchors and of its drum pad. A theme of MIDI files alone has a hook and a drummer.
    pub fn of_theme(theme: &Theme) -> Self {
        if let Ok(style) = theme.name.parse() {
            return Self::of_style(style);
        }
        let tunes = commonest(&theme.anchors).map(Self::of_style);
        let beats = commonest(&theme.pad).map(Self::of_style);
        Self {
            lead: tunes.map_or(LeadRole::Hook, |character| character.lead),
            drums: beats.map_or(Drumming::Drummer, |character| character.drums),
            has_power_chords: tunes.is_some_and(|character| character.has_power_chords),
        }
    }
}

/// The commonest style of `anchors`, of several the first; none without patterns.
fn commonest(anchors: &[Anchor]) -> Option<Style> {
    let styles = || {
        anchors.iter().filter_map(|anchor| match anchor {
            Anchor::Pattern { style, .. } => Some(*style),
            Anchor::Dream(_) | Anchor::Midi(_) => None,
        })
    };
    // `max_by_key` keeps the last of equals.
    let styles_from_last: Vec<Style> = styles().collect::<Vec<_>>().into_iter().rev().collect();
    styles_from_last.into_iter().max_by_key(|style| styles().filter(|s| s == style).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(style: Style) -> Anchor {
        Anchor::Pattern { style, number: 3 }
    }

    #[test]
    fn a_theme_named_after_a_style_has_its_character() {
        let theme = Theme { name: "punk".to_owned(), ..Theme::default() };
        assert_eq!(Character::of_theme(&theme), Character::of_style(Style::Punk));
    }

    #[test]
    fn another_theme_takes_after_its_anchors_and_its_pad() {
        let (dub, house) = (pattern(Style::Dub), pattern(Style::House));
        let theme = Theme {
            name: "mine".to_owned(),
            anchors: vec![Anchor::Dream(1), house.clone(), dub.clone(), dub.clone()],
            pad: [house.clone(), dub.clone(), house, dub],
            ..Theme::default()
        };

        let character = Character::of_theme(&theme);

        assert_eq!(character.lead, LeadRole::Call);
        assert_eq!(character.drums, Drumming::Machine { on_each_beat: true });
        let dreams = Theme { anchors: vec![Anchor::Dream(1)], ..theme };
        assert_eq!(Character::of_theme(&dreams).lead, LeadRole::Hook);
    }
}
