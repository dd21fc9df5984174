//! A pixel canvas with rectangles and text, encoded as PNG.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::lab::picture::palette::Colour;

/// Width of a letter in pixels (monospaced).
pub const LETTER_WIDTH: usize = get_raster_width(FontWeight::Regular, LETTER_SIZE);

/// Height of a line of text in pixels.
pub const LETTER_HEIGHT: usize = LETTER_SIZE.val();

const LETTER_SIZE: RasterHeight = RasterHeight::Size16;

/// A rectangle of pixels; `x` and `y` are its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Self-explanatory.
pub struct Rect {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// A picture being drawn; drawing outside it has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas in one colour; sizes are in pixels, at least 1.
    pub fn new(width: usize, height: usize, ground: Colour) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, pixels: vec![ground; width * height] }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The colour of a pixel; none outside the canvas.
    pub fn pixel(&self, x: usize, y: usize) -> Option<Colour> {
        (x < self.width).then(|| self.pixels.get(y * self.width + x).copied())?
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, rect: Rect, colour: Colour) {
        let end = (rect.x + rect.width).min(self.width);
        let start = rect.x.min(end);
        let rows = self.pixels.chunks_exact_mut(self.width);
        for row in rows.skip(rect.y).take(rect.height) {
            row[start..end].fill(colour);
        }
    }

    /// Writes `text` to the right of `x`, below `y`. A letter that the font lacks becomes a dot.
    pub fn write(&mut self, x: usize, y: usize, text: &str, colour: Colour) {
        let regular = |letter| get_raster(letter, FontWeight::Regular, LETTER_SIZE);
        for (place, letter) in text.chars().enumerate() {
            let Some(raster) = regular(letter).or_else(|| regular('·')) else { continue };
            let left = x + place * LETTER_WIDTH;
            for (row, shares) in raster.rows().enumerate() {
                for (column, &share) in shares.iter().enumerate() {
                    self.blend(left + column, y + row, colour, share);
                }
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, colour: Colour, share: u8) {
        if x < self.width
            && let Some(pixel) = self.pixels.get_mut(y * self.width + x)
        {
            *pixel = pixel.mix(colour, share);
        }
    }

    /// Encodes the canvas as PNG.
    ///
    /// # Errors
    /// A side exceeds PNG's limit of 2^31 - 1 pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let side =
            |length: usize| u32::try_from(length).map_err(|_| png::EncodingError::LimitsExceeded);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width)?, side(self.height)?);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        let pixels: Vec<u8> = self.pixels.iter().flat_map(|colour| colour.0).collect();
        writer.write_image_data(&pixels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: Colour = Colour([0; 3]);
    const WHITE: Colour = Colour([255; 3]);

    #[test]
    fn a_rectangle_is_clipped_to_the_canvas() {
        let mut canvas = Canvas::new(4, 3, BLACK);

        canvas.fill(Rect { x: 3, y: 1, width: 9, height: 9 }, WHITE);
        canvas.fill(Rect { x: 9, y: 9, width: 1, height: 1 }, WHITE);

        let white = (0..12).filter(|n| canvas.pixel(n % 4, n / 4) == Some(WHITE));
        assert_eq!(white.collect::<Vec<_>>(), [7, 11]);
        assert_eq!(canvas.pixel(4, 0), None);
    }

    #[test]
    fn letters_of_any_script_are_visible() {
        for text in ["A", "é", "音"] {
            let mut canvas = Canvas::new(LETTER_WIDTH, LETTER_HEIGHT, BLACK);
            canvas.write(0, 0, text, WHITE);
            assert_ne!(canvas, Canvas::new(LETTER_WIDTH, LETTER_HEIGHT, BLACK), "{text}");
        }
    }

    #[test]
    fn a_png_decodes_to_the_pixels() {
        let mut canvas = Canvas::new(2, 2, BLACK);
        canvas.fill(Rect { x: 1, y: 0, width: 1, height: 1 }, Colour([1, 2, 3]));

        let bytes = canvas.to_png().unwrap();

        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, [0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0]);
    }
}
