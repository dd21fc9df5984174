//! Settings and composers of a station's current, past or possible music.

use std::path::Path;

use crate::{
    compose::{composer::Composer, setting::Setting},
    station::studio::{Before, Studio, error::MoveError, hand::Hand, log::Version, replay::Replay},
};

/// Phrases to which a moment's log applies.
const MOMENT_PHRASES: u64 = 16;

impl Studio {
    /// The composer of `station` before each of its last 16 phrases, oldest first; those not heard yet
    /// included.
    ///
    /// # Errors
    /// There is no such station.
    pub fn recent(&self, station: &str) -> Result<Vec<Before>, MoveError> {
        let recent = self.controls(station)?.recent().into_iter();
        let before = recent
            .map(|before| Before { setting: (*before.setting).clone(), progress: before.progress });
        Ok(before.collect())
    }

    /// The setting of `station` with all moves made so far.
    ///
    /// # Errors
    /// There is no such station, or it has composed nothing yet.
    pub fn setting_now(&self, station: &str) -> Result<Setting, MoveError> {
        let controls = self.controls(station)?;
        let last = controls.recent().pop();
        match last.filter(|_| controls.is_settled()) {
            Some(last) => Ok((*last.setting).clone().steered(controls.hand().steering)),
            None => self.setting(station, &controls.hand()),
        }
    }

    /// The setting of `station` with `hand`, for a cue.
    ///
    /// # Errors
    /// A value is invalid, or a file that it names can't be used.
    pub fn setting(&self, station: &str, hand: &Hand) -> Result<Setting, MoveError> {
        let controls = self.controls(station)?;
        hand.steering.check(controls.n_latent())?;
        let version = Version { overlay: hand.overlay.clone(), ..controls.version() };
        Ok(self.open(station, version)?.steered(hand.steering.clone()))
    }

    /// A composer whose next bar is the one that `station` has played, or will, as number `bar` on air. Its
    /// own numbers exclude fallback bars.
    ///
    /// # Errors
    /// The bar is no longer known.
    pub fn moment(&self, station: &str, bar: u64) -> Result<Composer, MoveError> {
        let bar = self.controls(station)?.shift().composed(bar);
        let folder = self.folder.as_deref().ok_or_else(no_folder)?;
        self.replay(folder, station, bar)?.into_composer(MOMENT_PHRASES)
    }

    fn replay(&self, folder: &Path, station: &str, bar: u64) -> Result<Replay<'_>, MoveError> {
        let name = station.to_owned();
        let open = move |version: &Version| self.open(&name, version.clone());
        Replay::from_bar(folder, station, bar, Box::new(open))
    }
}

fn no_folder() -> MoveError {
    MoveError::Refused("state: expected a folder in radio.toml, found none".to_owned())
}
