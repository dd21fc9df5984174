//! `[themes.NAME.drums]`: the drum part besides its sound.

use serde_json::json;

use crate::{
    config::{
        choice::{Choice as _, Player},
        section::Section,
        value::set,
    },
    music::percussion::Percussion,
};

/// Most percussion sounds of a theme.
const MOST_PERCUSSION: usize = 5;

/// The drum part of a theme.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Drums {
    /// The player. Default a drummer.
    pub player: Player,
    /// Sounds beside the nine drum classes, 0 to 5; each piece has a loop of some of them. Default none.
    pub percussion: Vec<Percussion>,
}

impl Drums {
    /// Reads the keys of `section`; missing keys leave their fields unchanged.
    pub(super) fn read(&mut self, section: &mut Section) {
        let words = || json!({ "enum": Percussion::words().collect::<Vec<_>>() });
        set(&mut self.player, section.choice("player"));
        let sounds = section.list_like("percussion", 0..=MOST_PERCUSSION, words, Percussion::read);
        set(&mut self.percussion, sounds);
    }
}
