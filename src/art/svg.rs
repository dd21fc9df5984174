//! A picture as SVG.

use std::fmt::Write as _;

use crate::{
    art::{
        colour::Colour,
        scene::{Curve, SIDE, scene},
    },
    music::cover::Cover,
};

/// The picture of `cover` as an SVG document.
pub fn svg(cover: &Cover) -> String {
    let scene = scene(cover);
    let ([x, y], [lit, edge]) = (scene.light, scene.ground.map(Colour::hex));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\">\
         <radialGradient id=\"g\" gradientUnits=\"userSpaceOnUse\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{SIDE}\">\
         <stop stop-color=\"{lit}\"/><stop offset=\"1\" stop-color=\"{edge}\"/></radialGradient>\
         <path fill=\"url(#g)\" d=\"M0 0H{SIDE}V{SIDE}H0z\"/>"
    );
    for curve in &scene.curves {
        let (colour, Curve { area, line, width, .. }) = (curve.colour.hex(), curve);
        let path = path(curve);
        let _ = write!(
            text,
            "<path d=\"{path}\" fill=\"{colour}\" fill-opacity=\"{area:.2}\" \
             stroke=\"{colour}\" stroke-opacity=\"{line:.2}\" stroke-width=\"{width:.1}\"/>"
        );
    }
    for dot in &scene.dots {
        let ([x, y], colour) = (dot.at, dot.colour.hex());
        let _ = write!(
            text,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{colour}\" fill-opacity=\"{:.2}\"/>",
            dot.radius, dot.opacity
        );
    }
    text + "</svg>"
}

fn path(curve: &Curve) -> String {
    let n = curve.points.len();
    let [x, y] = curve.between(n - 1);
    let mut path = format!("M{x:.1} {y:.1}");
    for (index, [x, y]) in curve.points.iter().enumerate() {
        let [to_x, to_y] = curve.between(index);
        let _ = write!(path, "Q{x:.1} {y:.1} {to_x:.1} {to_y:.1}");
    }
    path + "z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_well_formed_and_small() {
        let text = svg(&Cover::of_radio());

        let mut reader = quick_xml::Reader::from_str(&text);
        let mut n_paths = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Empty(tag) if tag.name().as_ref() == b"path" => {
                    n_paths += 1;
                }
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(n_paths, 1 + scene(&Cover::of_radio()).curves.len());
        assert!(text.len() < 40_000, "{} bytes", text.len());
    }
}
