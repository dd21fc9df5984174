//! The main playlist of a station.

use std::sync::Arc;

use crate::out::hls::live::Live;

/// The main playlist that lists the variants `lives` of a station, from which players choose by
/// bandwidth (RFC 8216, section 4.3.4).
pub fn main_playlist(lives: &[Arc<Live>]) -> String {
    let variants: Vec<String> = lives.iter().map(|live| live.variant()).collect();
    format!("#EXTM3U\n#EXT-X-VERSION:3\n{}", variants.concat())
}
