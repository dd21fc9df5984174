//! Audio files: WAV, FLAC and MP3, written completely or not at all.

use std::{
    io::{self, BufWriter, Seek, Write},
    path::Path,
};

use crate::{
    files::Pending,
    sound::{flac::Flac, frame::Block, mp3_file::Mp3File, wav::Wav},
    units::Kbps,
};

/// File format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 32-bit float.
    Wav,
    /// 16-bit, lossless at half the size.
    Flac,
    /// The frames that listeners get, at this bitrate.
    Mp3(Kbps),
}

impl Format {
    /// The format for the extension of `path`, in any case; MP3 is written at `kbps`.
    pub fn of(path: &Path, kbps: Kbps) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "wav" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            "mp3" => Some(Self::Mp3(kbps)),
            _ => None,
        }
    }
}

/// Writes audio block by block in one format.
trait BlockWriter {
    /// Appends a block.
    ///
    /// # Errors
    /// The file can't be written, or would exceed what its format can hold: 55 days of FLAC.
    fn push(&mut self, block: &Block) -> io::Result<()>;

    /// Writes the rest of the file.
    ///
    /// # Errors
    /// The file can't be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl<W: Write + Seek> BlockWriter for Wav<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Wav::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Wav::finish(*self).map(drop)
    }
}

impl<W: Write + Seek> BlockWriter for Flac<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Flac::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Flac::finish(*self).map(drop)
    }
}

impl<W: Write> BlockWriter for Mp3File<W> {
    fn push(&mut self, block: &Block) -> io::Result<()> {
        Mp3File::push(self, block)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Mp3File::finish(*self).map(drop)
    }
}

/// An audio file that appears at its path only when finished; an older file there stays until then.
pub struct AudioFileWriter {
    pending: Pending,
    writer: Box<dyn BlockWriter>,
}

impl AudioFileWriter {
    /// Starts a file for `path`.
    ///
    /// # Errors
    /// The file can't be created, or LAME can't be configured.
    pub fn create(path: &Path, format: Format) -> io::Result<Self> {
        let (pending, file) = Pending::create(path)?;
        let file = BufWriter::new(file);
        let writer: Box<dyn BlockWriter> = match format {
            Format::Wav => Box::new(Wav::new(file)?),
            Format::Flac => Box::new(Flac::new(file)?),
            Format::Mp3(kbps) => Box::new(Mp3File::new(file, kbps).map_err(io::Error::other)?),
        };
        Ok(Self { pending, writer })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// The file can't be written, or would exceed what its format can hold.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        self.writer.push(block)
    }

    /// Completes the file and moves it to its path.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
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
    fn each_format_decodes_to_the_rendered_blocks() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "a.flac", "a.mp3"] {
            let path = folder.path().join(name);
            let format = Format::of(&path, Kbps::DEFAULT).unwrap();
            let mut file = AudioFileWriter::create(&path, format).unwrap();
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
            // The decoder verifies checksums here.
            Clip::open(&path).unwrap();
            assert!((level - 0.5).abs() < 0.04, "{name}: {level}");
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    }

    #[test]
    fn an_unfinished_file_leaves_the_old_one_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flac");
        fs::write(&path, "old").unwrap();
        let mut file = AudioFileWriter::create(&path, Format::Flac).unwrap();
        file.push(&Block::SILENCE).unwrap();

        drop(file);

        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(AudioFileWriter::create(&folder.path().join("none/a.wav"), Format::Wav).is_err());
        assert_eq!(Format::of(Path::new("a.ogg"), Kbps::DEFAULT), None);
        assert_eq!(Format::of(Path::new("A.WAV"), Kbps::DEFAULT), Some(Format::Wav));
    }
}
