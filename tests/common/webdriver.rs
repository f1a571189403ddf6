//! A browser that is told what to do over the WebDriver protocol of the W3C: a dozen JSON requests, so a client of our own.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The name of the key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a page a picture shows, in pixels from its top: Chromium holds all of it in memory several times.
const TALLEST: u64 = 4_000;

/// Chromium's tab crashed, which says nothing about the page that it showed.
#[derive(Debug)]
pub struct Crashed;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Keys that have no letter.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
pub const SPACE: &str = "\u{e00d}";
pub const CONTROL: &str = "\u{e009}";

/// The driver, and a browser's session in it. Both end with this value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

/// An element of the page that is shown.
#[derive(Debug, Clone)]
pub struct Element(String);

fn runs(name: &str) -> bool {
    let version = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Whether there is a browser and its driver. Where FREEBUSY_BROWSER is 1, there must be.
pub fn is_there() -> bool {
    let there = runs("chromedriver") && BROWSERS.into_iter().any(runs);
    if !there {
        let asked = std::env::var("FREEBUSY_BROWSER").is_ok_and(|value| value == "1");
        assert!(!asked, "FREEBUSY_BROWSER is 1, and there is no Chromium with its chromedriver");
        eprintln!("skipped: there is no Chromium with its chromedriver");
    }
    there
}

impl Browser {
    /// Opens a browser, with scripts or without; what it keeps lies in `folder`.
    pub fn open(folder: &Path, script: bool) -> Self {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("a folder");
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver");
        let mut out = BufReader::new(driver.stdout.take().expect("its output"));
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(out.read_line(&mut line).expect("its output") > 0, "chromedriver ended");
            let port = line.split("on port ").nth(1).map(|rest| rest.trim().trim_end_matches('.').to_owned());
            if let Some(port) = port.filter(|_| line.contains("successfully")).and_then(|port| port.parse().ok()) {
                break port;
            }
        };
        // Whoever writes into a pipe that nobody reads waits.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let mut browser = Self { driver, port, session: String::new() };
        let name = BROWSERS.into_iter().find(|name| runs(name)).expect("a browser");
        let path = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().ok();
        let path = path.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", folder.join("profile").display()),
        ];
        let mut options = json!({ "args": arguments });
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            options["binary"] = path.into();
        }
        if !script {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = browser.send("POST", "/session", &wanted);
        browser.session = session["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {session}")).to_owned();
        browser
    }

    /// One request of the protocol; the value of its answer, or the error as a value with the key `error`.
    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("chromedriver");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a limit");
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("chromedriver");
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            answer.read_line(&mut line).expect("an answer");
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes).expect("an answer");
        serde_json::from_slice::<Value>(&bytes).expect("JSON")["value"].take()
    }

    fn post(&self, path: &str, body: Value) -> Value {
        let value = self.send("POST", &format!("/session/{}{path}", self.session), &body);
        assert!(value.get("error").is_none(), "{path} {body}: {value}");
        value
    }

    pub fn go(&self, address: &str) {
        self.post("/url", json!({ "url": address }));
    }

    pub fn reload(&self) {
        self.post("/refresh", json!({}));
    }

    pub fn address(&self) -> String {
        self.send("GET", &format!("/session/{}/url", self.session), &Value::Null).as_str().expect("a text").to_owned()
    }

    /// Runs a script's body in the page; the test's hand, not the page's.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Runs a script's body that may await.
    pub fn wait_for(&self, script: &str) -> Value {
        let script =
            format!("const done = arguments[0]; (async () => {{ {script} }})().then(done, (e) => done('' + e));");
        self.post("/execute/async", json!({ "script": script, "args": [] }))
    }

    fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.post("/elements", json!({ "using": "css selector", "value": selector }));
        let ids = found.as_array().expect("a list").iter().map(|element| element[ELEMENT].as_str().expect("an id"));
        ids.map(|id| Element(id.to_owned())).collect()
    }

    /// The first element, as soon as there is one.
    pub fn find(&self, selector: &str) -> Element {
        self.until(selector, || self.all(selector).into_iter().next())
    }

    /// How many elements there are now.
    pub fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// Waits until something is so.
    pub fn until<T>(&self, what: &str, is: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = is() {
                return found;
            }
            let page = || self.run("return document.body.innerText.slice(0, 2000)");
            assert!(began.elapsed() < PATIENCE, "still not so: {what}; {} shows {}", self.address(), page());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("/element/{}/click", element.0), json!({}));
    }

    /// Types into an element.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("/element/{}/value", element.0), json!({ "text": text }));
    }

    /// Presses keys one after the other, wherever the cursor is.
    pub fn press(&self, keys: &[&str]) {
        let mut actions = Vec::new();
        for key in keys {
            actions.push(json!({ "type": "keyDown", "value": key }));
            actions.push(json!({ "type": "keyUp", "value": key }));
        }
        self.actions(actions);
    }

    /// Presses a key while another one is held.
    pub fn press_with(&self, held: &str, key: &str) {
        let step = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        self.actions(vec![step("keyDown", held), step("keyDown", key), step("keyUp", key), step("keyUp", held)]);
    }

    fn actions(&self, actions: Vec<Value>) {
        self.post("/actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// The text of an element as a person sees it.
    pub fn text(&self, selector: &str) -> String {
        // An element that was replaced meanwhile is looked for again.
        self.until(selector, || {
            let element = self.all(selector).into_iter().next()?;
            let text = self.send("GET", &format!("/session/{}/element/{}/text", self.session, element.0), &Value::Null);
            text.as_str().map(str::to_owned)
        })
    }

    /// A permission that a person would give.
    pub fn permit(&self, name: &str) {
        self.post("/permissions", json!({ "descriptor": { "name": name }, "state": "granted" }));
    }

    /// What only Chromium's own protocol can do.
    fn chromium(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// How the person wants pages: `dark` or `light`, on a screen of so many pixels, or on paper.
    pub fn look(&self, scheme: &str, width: u32, paper: bool) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        let media = json!({ "media": if paper { "print" } else { "" }, "features": [feature] });
        self.chromium("Emulation.setEmulatedMedia", media);
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// The page as a picture, down to [`TALLEST`] pixels.
    ///
    /// # Errors
    ///
    /// Chromium's tab crashed over it, as it does where memory is short; this browser is then of no more use.
    pub fn picture(&self, path: &Path) -> Result<(), Crashed> {
        let size = self
            .run("const { scrollWidth, scrollHeight } = document.documentElement; return [scrollWidth, scrollHeight]");
        let (width, height) = (size[0].as_u64().expect("a width"), size[1].as_u64().expect("a height"));
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(TALLEST), "scale": 1 });
        let asked =
            json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true, "clip": clip } });
        let picture = self.send("POST", &format!("/session/{}/goog/cdp/execute", self.session), &asked);
        if picture["error"] == "tab crashed" {
            return Err(Crashed);
        }
        let bytes = base64(picture["data"].as_str().unwrap_or_else(|| panic!("no picture: {picture}")));
        assert!(bytes.len() > 10_000, "{} shows something", path.display());
        std::fs::write(path, bytes).expect("a file");
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.send("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
