//! What the parts of a theme are meant to be, which decides the goals that they are judged by.

use crate::{
    config::{Anchor, Role, Theme},
    patterns::style::Style,
};

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
    pub lead: Role,
    /// Who plays the drums.
    pub drums: Drumming,
    /// Whether the chords are low power chords.
    pub has_power_chords: bool,
}

impl Character {
    /// The character of music in `style`.
    pub fn of_style(style: Style) -> Self {
        let lead = match style {
            Style::Techno | Style::Acid => Role::Riff,
            Style::House | Style::Punk => Role::Hook,
            Style::Ambient => Role::PadLine,
            Style::Dub | Style::HipHop | Style::FreeJazz | Style::LoFi | Style::DrumAndBass => {
                Role::Call
            }
        };
        let drums = match style {
            Style::Techno | Style::Acid | Style::House => Drumming::Machine { on_each_beat: true },
            Style::DrumAndBass => Drumming::Machine { on_each_beat: false },
            _ => Drumming::Drummer,
        };
        Self { lead, drums, has_power_chords: style == Style::Punk }
    }

    /// The character of `theme`: its lead's role, and for the rest that of the style that it is named
    /// after, or else of the commonest style of its drum pad. Beats of MIDI files alone are a
    /// drummer's.
    pub fn of_theme(theme: &Theme) -> Self {
        let named = theme.name.parse().ok();
        let character = named.or_else(|| commonest(&theme.pad)).map(Self::of_style);
        let other =
            Self { lead: theme.lead_role, drums: Drumming::Drummer, has_power_chords: false };
        Self { lead: theme.lead_role, ..character.unwrap_or(other) }
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
    fn a_theme_named_after_a_style_has_its_character_with_a_role_of_its_own() {
        let theme = Theme { name: "punk".to_owned(), lead_role: Role::PadLine, ..Theme::default() };
        let expected = Character { lead: Role::PadLine, ..Character::of_style(Style::Punk) };
        assert_eq!(Character::of_theme(&theme), expected);
    }

    #[test]
    fn another_theme_takes_after_its_pad() {
        let (dub, house) = (pattern(Style::Dub), pattern(Style::House));
        let pad = [house.clone(), dub.clone(), house, dub];
        let theme = Theme { name: "mine".to_owned(), pad, ..Theme::default() };

        let drums = Character::of_theme(&theme).drums;

        assert_eq!(drums, Drumming::Machine { on_each_beat: true });
        let pad = [0, 1, 2, 3].map(Anchor::Dream);
        assert_eq!(Character::of_theme(&Theme { pad, ..theme }).drums, Drumming::Drummer);
    }
}
