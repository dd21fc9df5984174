//! The player page in a browser.

use std::fs;

use crate::common::{
    browser::Browser,
    radio::{ONE_STATION, Radio},
    wait::until_some,
};
use serde_json::{Value, json};

/// Reports the name of the station once the page shows one.
const UNTIL_A_STATION_IS_SHOWN: &str = "
    const [done] = arguments;
    const look = () => {
      const shown = document.getElementById('station').textContent.trim();
      shown ? done(shown) : setTimeout(look, 50);
    };
    look();";

/// Reports the state of the page once three seconds have been played.
const UNTIL_THREE_SECONDS_ARE_HEARD: &str = "
    const [done] = arguments;
    const audio = document.getElementById('audio');
    audio.addEventListener('timeupdate', () => {
      if (audio.currentTime > 3) done({
        paused: audio.paused,
        state: document.getElementById('state').textContent,
        title: document.getElementById('title').textContent.trim(),
        n_cards: document.querySelectorAll('.card').length,
      });
    });";

/// True once the page shows the facts of the current bar.
const IS_READY: &str = "document.querySelectorAll('#facts li').length === 5";

/// A radio with two stations, which saves its state.
fn two_stations() -> Radio {
    let other = "[[stations]]\nname = \"b\"\ntheme = \"a\"\n";
    Radio::start_with(&format!("state = \"state\"\n{ONE_STATION}{other}"), &[])
}

#[test]
fn the_play_button_plays() {
    let Some(browser) = Browser::start() else { return };
    let radio = Radio::start();

    browser.open(&radio.url("/"));
    assert_eq!(browser.wait_for(UNTIL_A_STATION_IS_SHOWN), "Strobe Relay");
    browser.click("#play");
    let heard = browser.wait_for(UNTIL_THREE_SECONDS_ARE_HEARD);

    assert_eq!((&heard["paused"], &heard["n_cards"]), (&json!(false), &json!(4)));
    assert_eq!(heard["state"], "On air");
    assert_ne!(heard["title"], "");
}

#[test]
fn the_sleep_timer_fades_out_and_ends() {
    let Some(browser) = Browser::start() else { return };
    let radio = two_stations();
    let volume = "document.getElementById('audio').volume";

    browser.open(&radio.url("/"));
    browser.until(IS_READY);
    browser.click("#play");
    browser.wait_for(UNTIL_THREE_SECONDS_ARE_HEARD);
    browser.run(
        "const select = document.getElementById('sleep');
         select.value = '15';
         select.dispatchEvent(new Event('change'));
         window.now = Date.now;
         Date.now = () => window.now() + 15 * 60000 - 10000;",
    );
    browser.until("document.getElementById('left').textContent === '1 min left'");
    browser.until(&format!("0 < {volume} && {volume} < 0.3"));
    assert_eq!(browser.run("return document.getElementById('audio').paused"), false);

    browser.run("Date.now = () => window.now() + 15 * 60000");
    browser.until("document.getElementById('state').textContent === 'Good night'");
    assert_eq!(browser.run("return document.getElementById('audio').paused"), true);
    assert_eq!(browser.run(&format!("return {volume}")), 0.8);
    browser.until("document.getElementById('sleep').value === '0'");
}

#[test]
fn station_and_volume_are_remembered() {
    let Some(browser) = Browser::start() else { return };
    let radio = two_stations();

    browser.open(&radio.url("/"));
    browser.until(IS_READY);
    browser.click(".card[data-station=b]");
    browser.run(
        "const volume = document.getElementById('volume');
         volume.value = 30;
         volume.dispatchEvent(new Event('input'));",
    );
    browser.until("location.hash === '#b'");
    browser.open("about:blank");
    browser.open(&radio.url("/"));

    browser.until(IS_READY);
    assert_eq!(browser.run("return document.getElementById('station').textContent"), "b");
    assert_eq!(browser.run("return document.getElementById('volume').value"), "30");
    assert_eq!(browser.run("return document.getElementById('audio').volume"), 0.3);

    browser.open("about:blank");
    browser.open(&radio.url("/#a"));
    browser.until("document.getElementById('station').textContent.startsWith('Test Tone')");
}

#[test]
fn a_like_counts_once_and_is_saved_with_its_place() {
    let Some(browser) = Browser::start() else { return };
    let radio = two_stations();
    let said = |text: &str| format!("document.getElementById('said').textContent === '{text}'");

    browser.open(&radio.url("/"));
    browser.until(IS_READY);
    browser.click("#like");
    browser.until(&said("Thank you"));
    browser.click("#like");
    browser.until(&said("Liked before"));
    assert_eq!(browser.run("return document.querySelector('#like .count').textContent"), "1");
    assert_eq!(browser.run("return document.getElementById('like').ariaPressed"), "true");

    let path = radio.folder().join("state/a.likes.jsonl");
    let text = until_some("a saved like", || fs::read_to_string(&path).ok());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert_eq!((&lines[0]["piece"], &lines[0]["n"]), (&json!(0), &json!(1)));
    assert!(16 <= lines[0]["place"].as_array().unwrap().len());
    assert!(!text.contains("127.0.0.1"), "{text}");

    let folder = radio.kill();
    let radio = Radio::start_in(folder, &[]);
    let history = until_some("a title", || {
        let titles: Vec<Value> =
            serde_json::from_str(&radio.get("/api/stations/a/history").text()).unwrap();
        titles.into_iter().next()
    });
    assert_eq!((&history["piece"], &history["likes"]), (&json!(0), &json!(1)));
    assert!(history["moment_url"].as_str().unwrap().contains("/moment.mp3?bar="), "{history}");
}

#[test]
fn a_page_of_another_site_can_show_the_small_player_but_not_like() {
    let Some(browser) = Browser::start() else { return };
    let radio = two_stations();
    // Another origin than the radio's numeric address.
    browser.open(&format!("http://localhost:{}/healthz", radio.address.port()));
    let refused = browser.wait_for(&format!(
        "const [done] = arguments;
         fetch('{}', {{ method: 'POST', mode: 'no-cors' }}).then(() => done(true), () => done(true));",
        radio.url("/api/stations/a/like")
    ));
    assert_eq!(refused, true);
    for path in ["/", "/admin/"] {
        let policy = radio.get(path);
        let policy = policy.header("content-security-policy").unwrap_or_default();
        assert!(!policy.contains("frame-ancestors *"), "{path}");
    }

    browser.run(&format!(
        "const frame = document.createElement('iframe');
         frame.src = '{}';
         frame.allow = 'autoplay';
         document.body.append(frame);",
        radio.url("/embed/a")
    ));
    browser.enter_frame("iframe");
    browser.until("document.getElementById('title').textContent.trim() !== ''");
    browser.click("#play");
    let is_heard = "document.getElementById('audio').currentTime > 1";
    browser
        .until(&format!("{is_heard} && document.getElementById('state').textContent === 'On air'"));

    let stations: Value = serde_json::from_str(&radio.get("/api/stations").text()).unwrap();
    assert_eq!(stations[0]["likes"], 0);
}

#[test]
fn the_page_can_be_installed_and_shows_its_cover_to_the_system() {
    let Some(browser) = Browser::start() else { return };
    let radio = two_stations();

    browser.open(&radio.url("/"));
    browser.until(IS_READY);
    let manifest = browser.devtools("Page.getAppManifest");
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let text: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
    for icon in text["icons"].as_array().unwrap() {
        let side = icon["sizes"].as_str().unwrap().split_once('x').unwrap().0;
        let path = format!("/{}", icon["src"].as_str().unwrap());
        assert_eq!(side_of(&radio.get(&path).rest()).to_string(), side);
    }

    browser.click("#play");
    browser.wait_for(UNTIL_THREE_SECONDS_ARE_HEARD);
    let shown = browser.run(
        "const { title, artist, artwork } = navigator.mediaSession.metadata;
         return { title, artist, artwork: artwork.map(({ src }) => src) };",
    );
    assert_eq!(shown["artist"], "Test Tone's \u{fc}ber");
    assert!(shown["artwork"][0].as_str().unwrap().contains("/art/a/0.png?side=192"), "{shown}");
    assert_eq!(shown["title"], browser.run("return document.getElementById('title').textContent"));
}

#[test]
fn a_piece_has_one_picture_and_others_have_others() {
    let radio = two_stations();
    let picture = |path: &str| {
        until_some("a picture", || {
            let answer = radio.get(path);
            (answer.status() == 200).then(|| answer.rest())
        })
    };

    let cover = picture("/art/a/0.png");
    assert_eq!(side_of(&cover), 600);
    assert_eq!(picture("/art/a/0.png"), cover);
    assert_eq!(picture("/art/a.png"), cover);
    assert_ne!(picture("/art/b/0.png"), cover);
    assert_eq!(side_of(&picture("/art/a/0.png?side=96")), 96);
    assert!(picture("/art/a.svg").starts_with(b"<svg "));
    assert_eq!(radio.get("/art/a/999.png").status(), 404);

    // After a restart, the history still has the piece.
    let radio = Radio::start_in(radio.kill(), &[]);
    assert_eq!(radio.get("/art/a/0.png").rest(), cover);
}

/// Width of a PNG file, whose header is checked (PNG 3rd edition, 11.2.1).
fn side_of(file: &[u8]) -> u32 {
    assert_eq!(file[..8], *b"\x89PNG\r\n\x1a\n");
    u32::from_be_bytes(file[16..20].try_into().unwrap())
}
