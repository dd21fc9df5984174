//! Pictures of pieces: the same piece has the same picture on every machine.
//!
//! A picture depends only on its [`Cover`](crate::music::cover::Cover). [`scene`] turns the cover into
//! shapes, which [`svg`] writes as text and [`raster`] as PNG. Sixteen groups of the piece's latent
//! dimensions shape the closed curves. Their hue is the key's position on the circle of fifths, their
//! number grows with the tempo, and the ring around them has a dot for each step of a bar.

pub mod colour;
pub mod raster;
pub mod scene;
pub mod svg;

/// The path on the radio's server of the picture of a piece, by its number.
pub fn path(station: &str, piece: u64) -> String {
    format!("/art/{station}/{piece}.png")
}
