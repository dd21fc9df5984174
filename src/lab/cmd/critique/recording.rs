//! Decodes audio files chunk by chunk.

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

/// An open audio file.
pub struct Recording {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    planes: Vec<Vec<f32>>,
}

/// Consecutive frames.
pub struct Chunk<'a> {
    /// Sample rate in Hz.
    pub rate: u32,
    /// Left channel, full scale at ±1; of a mono file its only channel.
    pub left: &'a [f32],
    /// Right channel; of a mono file its only channel.
    pub right: &'a [f32],
}

impl Recording {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// The file can't be read, or has no audio track in a supported codec.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path)?;
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let mut hint = Hint::new();
        if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
            hint.with_extension(ending);
        }
        let options = (FormatOptions::default(), MetadataOptions::default());
        let format = symphonia::default::get_probe().probe(&hint, stream, options.0, options.1)?;
        let track = format.default_track(TrackType::Audio);
        let track = track.context("expected an audio track, found none")?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters.context("expected a codec for the audio track, found none")?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
        Ok(Self { track: track.id, decoder, format, planes: Vec::new() })
    }

    /// The next frames; none at the end of the file, even if it is truncated.
    ///
    /// Packets that fail to decode are skipped, as players do.
    ///
    /// # Errors
    /// Reading fails, or the file has more than two channels.
    pub fn next(&mut self) -> anyhow::Result<Option<Chunk<'_>>> {
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
            [only] => Ok(Some(Chunk { rate, left: only, right: only })),
            [left, right] => Ok(Some(Chunk { rate, left, right })),
            planes => bail!("expected one or two channels, found {}", planes.len()),
        }
    }

    fn packet(&mut self) -> Result<Option<Packet>, Error> {
        match self.format.next_packet() {
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                tracing::warn!("the file is truncated: analysing the part before the end");
                Ok(None)
            }
            packet => packet,
        }
    }
}
