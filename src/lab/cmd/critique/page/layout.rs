//! Layout of the page: sizes, and the division of a strip into fields.

use crate::lab::picture::{canvas::Rect, plot::Scale};

/// Width of the page and its margins in pixels; the left margin holds the labels of the y axis.
pub const WIDTH: usize = 1600;
pub const LEFT: usize = 90;
pub const RIGHT: usize = 40;

/// Space above a strip's field for its title, and below for the labels of the x axis, in pixels.
pub const ABOVE: usize = 38;
pub const BELOW: usize = 30;

/// Sounds shorter than this have a time axis in seconds, longer ones in minutes.
const SECONDS_UNTIL: f64 = 180.0;

/// Splits `field` into columns with these shares of its width, each with space for labels.
pub fn columns<const N: usize>(field: Rect, shares: [f64; N]) -> [Rect; N] {
    let mut from = 0.0;
    std::array::from_fn(|n| {
        let x = field.x + (from * field.width as f64) as usize + if n > 0 { LEFT } else { 0 };
        from += shares[n];
        let end = field.x + (from * field.width as f64) as usize;
        Rect { x, width: end - x, ..field }
    })
}

/// Splits `field` into an upper and a lower half, with space for labels and a title between.
pub fn halves(field: Rect) -> [Rect; 2] {
    let height = (field.height - ABOVE - BELOW) / 2;
    let y = field.y + field.height - height;
    [Rect { height, ..field }, Rect { y, height, ..field }]
}

/// A time axis over `seconds`, the name of its unit, and the unit in seconds.
pub fn time(seconds: f64) -> (Scale, &'static str, f64) {
    match seconds < SECONDS_UNTIL {
        true => (Scale::linear(0.0, seconds, 10), "seconds", 1.0),
        false => (Scale::linear(0.0, seconds / 60.0, 10), "minutes", 60.0),
    }
}

/// Wraps `text` to lines of at most `n_letters`; a longer word gets a line of its own.
pub fn wrapped(text: &str, n_letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is a first line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= n_letters {
            last.extend([" ", word]);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one", 2), ["one"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn columns_share_the_field() {
        let field = Rect { x: 90, y: 0, width: 1000, height: 300 };
        let [left, right] = columns(field, [0.4, 0.6]);
        assert_eq!((left.x, left.width), (90, 400));
        assert_eq!((right.x, right.x + right.width), (490 + LEFT, 1090));
        let [above, below] = halves(field);
        assert_eq!((above.height, below.y + below.height), (116, 300));
    }
}
