//! The player page in a browser.

use crate::common::{browser::Browser, radio::Radio};
use serde_json::json;

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
