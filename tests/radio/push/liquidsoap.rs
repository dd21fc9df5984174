//! Liquidsoap as the target of a push and as a listener.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
    sync::{Arc, Mutex},
    thread,
};

use super::{lines_of_log, programme};
use crate::common::{
    icecast::free_address, process::Watched, radio::Radio, tier::is_long, tool::tool_of_nobody,
    wait::until,
};

/// On a machine under load its buffers may run empty.
#[test]
fn long_liquidsoap_plays_a_push_and_a_stream() {
    if !is_long() {
        return;
    }
    let harbor = free_address();
    let url = format!("http://{harbor}/live.mp3");
    let login = "password = \"hackme\"";
    let Some(mut liquidsoap) = tool_of_nobody("liquidsoap") else { return };
    let radio = Radio::start_with(&programme(&[(url, login)]), &[]);
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let script = folder.path().join("radio.liq");
    let text = format!(
        "settings.log.stdout.set(true)
         settings.log.file.set(false)
         def heard(name, s) =
           source.on_metadata(s, fun (m) -> print(\"TITLE #{{name}} #{{m['title']}}\"))
         end
         pushed = input.harbor(\"live.mp3\", port={}, password=\"hackme\", buffer=1., max=20.)
         output.file(%wav, fallible=true, \"{}/pushed.wav\", heard(\"pushed\", pushed))
         taken = input.http(\"{}\")
         output.file(%wav, fallible=true, \"{}/taken.wav\", heard(\"taken\", taken))",
        harbor.port(),
        folder.path().display(),
        radio.url("/a.mp3"),
        folder.path().display(),
    );
    fs::write(&script, text).unwrap();
    let pipes = liquidsoap.arg(&script).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::null()).spawn().unwrap();
    let said = Arc::new(Mutex::new(Vec::new()));
    let (lines, saying) = (BufReader::new(child.stdout.take().unwrap()).lines(), said.clone());
    thread::spawn(move || lines.map_while(Result::ok).for_each(|l| saying.lock().unwrap().push(l)));
    let _liquidsoap = Watched::new(child);

    let titled = |name: &str| {
        let begin = format!("TITLE {name} ");
        let is_title = |line: &String| line.strip_prefix(&begin).is_some_and(|t| !t.is_empty());
        said.lock().unwrap().iter().any(is_title)
    };
    // Seconds of a file of 16 bits, two channels and 44.1 kHz, and its number of loud samples.
    let heard = |name: &str| {
        let wav = fs::read(folder.path().join(format!("{name}.wav"))).unwrap_or_default();
        let samples = wav.chunks_exact(2).skip(22).map(|two| i16::from_le_bytes([two[0], two[1]]));
        let n_loud = samples.filter(|sample| sample.unsigned_abs() > 1000).count();
        (wav.len() as f64 / (4.0 * 44_100.0), n_loud)
    };
    for name in ["pushed", "taken"] {
        let took = until(name, || titled(name) && heard(name).0 > 8.0 && heard(name).1 > 44_100);
        eprintln!("{name}: {:.1} s of sound, {took:.1?} after the last", heard(name).0);
    }

    let said = said.lock().unwrap().join("\n");
    for complaint in ["overrun", "underrun", "disconnect", "Decoding failed"] {
        assert!(!said.contains(complaint), "{said}");
    }
    let (log, on_air) = lines_of_log(radio, "on air at http");
    assert!(!on_air.is_empty() && !log.contains("title update at"), "{log}");
}
