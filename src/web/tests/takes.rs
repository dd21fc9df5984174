//! Takes and moments.

use super::*;
use crate::{
    config::{Studio, WhoTakes},
    units::Decibels,
    web::site::tests::aired,
};

/// A radio whose listeners may have takes, and on which bars 0 to 19 were heard.
fn radio() -> Radio {
    let site = |station| Site {
        studio_settings: Studio { takes: WhoTakes::Listeners, ..Studio::default() },
        ..Site::new(vec![station], Server::default(), None)
    };
    let radio = Radio::serving(site, Timeouts::default());
    let bars = (0..20).map(|number| aired(number, "one")).collect();
    let on_air = OnAir { rendered_seconds: 40.5, bars, ..OnAir::default() };
    radio.site.stations[0].takes.note(&on_air, Decibels(0.0));
    radio.on_air.send_replace(Arc::new(on_air));
    radio
}

fn get(file: &str) -> String {
    let close = "Connection: close";
    format!("GET /api/stations/a/{file} HTTP/1.1\r\nHost: radio.example\r\n{close}\r\n\r\n")
}

/// Head and body.
async fn fetch(radio: &Radio, file: &str) -> (String, Vec<u8>) {
    let mut socket = radio.send(get(file)).await;
    let head = read_head(&mut socket).await;
    let mut body = Vec::new();
    timeout(Duration::from_mins(1), socket.read_to_end(&mut body)).await.unwrap().unwrap();
    (head, body)
}

#[tokio::test]
async fn only_the_studio_has_takes_unless_radio_toml_says_otherwise() {
    let radio = Radio::start();
    for file in ["take.mid", "take.wav", "moment.mp3?bar=1"] {
        let answer = radio.ask(get(file)).await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("/studio/"), "{answer}");
    }
    let key = &radio.site.studio_access.key;
    let bearer = format!("Connection: close\r\nAuthorization: Bearer {key}");
    let request = get("take.mid").replace("Connection: close", &bearer);
    let answer = radio.ask(request).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("nothing has been heard"));
}

#[tokio::test]
async fn takes_end_with_the_last_bar_that_was_heard() {
    let radio = radio();
    let (head, notes) = fetch(&radio, "take.mid?bars=8").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("filename=\"a-12.mid\""), "{head}");
    let kicks = crate::music::midi::read(&notes).unwrap().notes;
    assert_eq!(kicks.len(), 8);

    let (head, wav) = fetch(&radio, "take.wav?bars=8").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("audio/wav"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}\r\n", wav.len())), "{head}");
    let n_blocks = (16.0_f64 * 44_100.0 / 1152.0).ceil() as usize;
    assert_eq!(wav.len(), crate::sound::wav::HEAD as usize + n_blocks * 1152 * 8);
    let (head, zip) = fetch(&radio, "take.zip").await;
    assert!(head.contains("filename=\"a-4.zip\"") && zip.starts_with(b"PK"), "{head}");
}

#[tokio::test]
async fn a_moment_plays_from_its_bar_on() {
    let radio = radio();
    let (head, mp3) = fetch(&radio, "moment.mp3?bar=10").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("inline"), "{head}");
    let seconds = frames(&mp3).count() as f64 * 1152.0 / 44_100.0;
    assert!((20.0..20.2).contains(&seconds), "{seconds}");
    let (head, sentence) = fetch(&radio, "moment.mp3?bar=99").await;
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    let sentence = String::from_utf8(sentence).unwrap();
    assert_eq!(
        sentence,
        "expected a bar that is remembered, found 99: only the last minutes are\n"
    );
}

#[tokio::test]
async fn mistakes_and_limits_are_sentences() {
    let radio = radio();
    for (file, expected) in [
        ("take.mid?bars=9", "HTTP/1.1 400"),
        ("take.wav?bars=all", "HTTP/1.1 400"),
        ("moment.mp3", "HTTP/1.1 400"),
        ("moment.mp3?bar=-1", "HTTP/1.1 400"),
        ("take.ogg", "HTTP/1.1 404"),
    ] {
        let answer = radio.ask(get(file)).await;
        assert!(answer.starts_with(expected), "{file}: {answer}");
    }
    let post = get("take.wav").replace("GET", "POST");
    assert!(radio.ask(post).await.starts_with("HTTP/1.1 405"));

    let permit = radio.site.take_limits.permit("127.0.0.1".parse().unwrap()).unwrap();
    let answer = radio.ask(get("take.flac")).await;
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("one at a time"), "{answer}");
    assert!(radio.ask(get("take.mid")).await.starts_with("HTTP/1.1 200"), "notes cost nothing");
    drop(permit);
    assert!(fetch(&radio, "take.flac?bars=8").await.0.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_take() {
    let radio = radio();
    let limits = radio.site.take_limits.clone();
    let turn = limits.takes.clone().acquire_owned().await.unwrap();
    let address = "127.0.0.1".parse().unwrap();
    let until = |is_busy: bool| {
        let limits = limits.clone();
        let wait = async move {
            while limits.permit(address).is_err() != is_busy {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), wait)
    };

    let waiting = radio.send(get("take.wav")).await;
    until(true).await.unwrap();
    drop(waiting);
    until(false).await.unwrap();
    drop(turn);
    let rendering = radio.send(get("take.wav")).await;
    until(true).await.unwrap();
    drop(rendering);
    until(false).await.unwrap();
}
