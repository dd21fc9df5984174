//! The webhook of `[alerts]`, and what `doctor` reports.

use std::process::Command;

use serde_json::Value;

use crate::common::{
    ELECTROPUNK,
    radio::{ONE_STATION, Radio},
    wait::PATIENCE,
    webhook::webhook,
};

#[test]
fn a_mistake_is_told_to_the_webhook_and_that_it_is_mended() {
    let (url, posted) = webhook();
    let good = format!("[alerts]\nurl = \"{url}\"\n{ONE_STATION}");
    let radio = Radio::start_with(&good, &[]);

    radio.save(&format!("{good}tempo = \"/secret/path\"\n"));
    let raised = posted.recv_timeout(PATIENCE).unwrap();
    assert_eq!((&raised["state"], &raised["kind"]), (&"raised".into(), &"config".into()));
    assert!(raised["text"].as_str().unwrap().starts_with("radio.toml has 1 mistake"), "{raised}");
    assert!(!radio.get("/healthz").text().contains("secret"));

    radio.save(&good);
    let cleared = posted.recv_timeout(PATIENCE).unwrap();
    assert_eq!((&cleared["state"], &cleared["kind"]), (&"cleared".into(), &"config".into()));
    assert!(!radio.stop().contains("token"));
}

#[test]
fn the_sound_that_is_sent_is_measured() {
    let radio = Radio::start_with(ONE_STATION, &[]);
    let figure = |name: &str| {
        let text = radio.get("/metrics").text();
        let start = format!("electropunk_{name}{{station=\"a\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&start)?.parse::<f64>().ok()).unwrap()
    };

    crate::common::wait::until("ten seconds of sound", || figure("loudness_lufs") > -40.0);
    assert_eq!((figure("quiet_seconds"), figure("sound_restarts_total")), (0.0, 0.0));
    assert!(figure("stuck_seconds") < 5.0);
}

#[test]
fn doctor_reports_a_running_radio_and_its_faults() {
    let radio = Radio::start_with(ONE_STATION, &[]);
    radio.get("/a.mp3").read(1);
    let config = radio.folder().join("doctor.toml");
    let doctor = |lines: &str| {
        let server = format!("[server]\nbind = \"{}\"\n", radio.address);
        std::fs::write(&config, format!("{server}{lines}{ONE_STATION}")).unwrap();
        let output = Command::new(ELECTROPUNK)
            .args(["doctor", "--json", "--config"])
            .arg(&config)
            .output()
            .unwrap();
        let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), findings)
    };
    let find = |findings: &Value, topic: &str| {
        let all = findings.as_array().unwrap().iter();
        let texts = all.filter(|finding| finding["topic"] == topic).map(|finding| {
            format!("{} {}", finding["level"].as_str().unwrap(), finding["text"].as_str().unwrap())
        });
        texts.collect::<Vec<_>>().join("\n")
    };

    let (code, findings) = doctor("");
    assert_eq!(code, Some(0), "{findings}");
    assert!(find(&findings, "version").contains(env!("CARGO_PKG_VERSION")));
    assert!(find(&findings, "config").contains("doctor.toml: stations a"));
    assert!(find(&findings, "ports").contains(&format!("electropunk (process {})", radio.pid())));
    assert!(find(&findings, "radio").contains("on air"), "{findings}");
    assert!(find(&findings, "station").contains("s of music ready"), "{findings}");

    // Port 1 is closed.
    let (code, findings) = doctor("public_url = \"http://127.0.0.1:1\"\n");
    assert_eq!(code, Some(1));
    assert!(
        find(&findings, "public_url").starts_with("fault http://127.0.0.1:1: failed to connect")
    );
    let (code, findings) = doctor("nonsense = 1\n");
    assert_eq!(code, Some(1));
    assert!(find(&findings, "config").contains("[server] has no key \"nonsense\""));
}
