//! `[hls]`: stations in small files, for networks that cache.

use crate::config::{section::Section, upload::Upload, value::set};

/// Stations as HTTP Live Streaming, beside their mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hls {
    /// Whether there is any. Default false: it takes memory whether anybody listens or not.
    pub enabled: bool,
    /// The length of a segment, 2 to 10 seconds. Default 4.
    pub segment_seconds: u32,
    /// Segments in a playlist, 3 to 30. Default 6.
    pub segments: usize,
    /// Where it is put, besides being here. Default nowhere.
    pub upload: Option<Upload>,
}

impl Default for Hls {
    fn default() -> Self {
        Self { enabled: false, segment_seconds: 4, segments: 6, upload: None }
    }
}

impl Hls {
    pub(super) fn read(section: &mut Section) -> Self {
        let mut hls = Self::default();
        set(&mut hls.enabled, section.flag("enabled"));
        set(&mut hls.segment_seconds, section.whole("segment_seconds", 2..=10));
        set(&mut hls.segments, section.whole("segments", 3..=30));
        hls.upload = section.table("upload", Upload::read);
        if hls.upload.is_some() && !hls.enabled {
            let sentence = "expected enabled = true in [hls], too: it is what is uploaded";
            section.note("upload", sentence.to_owned());
        }
        hls
    }

    /// Whether both give the same segments and playlists, wherever these go.
    pub fn cuts_like(&self, other: &Self) -> bool {
        let upload = self.upload.clone();
        Self { upload, ..other.clone() } == *self
    }
}
