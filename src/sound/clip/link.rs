//! A part of a file with one codec, rate and set of channels: the whole file, or a link of a chained one.

use symphonia::core::{
    audio::{Channels, GenericAudioBufferRef},
    codecs::audio::{
        AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
        well_known::{CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_OPUS},
    },
    formats::{
        FormatId, FormatReader, Track, TrackType,
        well_known::{FORMAT_ID_AIFF, FORMAT_ID_FLAC, FORMAT_ID_OGG, FORMAT_ID_WAVE},
    },
    packet::Packet,
};

use crate::sound::clip::{downmix, opus::OpusCodec};

/// Supported sample rates in Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// What was expected of a file's track, and what was found.
pub(super) type Unsupported = (&'static str, String);

/// The decoder of a link.
pub(super) struct Link {
    /// The number of its track.
    pub track_id: u32,
    codec: Box<dyn AudioDecoder>,
    parameters: AudioCodecParameters,
    options: AudioDecoderOptions,
    /// Silence that an MP3 file's encoder has added; trimmed here, since symphonia would also trim what
    /// follows the length that the first frame states.
    padding: Option<Padding>,
    /// Layer, rate and channels of the last MPEG frame.
    frame_kind: Option<[u8; 3]>,
    /// Sample rate of the last packet in Hz.
    pub rate: u32,
    channels: Channels,
    gains: Vec<[f32; 2]>,
    /// Length by the header, for formats that state it exactly.
    pub n_expected: Option<u64>,
    /// Frames decoded.
    pub n_frames: u64,
    planes: Vec<Vec<f32>>, // one a channel
}

/// Frames without music at the end of an MP3 file, of which `n` follow `from`.
#[derive(Clone, Copy)]
struct Padding {
    from: i64,
    n: i64,
}

impl Link {
    /// The decoder of the track that `format` is about to read.
    pub fn open(format: &dyn FormatReader) -> Result<Self, Unsupported> {
        let track = format.default_track(TrackType::Audio);
        let found = track.and_then(|track| Some((track, track.codec_params.as_ref()?.audio()?)));
        let (track, parameters) = found.ok_or_else(|| ("an audio track", "none".to_owned()))?;
        let rate = parameters.sample_rate.unwrap_or(0);
        if !RATES.contains(&rate) {
            return Err(("8 to 192 kHz", format!("{rate} Hz")));
        }
        let is_mpeg = is_mpeg(parameters);
        let options = AudioDecoderOptions::default().gapless(!is_mpeg).verify(true);
        Ok(Self {
            track_id: track.id,
            codec: codec(parameters, options)?,
            parameters: parameters.clone(),
            options,
            padding: is_mpeg.then(|| padding(track)).flatten(),
            frame_kind: None,
            rate,
            channels: Channels::None,
            gains: Vec::new(),
            n_expected: expected(format.format_info().format, is_mpeg, track),
            n_frames: 0,
            planes: Vec::new(),
        })
    }

    /// Whether its packets are MPEG audio frames, which may have other bytes between them.
    pub fn is_mpeg(&self) -> bool {
        is_mpeg(&self.parameters)
    }

    /// Decodes `packet` into `to`, left and right.
    ///
    /// # Errors
    /// The packet is damaged; `to` is empty then.
    pub fn decode(&mut self, packet: &Packet, to: &mut [Vec<f32>; 2]) -> Result<(), String> {
        to.iter_mut().for_each(Vec::clear);
        self.change_with(packet);
        let sound = self.codec.decode(packet).map_err(|error| error.to_string())?;
        take(&sound, &mut self.planes, &mut self.channels, &mut self.gains, &mut self.rate)?;
        self.mix(to);
        if let Some(padding) = self.padding {
            padding.trim(packet.pts.get(), to);
        }
        self.n_frames += to[0].len() as u64;
        Ok(())
    }

    /// Whether the file's own checksum does not match.
    pub fn is_wrong(&mut self) -> bool {
        self.codec.finalize().verify_ok == Some(false)
    }

    /// Restarts the codec if an MPEG frame has another layer, rate or number of channels than the one before:
    /// two files in one, or a recorded broadcast.
    fn change_with(&mut self, packet: &Packet) {
        let &[_, version, rate, channels, ..] = &*packet.data else { return };
        if !self.is_mpeg() {
            return;
        }
        // Source: ISO/IEC 11172-3, section 2.4.1.3.
        let kind = [version & 0x1e, rate & 0x0c, u8::from(channels >> 6 == 3)];
        let is_other = self.frame_kind.replace(kind).is_some_and(|before| before != kind);
        if is_other {
            let mut layers = [CODEC_ID_MP3, CODEC_ID_MP2, CODEC_ID_MP1].into_iter().zip(1..);
            let layer = layers.find(|(_, code)| (version >> 1) & 3 == *code);
            self.parameters.codec = layer.map_or(self.parameters.codec, |(id, _)| id);
            if let Ok(codec) = codec(&self.parameters, self.options) {
                self.codec = codec;
            }
        }
    }

    fn mix(&self, to: &mut [Vec<f32>; 2]) {
        for (side, to) in to.iter_mut().enumerate() {
            to.resize(self.planes.first().map_or(0, Vec::len), 0.0);
            for (plane, gains) in self.planes.iter().zip(&self.gains) {
                to.iter_mut().zip(plane).for_each(|(to, x)| *to += gains[side] * x);
            }
            // Float files may contain NaN or infinity.
            to.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = 0.0);
        }
    }
}

impl Padding {
    /// Removes the padding from the frames of a packet at `pts`. Frames after the padding are those of
    /// another file, and kept.
    fn trim(self, pts: i64, to: &mut [Vec<f32>; 2]) {
        let n = to[0].len() as i64;
        let is_after = self.from.saturating_add(self.n) <= pts;
        let end = if is_after { n } else { (self.from - pts).clamp(0, n) };
        let start = (-pts).clamp(0, end);
        for plane in to {
            plane.truncate(end as usize);
            plane.drain(..start as usize);
        }
    }
}

fn is_mpeg(parameters: &AudioCodecParameters) -> bool {
    [CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3].contains(&parameters.codec)
}

fn codec(
    parameters: &AudioCodecParameters,
    options: AudioDecoderOptions,
) -> Result<Box<dyn AudioDecoder>, Unsupported> {
    let codec: Result<Box<dyn AudioDecoder>, _> = match parameters.codec {
        CODEC_ID_OPUS => OpusCodec::new(parameters, options).map(|codec| Box::new(codec) as _),
        _ => symphonia::default::get_codecs().make_audio_decoder(parameters, &options),
    };
    codec.map_err(|error| ("mp3, mp2, flac, vorbis, opus, aac-lc, alac or pcm", error.to_string()))
}

/// The padding around the music of an MP3 file; none without LAME's tag: the length is then the
/// demultiplexer's guess from the first frames, and trimming by it would cut music.
fn padding(track: &Track) -> Option<Padding> {
    track.delay?;
    let from = track.num_frames.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
    Some(Padding { from, n: i64::from(track.padding.unwrap_or(0)) })
}

/// The exact length if the header states it.
fn expected(format: FormatId, is_mpeg: bool, track: &Track) -> Option<u64> {
    let is_exact = match format {
        FORMAT_ID_WAVE | FORMAT_ID_AIFF | FORMAT_ID_FLAC | FORMAT_ID_OGG => true,
        _ => is_mpeg && track.delay.is_some(),
    };
    track.num_frames.filter(|_| is_exact)
}

/// Copies a packet's audio. Its rate and channels may differ from those of the packets before.
fn take(
    sound: &GenericAudioBufferRef,
    planes: &mut Vec<Vec<f32>>,
    channels: &mut Channels,
    gains: &mut Vec<[f32; 2]>,
    rate: &mut u32,
) -> Result<(), String> {
    let spec = sound.spec();
    if !RATES.contains(&spec.rate()) || spec.channels().count() == 0 {
        return Err(format!("{} Hz, channels: {}", spec.rate(), spec.channels()));
    }
    *rate = spec.rate();
    if spec.channels() != channels {
        spec.channels().clone_into(channels);
        *gains = downmix::gains(channels);
    }
    sound.copy_to_vecs_planar(planes);
    Ok(())
}
