//! A server of the program itself, and a client that sends what is told, byte for byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server. It ends with this value.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    /// Where it lays down uploads.
    pub folder: PathBuf,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Server {
    /// Starts a server at a free port; `name` is that of the test, for its folder.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("TMPDIR", &folder)
            .env("TMP", &folder)
            .env("TEMP", &folder)
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("APPDATA", "/nonexistent")
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        Self { address: address.parse().expect("an address"), child, out, folder }
    }

    /// The server's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until the server ended by itself; everything that it wrote, and whether it ended well.
    pub fn ended(mut self) -> (String, bool) {
        let mut said = String::new();
        self.out.read_to_string(&mut said).expect("its output");
        self.child.stderr.take().expect("its errors").read_to_string(&mut said).expect("its errors");
        let status = self.child.wait().expect("its end");
        (said, status.success())
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a limit");
        stream
    }

    /// Sends bytes as they are, and reads the answer.
    pub fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        // A server that refuses early may have gone before everything was sent.
        let _ = stream.write_all(request);
        reply(&mut stream)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], b"")
    }

    /// A request as a program sends it.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.raw(&request(&self.address.to_string(), method, path, headers, body))
    }

    /// A form as a browser sends it: fields, and files with their names.
    pub fn form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let body = form(fields);
        let mut all = vec![("content-type", "multipart/form-data; boundary=edge")];
        all.extend(headers);
        self.request("POST", path, &all, &body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}{}", self.head, self.text()))
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The bytes of a form.
pub fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, value) in fields {
        body.extend_from_slice(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"").as_bytes());
        if let Some(file) = file {
            body.extend_from_slice(
                format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream").as_bytes(),
            );
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

/// The bytes of a request; the connection ends with it.
pub fn request(host: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request.push_str(&format!("host: {host}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if !headers.iter().any(|(name, _)| *name == "transfer-encoding") && method != "GET" {
        request.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    let mut request = format!("{request}\r\n").into_bytes();
    request.extend_from_slice(body);
    request
}

/// Reads an answer to the end of the connection.
pub fn reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    // A connection that was reset behind its answer has answered.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").unwrap_or_else(|| {
        panic!("no answer: {:?}", String::from_utf8_lossy(&bytes));
    });
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let mut body = bytes[end + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = joined(&body);
    }
    Reply { status, head, body }
}

fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = chunks.windows(2).position(|part| part == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&chunks[..line]), 16).expect("a length");
        body.extend_from_slice(&chunks[line + 2..line + 2 + length]);
        chunks = &chunks[line + 4 + length..];
    }
    body
}
