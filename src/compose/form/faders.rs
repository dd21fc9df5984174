//! The faders of a phrase: parts are lifted where no kick plays, and fade in and out if the book has
//! crossfades.

use crate::{
    compose::{books::Cast, form::scene::Place},
    music::bar::{N_PARTS, Part},
};

/// Gain in dB at the quiet end of a fade.
const FADED_DB: f64 = -10.0;

/// Gain in dB of each part at the start and at the end of the phrase at `place`.
pub fn of(place: &Place) -> [[f64; 2]; N_PARTS] {
    Part::ALL.map(|part| {
        let lifted = lift(place, part);
        if !place.book.has_crossfades || !place.cast().has(part) {
            return [lifted; 2];
        }
        let fades = |other: Option<Cast>| other.is_some_and(|cast| !cast.has(part));
        let start = if fades(place.before()) { FADED_DB } else { 0.0 };
        let end = if fades(place.after()) { FADED_DB } else { 0.0 };
        // A part that plays for one phrase only fades in: two values can't hold both fades.
        let end = if start < 0.0 { 0.0 } else { end };
        [lifted + start, lifted + end]
    })
}

fn lift(place: &Place, part: Part) -> f64 {
    if part == Part::Drums || place.cast().has_kick() { 0.0 } else { place.book.lift_db }
}
