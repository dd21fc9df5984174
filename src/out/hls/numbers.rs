//! Numbers of segments and discontinuities that survive a restart.
//!
//! RFC 8216, section 6.2.2: media and discontinuity sequence numbers must never decrease. They are saved
//! before a player can see them. Without a saved file the segment number is the time in seconds: since
//! segments last at least two seconds, it exceeds any count that started from an earlier time. The
//! number of runs can't be derived from the clock: hls.js allocates a list of that length and hangs.

use std::{
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::files;

/// The largest file of numbers in bytes.
const MOST_BYTES: u64 = 4 << 10;

/// Larger numbers mean that the file is damaged.
const MOST: Numbers = Numbers { segment: 1 << 53, run: 1_000_000 };

/// The next numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The number of the next segment.
    pub segment: u64,
    /// The number of the current run: a series of segments without a discontinuity.
    pub run: u64,
}

impl Numbers {
    /// Starts a new run after the numbers in `file`, or from the clock if it has no valid numbers.
    pub fn resume(file: Option<&Path>, now: SystemTime) -> Self {
        let saved = file.and_then(|file| files::read_small(file, MOST_BYTES).ok());
        let saved = saved.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let saved =
            saved.filter(|Self { segment, run }| *segment < MOST.segment && *run < MOST.run);
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let Self { segment, run } = saved.unwrap_or(Self { segment: seconds, run: 0 });
        Self { segment, run: run + 1 }
    }

    /// Writes them to `file` atomically.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            files::create_own_folder(folder)?;
        }
        Ok(files::write(file, &serde_json::to_vec(&self)?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::*;

    #[test]
    fn saved_numbers_continue_in_a_new_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hls").join("a.json");
        Numbers { segment: 7, run: 3 }.save(&file).unwrap();

        let resumed = Numbers::resume(Some(&file), SystemTime::now());

        assert_eq!(resumed, Numbers { segment: 7, run: 4 });
    }

    #[test]
    fn without_saved_numbers_the_clock_exceeds_them() {
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
