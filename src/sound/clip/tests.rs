use std::{f64::consts::TAU, fs, process::Command};

use rand::RngExt as _;

use super::*;
use crate::{
    rng,
    sound::{frame::Block, mp3::Mp3Encoder},
    units::Kbps,
};

/// A WAV file of 16-bit samples.
fn wav(rate: u32, n_channels: u16, samples: &[i16]) -> Vec<u8> {
    let n_bytes = 2 * samples.len() as u32;
    let bytes_per_frame = 2 * n_channels;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + n_bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1, 0]);
    file.extend(n_channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(bytes_per_frame)).to_le_bytes());
    file.extend(bytes_per_frame.to_le_bytes());
    file.extend(16u16.to_le_bytes());
    file.extend(b"data");
    file.extend(n_bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

/// A tone in one channel, at -12 dB.
fn tone(rate: u32, seconds: f64) -> Vec<i16> {
    let n_frames = (seconds * f64::from(rate)) as usize;
    let radians = TAU * 440.0 / f64::from(rate);
    (0..n_frames).map(|n| (8192.0 * (radians * n as f64).sin()) as i16).collect()
}

fn opened(name: &str, bytes: &[u8]) -> Result<Clip, ClipError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let clip = Clip::open(&path)?;
    // Playing returns what opening measured.
    let blocks = clip.play()?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(blocks.len() as u64, clip.n_frames().div_ceil(1152));
    Ok(clip)
}

/// The error message of a rejected file, without the folder.
fn rejection(name: &str, bytes: &[u8]) -> String {
    let sentence = opened(name, bytes).unwrap_err().to_string();
    sentence[sentence.find(name).unwrap()..].to_owned()
}

#[test]
fn a_file_is_played_unchanged_without_the_silence_at_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("station_call.wav");
    let mut samples = vec![0; 2 * 3000];
    samples.extend((0..5000).flat_map(|n| [n + 1, -n - 1]));
    samples.extend([0; 2 * 700]);
    fs::write(&path, wav(44_100, 2, &samples)).unwrap();

    let clip = Clip::open(&path).unwrap();
    let blocks: Vec<Block> = clip.play().unwrap().map(Result::unwrap).collect();

    assert_eq!((clip.n_frames(), clip.title.as_str()), (5000, "station call"));
    assert_eq!(blocks.len(), 5);
    let left: Vec<f32> = blocks.iter().flat_map(|block| block.left).collect();
    assert!((0..5000).all(|n| left[n] == (n + 1) as f32 / 32_768.0));
    assert!(left[5000..].iter().all(|x| *x == 0.0));
    assert_eq!(blocks[0].right[7], -8.0 / 32_768.0);
}

#[test]
fn mono_at_another_rate_is_resampled_to_stereo() {
    let clip = opened("a.wav", &wav(48_000, 1, &tone(48_000, 2.0))).unwrap();

    assert!((clip.seconds() - 2.0).abs() < 0.001, "{}", clip.seconds());
    // A sine at -12 dB in both channels, of which the meter's filter takes 0.7 dB.
    assert!((clip.loudness.0 + 12.7).abs() < 0.2, "{:?}", clip.loudness);
    assert!((clip.true_peak.0 + 12.0).abs() < 0.1, "{:?}", clip.true_peak);
}

#[test]
fn a_file_of_the_radios_own_encoder_is_played() {
    let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
    let sound = tone(44_100, 1.0);
    let mut mp3 = Vec::new();
    for frames in sound.chunks_exact(1152) {
        let plane = std::array::from_fn(|n| f32::from(frames[n]) / 32_768.0);
        mp3.extend(encoder.encode(&Block { left: plane, right: plane }).unwrap());
    }
    mp3.extend(encoder.finish().unwrap());

    let clip = opened("a.mp3", &mp3).unwrap();

    assert!((clip.seconds() - 1.0).abs() < 0.08, "{}", clip.seconds());
    assert!((clip.true_peak.0 + 12.0).abs() < 0.5, "{:?}", clip.true_peak);
}

/// Three seconds of a tone in the format of `name`'s extension, or none without ffmpeg.
fn by_ffmpeg(name: &str, options: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.wav"), folder.path().join(name));
    let sound = tone(48_000, 3.0);
    let stereo: Vec<i16> = sound.iter().flat_map(|sample| [*sample, *sample]).collect();
    fs::write(&from, wav(48_000, 2, &stereo)).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-i"]).arg(&from);
    ffmpeg.args(["-metadata", "artist=The Wires", "-metadata", "title=Hum"]);
    let made = ffmpeg.args(options).arg(&to).status();
    match made {
        Ok(status) if status.success() => Some(fs::read(to).unwrap()),
        _ => {
            let may_skip = std::env::var_os("ELECTROPUNK_NO_SKIPS").is_none();
            assert!(may_skip, "no ffmpeg that can encode {name}");
            println!("skipped: no ffmpeg that can encode {name}");
            None
        }
    }
}

const FORMATS: [(&str, &[&str]); 11] = [
    ("a.flac", &[]),
    ("b.ogg", &["-c:a", "libvorbis"]),
    ("c.mp3", &["-q:a", "4"]),
    ("d.mp3", &["-b:a", "128k", "-write_xing", "0"]),
    ("e.m4a", &["-c:a", "aac"]),
    ("f.aac", &["-c:a", "aac"]),
    ("g.aiff", &[]),
    ("h.m4a", &["-c:a", "alac"]),
    ("i.wav", &["-c:a", "pcm_s24le"]),
    ("j.opus", &["-c:a", "libopus"]),
    ("k.mp2", &["-c:a", "mp2"]),
];

#[test]
fn all_formats_keep_loudness_and_length() {
    for (name, options) in FORMATS {
        let Some(bytes) = by_ffmpeg(name, options) else { continue };
        let clip = opened(name, &bytes).unwrap_or_else(|error| panic!("{error}"));

        assert!((clip.seconds() - 3.0).abs() < 0.1, "{name}: {}", clip.seconds());
        assert!((clip.loudness.0 + 12.7).abs() < 0.5, "{name}: {:?}", clip.loudness);
        let has_tags = !["f.aac", "g.aiff", "i.wav", "k.mp2"].contains(&name);
        assert!(!has_tags || clip.title == "The Wires - Hum", "{name}: {}", clip.title);
    }
}

#[test]
fn half_a_file_is_rejected_where_the_format_states_its_length() {
    for (name, options) in FORMATS {
        let Some(bytes) = by_ffmpeg(name, options) else { continue };
        let opened = opened(name, &bytes[..bytes.len() / 2]);
        // These formats don't state their length.
        let can_be_cut = ["d.mp3", "f.aac", "k.mp2"].contains(&name);
        assert!(can_be_cut || opened.is_err(), "{name}: {opened:?}");
    }
}

/// Two seconds of a tone as MP3 frames without a tag.
fn mp3_frames() -> Vec<u8> {
    let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
    let mut mp3 = Vec::new();
    for frames in tone(44_100, 2.0).chunks_exact(1152) {
        let plane = std::array::from_fn(|n| f32::from(frames[n]) / 32_768.0);
        mp3.extend(encoder.encode(&Block { left: plane, right: plane }).unwrap());
    }
    mp3
}

#[test]
fn wav_files_without_a_length_are_played_to_their_end() {
    let whole = wav(44_100, 1, &tone(44_100, 2.0));
    for (riff, data) in [(0u32, 0u32), (u32::MAX, u32::MAX), (36, 0), (0x7fff_f024, 0x7fff_f000)] {
        let mut bytes = whole.clone();
        bytes[4..8].copy_from_slice(&riff.to_le_bytes());
        bytes[40..44].copy_from_slice(&data.to_le_bytes());

        let clip = opened("a.wav", &bytes).unwrap();

        assert!((clip.seconds() - 2.0).abs() < 0.001, "{riff} {data}: {}", clip.seconds());
    }
}

#[test]
fn rf64_files_are_played_and_rejected_if_cut_short() {
    let plain = wav(44_100, 1, &tone(44_100, 2.0));
    let n_samples = (plain.len() - 44) as u64;
    let mut bytes = b"RF64\xff\xff\xff\xffWAVEds64".to_vec();
    bytes.extend(28u32.to_le_bytes());
    bytes.extend((n_samples + 72).to_le_bytes());
    bytes.extend(n_samples.to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend(&plain[12..36]);
    bytes.extend(b"data\xff\xff\xff\xff");
    bytes.extend(&plain[44..]);

    let clip = opened("a.wav", &bytes).unwrap();

    assert!((clip.seconds() - 2.0).abs() < 0.001, "{}", clip.seconds());
    let cut = rejection("a.wav", &bytes[..bytes.len() / 2]);
    assert!(cut.starts_with("a.wav: expected 2.0 s of audio, found 1.0 s"), "{cut}");
}

#[test]
fn mp3_in_a_wav_file_is_played() {
    let mp3 = mp3_frames();
    let mut bytes = wav(44_100, 2, &[]);
    bytes[20..22].copy_from_slice(&0x55u16.to_le_bytes());
    bytes[40..44].copy_from_slice(&(mp3.len() as u32).to_le_bytes());
    bytes.extend(&mp3);

    let clip = opened("a.wav", &bytes).unwrap();

    assert!((clip.seconds() - 2.0).abs() < 0.08, "{}", clip.seconds());
}

#[test]
fn a_hole_in_an_mp3_file_is_a_gap() {
    let mut plain = mp3_frames();
    let middle = plain.len() / 2..plain.len() / 2 + 4000;
    plain[middle].fill(0);
    assert!(1.5 < opened("a.mp3", &plain).unwrap().seconds());

    // A file that states its length, so that a part of it would be rejected.
    let Some(mut stated) = by_ffmpeg("c.mp3", &["-q:a", "4"]) else { return };
    let middle = stated.len() / 2..stated.len() / 4 * 3;
    stated[middle].fill(0);
    let clip = opened("c.mp3", &stated).unwrap();
    assert!(1.8 < clip.seconds() && clip.damage.is_some(), "{} {:?}", clip.seconds(), clip.damage);
}

#[test]
fn files_in_one_are_all_played() {
    let (Some(mp3), Some(slow_mp3), Some(vorbis), Some(opus)) = (
        by_ffmpeg("c.mp3", &["-q:a", "4"]),
        by_ffmpeg("m.mp3", &["-q:a", "4", "-ar", "32000", "-ac", "1"]),
        by_ffmpeg("b.ogg", &["-c:a", "libvorbis"]),
        by_ffmpeg("j.opus", &["-c:a", "libopus"]),
    ) else {
        return;
    };
    for (name, parts) in [
        ("a.mp3", [&mp3, &mp3]),
        ("b.mp3", [&mp3, &slow_mp3]),
        ("c.ogg", [&vorbis, &vorbis]),
        ("d.ogg", [&vorbis, &opus]),
    ] {
        let clip = opened(name, &parts.map(Vec::as_slice).concat()).unwrap();

        assert!((clip.seconds() - 6.0).abs() < 0.2, "{name}: {}", clip.seconds());
        assert!((clip.loudness.0 + 12.7).abs() < 0.5, "{name}: {:?}", clip.loudness);
        assert_eq!(clip.title, "The Wires - Hum");
    }
}

#[test]
fn files_without_audio_are_rejected_with_a_sentence() {
    assert_eq!(rejection("a.mp3", b""), "a.mp3: expected audio, found an empty file");
    let text = rejection("a.mp3", "All work and no play".repeat(500).as_bytes());
    assert!(text.starts_with("a.mp3: expected mp3, mp2, flac, ogg vorbis, "), "{text}");
    let silence = rejection("a.wav", &wav(44_100, 1, &vec![0; 44_100]));
    assert_eq!(silence, "a.wav: expected audio, found silence");
    let slow = rejection("a.wav", &wav(50, 1, &[1; 1000]));
    assert_eq!(slow, "a.wav: expected 8 to 192 kHz, found 50 Hz");
    let whole = wav(44_100, 1, &tone(44_100, 2.0));
    let cut = rejection("a.wav", &whole[..whole.len() / 2]);
    assert_eq!(cut, "a.wav: expected 2.0 s of audio, found 1.0 s");
}

#[test]
fn a_path_that_is_no_regular_file_is_rejected_before_opening() {
    let folder = tempfile::tempdir().unwrap();

    let missing = Clip::open(&folder.path().join("gone.mp3")).unwrap_err().to_string();
    let no_file = Clip::open(folder.path()).unwrap_err().to_string();

    assert!(missing.contains("gone.mp3: No such file"), "{missing}");
    assert!(no_file.ends_with(": expected a regular file, found a folder"), "{no_file}");
}

#[test]
fn a_file_that_changes_between_opening_and_playing_ends_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let whole = wav(44_100, 1, &tone(44_100, 2.0));
    fs::write(&path, &whole).unwrap();
    let clip = Clip::open(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();

    let mut blocks = clip.play().unwrap();

    assert!(blocks.by_ref().take(30).all(|block| block.is_ok()));
    assert!(matches!(blocks.find(Result::is_err), Some(Err(ClipError::CutShort { .. }))));
    assert!(blocks.next().is_none());
}

#[test]
fn no_damage_panics_or_loops_forever() {
    let mut rng = rng::stream(1, "damage");
    let mut files: Vec<(&str, Vec<u8>)> = FORMATS
        .iter()
        .filter_map(|(name, options)| Some((*name, by_ffmpeg(name, options)?)))
        .collect();
    files.push(("z.wav", wav(22_050, 1, &tone(22_050, 0.3))));
    for (name, whole) in files {
        for _ in 0..25 {
            let mut bytes = whole.clone();
            // The headers at the start matter most.
            let most = if rng.random() { 300.min(bytes.len()) } else { bytes.len() };
            for _ in 0..rng.random_range(1..6) {
                let at = rng.random_range(0..most);
                bytes[at] = rng.random();
            }
            if rng.random_range(0..4) == 0 {
                bytes.truncate(rng.random_range(1..whole.len()));
            }
            let _ = opened(name, &bytes);
        }
    }
}
