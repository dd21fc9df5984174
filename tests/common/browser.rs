//! A headless browser.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
};

use serde_json::{Value, json};

use super::{
    http::ask,
    process::{Watched, collect},
    tool::tool,
};

/// A browser, driven through `WebDriver` (<https://www.w3.org/TR/webdriver2/>).
pub struct Browser {
    address: SocketAddr,
    session: String,
    _driver: Watched,
}

impl Browser {
    /// Starts Chromium; none, after a line on stderr, if it or its driver is not installed.
    pub fn start() -> Option<Self> {
        let (_, mut driver) = (tool("chromium")?, tool("chromedriver")?);
        let pipes = driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped());
        Some(Self::drive(pipes.stderr(Stdio::null()).spawn().unwrap()))
    }

    fn drive(mut driver: Child) -> Self {
        let mut stdout = BufReader::new(driver.stdout.take().unwrap());
        let driver = Watched::new(driver);
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(0 < stdout.read_line(&mut line).unwrap(), "chromedriver printed no port");
            let words = line.split_once("started successfully on port ");
            let port = words.and_then(|(_, rest)| rest.trim_end().strip_suffix('.')?.parse().ok());
            if let Some(port) = port {
                break port;
            }
        };
        collect(stdout);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        // It opens trusted pages only; without its sandbox it also runs as root and in containers.
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--mute-audio",
            "--autoplay-policy=no-user-gesture-required",
        ];
        let capabilities = json!({ "alwaysMatch": { "goog:chromeOptions": { "args": args } } });
        let session = post(address, "/session", &json!({ "capabilities": capabilities }));
        let session = session["sessionId"].as_str().unwrap().to_owned();
        Self { address, session, _driver: driver }
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        post(self.address, &format!("/session/{}/{name}", self.session), body)
    }

    /// Opens the page at `url`.
    pub fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Clicks the element that the CSS selector `selector` finds.
    pub fn click(&self, selector: &str) {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|found| found.values().next()?.as_str()).unwrap();
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// Runs `script`, which must call its last argument within 50 seconds; returns the value it passes.
    pub fn wait_for(&self, script: &str) -> Value {
        self.command("timeouts", &json!({ "script": 50_000 }));
        self.command("execute/async", &json!({ "script": script, "args": [] }))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser, which outlives its driver otherwise.
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
