//! A picture as PNG.

use tiny_skia::{
    FillRule, GradientStop, Paint, Path, PathBuilder, Pixmap, Point, RadialGradient, Shader,
    SpreadMode, Stroke, Transform,
};

use crate::{
    art::{
        colour::Colour,
        scene::{Curve, SIDE, Scene, scene},
    },
    music::cover::Cover,
};

/// A picture can't be drawn.
#[derive(Debug, thiserror::Error)]
pub enum NotDrawn {
    /// The size is out of range.
    #[error("picture: expected a side of 16 to 1024 pixels, found {0}")]
    Size(u32),
    /// The PNG encoder refused.
    #[error("picture: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// The picture of `cover`, `side` by `side` pixels, as a PNG file.
///
/// # Errors
/// `side` is not from 16 to 1024.
pub fn png(cover: &Cover, side: u32) -> Result<Vec<u8>, NotDrawn> {
    let pixels = draw(&scene(cover), side).ok_or(NotDrawn::Size(side))?;
    // No alpha channel: the background is opaque.
    let rgb: Vec<u8> = pixels
        .pixels()
        .iter()
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(file)
}

fn draw(scene: &Scene, side: u32) -> Option<Pixmap> {
    let mut pixels = Pixmap::new((16..=1024).contains(&side).then_some(side)?, side)?;
    let scale = f64::from(side) / SIDE;
    let transform = Transform::from_scale(scale as f32, scale as f32);
    let square = tiny_skia::Rect::from_xywh(0.0, 0.0, SIDE as f32, SIDE as f32)?;
    pixels.fill_rect(square, &ground(scene)?, transform, None);
    for curve in &scene.curves {
        let path = path(curve)?;
        let area = paint(curve.colour, curve.area);
        pixels.fill_path(&path, &area, FillRule::Winding, transform, None);
        let stroke = Stroke { width: curve.width as f32, ..Stroke::default() };
        pixels.stroke_path(&path, &paint(curve.colour, curve.line), &stroke, transform, None);
    }
    for dot in &scene.dots {
        let circle =
            PathBuilder::from_circle(dot.at[0] as f32, dot.at[1] as f32, dot.radius as f32)?;
        let colour = paint(dot.colour, dot.opacity);
        pixels.fill_path(&circle, &colour, FillRule::Winding, transform, None);
    }
    Some(pixels)
}

/// The background: a radial gradient.
fn ground(scene: &Scene) -> Option<Paint<'static>> {
    let [lit, edge] = scene.ground.map(|colour| opaque(colour, 1.0));
    let light = Point::from_xy(scene.light[0] as f32, scene.light[1] as f32);
    let stops = vec![GradientStop::new(0.0, lit), GradientStop::new(1.0, edge)];
    let whole = Transform::identity();
    let shader = RadialGradient::new(light, light, SIDE as f32, stops, SpreadMode::Pad, whole)?;
    Some(Paint { shader, ..Paint::default() })
}

fn paint(colour: Colour, opacity: f64) -> Paint<'static> {
    Paint { shader: Shader::SolidColor(opaque(colour, opacity)), ..Paint::default() }
}

fn opaque(colour: Colour, opacity: f64) -> tiny_skia::Color {
    let [red, green, blue] = colour.0;
    tiny_skia::Color::from_rgba8(red, green, blue, (255.0 * opacity).round() as u8)
}

fn path(curve: &Curve) -> Option<Path> {
    let point = |[x, y]: [f64; 2]| (x as f32, y as f32);
    let mut path = PathBuilder::new();
    let (x, y) = point(curve.between(curve.points.len() - 1));
    path.move_to(x, y);
    for (index, control) in curve.points.iter().enumerate() {
        let ((x, y), (to_x, to_y)) = (point(*control), point(curve.between(index)));
        path.quad_to(x, y, to_x, to_y);
    }
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::scale::Key, units::Bpm};

    fn decode(file: &[u8]) -> (u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, pixels)
    }

    #[test]
    fn the_same_cover_gives_the_same_file_and_another_a_different_one() {
        let key: Key = "E minor".parse().unwrap();
        let cover = |z: f32| Cover::new(key, Bpm::DEFAULT, &[z; 64]);

        assert_eq!(png(&cover(0.3), 200).unwrap(), png(&cover(0.3), 200).unwrap());
        let [(width, a), (_, b)] = [0.3, -0.1].map(|z| decode(&png(&cover(z), 200).unwrap()));
        let n_other = a.chunks(3).zip(b.chunks(3)).filter(|(a, b)| a != b).count();

        assert_eq!((width, a.len()), (200, 200 * 200 * 3));
        assert!(200 * 200 / 4 < n_other, "{n_other} pixels differ");
    }

    #[test]
    fn an_impossible_size_is_an_error() {
        assert!(matches!(png(&Cover::of_radio(), 0), Err(NotDrawn::Size(0))));
        assert!(png(&Cover::of_radio(), 5000).is_err());
    }
}
