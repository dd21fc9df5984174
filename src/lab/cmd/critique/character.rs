//! The character of a theme's parts, which determines the goals of their figures.

use crate::{
    config::{Anchor, Player, Role, Theme},
    patterns::style::Style,
};

/// How the drums are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drumming {
    /// By a machine, with or without a kick on each beat.
    Machine {
        /// Whether the kick plays on each beat.
        on_each_beat: bool,
    },
    /// By a drummer.
    Drummer,
}

/// The character of a theme's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Character {
    /// The role of the lead.
    pub lead: Role,
    /// How the drums are played.
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

    /// The character of `theme`: the role of its lead and the player of its drums. The style that the
    /// theme is named after, or else the most common style of its drum pad, determines whether a
    /// machine's kick plays on each beat, and whether chords are power chords.
    pub fn of_theme(theme: &Theme) -> Self {
        let named = theme.name.parse().ok();
        let style = named.or_else(|| commonest(&theme.pad)).map(Self::of_style);
        let each_beat = Drumming::Machine { on_each_beat: true };
        let drums = match theme.drums.player {
            Player::Drummer => Drumming::Drummer,
            Player::Machine => Drumming::Machine {
                on_each_beat: style.is_some_and(|style| style.drums == each_beat),
            },
        };
        let has_power_chords = style.is_some_and(|style| style.has_power_chords);
        Self { lead: theme.lead_role, drums, has_power_chords }
    }
}

/// The most common style of `anchors`, the first of several; none without patterns.
fn commonest(anchors: &[Anchor]) -> Option<Style> {
    let styles = || {
        anchors.iter().filter_map(|anchor| match anchor {
            Anchor::Pattern { style, .. } => Some(*style),
            Anchor::Dream(_) | Anchor::Midi(_) | Anchor::Point(_) => None,
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

    fn theme(name: &str, pad: [Anchor; 4], player: Player) -> Theme {
        let mut theme = Theme { name: name.to_owned(), pad, ..Theme::default() };
        theme.drums.player = player;
        theme
    }

    #[test]
    fn a_theme_named_after_a_style_has_its_character_with_a_role_of_its_own() {
        let pad = [0, 1, 2, 3].map(Anchor::Dream);
        let punk = Theme { lead_role: Role::PadLine, ..theme("punk", pad, Player::Drummer) };
        let expected = Character { lead: Role::PadLine, ..Character::of_style(Style::Punk) };
        assert_eq!(Character::of_theme(&punk), expected);
    }

    #[test]
    fn another_theme_takes_after_its_pad() {
        let (dub, house) = (pattern(Style::Dub), pattern(Style::House));
        let pad = [house.clone(), dub.clone(), house, dub];
        let drums =
            |pad: [Anchor; 4], player| Character::of_theme(&theme("mine", pad, player)).drums;

        let on_each_beat = |on_each_beat| Drumming::Machine { on_each_beat };
        assert_eq!(drums(pad.clone(), Player::Machine), on_each_beat(true));
        assert_eq!(drums(pad, Player::Drummer), Drumming::Drummer);
        let dreams = [0, 1, 2, 3].map(Anchor::Dream);
        assert_eq!(drums(dreams, Player::Machine), on_each_beat(false));
    }
}
