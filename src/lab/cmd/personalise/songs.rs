//! The songs of `personalise`: windows, which songs are held out, and their posteriors.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::{
    lab::{dataset::packed::Dataset, train::examples::transposed},
    musicvae::{
        convert::window::{Window, is_whole},
        net::{config::Config, encoder::Posterior, music_vae::MusicVae},
    },
    rng,
};

/// One of this many songs is held out for a report.
const HELD_OUT: usize = 5;

/// Windows by song.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Songs {
    /// Each whole window with its song's title, as the network reads it.
    pub windows: Vec<(String, Window)>,
}

impl Songs {
    /// The whole windows of the data sets at `paths`.
    ///
    /// # Errors
    /// A data set can't be read or is for another network.
    pub fn read(paths: &[PathBuf], config: &Config) -> anyhow::Result<Self> {
        let mut windows = Vec::new();
        for path in paths {
            let set = Dataset::load(path)?;
            set.require(config, path)?;
            let Dataset { songs, windows: found, .. } = set;
            let whole = found.into_iter().filter(|(_, window)| is_whole(window));
            let named = whole.map(|(song, w)| (songs[song].clone(), config.normalised(w)));
            windows.extend(named);
        }
        Ok(Self { windows })
    }

    /// Every fifth song, chosen by its title, and the others.
    pub fn split(self) -> [Self; 2] {
        let mut titles = self.titles();
        titles.sort_by_key(|title| rng::derive(0, title));
        let held: Vec<String> = titles.into_iter().step_by(HELD_OUT).collect();
        let (held, others) = self.windows.into_iter().partition(|(title, _)| held.contains(title));
        [Self { windows: held }, Self { windows: others }]
    }

    /// The distinct titles.
    pub fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.windows.iter().map(|(title, _)| title.clone()).collect();
        titles.sort();
        titles.dedup();
        titles
    }

    /// At most `most` windows, evenly spread.
    pub fn thinned(&self, most: usize) -> Vec<Window> {
        let every = self.windows.len().div_ceil(most.max(1)).max(1);
        self.windows.iter().step_by(every).map(|(_, window)| window.clone()).collect()
    }
}

/// `windows`, also transposed by up to `semitones` up and down, as far as their notes stay in range.
pub fn in_keys(config: &Config, windows: &[Window], semitones: i16) -> Vec<Window> {
    // A normalised network reads all songs in one key.
    let most = if config.family.is_normalised() { 0 } else { semitones };
    let domain = config.family.domain();
    let moved = |window: &Window| {
        (-most..=most).filter_map(|by| transposed(domain, window, by)).collect::<Vec<Window>>()
    };
    windows.iter().flat_map(moved).collect()
}

/// The posteriors of `windows`, with progress called `what` on a terminal.
///
/// # Errors
/// A window does not fit the network.
pub fn encode(
    network: &MusicVae,
    windows: &[Window],
    what: &str,
) -> anyhow::Result<Vec<Posterior>> {
    let progress = ProgressBar::new(windows.len() as u64).with_prefix(what.to_owned());
    let template = "{prefix} {bar:24} {pos}/{len} windows, {eta} left";
    progress.set_style(ProgressStyle::with_template(template)?);
    let encode = |window: &Window| {
        let found = network.encode(window);
        progress.inc(1);
        found
    };
    let found: Result<Vec<Posterior>, _> = windows.par_iter().map(encode).collect();
    progress.finish_and_clear();
    Ok(found?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::{convert::pattern_windows, net::family::Family};

    fn songs(n: usize) -> Songs {
        let window = |n: usize| vec![vec![n as u16; 64]; 3];
        Songs { windows: (0..n).map(|n| (format!("song {}", n / 2), window(n))).collect() }
    }

    #[test]
    fn every_fifth_song_is_held_out_whole() {
        let [held, others] = songs(30).split();
        assert_eq!((held.titles().len(), others.titles().len()), (3, 12));
        assert_eq!((held.windows.len(), others.windows.len()), (6, 24));
        assert_eq!(songs(30).split(), [held, others]);
        assert_eq!(songs(2).split()[0].titles().len(), 1);
    }

    #[test]
    fn windows_are_moved_to_other_keys_unless_a_note_leaves_the_range() {
        let config = Config::official(Family::Trio4Bar);
        let windows = pattern_windows::windows(&config, 0..1);
        let moved = in_keys(&config, &windows[..1], 2);
        assert_eq!(moved.len(), 5);
        assert_eq!(moved[2], windows[0]);
        assert!(moved.iter().all(|window| window[2] == windows[0][2]), "drums stay");
        assert_eq!(in_keys(&config, &windows, 0), windows);
    }
}
