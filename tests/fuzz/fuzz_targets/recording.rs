//! Recordings. The first byte chooses the file's extension.

#![no_main]

use electropunk::lab::transcription::recording::Recording;
use libfuzzer_sys::fuzz_target;

const EXTENSIONS: [&str; 6] = ["wav", "mp3", "flac", "ogg", "m4a", "aiff"];

fuzz_target!(
    init: {
        // Caught panics of a decoder are no findings; uncaught ones still are.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |bytes: &[u8]| {
        let Some((first, bytes)) = bytes.split_first() else { return };
        let extension = EXTENSIONS[usize::from(*first) % EXTENSIONS.len()];
        let name = format!("electropunk-fuzz-{}.{extension}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).expect("the folder for temporary files is writable");
        let _ = Recording::read(&path, 22_050);
    }
);
