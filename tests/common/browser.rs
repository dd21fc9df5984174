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
    wait::until_some,
};

/// A key that has no character.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // The names say it.
pub enum Key {
    Enter,
    Left,
    Up,
    Right,
    Down,
    Home,
    End,
    Delete,
}

impl Key {
    /// Its code in the table of `WebDriver`'s keyboard actions.
    fn code(self) -> &'static str {
        match self {
            Self::Enter => "\u{e007}",
            Self::Left => "\u{e012}",
            Self::Up => "\u{e013}",
            Self::Right => "\u{e014}",
            Self::Down => "\u{e015}",
            Self::End => "\u{e010}",
            Self::Home => "\u{e011}",
            Self::Delete => "\u{e017}",
        }
    }
}

/// A browser, driven through `WebDriver` (<https://www.w3.org/TR/webdriver2/>).
pub struct Browser {
    address: SocketAddr,
    session: String,
    _driver: Watched,
}

impl Browser {
    /// Starts Chromium; none, after a line on stderr, if it or its driver is not installed.
    pub fn start() -> Option<Self> {
        tool("chromium")?;
        // chromedriver takes a free port of `::1` and exits if another program, such as a station of
        // another test, has that port on 127.0.0.1.
        for _ in 0..10 {
            let mut driver = tool("chromedriver")?;
            driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped());
            let started = Self::drive(driver.stderr(Stdio::null()).spawn().unwrap());
            if started.is_some() {
                return started;
            }
        }
        panic!("chromedriver found no free port in ten starts");
    }

    /// Starts a browser through `driver`; none if `driver` exited before it listened.
    fn drive(mut driver: Child) -> Option<Self> {
        let mut stdout = BufReader::new(driver.stdout.take().unwrap());
        let driver = Watched::new(driver);
        let mut line = String::new();
        let port = loop {
            line.clear();
            if stdout.read_line(&mut line).unwrap() == 0 {
                return None;
            }
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
            "--window-size=1400,1100",
            "--mute-audio",
            "--autoplay-policy=no-user-gesture-required",
        ];
        let capabilities = json!({ "alwaysMatch": { "goog:chromeOptions": { "args": args } } });
        let session = post(address, "/session", &json!({ "capabilities": capabilities }));
        let session = session["sessionId"].as_str().unwrap().to_owned();
        Some(Self { address, session, _driver: driver })
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
        // Clear of a sticky header, and once the page has stopped moving.
        self.wait_for(&format!(
            "const [done] = arguments;
             const found = document.querySelector({});
             let last = NaN;
             const look = () => {{
               found.scrollIntoView({{ block: 'center' }});
               const top = found.getBoundingClientRect().top;
               if (top === last) return done();
               last = top;
               setTimeout(look, 150);
             }};
             look();",
            json!(selector)
        ));
        self.command(&format!("element/{}/click", self.find(selector)), &json!({}));
    }

    /// Types `text` into an element, or gives a file input the path `text`.
    pub fn write(&self, selector: &str, text: &str) {
        let path = format!("element/{}/value", self.find(selector));
        self.command(&path, &json!({ "text": text }));
    }

    fn find(&self, selector: &str) -> String {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        found.as_object().and_then(|found| found.values().next()?.as_str()).unwrap().to_owned()
    }

    /// Presses keys one after the other, on the focused element.
    pub fn press(&self, keys: &[Key]) {
        let strokes = keys.iter().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.code() }))
        });
        let strokes: Vec<_> = strokes.collect();
        self.act(&json!({ "type": "key", "id": "keys", "actions": strokes }));
    }

    /// Presses the mouse at the first of `places` in an element, moves it along the others, and releases
    /// it at the last. Places are shares of the element's width and height from the top left.
    pub fn drag(&self, selector: &str, places: &[[f64; 2]]) {
        let script = format!(
            "(() => {{ const found = document.querySelector({});
             found.scrollIntoView({{ block: 'center' }});
             const box = found.getBoundingClientRect();
             return [box.x, box.y, box.width, box.height]; }})()",
            json!(selector)
        );
        let found: [f64; 4] = serde_json::from_value(self.value_of(&script)).unwrap();
        let [left, top, width, height] = found;
        let moves = places.iter().map(|[x, y]| {
            let (x, y) = (left + x * width, top + y * height);
            json!({ "type": "pointerMove", "duration": 20, "x": x.round(), "y": y.round() })
        });
        let mut actions: Vec<_> = moves.collect();
        actions.insert(1, json!({ "type": "pointerDown", "button": 0 }));
        actions.push(json!({ "type": "pointerUp", "button": 0 }));
        self.act(&json!({ "type": "pointer", "id": "mouse", "actions": actions }));
    }

    fn act(&self, source: &Value) {
        self.command("actions", &json!({ "actions": [source] }));
    }

    /// The value of the JavaScript expression `expression`.
    pub fn value_of(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until `expression` is neither false nor null nor zero nor empty; returns its value.
    pub fn until(&self, expression: &str) -> Value {
        let careful =
            format!("(() => {{ try {{ return {expression}; }} catch {{ return null; }} }})()");
        until_some(expression, || {
            let found = self.value_of(&careful);
            let is_nothing = [json!(null), json!(false), json!(0), json!("")].contains(&found);
            (!is_nothing).then_some(found)
        })
    }

    /// Enters the frame that the CSS selector `selector` finds: later commands are for the page in it.
    pub fn enter_frame(&self, selector: &str) {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        self.command("frame", &json!({ "id": found }));
    }

    /// Sends a command of the Chrome `DevTools` protocol.
    pub fn devtools(&self, name: &str) -> Value {
        self.command("goog/cdp/execute", &json!({ "cmd": name, "params": {} }))
    }

    /// Runs `script`, a function's body; returns its value.
    pub fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
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
