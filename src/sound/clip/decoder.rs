//! Decodes a file packet by packet to stereo at its own rate.

use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use symphonia::core::{
    audio::{Channels, GenericAudioBufferRef},
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{
        FormatId, FormatOptions, FormatReader, Track, TrackType,
        probe::Hint,
        well_known::{
            FORMAT_ID_AIFF, FORMAT_ID_FLAC, FORMAT_ID_MP3, FORMAT_ID_OGG, FORMAT_ID_WAVE,
        },
    },
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use crate::sound::clip::{
    downmix,
    error::{ClipError, MAX_SECONDS},
    tags,
};

/// Supported sample rates in Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// Consecutive packets without audio after which a file counts as damaged.
const MAX_EMPTY_PACKETS: usize = 1000;

/// Frames that may be missing at the end: a packet of any codec.
const SLACK: u64 = 4608;

/// A file that is being decoded.
pub(super) struct Decoder {
    file: PathBuf,
    format: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    track_id: u32,
    rate: u32,
    channels: Channels,
    gains: Vec<[f32; 2]>,
    /// Length by the header, for formats that state it exactly.
    n_expected: Option<u64>,
    n_frames: u64,
    planes: Vec<Vec<f32>>, // one a channel
}

impl Decoder {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> Result<Self, ClipError> {
        let file = path.to_owned();
        let format = probe(path)?;
        let unsupported = |expected, found: String| {
            let file = path.to_owned();
            ClipError::Unsupported { file, expected, found }
        };
        let track = format.default_track(TrackType::Audio);
        let found = track.and_then(|track| Some((track, track.codec_params.as_ref()?.audio()?)));
        let (track, parameters) =
            found.ok_or_else(|| unsupported("an audio track", "none".into()))?;
        let rate = parameters.sample_rate.unwrap_or(0);
        if !RATES.contains(&rate) {
            return Err(unsupported("8 to 192 kHz", format!("{rate} Hz")));
        }
        let (is_gapless, n_expected) = lengths(format.format_info().format, track);
        let options = AudioDecoderOptions::default().gapless(is_gapless).verify(true);
        let decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options);
        let decoder = decoder.map_err(|error| {
            unsupported("mp3, flac, vorbis, aac-lc, alac or pcm", error.to_string())
        })?;
        let track_id = track.id;
        Ok(Self {
            file,
            format,
            codec: decoder,
            track_id,
            rate,
            channels: Channels::None,
            gains: Vec::new(),
            n_expected,
            n_frames: 0,
            planes: Vec::new(),
        })
    }

    /// Sample rate in Hz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Artist and title from the tags, or the file name.
    pub fn title(&mut self) -> String {
        tags::title(self.format.metadata()).unwrap_or_else(|| tags::name(&self.file))
    }

    /// Decodes the next frames into `to`, left and right. Returns false at the end, with `to`
    /// empty.
    pub fn read(&mut self, to: &mut [Vec<f32>; 2]) -> Result<bool, ClipError> {
        to.iter_mut().for_each(Vec::clear);
        for _ in 0..MAX_EMPTY_PACKETS {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.end().map(|()| false),
                Err(Error::IoError(error))
                    if error.kind() == ErrorKind::UnexpectedEof && self.n_expected.is_some() =>
                {
                    return Err(self.cut_short());
                }
                Err(error) => return Err(self.broken(error.to_string())),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            match self.codec.decode(&packet) {
                Ok(sound) => take(&sound, &mut self.planes, &mut self.channels, self.rate)
                    .map_err(|found| self.broken(found))?,
                Err(error) => return Err(self.broken(error.to_string())),
            }
            self.mix(to);
            self.n_frames += to[0].len() as u64;
            if MAX_SECONDS < self.seconds(self.n_frames) {
                return Err(ClipError::TooLong { file: self.file.clone() });
            }
            if !to[0].is_empty() {
                return Ok(true);
            }
        }
        Err(self.broken(format!("{MAX_EMPTY_PACKETS} packets without audio")))
    }

    fn mix(&mut self, to: &mut [Vec<f32>; 2]) {
        if self.gains.is_empty() {
            self.gains = downmix::gains(&self.channels);
        }
        for (side, to) in to.iter_mut().enumerate() {
            to.resize(self.planes.first().map_or(0, Vec::len), 0.0);
            for (plane, gains) in self.planes.iter().zip(&self.gains) {
                to.iter_mut().zip(plane).for_each(|(to, x)| *to += gains[side] * x);
            }
            // Float files may contain NaN or infinity.
            to.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = 0.0);
        }
    }

    /// Checks checksum and length at the end.
    fn end(&mut self) -> Result<(), ClipError> {
        if self.codec.finalize().verify_ok == Some(false) {
            return Err(self.broken("checksum mismatch".to_owned()));
        }
        match self.n_expected {
            Some(expected) if self.n_frames + SLACK < expected => Err(self.cut_short()),
            _ => Ok(()),
        }
    }

    fn cut_short(&self) -> ClipError {
        let expected = self.seconds(self.n_expected.unwrap_or_default());
        ClipError::CutShort {
            file: self.file.clone(),
            expected,
            found: self.seconds(self.n_frames),
        }
    }

    fn broken(&self, found: String) -> ClipError {
        ClipError::Broken { file: self.file.clone(), second: self.seconds(self.n_frames), found }
    }

    fn seconds(&self, n_frames: u64) -> f64 {
        n_frames as f64 / f64::from(self.rate)
    }
}

/// Detects the format of `path`.
fn probe(path: &Path) -> Result<Box<dyn FormatReader>, ClipError> {
    let unreadable = |source| ClipError::Unreadable { file: path.to_owned(), source };
    // Before opening: opening a pipe without a writer blocks forever.
    let about = path.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(ClipError::NoFile { file: path.to_owned() });
    }
    if about.len() == 0 {
        return Err(ClipError::Empty { file: path.to_owned() });
    }
    let file = Box::new(File::open(path).map_err(unreadable)?);
    let stream = MediaSourceStream::new(file, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
        hint.with_extension(ending);
    }
    let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
    symphonia::default::get_probe().probe(&hint, stream, format, meta).map_err(
        |error| match error {
            Error::IoError(source) if source.kind() != ErrorKind::UnexpectedEof => {
                unreadable(source)
            }
            error => ClipError::UnknownFormat { file: path.to_owned(), found: error.to_string() },
        },
    )
}

/// Whether encoder padding is known and can be trimmed, and the exact length if the header states
/// it.
///
/// The length of an MP3 without LAME's tag is the demuxer's guess from the first frames: trimming
/// by it would cut music.
fn lengths(format: FormatId, track: &Track) -> (bool, Option<u64>) {
    match format {
        FORMAT_ID_MP3 if track.delay.is_none() => (false, None),
        FORMAT_ID_MP3 | FORMAT_ID_WAVE | FORMAT_ID_AIFF | FORMAT_ID_FLAC | FORMAT_ID_OGG => {
            (true, track.num_frames)
        }
        _ => (true, None),
    }
}

/// Copies a packet's audio; its format must equal that of the packets before.
fn take(
    sound: &GenericAudioBufferRef,
    planes: &mut Vec<Vec<f32>>,
    channels: &mut Channels,
    rate: u32,
) -> Result<(), String> {
    let spec = sound.spec();
    if spec.rate() != rate {
        return Err(format!("the sample rate changes from {rate} to {} Hz", spec.rate()));
    }
    if *channels == Channels::None {
        spec.channels().clone_into(channels);
    }
    if spec.channels() != channels || channels.count() == 0 {
        return Err(format!("the channels change from {channels} to {}", spec.channels()));
    }
    sound.copy_to_vecs_planar(planes);
    Ok(())
}
