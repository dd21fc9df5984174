//! ICY: an interval, and chunks of title and sound; the interleaved stream can be separated again.

#![no_main]

use std::num::NonZeroUsize;

use electropunk::stream::{icy::Interleaver, ring::Chunk};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[first, second], rest)) = bytes.split_first_chunk::<2>() else { return };
    let interval = usize::from(u16::from_be_bytes([first, second])).max(1);
    let Some(metaint) = NonZeroUsize::new(interval) else { return };
    let mut icy = Interleaver::new(metaint, "station", None);
    let (mut sound, mut out) = (Vec::new(), Vec::new());
    for part in rest.split(|&byte| byte == 0) {
        let (title, audio) = part.split_at(part.len() / 2);
        let title = String::from_utf8_lossy(title).into_owned();
        sound.extend_from_slice(audio);
        let chunk = Chunk::mp3(audio.to_vec(), title);
        out.extend_from_slice(&icy.interleave(&chunk));
    }
    let (mut heard, mut left) = (Vec::new(), out.as_slice());
    while interval < left.len() {
        heard.extend_from_slice(&left[..interval]);
        let n_block = usize::from(left[interval]) * 16;
        let block = &left[interval + 1..][..n_block];
        if let Some(text) = block.strip_prefix(b"StreamTitle='") {
            let text = std::str::from_utf8(text).expect("UTF-8").trim_end_matches('\0');
            let title = text.strip_suffix("';").expect("a title ends");
            assert!(!title.contains(['\'', '\r', '\n', '\0']));
        } else {
            assert!(block.is_empty());
        }
        left = &left[interval + 1 + n_block..];
    }
    heard.extend_from_slice(left);
    assert_eq!(heard, sound);
});
