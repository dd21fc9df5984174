//! The desk of a station on air.

use crate::sound::desk::Desk;

/// The faders, and values saved to radio.toml that only later bars have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LiveDesk {
    faders: Desk,
    kept: Option<Kept>,
}

/// Levels and sends that the mix has from a bar on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kept {
    from: u64,
    desk: Desk,
}

impl LiveDesk {
    /// The faders at the start of a station.
    pub fn new(faders: Desk) -> Self {
        Self { faders, kept: None }
    }

    /// Moves the faders.
    pub fn set(&mut self, faders: Desk) {
        self.faders = faders;
    }

    /// Moves the faders to `faders`, while the mix has `kept` from bar `from` on: until then it is added.
    /// Bars have the composer's numbers: a fallback bar, which may be in time for `from`, has an older mix.
    pub fn keep(&mut self, faders: Desk, kept: Desk, from: u64) {
        self.faders = faders;
        self.kept = Some(Kept { from, desk: kept });
    }

    /// The faders for a block at whose end bar `number` sounds.
    pub fn at(&mut self, number: u64) -> Desk {
        self.kept.take_if(|kept| kept.from <= number);
        self.kept.map_or(self.faders, |kept| self.faders.plus(&kept.desk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::desk::Fader;

    fn desk(level_db: f64) -> Desk {
        let mut desk = Desk::NEUTRAL;
        desk.parts[1] = Fader { level_db, ..Fader::NEUTRAL };
        desk
    }

    #[test]
    fn what_is_kept_is_added_until_the_mix_has_it() {
        let mut live = LiveDesk::new(desk(-6.0));
        assert_eq!(live.at(3), desk(-6.0));

        live.keep(desk(0.0), desk(-6.0), 8);
        assert_eq!(live.at(7), desk(-6.0));
        live.set(desk(2.0));
        assert_eq!(live.at(7), desk(-4.0));
        assert_eq!(live.at(8), desk(2.0));
        assert_eq!(live.at(7), desk(2.0), "bar 8 has begun");
    }
}
