//! Likes as the operator sees them.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde::Serialize;

use crate::{
    station::likes::{LikedPiece, LikedPlace},
    web::site::{ServedStation, Site},
};

/// Most pieces of a station on the operator's page.
const MAX_ROWS: usize = 20;

/// A station's likes for its operator.
#[derive(Debug, Serialize)]
struct AllLikes {
    pieces: Vec<PieceLikes>,
    places: Vec<PlaceLikes>,
}

#[derive(Debug, Serialize)]
struct PieceLikes {
    piece: u64,
    title: String,
    bar: u64,
    at: String,
    likes: u32,
    place: Vec<f32>,
}

#[derive(Debug, Serialize)]
struct PlaceLikes {
    likes: u32,
    pieces: Vec<u64>,
    place: Vec<f32>,
}

/// The likes of a station by piece and by place as JSON, the most liked first.
pub fn to_operator(station: &ServedStation) -> String {
    let piece = |liked: LikedPiece| PieceLikes {
        piece: liked.piece,
        title: liked.title.to_string(),
        bar: liked.bar,
        at: liked.at.to_string(),
        likes: liked.n,
        place: liked.place.to_vec(),
    };
    let place = |LikedPlace { z, n, pieces }| PlaceLikes { likes: n, pieces, place: z.to_vec() };
    let all = AllLikes {
        pieces: station.likes.by_number().into_iter().map(piece).collect(),
        places: station.likes.by_place().into_iter().map(place).collect(),
    };
    serde_json::to_string(&all).expect("numbers and texts can be JSON")
}

/// The most liked pieces of all stations as tables of the operator's page, with pictures under `art`; empty
/// if there are none.
pub fn tables(site: &Site, art: &str) -> String {
    let mut html = String::new();
    for station in &site.stations {
        let places = station.likes.by_place();
        let mut rows = String::new();
        for liked in station.likes.by_number().into_iter().take(MAX_ROWS) {
            let (name, title, piece, n) =
                (&station.name, escape(&*liked.title), liked.piece, liked.n);
            let is_here = |place: &&LikedPlace| place.pieces.contains(&piece);
            let of_place = places.iter().find(is_here).map_or(n, |place| place.n);
            let _ = write!(
                rows,
                "<tr><td><img src=\"{art}/{name}/{piece}.png?side=96\" width=\"48\" height=\"48\" \
                 alt=\"\"></td><td>{title}</td><td>{piece}</td><td>{}</td><td>{n}</td>\
                 <td>{of_place}</td></tr>",
                liked.bar
            );
        }
        if !rows.is_empty() {
            let name = escape(&station.name);
            let _ = write!(
                html,
                "<h2>{name}</h2><table><tr><th></th><th>Title</th><th>Piece</th><th>Bar</th>\
                 <th>Likes</th><th>Likes of its place</th></tr>{rows}</table>"
            );
        }
    }
    if html.is_empty() { html } else { format!("<h1>Likes</h1>{html}") }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        music::cover::Cover,
        station::history::{Heard, PastTitle},
        web::site::tests::{site, station},
    };

    #[test]
    fn the_operator_sees_likes_by_piece_and_by_place() {
        let (station, ..) = station("a");
        for (piece, z) in [(1, 0.5), (2, 0.51), (2, 0.51), (3, -1.0)] {
            let heard =
                Heard { bar: 16 * piece, piece, cover: Cover::of_radio(), place: [z, 1.0].into() };
            let at = Timestamp::UNIX_EPOCH;
            let past = PastTitle { at, title: "A < B".into(), heard: Some(heard) };
            station.likes.note(&past, 16 * piece + 3, at).unwrap();
        }

        let all: serde_json::Value = serde_json::from_str(&to_operator(&station)).unwrap();
        assert_eq!(
            (&all["pieces"][0]["piece"], &all["pieces"][0]["likes"]),
            (&2.into(), &2.into())
        );
        assert_eq!(all["places"][0]["pieces"], serde_json::json!([2, 1]));
        assert_eq!(all["places"][0]["likes"], 3);
        let html = tables(&site(vec![station]), "../art");
        let row = "<td>A &lt; B</td><td>2</td><td>35</td><td>2</td><td>3</td></tr>";
        assert!(html.contains(row), "{html}");
        assert!(tables(&site(Vec::new()), "../art").is_empty());
    }
}
