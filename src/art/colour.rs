//! Colours by hue.

/// A colour: red, green and blue, 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// The colour of `hue` in degrees, `saturation` and `lightness`, both 0 to 1.
    pub fn hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let reach = saturation * lightness.min(1.0 - lightness);
        let channel = |shift: f64| {
            let k = (shift + hue.rem_euclid(360.0) / 30.0).rem_euclid(12.0);
            let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
            (255.0 * value).round() as u8
        };
        Self([channel(0.0), channel(8.0), channel(4.0)])
    }

    /// Interpolates towards `other`; `t` is 0 to 1.
    pub fn towards(self, other: Self, t: f64) -> Self {
        let mixed = |from: u8, to: u8| {
            (f64::from(from) + t * (f64::from(to) - f64::from(from))).round() as u8
        };
        Self(std::array::from_fn(|channel| mixed(self.0[channel], other.0[channel])))
    }

    /// As `#rrggbb`.
    pub fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_are_those_of_css() {
        let of = |hue, saturation, lightness| Colour::hsl(hue, saturation, lightness).hex();

        assert_eq!(of(0.0, 1.0, 0.5), "#ff0000");
        assert_eq!(of(120.0, 1.0, 0.5), "#00ff00");
        assert_eq!(of(-120.0, 1.0, 0.25), "#000080");
        assert_eq!(of(77.0, 0.0, 1.0), "#ffffff");
    }
}
