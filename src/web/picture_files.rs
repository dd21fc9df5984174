//! PNG files of pictures, drawn once and cached.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::{
    art::raster::{self, NotDrawn},
    music::cover::Cover,
};

/// Most files kept, of some 100 KB each.
const MAX_FILES: usize = 48;

/// The files drawn last.
#[derive(Default)]
pub struct PictureFiles(Mutex<VecDeque<((Cover, u32), Bytes)>>);

impl PictureFiles {
    /// The picture of `cover`, `side` by `side` pixels. One is drawn at a time, so that requests take one
    /// processor at most.
    ///
    /// # Errors
    /// `side` is out of range.
    pub fn png(&self, cover: Cover, side: u32) -> Result<Bytes, NotDrawn> {
        let mut files = self.0.lock();
        if let Some((_, file)) = files.iter().find(|(key, _)| *key == (cover, side)) {
            return Ok(file.clone());
        }
        let file = Bytes::from(raster::png(&cover, side)?);
        if files.len() == MAX_FILES {
            files.pop_front();
        }
        files.push_back(((cover, side), file.clone()));
        Ok(file)
    }

    /// How many files are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_are_kept() {
        let files = PictureFiles::default();
        for bpm in 0..2 * MAX_FILES as u16 {
            files.png(Cover { bpm, ..Cover::of_radio() }, 16).unwrap();
        }

        assert_eq!(files.len(), MAX_FILES);
        assert!(files.png(Cover::of_radio(), 5000).is_err());
    }
}
