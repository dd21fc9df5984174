//! Decodes a file packet by packet to stereo at one rate.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use symphonia::core::{
    errors::Error,
    formats::{FormatOptions, FormatReader, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    packet::Packet,
};

use crate::{
    files::{self, NotRead},
    sound::{
        clip::{
            damage::Damage,
            error::{ClipError, MAX_SECONDS},
            link::Link,
            source::Source,
            tags,
        },
        resample::Resampler,
    },
};

/// Consecutive packets without audio after which a file counts as damaged.
const MAX_EMPTY_PACKETS: usize = 1000;

/// Frames that may be missing at the end: the longest packet.
const SLACK: u64 = 4608;

/// Bytes of a tag at the end of an MP3 file. Source: id3.org, `ID3v1`.
const TAG: u64 = 128;

/// A file that is being decoded.
pub(super) struct Decoder {
    file: PathBuf,
    format: Box<dyn FormatReader>,
    link: Link,
    resampler: Resampler,
    /// Input rate of the resampler in Hz.
    rate: u32,
    /// Output rate of the resampler in Hz.
    to_rate: u32,
    /// The packet as stereo.
    stereo: [Vec<f32>; 2],
    /// Frames of the last packet that had any.
    n_last: usize,
    /// Seconds decoded.
    seconds: f64,
    damage: Damage,
    n_packets: u64,
    /// Bytes of the file without its tag, and of its packets so far.
    n_bytes: [u64; 2],
    /// Bytes of the longest packet.
    n_longest: u64,
    is_over: bool,
}

impl Decoder {
    /// Opens the file at `path`, to be decoded at `to_rate` in Hz, which is not 0.
    pub fn open(path: &Path, to_rate: u32) -> Result<Self, ClipError> {
        let (format, n_bytes) = probe(path)?;
        let link = Link::open(&*format).map_err(|(expected, found)| ClipError::Unsupported {
            file: path.to_owned(),
            expected,
            found,
        })?;
        let rate = link.rate;
        Ok(Self {
            file: path.to_owned(),
            format,
            link,
            resampler: Resampler::new(rate, to_rate),
            rate,
            to_rate,
            stereo: Default::default(),
            n_last: 0,
            seconds: 0.0,
            damage: Damage::default(),
            n_packets: 0,
            n_bytes: [n_bytes, 0],
            n_longest: 0,
            is_over: false,
        })
    }

    /// Artist and title from the tags, or the file name.
    pub fn title(&mut self) -> String {
        let is_mpeg = self.link.is_mpeg();
        tags::title(self.format.metadata(), is_mpeg).unwrap_or_else(|| tags::name(&self.file))
    }

    /// The damage found so far.
    pub fn damage(&self) -> Damage {
        self.damage
    }

    /// Decodes the next frames into `to`, left and right. Returns false at the end, with `to`
    /// empty.
    pub fn read(&mut self, to: &mut [Vec<f32>; 2]) -> Result<bool, ClipError> {
        to.iter_mut().for_each(Vec::clear);
        for _ in 0..MAX_EMPTY_PACKETS {
            if self.is_over {
                return Ok(false);
            }
            self.step(to)?;
            if !to[0].is_empty() {
                return Ok(true);
            }
        }
        Err(self.broken(format!("{MAX_EMPTY_PACKETS} packets without audio")))
    }

    /// Reads a packet and appends its frames to `to`.
    fn step(&mut self, to: &mut [Vec<f32>; 2]) -> Result<(), ClipError> {
        match self.format.next_packet() {
            Ok(Some(packet)) if packet.track_id == self.link.track_id => self.decode(&packet, to),
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                self.end_link()?;
                self.check_damage()?;
                self.resampler.finish(to);
                self.is_over = true;
                Ok(())
            }
            Err(Error::ResetRequired) => self.next_link(),
            Err(Error::DecodeError(_)) => {
                self.damage.add(self.seconds);
                Ok(())
            }
            Err(Error::IoError(error))
                if error.kind() == ErrorKind::UnexpectedEof && self.link.n_expected.is_some() =>
            {
                Err(self.cut_short())
            }
            Err(error) => Err(self.broken(error.to_string())),
        }
    }

    /// Decodes `packet`, or, if it is damaged, puts silence of its length in its place.
    fn decode(&mut self, packet: &Packet, to: &mut [Vec<f32>; 2]) -> Result<(), ClipError> {
        self.n_packets += 1;
        self.n_bytes[1] += packet.data.len() as u64;
        self.n_longest = self.n_longest.max(packet.data.len() as u64);
        match self.link.decode(packet, &mut self.stereo) {
            Ok(()) if !self.stereo[0].is_empty() => self.n_last = self.stereo[0].len(),
            Ok(()) => {}
            Err(_) => {
                self.damage.add(self.seconds);
                self.stereo.iter_mut().for_each(|plane| plane.resize(self.n_last, 0.0));
                self.link.n_frames += self.n_last as u64;
            }
        }
        if self.link.rate != self.rate {
            self.resampler.finish(to);
            self.rate = self.link.rate;
            self.resampler = Resampler::new(self.rate, self.to_rate);
        }
        self.seconds += self.stereo[0].len() as f64 / f64::from(self.rate);
        if MAX_SECONDS < self.seconds {
            return Err(ClipError::TooLong { file: self.file.clone() });
        }
        self.resampler.push(&mut self.stereo, to);
        Ok(())
    }

    /// Continues with the next link of a chained file.
    fn next_link(&mut self) -> Result<(), ClipError> {
        self.end_link()?;
        self.link =
            Link::open(&*self.format).map_err(|(expected, found)| ClipError::Unsupported {
                file: self.file.clone(),
                expected,
                found: format!("{found} after {:.1} s", self.seconds),
            })?;
        Ok(())
    }

    /// Checks the length of a link at its end. A file that ends early is rejected: its copy may be
    /// unfinished. One with a hole or damaged packets is accepted.
    fn end_link(&mut self) -> Result<(), ClipError> {
        let is_whole = self.link.n_expected.is_none_or(|n| n <= self.link.n_frames + SLACK);
        let n_between = self.n_bytes[0].saturating_sub(self.n_bytes[1]);
        // An intact file has the frame of its length, a tag, and perhaps a part of a last frame.
        let has_hole = self.link.is_mpeg() && 2 * self.n_longest + TAG < n_between;
        if !is_whole && has_hole {
            self.damage.n_bytes = n_between;
        }
        match is_whole || self.damage.is_some() {
            true => Ok(()),
            false => Err(self.cut_short()),
        }
    }

    /// Fails if most of the file could not be decoded, or if its checksum does not match.
    fn check_damage(&mut self) -> Result<(), ClipError> {
        if self.n_packets < 2 * self.damage.n_packets {
            let (n, n_all) = (self.damage.n_packets, self.n_packets);
            return Err(self.broken(format!("{n} of {n_all} packets can't be decoded")));
        }
        if !self.damage.is_some() && self.link.is_wrong() {
            return Err(self.broken("checksum mismatch".to_owned()));
        }
        Ok(())
    }

    fn cut_short(&self) -> ClipError {
        let rate = f64::from(self.link.rate);
        ClipError::CutShort {
            file: self.file.clone(),
            expected: self.link.n_expected.unwrap_or_default() as f64 / rate,
            found: self.link.n_frames as f64 / rate,
        }
    }

    fn broken(&self, found: String) -> ClipError {
        ClipError::Broken { file: self.file.clone(), second: self.seconds, found }
    }
}

/// Detects the format of `path`; also gives its length in bytes without the tag at its start.
fn probe(path: &Path) -> Result<(Box<dyn FormatReader>, u64), ClipError> {
    let unreadable = |source: std::io::Error| {
        ClipError::from(NotRead { path: path.to_owned(), reason: source.into() })
    };
    let file = files::open(path)?;
    if file.metadata().map_err(unreadable)?.len() == 0 {
        return Err(ClipError::Empty { file: path.to_owned() });
    }
    let Source { bytes, ending, n_bytes } = Source::of(file).map_err(unreadable)?;
    let stream = MediaSourceStream::new(bytes, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(ending) = ending.or(path.extension().and_then(|ending| ending.to_str())) {
        hint.with_extension(ending);
    }
    let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
    let probed = symphonia::default::get_probe().probe(&hint, stream, format, meta);
    let format = probed.map_err(|error| match error {
        Error::IoError(source) if source.kind() != ErrorKind::UnexpectedEof => unreadable(source),
        error => ClipError::UnknownFormat { file: path.to_owned(), found: error.to_string() },
    })?;
    Ok((format, n_bytes))
}
