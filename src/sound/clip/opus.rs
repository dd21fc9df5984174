//! Decodes Opus packets with the crate `opus-pure`, behind the interface of symphonia's decoders.

use opus_pure::OpusMSDecoder;
use symphonia::core::{
    audio::{
        AsGenericAudioBufferRef as _, AudioBuffer, AudioMut as _, AudioSpec, GenericAudioBufferRef,
    },
    codecs::{
        CodecInfo,
        audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, FinalizeResult},
    },
    errors::{Error, Result},
    packet::PacketRef,
};

/// The rate that Opus decodes to, in Hz, whatever was encoded.
const RATE: u32 = 48_000;

/// Frames of the longest packet, 120 ms.
const MOST_FRAMES: usize = 5760;

/// For 1 to 8 channels: the stream's channel for each of symphonia's channels, which are in WAV order.
/// Source: RFC 7845, section 5.1.1.2.
const ORDERS: [&[usize]; 8] = [
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 5, 3, 4],
    &[0, 2, 1, 6, 5, 3, 4],
    &[0, 2, 1, 7, 5, 6, 3, 4],
];

const INFO: CodecInfo = CodecInfo { short_name: "opus", long_name: "Opus", profiles: &[] };

/// A decoder of an Opus stream.
pub(super) struct OpusCodec {
    parameters: AudioCodecParameters,
    options: AudioDecoderOptions,
    decoder: OpusMSDecoder,
    order: &'static [usize],
    /// The header's gain as a factor.
    gain: f32,
    interleaved: Vec<f32>,
    decoded: AudioBuffer<f32>,
}

impl OpusCodec {
    /// A decoder for `parameters`, whose extra data is the stream's `OpusHead`.
    pub fn new(parameters: &AudioCodecParameters, options: AudioDecoderOptions) -> Result<Self> {
        let head = parameters.extra_data.as_deref().unwrap_or_default();
        let (Some(channels), &[n_channels, _, _, _, _, _, _, low, high, family, ..]) =
            (&parameters.channels, head.get(9..).unwrap_or_default())
        else {
            return Err(Error::DecodeError("opus: expected an OpusHead"));
        };
        let n_channels = usize::from(n_channels);
        let order = n_channels.checked_sub(1).and_then(|n| ORDERS.get(n));
        let decoder = OpusMSDecoder::new(RATE as i32, n_channels, family);
        let (Some(order), Ok(decoder)) = (order, decoder) else {
            return Err(Error::Unsupported("opus: layout of channels"));
        };
        // In 1/256 dB. Source: RFC 7845, section 5.1.
        let gain_db = f32::from(i16::from_le_bytes([low, high])) / 256.0;
        Ok(Self {
            parameters: parameters.clone(),
            options,
            decoder,
            order,
            gain: 10f32.powf(gain_db / 20.0),
            interleaved: vec![0.0; MOST_FRAMES * n_channels],
            decoded: AudioBuffer::new(AudioSpec::new(RATE, channels.clone()), MOST_FRAMES),
        })
    }

    fn decode_inner(&mut self, packet: &PacketRef<'_>) -> Result<()> {
        let n_frames = self
            .decoder
            .decode(packet.data, MOST_FRAMES, &mut self.interleaved)
            .map_err(|_| Error::DecodeError("opus: damaged packet"))?;
        self.decoded.resize_with_silence(n_frames);
        let n_channels = self.order.len();
        for (to, from) in self.order.iter().enumerate() {
            let frames = self.interleaved.chunks_exact(n_channels);
            let plane = self.decoded.plane_mut(to).into_iter().flatten();
            plane.zip(frames).for_each(|(x, frame)| *x = frame[*from] * self.gain);
        }
        if self.options.gapless {
            self.decoded.trim(packet.trim_start.get() as usize, packet.trim_end.get() as usize);
        }
        Ok(())
    }
}

impl AudioDecoder for OpusCodec {
    fn reset(&mut self) {
        // No reachable state makes this fail.
        let _ = self.decoder.reset_state();
    }

    fn codec_info(&self) -> &CodecInfo {
        &INFO
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        &self.parameters
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        self.decoded.clear();
        self.decode_inner(packet)?;
        Ok(self.decoded.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        FinalizeResult::default()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.decoded.as_generic_audio_buffer_ref()
    }
}
