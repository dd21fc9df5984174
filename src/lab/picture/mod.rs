//! Pictures to judge by at a glance: what is in a data set, how training goes.
//!
//! Piano rolls are pixels, since there are thousands of notes; curves are SVG, which stays sharp and
//! small. Neither needs more than rectangles, lines and letters, so no plotting library is here.
//! Colours are those of the player page.

pub mod axis;
pub mod canvas;
pub mod curve;
pub mod learning;
pub mod palette;
pub mod played;
pub mod plot;
pub mod roll;
pub mod sheet;
