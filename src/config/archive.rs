//! `[archive]`: recordings of the stations on disk.

use std::path::PathBuf;

use crate::config::{section::Section, text::one_line, value::set};

/// Recordings of stations, one file an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// Folder of the recordings, with a subfolder for each station. Default none: nothing is recorded.
    pub folder: Option<PathBuf>,
    /// Days after which recordings are deleted, 1 to 3650. Default 30.
    pub keep_days: u32,
    /// Free disk space below which recording pauses, in GB (10⁹ bytes), 0 to 100 000. Default 1.
    pub min_free_gb: f64,
}

impl Default for Archive {
    fn default() -> Self {
        Self { folder: None, keep_days: 30, min_free_gb: 1.0 }
    }
}

impl Archive {
    pub(super) fn read(section: &mut Section) -> Self {
        let base_dir = section.reading.base_dir;
        let folder = section.text_as("folder", |text| Ok(base_dir.join(one_line(text, 1000)?)));
        let mut archive = Self { folder, ..Self::default() };
        set(&mut archive.keep_days, section.whole("keep_days", 1..=3650));
        set(&mut archive.min_free_gb, section.number("min_free_gb", 0.0..=100_000.0));
        archive
    }
}
