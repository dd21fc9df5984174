//! A file's bytes as the demultiplexers read them: headers of WAV files that they would reject are repaired.
//!
//! Programs that write a WAV file to a pipe, or crash, leave lengths of 0 or 0xFFFFFFFF in its header;
//! files of more than 4 GB are RF64 (EBU Tech 3306); and some hold MP3 frames instead of samples.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use symphonia::core::io::MediaSource;

/// Lengths from this on are placeholders if the file is shorter, as sox and others write them.
const PLACEHOLDER: u32 = 0x7fff_f000;

/// The longest chunk before the samples that is read, in bytes.
const MOST_CHUNK: u32 = 1 << 16;

/// The most chunks before the samples.
const MOST_CHUNKS: usize = 64;

/// A file for a demultiplexer.
pub(super) struct Source {
    /// The bytes.
    pub bytes: Box<dyn MediaSource>,
    /// The extension for these bytes, if it is more reliable than the file's.
    pub ending: Option<&'static str>,
    /// The length without the tag at the start of an MP3 file.
    pub n_bytes: u64,
}

/// `head`, then `n_bytes` of `file` from `start` on.
struct Spliced {
    head: Vec<u8>,
    file: File,
    start: u64,
    n_bytes: u64,
    at: u64,
}

/// The header of a WAV file.
struct Wav {
    /// `fmt` and `LIST` chunks.
    chunks: Vec<u8>,
    /// The code of the samples' format.
    format: u16,
    /// Offset of the samples.
    start: u64,
    /// Their length in bytes; none if the header doesn't say.
    n_bytes: Option<u64>,
    /// Whether the file is a plain WAV file with a length.
    is_plain: bool,
}

impl Source {
    /// Inspects the start of `file`.
    ///
    /// # Errors
    /// Reading fails.
    pub fn of(mut file: File) -> io::Result<Self> {
        let n_all = file.metadata()?.len();
        let wav = match read_wav(&mut file, n_all) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            wav => wav?,
        };
        let plain = |file: File, n_bytes| Self { bytes: Box::new(file), ending: None, n_bytes };
        let Some(Wav { chunks, format, start, n_bytes, is_plain }) = wav else {
            let n_tag = tag_length(&mut file)?;
            file.rewind()?;
            return Ok(plain(file, n_all.saturating_sub(n_tag)));
        };
        let n_left = n_all - start;
        let n_samples = n_bytes.unwrap_or(n_left);
        // MPEG audio. Source: RFC 2361, sections A.19 and A.20.
        let ending = matches!(format, 0x50 | 0x55).then_some("mp3");
        if is_plain && ending.is_none() {
            file.rewind()?;
            return Ok(plain(file, n_all));
        }
        let head = if ending.is_some() { Vec::new() } else { header(&chunks, n_samples) };
        let n_bytes = n_samples.min(n_left);
        let spliced = Spliced { head, file, start, n_bytes, at: 0 };
        Ok(Self { bytes: Box::new(spliced), ending, n_bytes })
    }
}

/// The header of a WAV file with `n_samples` bytes of samples.
fn header(chunks: &[u8], n_samples: u64) -> Vec<u8> {
    let n_around = 4 + chunks.len() as u64 + 8;
    // The demultiplexer reads to the end then.
    let unknown = (u32::MAX, u32::MAX);
    let fitting = u32::try_from(n_samples + n_around).ok().filter(|n| *n < u32::MAX);
    let (all, samples) = fitting.map_or(unknown, |all| (all, n_samples as u32));
    [b"RIFF", &all.to_le_bytes()[..], b"WAVE", chunks, b"data", &samples.to_le_bytes()].concat()
}

/// Reads the header of a WAV file; none if `file` is not one.
fn read_wav(file: &mut File, n_all: u64) -> io::Result<Option<Wav>> {
    let mut riff = [0; 12];
    file.rewind()?;
    file.read_exact(&mut riff)?;
    let is_riff = riff.starts_with(b"RIFF");
    let is_wav = is_riff || riff.starts_with(b"RF64") || riff.starts_with(b"BW64");
    if !is_wav || !riff.ends_with(b"WAVE") {
        return Ok(None);
    }
    let n_riff = number(&riff[4..]);
    let (mut chunks, mut format, mut n_long) = (Vec::new(), 0, None);
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let n_declared = number(&head[4..]);
        if head.starts_with(b"data") {
            let start = file.stream_position()?;
            let is_unknown = match n_declared {
                0 => n_riff == 0 || n_riff == u32::MAX || u64::from(n_riff) + 8 <= start,
                n => PLACEHOLDER <= n && n_all - start < u64::from(n),
            };
            let n_bytes = n_long.filter(|_| is_unknown);
            let n_bytes = n_bytes.or((!is_unknown).then_some(u64::from(n_declared)));
            let is_plain = is_riff && !is_unknown;
            return Ok(Some(Wav { chunks, format, start, n_bytes, is_plain }));
        }
        // Chunks start at even offsets.
        let n_padded = n_declared.saturating_add(n_declared % 2);
        let is_wanted = [&b"fmt "[..], b"LIST", b"ds64"].iter().any(|id| head.starts_with(id));
        if !is_wanted || MOST_CHUNK < n_padded {
            file.seek_relative(i64::from(n_padded))?;
            continue;
        }
        let mut body = vec![0; n_padded as usize];
        file.read_exact(&mut body)?;
        if head.starts_with(b"ds64") {
            let long = body.get(8..16).and_then(|bytes| bytes.try_into().ok());
            n_long = long.map(u64::from_le_bytes).filter(|n| 0 < *n);
            continue;
        }
        if head.starts_with(b"fmt ") {
            format = format_code(&body);
        }
        chunks.extend(head);
        chunks.extend(body);
    }
    Ok(None)
}

/// The format's code; for the extensible form that of its sub-format.
fn format_code(body: &[u8]) -> u16 {
    let at =
        |place: usize| body.get(place..place + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    match at(0) {
        Some(0xfffe) => at(24).unwrap_or_default(),
        code => code.unwrap_or_default(),
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The length of the `ID3v2` tag at the start of `file`, 0 without one.
fn tag_length(file: &mut File) -> io::Result<u64> {
    let mut head = [0; 10];
    file.rewind()?;
    match file.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
        read => read?,
    }
    // Seven bits a byte. Source: id3.org, ID3v2.4.0, section 3.1.
    let length = head[6..].iter().fold(0, |sum, byte| (sum << 7) | u64::from(byte & 0x7f));
    Ok(if head.starts_with(b"ID3") { 10 + length } else { 0 })
}

impl Read for Spliced {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n_head = self.head.len() as u64;
        let n = if self.at < n_head {
            (&self.head[self.at as usize..]).read(to)?
        } else {
            let offset = self.at - n_head;
            let n_most = self.n_bytes.saturating_sub(offset).min(to.len() as u64) as usize;
            self.file.seek(SeekFrom::Start(self.start + offset))?;
            self.file.read(&mut to[..n_most])?
        };
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Spliced {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let length = self.head.len() as u64 + self.n_bytes;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => length.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl MediaSource for Spliced {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.head.len() as u64 + self.n_bytes)
    }
}
