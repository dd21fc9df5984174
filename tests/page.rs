//! The player page in a real browser, where one is installed: its button makes sound.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
};

use common::{
    http::ask,
    process::{Watched, collect},
    radio::Radio,
    tool::tool,
};
use serde_json::{Value, json};

/// Calls back with the name of the station once the page knows one.
const UNTIL_A_STATION_IS_SHOWN: &str = "
    const [done] = arguments;
    const look = () => {
      const shown = document.getElementById('station').textContent.trim();
      shown ? done(shown) : setTimeout(look, 50);
    };
    look();";

/// Calls back with what the page says once three seconds have been heard.
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

/// A browser, driven through `WebDriver` (<https://www.w3.org/TR/webdriver2/>).
struct Browser {
    address: SocketAddr,
    session: String,
    _driver: Watched,
}

impl Browser {
    fn start(mut driver: Child) -> Self {
        let mut stdout = BufReader::new(driver.stdout.take().unwrap());
        let driver = Watched::new(driver);
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(0 < stdout.read_line(&mut line).unwrap(), "chromedriver names no port");
            let words = line.split_once("started successfully on port ");
            let port = words.and_then(|(_, rest)| rest.trim_end().strip_suffix('.')?.parse().ok());
            if let Some(port) = port {
                break port;
            }
        };
        collect(stdout);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        // Without its sandbox it runs as root and in containers too, and it sees our page alone.
        let args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--mute-audio"];
        let capabilities = json!({ "alwaysMatch": { "goog:chromeOptions": { "args": args } } });
        let session = post(address, "/session", &json!({ "capabilities": capabilities }));
        let session = session["sessionId"].as_str().unwrap().to_owned();
        Self { address, session, _driver: driver }
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        post(self.address, &format!("/session/{}/{name}", self.session), body)
    }

    fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    fn click(&self, selector: &str) {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|found| found.values().next()?.as_str()).unwrap();
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// What `script` calls back with.
    fn wait_for(&self, script: &str) -> Value {
        self.command("execute/async", &json!({ "script": script, "args": [] }))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser, which the driver would leave behind.
        let path = format!("/session/{}", self.session);
        ask(self.address, &format!("DELETE {path} HTTP/1.1\nHost: {}", self.address), "").rest();
    }
}

fn post(address: SocketAddr, path: &str, body: &Value) -> Value {
    let body = body.to_string();
    let head = format!("POST {path} HTTP/1.1\nHost: {address}\nContent-Length: {}", body.len());
    let mut answer: Value = serde_json::from_str(&ask(address, &head, &body).text()).unwrap();
    assert!(answer["value"].get("error").is_none(), "{path}: {answer}");
    answer["value"].take()
}

#[test]
fn the_play_button_of_the_page_makes_sound() {
    let (Some(_), Some(mut driver)) = (tool("chromium"), tool("chromedriver")) else { return };
    let radio = Radio::start();
    let pipes = driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped());
    let browser = Browser::start(pipes.stderr(Stdio::null()).spawn().unwrap());

    browser.open(&radio.url("/"));
    assert_eq!(browser.wait_for(UNTIL_A_STATION_IS_SHOWN), "Strobe Relay");
    browser.click("#play");
    let heard = browser.wait_for(UNTIL_THREE_SECONDS_ARE_HEARD);

    assert_eq!((&heard["paused"], &heard["n_cards"]), (&json!(false), &json!(4)));
    assert_eq!(heard["state"], "On air");
    assert_ne!(heard["title"], "");
}
