//! Pictures of pieces and of the radio by path.

use std::sync::Arc;

use hyper::StatusCode;
use tracing::error;

use crate::{
    art::svg,
    music::cover::Cover,
    web::{
        picture_files::PictureFiles,
        query::Query,
        response::{FullResponse, TEXT, respond, with},
        site::{ServedStation, Site},
    },
};

/// Sides of PNG files in pixels; the first is the default.
const SIDES: [u32; 4] = [600, 96, 192, 512];

/// Content type of the drawings.
const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";

/// A picture under `/art/`, or an icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    cover: Cover,
    is_svg: bool,
    /// Whether the path always names this picture.
    is_fixed: bool,
}

impl Picture {
    /// The picture at `path` below `/art/`: `NAME.png` is what is on air, `NAME/PIECE.png` a piece, and
    /// `.svg` the same as SVG. None for pieces that the history does not have.
    pub fn of(path: &str, site: &Site) -> Option<Self> {
        let (named, ending) = path.rsplit_once('.')?;
        let is_svg = match ending {
            "png" => false,
            "svg" => true,
            _ => return None,
        };
        let (cover, is_fixed) = match named.split_once('/') {
            None => (on_air(site.station(named)?), false),
            Some((station, piece)) => {
                (of_piece(site.station(station)?, piece.parse().ok()?)?, true)
            }
        };
        Some(Self { cover, is_svg, is_fixed })
    }

    /// The radio's own picture.
    pub fn icon() -> Self {
        Self { cover: Cover::of_radio(), is_svg: false, is_fixed: true }
    }

    /// Draws it in some 20 ms of CPU time, or takes it from `files`.
    pub fn answer(self, files: &PictureFiles, side: Option<u32>) -> FullResponse {
        let side = side.filter(|side| SIDES.contains(side)).unwrap_or(SIDES[0]);
        let (content_type, file) = match self.is_svg {
            true => (SVG, Ok(svg::svg(&self.cover).into())),
            false => (PNG, files.png(self.cover, side)),
        };
        match file {
            // With another seed the number is another piece's, so it is not cached forever.
            Ok(file) if self.is_fixed => {
                let response = respond(StatusCode::OK, content_type, file);
                with(response, "cache-control", "public, max-age=3600")
            }
            Ok(file) => respond(StatusCode::OK, content_type, file),
            Err(why) => {
                error!("{why}");
                respond(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "the picture can't be drawn\n")
            }
        }
    }
}

/// The `side` that a query asks for.
pub fn side(query: Query) -> Option<u32> {
    query.get("side")?.parse().ok()
}

/// The picture of what a new listener hears; the radio's before the first bar.
fn on_air(station: &ServedStation) -> Cover {
    station.now().map_or_else(Cover::of_radio, |bar| bar.cover)
}

fn of_piece(station: &ServedStation, piece: u64) -> Option<Cover> {
    let on_air = station.on_air.borrow().clone();
    let mut bars = on_air.bars.iter().map(|aired| &aired.bar);
    let aired = bars.find(|bar| bar.piece == piece).map(|bar| bar.cover);
    aired.or_else(|| Some(station.history.of_piece(piece)?.heard?.cover))
}

/// The work of answering with `picture`, for another thread.
pub fn drawing(
    site: &Site,
    picture: Picture,
    n_pixels: Option<u32>,
) -> impl FnOnce() -> FullResponse + Send + use<> {
    let files = Arc::clone(&site.pictures);
    move || picture.answer(&files, n_pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::{aired, site, station};

    #[test]
    fn a_piece_keeps_its_picture_and_unknown_ones_have_none() {
        let (station, _writer, on_air) = station("a");
        on_air
            .send_modify(|now| Arc::make_mut(now).bars.extend([aired(0, "one"), aired(1, "one")]));
        let site = site(vec![station]);

        let now = Picture::of("a.png", &site).unwrap();
        let piece = Picture::of("a/0.png", &site).unwrap();

        assert_eq!(now.cover, piece.cover);
        for path in ["a/1.png", "b.png", "a.jpg", "a", "a/0/0.png", "a/-1.svg", ""] {
            assert!(Picture::of(path, &site).is_none(), "{path}");
        }
        let answer = |picture: Picture, side| {
            let answer = picture.answer(&site.pictures, side);
            answer.headers()["content-type"].to_str().unwrap().to_owned()
        };
        assert_eq!(answer(piece, Some(96)), PNG);
        assert_eq!(answer(piece, Some(96)), PNG);
        assert_eq!(answer(Picture::of("a.svg", &site).unwrap(), None), SVG);
        assert_eq!(site.pictures.len(), 1);
    }
}
