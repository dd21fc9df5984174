//! Faults of the machine: a log that can't be written, a disk that hangs, signals from other processes.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::common::{
    ELECTROPUNK,
    mp3::decode,
    process::{Signal, signal},
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tool::tool,
    wait::until,
};

/// The documented limit for the process to end after SIGTERM.
const MOST_TO_STOP: Duration = Duration::from_secs(5);

/// The source of a library that makes a disk hang.
const HUNG: &str = include_str!("../common/hung.c");

/// Station a at `tempo`, with a list on the disk that hangs.
fn toml(tempo: u32) -> String {
    format!(
        "[themes.a]\ntempo = {tempo}\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n\
         [[stations.playlists]]\nfile = \"hung/list.m3u8\"\nevery_minutes = 1\n"
    )
}

/// Whether a bar at `tempo` is on air.
fn plays_at(radio: &Radio, tempo: f64) -> bool {
    radio.bars("a").values().any(|bar| bar["tempo_bpm"] == tempo)
}

/// The value of the metric `name`.
fn metric(radio: &Radio, name: &str) -> f64 {
    let text = radio.get("/metrics").text();
    let value = text.lines().find_map(|line| line.strip_prefix(&format!("electropunk_{name} ")));
    value.unwrap().parse().unwrap()
}

/// Stops `radio`, which must not take longer than [`MOST_TO_STOP`]; returns its log.
fn stop_in_time(radio: Radio) -> String {
    let began = Instant::now();
    let log = radio.stop();
    let elapsed = began.elapsed();
    eprintln!("ended {elapsed:?} after SIGTERM");
    assert!(elapsed < MOST_TO_STOP, "{elapsed:?}");
    log
}

#[test]
fn a_log_on_a_full_disk_ends_no_stream() {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" 2> /dev/full", ELECTROPUNK]);
    let radio = Radio::start_by(command, ONE_STATION, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(3);

    // Each of these writes to the log from another thread.
    let health = || radio.get("/healthz");
    radio.save("themes = 3");
    listener.until("the mistake at /healthz", || health().text().contains("radio.toml has"));
    radio.save(&ONE_STATION.replace("128", "100"));
    listener.until("the new tempo", || plays_at(&radio, 100.0));

    assert_eq!((health().status(), health().text().as_str()), (200, "on air\n"));
    assert!(0.0 < metric(&radio, "log_lost_lines_total"));
    assert!(metric(&radio, "thread_restarts_total") < 1.0);
    assert!(0.02 < decode(&listener.audio));
    stop_in_time(radio);
}

/// Starts a radio with its list on a disk that hangs from the start, and with `env`; none without a C
/// compiler.
fn start_hung(env: &[(&str, &str)]) -> Option<Radio> {
    let mut cc = tool("cc")?;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("hung")).unwrap();
    fs::write(at("hung/list.m3u8"), "a.mp3\nb.mid\n").unwrap();
    fs::write(at("hang"), "").unwrap();
    fs::write(at("hung.c"), HUNG).unwrap();
    fs::write(at("radio.toml"), toml(128)).unwrap();
    let built = cc.args(["-shared", "-fPIC", "-o"]).args([at("hung.so"), at("hung.c")]).arg("-ldl");
    assert!(built.status().unwrap().success());
    let library = at("hung.so").display().to_string();
    let env: Vec<_> =
        [("LD_PRELOAD", library.as_str())].into_iter().chain(env.iter().copied()).collect();
    Some(Radio::start_with_env(folder, &[], &env))
}

#[test]
fn a_playlist_on_a_disk_that_hangs_holds_up_neither_the_start_nor_saves_nor_the_end() {
    let Some(radio) = start_hung(&[]) else { return };
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(3);

    radio.save(&toml(100));
    listener.until("the new tempo", || plays_at(&radio, 100.0));
    assert_eq!(radio.get("/healthz").status(), 200);

    assert!(0.02 < decode(&listener.audio));
    let log = stop_in_time(radio);
    assert!(log.contains("hung/list.m3u8: going on air without what it lists"), "{log}");
}

#[test]
fn a_playlist_is_used_once_its_disk_answers() {
    let Some(radio) = start_hung(&[]) else { return };
    let missing = radio.folder().join("hung/b.mid").display().to_string();

    fs::remove_file(radio.folder().join("hang")).unwrap();
    radio.save(&toml(100));
    until("the new tempo", || plays_at(&radio, 100.0));

    let log = stop_in_time(radio);
    assert!(log.contains(&missing) || log.contains("b.mid"), "{log}");
}

#[test]
fn the_watchdog_is_fed_while_a_disk_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    let env = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "2000000")];
    let Some(radio) = start_hung(&env) else { return };

    let mut messages = String::new();
    let mut buffer = [0; 256];
    while messages.matches("WATCHDOG=1").count() < 3 {
        systemd.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let n = systemd.recv(&mut buffer).unwrap();
        messages.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
    }

    assert!(messages.contains("READY=1"), "{messages}");
    stop_in_time(radio);
}

/// While writes to a recording hang, `/healthz` names the recorder and the sound goes on; recording resumes
/// when the disk answers.
#[test]
fn a_disk_that_hangs_under_a_recording_is_not_heard() {
    let Some(radio) = start_hung(&[]) else { return };
    fs::remove_file(radio.folder().join("hang")).unwrap();
    let mut listener = Recorder::join(&radio, "/a.mp3");
    radio.save(&format!("[archive]\nfolder = \"hung/archive\"\nmin_free_gb = 0\n{}", toml(128)));
    let recorded = || {
        let entries = fs::read_dir(radio.folder().join("hung/archive/a")).into_iter().flatten();
        let files = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "mp3"));
        files.map(|file| file.metadata().map_or(0, |about| about.len())).sum::<u64>()
    };
    listener.until("a recording", || 0 < recorded());
    let synced = || fs::read_to_string(radio.folder().join("synced")).unwrap_or_default();
    listener.until("the recording on the disk", || synced().contains(".mp3\n"));

    fs::write(radio.folder().join("hang"), "").unwrap();
    listener.until("the stuck recorder at /healthz", || {
        radio.get("/healthz").text().contains("record-a")
    });
    let before = recorded();
    let status = radio.get("/healthz").status();
    fs::remove_file(radio.folder().join("hang")).unwrap();
    listener.until("more of the recording", || before < recorded());
    listener.until("good health", || radio.get("/healthz").text() == "on air\n");

    assert_eq!(status, 200, "the station is on air all the while");
    assert!(0.02 < decode(&listener.audio));
    fs::write(radio.folder().join("hang"), "").unwrap();
    stop_in_time(radio);
}

#[test]
fn the_process_ends_in_time_while_a_long_recording_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("hung")).unwrap();
    fs::write(at("hung/list.m3u8"), "long.wav\n").unwrap();
    write_long_wav(&at("hung/long.wav"));
    fs::write(at("radio.toml"), toml(128)).unwrap();
    let radio = Radio::start_in(folder, &[]);
    Recorder::join(&radio, "/a.mp3").hear_seconds(3);

    stop_in_time(radio);
}

/// Two and a half hours of silence, in a sparse file.
fn write_long_wav(path: &Path) {
    const N_BYTES: u32 = 9000 * 44_100 * 4;
    let words = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let format = words(&[16, 0x0002_0001, 44_100, 44_100 * 4, 0x0010_0004]);
    let head = [&b"RIFF"[..], &words(&[N_BYTES + 36]), b"WAVEfmt ", &format, b"data"].concat();
    fs::write(path, [head, words(&[N_BYTES])].concat()).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(u64::from(N_BYTES) + 44).unwrap();
}

#[test]
fn a_hang_up_reads_secrets_again_and_user_signals_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    fs::write(&password, "before").unwrap();
    let admin = "[admin]\nuser = \"a\"\npassword_file = \"password\"\n";
    fs::write(folder.path().join("radio.toml"), format!("{ONE_STATION}{admin}")).unwrap();
    let radio = Radio::start_in(folder, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    let status = |basic: &str| {
        let login = format!("Authorization: Basic {basic}\nConnection: close");
        radio.ask("GET", "/admin/stats", &login).status()
    };
    // "a:before" and "a:after".
    let (before, after) = ("YTpiZWZvcmU=", "YTphZnRlcg==");
    assert_eq!(status(before), 200);

    fs::write(&password, "after").unwrap();
    for number in [Signal::USR1, Signal::USR2, Signal::HUP] {
        signal(radio.pid(), number);
    }
    // In this order, few logins fail.
    listener.until("the end of the old password", || status(before) != 200);
    assert_eq!(status(after), 200);
    listener.hear_seconds(2);

    assert!(0.02 < decode(&listener.audio));
    assert!(stop_in_time(radio).contains("SIGHUP"));
}

#[test]
fn a_radio_toml_of_the_same_length_and_time_is_noticed() {
    let radio = Radio::start_with(ONE_STATION, &[]);
    let (path, other) = (radio.folder().join("radio.toml"), radio.folder().join("other"));
    fs::write(&other, ONE_STATION.replace("128", "100")).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();

    fs::rename(other, path).unwrap();

    until("the new tempo", || plays_at(&radio, 100.0));
}

#[test]
fn a_hundred_thousand_lines_hardly_delay_the_start() {
    let start = |n_lines: usize| {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("hung")).unwrap();
        let line = |n: usize| format!("/nowhere/{n}.mp3\n");
        let lines = (0..n_lines).map(line).collect::<Vec<_>>().concat();
        fs::write(folder.path().join("hung/list.m3u8"), lines).unwrap();
        fs::write(folder.path().join("radio.toml"), toml(128)).unwrap();
        let began = Instant::now();
        let radio = Radio::start_in(folder, &[]);
        until("sound", || radio.get("/healthz").status() == 200);
        (began.elapsed(), radio)
    };
    let (short, _) = start(1);
    let (long, radio) = start(100_000);
    eprintln!("on air after {short:?}, with 100,000 lines after {long:?}");
    assert!(long < short + Duration::from_secs(5), "{short:?}, {long:?}");
    stop_in_time(radio);
}
