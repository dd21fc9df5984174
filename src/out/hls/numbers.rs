//! How far playlists have counted, through a restart.
//!
//! RFC 8216, 6.2.2: numbers of segments and of discontinuities only grow. They are written down before
//! a player can see them. Where nothing is written down the clock stands in for the number of the next
//! segment: segments are at least two seconds long, so its seconds are always ahead of any count that
//! began with them. It can't stand in for the other one: hls.js has a list of that length, and hangs.

use std::{
    fs, io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::files;

/// The most that a file can say and not be damaged.
const MOST: Numbers = Numbers { segment: 1 << 53, run: 1_000_000 };

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The number of the next segment.
    pub segment: u64,
    /// The run of segments that follow each other without a break.
    pub run: u64,
}

impl Numbers {
    /// A new run after what `file` says, or the clock where it says nothing.
    pub fn resume(file: Option<&Path>, now: SystemTime) -> Self {
        let saved = file.and_then(|file| fs::read(file).ok());
        let saved = saved.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let saved =
            saved.filter(|Self { segment, run }| *segment < MOST.segment && *run < MOST.run);
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let Self { segment, run } = saved.unwrap_or(Self { segment: seconds, run: 0 });
        Self { segment, run: run + 1 }
    }

    /// Writes them to `file`, which holds either the old or the new ones at any time.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(files::write(file, &serde_json::to_vec(&self)?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_written_goes_on_in_a_new_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hls").join("a.json");
        Numbers { segment: 7, run: 3 }.save(&file).unwrap();

        let resumed = Numbers::resume(Some(&file), SystemTime::now());

        assert_eq!(resumed, Numbers { segment: 7, run: 4 });
    }

    #[test]
    fn without_what_was_written_the_clock_is_ahead_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        let began = UNIX_EPOCH + Duration::from_secs(1_795_360_379);
        let first = Numbers::resume(Some(&file), began);
        for damaged in ["{\"segment\":", "{\"segment\":1,\"run\":18446744073709551615}", ""] {
            fs::write(&file, damaged).unwrap();

            // A minute of segments of two seconds.
            let second = Numbers::resume(Some(&file), began + Duration::from_mins(1));

            assert!(first.segment + 30 < second.segment && second.run == 1);
        }
    }
}
