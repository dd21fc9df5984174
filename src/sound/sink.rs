//! Files that sound is written to, whole or not at all.

use std::{
    io::{self, BufWriter, Seek, Write},
    path::Path,
};

use crate::{
    files::Pending,
    sound::{flac::Flac, frame::Block, mp3_file::Mp3File, wav::Wav},
    units::Kbps,
};

/// How sound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 32-bit float.
    Wav,
    /// 16-bit, half the size without a loss.
    Flac,
    /// As listeners get it.
    Mp3(Kbps),
}

impl Format {
    /// The format that the ending of `path` names; an MP3 file is written at `kbps`.
    pub fn of(path: &Path, kbps: Kbps) -> Option<Self> {
        match path.extension()?.to_str()? {
            "wav" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            "mp3" => Some(Self::Mp3(kbps)),
            _ => None,
        }
    }
}

/// Takes sound, block by block.
pub trait Sink {
    /// Appends a block.
    ///
    /// # Errors
    /// The file can't be written, or would be longer than its format can say.
    fn push(&mut self, block: &Block) -> io::Result<()>;

    /// Writes what is left to say.
    ///
    /// # Errors
    /// The file can't be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl<W: Write + Seek> Sink for Wav<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Wav::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Wav::finish(*self).map(drop)
    }
}

impl<W: Write + Seek> Sink for Flac<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Flac::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Flac::finish(*self).map(drop)
    }
}

impl<W: Write> Sink for Mp3File<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Mp3File::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Mp3File::finish(*self).map(drop)
    }
}

/// A file that takes its name when it is finished; until then nothing of that name is touched.
pub struct SoundFile {
    pending: Pending,
    sink: Box<dyn Sink>,
}

impl SoundFile {
    /// Begins the file at `path`.
    ///
    /// # Errors
    /// The file can't be created, or LAME can't be set up.
    pub fn create(path: &Path, format: Format) -> io::Result<Self> {
        let (pending, file) = Pending::create(path)?;
        let file = BufWriter::new(file);
        let sink: Box<dyn Sink> = match format {
            Format::Wav => Box::new(Wav::new(file)?),
            Format::Flac => Box::new(Flac::new(file)?),
            Format::Mp3(kbps) => Box::new(Mp3File::new(file, kbps).map_err(io::Error::other)?),
        };
        Ok(Self { pending, sink })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// The file can't be written, or would be longer than its format can say.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        self.sink.push(block)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn finish(self) -> io::Result<()> {
        self.sink.finish()?;
        self.pending.commit()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sound::{
        clip::Clip,
        testing::{decode_as, tone_at},
    };

    fn tone() -> Vec<Block> {
        let wave = |n: usize| (std::f32::consts::TAU * 1000.0 * n as f32 / 44_100.0).sin() * 0.5;
        let block = |number: usize| {
            let plane = std::array::from_fn(|n| wave(number * 1152 + n));
            Block { left: plane, right: plane }
        };
        (0..80).map(block).collect()
    }

    #[test]
    fn each_format_decodes_to_what_was_rendered() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "a.flac", "a.mp3"] {
            let path = folder.path().join(name);
            let format = Format::of(&path, Kbps::DEFAULT).unwrap();
            let mut file = SoundFile::create(&path, format).unwrap();
            for block in tone() {
                file.push(&block).unwrap();
            }
            assert!(!path.exists());
            file.finish().unwrap();

            let decoded = decode_as(&name[2..], &fs::read(&path).unwrap());

            // The encoder's delay makes an MP3 file a frame or two longer.
            let n_most = if name == "a.mp3" { 82 } else { 80 };
            assert!((80..=n_most).contains(&decoded.len()), "{name}: {}", decoded.len());
            let level = tone_at(&decoded, 1000.0);
            // Checksums are looked at here.
            Clip::open(&path).unwrap();
            assert!((level - 0.5).abs() < 0.04, "{name}: {level}");
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_the_old_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flac");
        fs::write(&path, "old").unwrap();
        let mut file = SoundFile::create(&path, Format::Flac).unwrap();
        file.push(&Block::SILENCE).unwrap();

        drop(file);

        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(SoundFile::create(&folder.path().join("none/a.wav"), Format::Wav).is_err());
        assert_eq!(Format::of(Path::new("a.ogg"), Kbps::DEFAULT), None);
    }
}
