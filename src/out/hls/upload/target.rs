//! The target of an upload.

use std::sync::Arc;

use crate::{config::Upload, out::hls::live::Live};

/// The bucket of a station, and the variants to upload.
#[derive(Clone)]
pub struct Target {
    /// The bucket.
    pub upload: Upload,
    /// The station's name, which is also the name of its folder.
    pub station: String,
    /// Its variants, at least one.
    pub lives: Vec<Arc<Live>>,
}

impl Target {
    /// The URL of the station's folder, for logs and pages.
    pub fn url(&self) -> String {
        let Upload { endpoint, bucket, .. } = &self.upload;
        let endpoint = endpoint.to_string();
        let folder = self.upload.folder(&self.station);
        format!("{}/{bucket}/{folder}", endpoint.trim_end_matches('/'))
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        let (lives, others) = (self.lives.iter(), other.lives.iter());
        (&self.upload, &self.station) == (&other.upload, &other.station)
            && lives.map(Arc::as_ptr).eq(others.map(Arc::as_ptr))
    }
}
