//! Limits on listeners, and fallback mounts.

use serde_json::Value;

use super::{ADMIN, AS_ADMIN, GET, check, check_ended, json, listeners, radio};
use crate::common::{
    http::ask,
    mp3::whole_frames,
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tier::is_long,
    wait::until,
};

#[test]
fn t12_long_five_hundred_stay_while_radio_toml_is_edited() {
    if !is_long() {
        return;
    }
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let two = format!("{ONE_STATION}[[stations]]\nname = \"b\"\ntheme = \"a\"\n");
    let radio = Radio::start_with(
        &format!("{two}[server]\nmax_listeners = 1000\nlisteners_per_address = 0\n"),
        &[],
    );
    let mut there: Vec<Recorder> = (0..500).map(|_| Recorder::join(&radio, "/a.mp3")).collect();
    let mut gone = Recorder::join(&radio, "/b.mp3");
    gone.hear_seconds(1);

    radio.save("this is no radio.toml");
    until("the mistake is shown", || {
        radio.get("/healthz").text().contains("radio.toml has 1 mistake")
    });
    radio
        .save(&format!("{ONE_STATION}[server]\nmax_listeners = 1000\nlisteners_per_address = 0\n"));
    check_ended(gone);

    assert_eq!(radio.get("/b.mp3").status(), 404);
    assert_eq!(listeners(&radio), 500);
    for listener in &mut there {
        listener.hear_seconds(6);
        assert!(!whole_frames(&listener.audio).is_empty());
    }
}

#[test]
fn t13_a_full_radio_answers_503_and_still_admits_the_admin() {
    let radio = radio(&format!("max_listeners = 2\n{ADMIN}"));
    let mut first = ask(radio.address, GET, "");
    let mut second = ask(radio.address, GET, "");
    first.read(1);
    second.read(1);

    let refused = radio.get("/a.mp3");
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("30")));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    let stats = radio.ask("GET", "/admin/stats.json", &format!("{AS_ADMIN}\nConnection: close"));
    let stats: Value = serde_json::from_slice(&stats.rest()).unwrap();
    assert_eq!(stats["listeners"], "2");

    drop((first, second));
    until("both have left", || listeners(&radio) == 0);
    assert_eq!(radio.get("/a.mp3").status(), 200);
}

#[test]
fn t13_listeners_per_address_are_limited_also_behind_a_proxy() {
    let radio = radio(
        "listeners_per_address = 1\ntrusted_proxies = [\"127.0.0.1\"]\ndeny = [\"6.6.6.0/24\"]",
    );
    let from = |address: &str| radio.ask("GET", "/a.mp3", &format!("X-Forwarded-For: {address}"));

    let mut first = from("1.1.1.1");
    first.read(1);
    assert_eq!(from("1.1.1.1").status(), 503);
    assert_eq!(from("9.9.9.9, 1.1.1.1").status(), 503);
    let mut other = from("2001:db8::1");
    other.read(1);
    assert_eq!(from("6.6.6.6").status(), 403);
}

#[test]
fn listeners_of_a_full_or_removed_mount_are_moved_to_its_fallback() {
    let b = "[themes.t]\n[[stations]]\nname = \"b\"\ntheme = \"t\"\n";
    let a = "[[stations]]\nname = \"a\"\ntheme = \"t\"\n\
             [[stations.mounts]]\nmax_listeners = 1\nfallback = \"/b.mp3\"\n";
    let radio = Radio::start_with(&format!("{b}{a}"), &[]);
    let n_listeners = |n: usize| json(&radio, "/api/stations")[n]["listeners"].as_u64().unwrap();
    let mut first = Recorder::join(&radio, "/a.mp3");
    first.hear_seconds(2);
    let mut second = Recorder::join(&radio, "/a.mp3");
    second.hear_seconds(2);
    assert_eq!((n_listeners(0), n_listeners(1)), (1, 1));

    radio.save(b);
    first.until("its own mount is removed", || radio.get("/a.mp3").status() == 404);
    first.hear_seconds(8);

    assert_eq!(n_listeners(0), 2);
    check(&first);
    check(&second);
}

#[test]
fn t13_a_saved_deny_disconnects_whom_it_matches() {
    let server = |deny: &str| {
        format!("{ONE_STATION}[server]\ntrusted_proxies = [\"127.0.0.1\"]\ndeny = [{deny}]\n")
    };
    let radio = Radio::start_with(&server(""), &[]);
    let from = |address: &str| radio.ask("GET", "/a.mp3", &format!("X-Forwarded-For: {address}"));
    let (mut denied, mut other) = (from("203.0.113.7"), from("198.51.100.7"));
    denied.read(1);
    other.read(1);

    radio.save(&server("\"::ffff:203.0.113.0/120\""));
    until("the denied one has left", || listeners(&radio) == 1);
    denied.rest();
    assert_eq!(from("203.0.113.8").status(), 403);
    other.read(100_000);
}

#[test]
fn addresses_of_shoutcast_and_of_proxies_lead_to_streams_and_pages() {
    let radio = radio(&format!("trusted_proxies = [\"127.0.0.1\"]\n{ADMIN}"));
    for path in ["/;", "/;stream.nsv", "/%3B", "/stream/1", "/stream"] {
        let mut answer = radio.ask("GET", path, "Icy-MetaData: 1");
        assert_eq!(answer.header("content-type"), Some("audio/mpeg"), "{path}");
        answer.read(1);
    }
    assert_eq!(
        radio.ask("HEAD", "/", "Icy-MetaData: 1").header("content-type"),
        Some("audio/mpeg")
    );
    assert_eq!(radio.get("/").header("content-type"), Some("text/html; charset=UTF-8"));
    let redirect = radio.get("/admin");
    assert_eq!((redirect.status(), redirect.header("location")), (301, Some("admin/")));
    let lines = "X-Forwarded-Proto: https\nConnection: close";
    let playlist = radio.ask("GET", "/a.m3u", lines).text();
    assert_eq!(playlist, format!("https://{}/a.mp3\r\n", radio.address));
    let admin = radio.ask("GET", "/admin/", &format!("{AS_ADMIN}\nConnection: close")).text();
    for page in [radio.get("/").text(), radio.get("/status.xsl").text(), admin] {
        for absolute in ["href=\"/", "src=\"/", "action=\"/", "=\"http"] {
            assert!(!page.contains(absolute), "{absolute}: {page}");
        }
    }
}
