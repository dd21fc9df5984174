//! `[hls]`: HTTP Live Streaming, for CDNs and other caches.

use crate::config::{section::Section, upload::Upload, value::set};

/// HTTP Live Streaming of the stations, besides their mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hls {
    /// Whether it is on. Default false: segments take memory even without listeners.
    pub enabled: bool,
    /// Length of a segment in seconds, 2 to 10. Default 4.
    pub segment_seconds: u32,
    /// Segments per playlist, 3 to 30. Default 6.
    pub segments: usize,
    /// The bucket that it is uploaded to as well. Default none.
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
            let sentence = "expected enabled = true in [hls] as well: its segments are uploaded";
            section.note("upload", sentence.to_owned());
        }
        hls
    }

    /// Whether both give the same segments and playlists; ignores uploads.
    pub fn cuts_like(&self, other: &Self) -> bool {
        let upload = self.upload.clone();
        Self { upload, ..other.clone() } == *self
    }
}
