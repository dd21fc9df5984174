//! Files of sound, read piece by piece.

use std::{fs::File, io::ErrorKind, path::Path};

use anyhow::{Context as _, bail};
use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    packet::Packet,
};

/// A file that is being read.
pub struct Recording {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    planes: Vec<Vec<f32>>,
}

/// Frames in a row.
pub struct Piece<'a> {
    /// Frames a second.
    pub rate: u32,
    /// Left channel, full scale at ±1; of a file of one channel, that.
    pub left: &'a [f32],
    /// Right channel, or the only one.
    pub right: &'a [f32],
}

impl Recording {
    /// The file at `path`, at its beginning.
    ///
    /// # Errors
    /// It can't be read, or holds no sound of a known kind.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path)?;
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let mut hint = Hint::new();
        if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
            hint.with_extension(ending);
        }
        let options = (FormatOptions::default(), MetadataOptions::default());
        let format = symphonia::default::get_probe().probe(&hint, stream, options.0, options.1)?;
        let track = format.default_track(TrackType::Audio).context("it holds no sound")?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters.context("it doesn't say how its sound is coded")?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
        Ok(Self { track: track.id, decoder, format, planes: Vec::new() })
    }

    /// The next frames; none at the end, or where a file that was cut short breaks off.
    ///
    /// Packets that don't decode are passed over, as players do.
    ///
    /// # Errors
    /// The file can't be read on, or has more than two channels.
    pub fn next(&mut self) -> anyhow::Result<Option<Piece<'_>>> {
        let rate = loop {
            let Some(packet) = self.packet()? else { return Ok(None) };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(sound) => {
                    sound.copy_to_vecs_planar(&mut self.planes);
                    break sound.spec().rate();
                }
                Err(Error::DecodeError(_)) => {}
                Err(error) => return Err(error.into()),
            }
        };
        match self.planes.as_slice() {
            [only] => Ok(Some(Piece { rate, left: only, right: only })),
            [left, right] => Ok(Some(Piece { rate, left, right })),
            planes => bail!("expected one or two channels, found {}", planes.len()),
        }
    }

    fn packet(&mut self) -> Result<Option<Packet>, Error> {
        match self.format.next_packet() {
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                tracing::warn!("the file breaks off: only what is there is heard");
                Ok(None)
            }
            packet => packet,
        }
    }
}
