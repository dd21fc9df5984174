//! `[themes.NAME.room]`: the room that parts are sent to.

use crate::{
    config::{section::Section, value::set},
    music::room::Room,
};

/// Reads the keys of `section`; missing keys leave their fields unchanged.
pub(super) fn read_room(section: &mut Section, room: &mut Room) {
    set(&mut room.kind, section.choice("kind"));
    set(&mut room.t60_seconds, section.number("t60_seconds", 0.2..=10.0));
    set(&mut room.pre_delay_ms, section.number("pre_delay_ms", 0.0..=200.0));
    set(&mut room.damping, section.number("damping", 0.0..=0.9));
}
