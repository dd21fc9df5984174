use std::{fs::File, io::BufWriter, path::Path};

use super::*;
use crate::{
    sound::{clip::Clip, wav::Wav},
    units::{Decibels, Lufs},
};

const LOW: f32 = 0.251_188_64; // -12 dB

/// A recording of `n_frames` (a multiple of 1152) at one value, and its clip.
fn clip(folder: &Path, n_frames: usize) -> Clip {
    let path = folder.join("clip.wav");
    let mut wav = Wav::new(BufWriter::new(File::create(&path).unwrap())).unwrap();
    let block = Block { left: [0.25; 1152], right: [-0.25; 1152] };
    (0..n_frames / 1152).for_each(|_| wav.push(&block).unwrap());
    wav.finish().unwrap();
    let mut clip = Clip::open(&path).unwrap();
    clip.loudness = Lufs(-20.0);
    clip
}

/// Music of ones with the insert mixed in; `each` is called before each block with its frame.
fn mixed(n_blocks: u64, mut each: impl FnMut(&mut Mixer, u64)) -> Vec<f32> {
    let mut mixer = Mixer::new();
    let mut left = Vec::new();
    for frame in (0..n_blocks).map(|number| number * 1152) {
        each(&mut mixer, frame);
        let mut block = Block { left: [1.0; 1152], right: [1.0; 1152] };
        mixer.mix(&mut block, frame);
        left.extend(block.left);
    }
    left
}

fn insert(clip: &Clip, music: MusicLevel) -> Insert {
    // 6 dB above its measured loudness: doubled, within rounding.
    let doubled = Lufs(clip.loudness.0 + Decibels::from_ratio(2.0).0);
    Insert::open(clip, doubled, music).unwrap()
}

fn assert_near(found: f32, expected: f32) {
    assert!((found - expected).abs() < 1e-4, "{found}, expected {expected}");
}

#[test]
fn an_insert_starts_at_its_frame_over_music_that_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let clip = clip(folder.path(), 1152 * 10);
    let (start, end) = (30_001, 30_001 + 11_520);

    let left = mixed(80, |mixer, frame| {
        if frame == 1152 {
            let over = MusicLevel::Under(Decibels(-12.0));
            assert!(mixer.start(insert(&clip, over), start as u64).is_ok());
            assert_eq!(mixer.span(), Some(30_001..41_521));
            assert!(mixer.start(insert(&clip, over), 40_000).is_err());
        }
        assert_eq!(mixer.is_playing(), (1153..=55_296).contains(&(frame + 1)), "{frame}");
    });

    assert!(left[..=start - FADE_FRAMES as usize].iter().all(|x| *x == 1.0));
    // Its first frame is at the bottom of its own fade of 5 ms.
    assert_near(left[start], LOW);
    assert!(LOW < left[start + 1] && left[start + 1] < LOW + 0.01);
    assert_near(left[start + 300], LOW + 0.5);
    assert_near(left[end - 300], LOW + 0.5);
    assert_near(left[end - 110], LOW + 0.25);
    assert_near(left[end], LOW);
    assert_near(left[end + FADE_FRAMES as usize], 1.0);
    let steepest = left.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.004, "{steepest}");
}

#[test]
fn music_between_is_silent_until_its_beat() {
    let folder = tempfile::tempdir().unwrap();
    let clip = clip(folder.path(), 1152 * 10);
    let (start, beat) = (20_000, 50_000);

    let left = mixed(60, |mixer, frame| {
        if frame == 0 {
            assert!(mixer.start(insert(&clip, MusicLevel::Silent), start as u64).is_ok());
            assert_eq!(mixer.awaits_beat(), Some(31_520));
        }
        if frame == 1152 * 25 {
            mixer.resume_music(beat as u64);
            assert_eq!(mixer.awaits_beat(), None);
        }
    });

    assert_near(left[start - FADE_FRAMES as usize / 2], 0.5);
    assert_near(left[start + 5000], 0.5);
    assert!(left[31_520..=beat].iter().all(|x| *x == 0.0));
    assert_eq!(left[beat + 221], 1.0);
}

#[test]
fn music_resumes_by_itself_if_no_beat_is_announced() {
    let folder = tempfile::tempdir().unwrap();
    let clip = clip(folder.path(), 1152);

    let left = mixed(120, |mixer, frame| {
        if frame == 0 {
            assert!(mixer.start(insert(&clip, MusicLevel::Silent), 1152).is_ok());
        }
    });

    assert!(left[20_000..2304 + 88_200].iter().all(|x| *x == 0.0));
    assert_eq!(left[119 * 1152], 1.0);
}

#[test]
fn an_insert_for_a_past_frame_starts_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let clip = clip(folder.path(), 1152 * 20);

    let left = mixed(60, |mixer, frame| {
        if frame == 11_520 {
            let over = MusicLevel::Under(Decibels(-12.0));
            assert!(mixer.start(insert(&clip, over), 5).is_ok());
        }
    });

    assert_eq!(left[11_519..=11_520], [1.0; 2]);
    assert!(1.4 < left[11_520 + 300]);
    assert_near(left[11_520 + FADE_FRAMES as usize], LOW + 0.5);
}

#[test]
fn a_recording_that_breaks_off_fades_out() {
    let folder = tempfile::tempdir().unwrap();
    let clip = clip(folder.path(), 1152 * 100);
    let bytes = std::fs::read(&clip.path).unwrap();
    std::fs::write(&clip.path, &bytes[..bytes.len() / 2]).unwrap();

    let left = mixed(120, |mixer, frame| {
        if frame == 0 {
            let over = MusicLevel::Under(Decibels(-12.0));
            assert!(mixer.start(insert(&clip, over), 20_000).is_ok());
        }
    });

    let steepest = left.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.004, "{steepest}");
    assert_eq!(left[119 * 1152], 1.0);
}

#[test]
fn the_gain_of_a_soft_recording_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let mut soft = clip(folder.path(), 1152 * 10);
    soft.loudness = Lufs(-70.0);

    let left = mixed(60, |mixer, frame| {
        if frame == 0 {
            let insert = Insert::open(&soft, Lufs(-16.0), MusicLevel::Silent).unwrap();
            assert!(mixer.start(insert, 20_000).is_ok());
        }
    });

    assert_near(left[25_000], 0.25 * 10.0);
}
