//! MP3 streams in players.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use crate::common::{
    mp3::whole_frames,
    process::{Finished, run},
    radio::Radio,
    tool::{tool, tool_of_nobody, without_underruns},
    wait::PATIENCE,
};

/// Runs a player, which must succeed without a warning.
fn play(command: &mut Command) -> Finished {
    let finished = run(command, PATIENCE);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{}", finished.stdout);
    finished
}

#[test]
fn ffmpeg_decodes_twenty_seconds_without_a_warning() {
    let Some(mut ffmpeg) = tool("ffmpeg") else { return };
    let radio = Radio::shared();

    let url = radio.url("/techno.mp3");
    play(ffmpeg.args(["-nostdin", "-v", "warning", "-i", &url, "-t", "20", "-f", "null", "-"]));
}

#[test]
fn mpg123_decodes_whole_frames_without_a_warning() {
    let Some(mut mpg123) = tool("mpg123") else { return };
    let radio = Radio::shared();

    play(mpg123.args(["--quiet", "--test", "--frames", "300", &radio.url("/punk.mp3")]));
}

#[test]
fn ffprobe_shows_the_title_and_the_station() {
    let Some(mut ffprobe) = tool("ffprobe") else { return };
    let radio = Radio::shared();

    let tags = ["-v", "error", "-show_entries", "format_tags", "-of", "json"];
    let shown = play(ffprobe.args(tags).arg(radio.url("/dub.mp3"))).stdout;

    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let tags = &shown["format"]["tags"];
    assert!(tags["StreamTitle"].as_str().is_some_and(|title| !title.is_empty()), "{tags}");
    assert_eq!(tags["icy-name"], "Echo Harbour");
}

#[test]
fn curl_saves_whole_frames() {
    let Some(mut curl) = tool("curl") else { return };
    let radio = Radio::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.mp3");

    // curl's time limit must not include the start of the station.
    radio.get("/ambient.mp3").read(1);
    let options = ["--silent", "--show-error", "--max-time", "6", "--output"];
    let finished = run(curl.args(options).arg(&file).arg(radio.url("/ambient.mp3")), PATIENCE);

    assert_eq!(finished.code, Some(28), "the time limit ends it: {}", finished.stderr);
    assert!(100 < whole_frames(&fs::read(file).unwrap()).len());
}

#[test]
fn mpv_plays_some_seconds() {
    let Some(mut mpv) = tool("mpv") else { return };
    let radio = Radio::shared();

    let options = ["--no-config", "--no-video", "--ao=null", "--length=5", "--msg-level=all=warn"];
    let said = play(mpv.args(options).arg(radio.url("/techno.mp3"))).stdout;

    assert_eq!(without_underruns(&said), "");
}

#[test]
fn vlc_plays_some_seconds() {
    // VLC refuses to run as root.
    let Some(mut vlc) = tool_of_nobody("cvlc") else { return };
    let radio = Radio::shared();

    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.path().join("heard.wav");

    let sink = format!(
        "--sout=#transcode{{acodec=s16l}}:std{{access=file,mux=wav,dst={}}}",
        file.display()
    );
    let options = ["--quiet", "--run-time=5", "--play-and-exit", &sink];
    let finished = run(vlc.args(options).args([&radio.url("/punk.mp3"), "vlc://quit"]), PATIENCE);

    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let n_seconds = fs::metadata(file).unwrap().len() as f64 / (44_100.0 * 4.0);
    assert!(3.0 < n_seconds, "{n_seconds} s; {}", finished.stderr);
}
