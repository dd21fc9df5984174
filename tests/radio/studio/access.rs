//! Access, and the permissions of each role.

use super::{
    AS_ADMIN, AS_GUESSER, AS_NOBODY, AS_VIEWER, PASSWORDS, as_console, cookie, radio, send,
    session, state,
};
use crate::common::{
    http::{Answer, ask},
    radio::{ONE_STATION, Radio},
    wait::until,
};

/// A move that changes nothing.
const MOVE: &str = r#"{"move": "hold", "on": false}"#;

#[test]
fn each_route_needs_its_role() {
    let radio = radio();
    let console = as_console(&radio);
    let session = session(&radio);
    for (method, path, [nobody, viewer, operator]) in [
        ("GET", "/studio", [303, 303, 303]),
        ("GET", "/studio/", [200, 200, 200]),
        ("GET", "/studio/studio.js", [200, 200, 200]),
        ("GET", "/studio/studio.css", [200, 200, 200]),
        ("GET", "/studio/api/openapi.json", [200, 200, 200]),
        ("GET", "/studio/api/state", [401, 200, 200]),
        ("HEAD", "/studio/api/state", [401, 200, 200]),
        ("GET", "/studio/api/state?station=b", [401, 404, 404]),
        ("GET", "/studio/api/a/bars", [401, 200, 200]),
        ("GET", "/studio/api/a/difference", [401, 200, 200]),
        ("GET", "/studio/api/b/difference", [401, 404, 404]),
        ("GET", "/studio/api/a/nothing", [401, 404, 404]),
        ("GET", "/studio/events?station=b", [401, 404, 404]),
        ("POST", "/studio/api/a/moves", [401, 403, 200]),
        ("POST", "/studio/api/b/moves", [401, 403, 404]),
        ("GET", "/studio/api/a/moves", [401, 405, 405]),
        ("POST", "/studio/api/state", [401, 405, 405]),
        ("POST", "/studio/api/a/keep", [401, 403, 200]),
        ("POST", "/studio/api/a/drop", [401, 403, 200]),
        ("POST", "/studio/api/a/cue/stop", [401, 403, 200]),
        ("POST", "/studio/api/tools/nothing", [401, 403, 404]),
        ("GET", "/studio/api/answers/nothing.mid", [401, 404, 404]),
        ("PUT", "/studio/api/a/moves", [405, 405, 405]),
        ("OPTIONS", "/studio/api/a/moves", [405, 405, 405]),
        ("GET", "/studio/nothing", [401, 404, 404]),
        ("GET", "/studio/../radio.toml", [401, 404, 404]),
    ] {
        let status = |who: &str| {
            let answer = send(&radio, who, method, path, if method == "POST" { MOVE } else { "" });
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            answer.status()
        };
        assert_eq!(status(AS_NOBODY), nobody, "{method} {path}");
        assert_eq!(status(AS_VIEWER), viewer, "{method} {path}");
        for who in [AS_ADMIN, &console, &session] {
            assert_eq!(status(who), operator, "{method} {path} {who}");
        }
    }
    let role = |who: &str| send(&radio, who, "GET", "/studio/api/state", "").text();
    assert!(role(AS_VIEWER).contains("\"role\":\"viewer\""));
    assert!(role(&session).contains("\"role\":\"operator\""));
}

#[test]
fn a_foreign_page_changes_nothing() {
    let radio = radio();
    let session = session(&radio);
    let own = format!("http://{}", radio.address);
    for (lines, status) in [
        ("Origin: http://evil.example", 403),
        ("Origin: null", 403),
        ("Accept-Language: de", 403),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Sec-Fetch-Site: same-site", 403),
        ("Sec-Fetch-Site: none", 403),
        (&format!("Origin: {own}\nSec-Fetch-Site: cross-site"), 403),
        (&format!("Origin: {own}\nOrigin: {own}"), 403),
        (&format!("Origin: {own}"), 200),
        (&format!("Origin: {own}\nSec-Fetch-Site: same-origin"), 200),
    ] {
        for who in [&session, AS_ADMIN] {
            let who = format!("{who}\n{lines}");
            let answer = send(&radio, &who, "POST", "/studio/api/a/moves", MOVE);
            assert_eq!(answer.status(), status, "{who}");
        }
    }
    let foreign = "Origin: http://evil.example";
    let login = log_in(&radio, foreign, "user=admin&password=hackme");
    assert_eq!((login.status(), login.header("set-cookie")), (403, None));
    let logout = send(&radio, &format!("{session}\n{foreign}"), "POST", "/studio/logout", "");
    assert_eq!(logout.status(), 403);
    assert_eq!(send(&radio, &session, "GET", "/studio/api/state", "").status(), 200);
}

fn log_in(radio: &Radio, lines: &str, form: &str) -> Answer {
    let lines = format!("{lines}\nContent-Type: application/x-www-form-urlencoded");
    send(radio, &lines, "POST", "/studio/login", form)
}

#[test]
fn a_session_begins_with_the_key_or_a_password_and_ends_with_the_logout() {
    let radio = radio();
    let asked = |who: &str| send(&radio, who, "GET", "/studio/api/state", "").status();

    let by_key = radio.get(&format!("/studio?key={}", radio.studio_key()));
    assert_eq!((by_key.status(), by_key.header("location")), (303, Some("studio/")));
    let set = by_key.header("set-cookie").unwrap();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
    let token = set.split(';').next().unwrap().strip_prefix("studio=").unwrap();
    assert_eq!(token.len(), 32);
    assert!(!set.contains(&radio.studio_key()));
    let by_key = cookie(&by_key);
    assert_eq!(asked(&by_key), 200);

    let login = log_in(&radio, AS_NOBODY, "user=viewer&password=seeme");
    assert_eq!((login.status(), login.header("location")), (303, Some("./")));
    let viewer = cookie(&login);
    assert_eq!(asked(&viewer), 200);
    assert_eq!(send(&radio, &viewer, "POST", "/studio/api/a/moves", MOVE).status(), 403);
    let login = log_in(&radio, AS_NOBODY, "user=admin&password=%68ackme");
    assert_eq!(login.status(), 303);

    // The end of a session does not end the others.
    let logout = send(&radio, &by_key, "POST", "/studio/logout", "");
    assert_eq!(logout.status(), 303);
    assert!(logout.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!([asked(&by_key), asked(&viewer)], [401, 200]);

    // Forged cookies.
    for forged in ["studio=", "studio=0", "studio", "other=1"] {
        assert_eq!(asked(&format!("Cookie: {forged}")), 401, "{forged}");
    }
    assert_eq!(asked(&format!("Cookie: studio={}", "0".repeat(32))), 401);
    assert_eq!(asked(&format!("Cookie: a=b; {}", &viewer["Cookie: ".len()..])), 200);

    let page = radio.get("/studio/").text();
    assert!(page.contains("action=\"./login\""), "{page}");
}

#[test]
fn the_longest_idle_of_too_many_sessions_ends() {
    let radio = radio();
    let first = session(&radio);
    let sessions: Vec<String> = (0..64).map(|_| session(&radio)).collect();
    let asked = |who: &str| send(&radio, who, "GET", "/studio/api/state", "").status();

    assert_eq!(asked(&first), 401);
    assert!(sessions.iter().all(|session| asked(session) == 200));
}

#[test]
fn sessions_end_with_a_new_password_and_the_studio_with_one_line() {
    let radio = radio();
    let session = session(&radio);
    let asked = |path: &str| send(&radio, &session, "GET", path, "").status();
    assert_eq!(asked("/studio/api/state"), 200);

    radio.save(&format!("{ONE_STATION}{}", PASSWORDS.replace("hackme", "another")));
    until("the session has ended", || asked("/studio/api/state") == 401);
    radio.save(&format!("{ONE_STATION}[studio]\nenabled = false\n"));
    until("the studio is off", || asked("/studio/api/state") == 404);

    let key = format!("/studio?key={}", radio.studio_key());
    for path in [&key, "/studio", "/studio/", "/studio/studio.js", "/studio/events"] {
        assert_eq!(radio.get(path).status(), 404, "{path}");
    }
    assert_eq!(send(&radio, AS_NOBODY, "POST", "/studio/login", "user=a").status(), 405);
}

#[test]
fn guessers_of_keys_and_passwords_must_wait() {
    for guess in ["key", "form", "basic", "bearer"] {
        let radio = radio();
        let key = radio.studio_key();
        let wrong = key.chars().rev().collect::<String>();
        let try_once = || match guess {
            "key" => radio.get(&format!("/studio?key={wrong}")).status(),
            "form" => log_in(&radio, AS_NOBODY, "user=admin&password=guess").status(),
            "basic" => send(&radio, AS_GUESSER, "GET", "/studio/api/state", "").status(),
            _ => {
                let bearer = format!("Authorization: Bearer {wrong}");
                send(&radio, &bearer, "GET", "/studio/api/state", "").status()
            }
        };
        let statuses: Vec<u16> = (0..6).map(|_| try_once()).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429], "{guess}");
        // The right key and password must wait as well.
        assert_eq!(radio.get(&format!("/studio?key={key}")).status(), 429);
        assert_eq!(log_in(&radio, AS_NOBODY, "user=admin&password=hackme").status(), 429);

        let log = radio.stop();
        assert!(log.contains("failed login from 127.0.0.1"), "{log}");
        for secret in ["hackme", "seeme", "guess", &key, &wrong] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
    }
}

#[test]
fn a_cookie_is_secure_where_the_client_uses_https() {
    let proxy = "[server]\ntrusted_proxies = [\"127.0.0.1/32\"]\n";
    let radio = Radio::start_with(&format!("{ONE_STATION}{PASSWORDS}{proxy}"), &[]);
    let path = format!("/studio?key={}", radio.studio_key());
    let by = |lines: &str| {
        let answer = radio.ask("GET", &path, &format!("{lines}\nConnection: close"));
        answer.header("set-cookie").unwrap().ends_with("; Secure")
    };

    assert!(by("X-Forwarded-Proto: https") && !by("X-Forwarded-Proto: http"));
}

#[test]
fn without_passwords_only_the_key_lets_in() {
    let radio = Radio::start_with(ONE_STATION, &[]);
    assert!(radio.get("/studio/").text().contains("set one in [admin]"));
    assert_eq!(log_in(&radio, AS_NOBODY, "user=admin&password=").status(), 401);
    assert_eq!(log_in(&radio, AS_NOBODY, "user=viewer&password=").status(), 401);
    assert_eq!(send(&radio, AS_ADMIN, "GET", "/studio/api/state", "").status(), 401);
    assert_eq!(send(&radio, &as_console(&radio), "GET", "/studio/api/state", "").status(), 200);
    // Players are not affected.
    assert_eq!(ask(radio.address, "GET /a.mp3 HTTP/1.0", "").status(), 200);
}

#[test]
fn an_operator_sees_what_is_on_air() {
    let radio = radio();
    until("a bar is on air", || state(&radio)["on_air"].is_object());
    let state = state(&radio);

    assert_eq!(state["station"], "a");
    assert_eq!(state["on_air"]["tempo_bpm"], 128.0);
    assert_eq!(state["stations"][0]["title"], "Test Tone's \u{fc}ber");
    assert_eq!(state["desk"]["parts"].as_array().unwrap().len(), 4);
    assert!(state["values"].as_array().unwrap().iter().any(|value| value["key"] == "tempo"));
}
