//! `freebusy serve` over its socket: the API's contract, and what it refuses.
#![cfg(feature = "serve")]

mod common;

use common::server::{Reply, Server, form, reply, request};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

const AMBIGUOUS: &[u8] = include_bytes!("../samples/ambiguous-user.txt");
const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain");
const HTML: (&str, &str) = ("accept", "text/html");

/// Headers of a request.
type Headers<'h> = &'h [(&'h str, &'h str)];

fn samples() -> String {
    format!("{}/samples", env!("CARGO_MANIFEST_DIR"))
}

/// What the command line prints, run beside the samples.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(arguments)
        .current_dir(samples())
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .output()
        .expect("the program");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn log() -> Vec<u8> {
    AMBIGUOUS.repeat(3)
}

#[test]
fn the_api_answers_as_the_command_line_does() {
    let server = Server::start("contract", &[]);
    let explained = server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS);
    assert_eq!(explained.text(), printed(&["explain", "ambiguous-user.txt", "--format", "json"]));
    let markdown = server.request("POST", "/api/explain", &[TEXT, ("accept", "text/markdown")], AMBIGUOUS).text();
    let expected = printed(&["explain", "ambiguous-user.txt", "--format", "markdown"]);
    assert_eq!(markdown.replace("--> paste", "--> ambiguous-user.txt"), expected);
    assert_eq!(server.get("/api/rules").text(), printed(&["rules", "list", "--format", "json"]));
    let rule = printed(&["rules", "show", "preauth-401", "--format", "json"]);
    assert_eq!(server.get("/api/rules/preauth-401").text(), rule);
    assert_eq!(server.get("/api/lookup/LID%3A%2043532").text(), printed(&["lookup", "LID: 43532", "--format", "json"]));
    let scanned = server.form("/api/scan", &[], &[("file", Some("ambiguous-user.txt"), AMBIGUOUS)]);
    assert_eq!(scanned.text(), printed(&["scan", "ambiguous-user.txt", "--format", "json"]));
}

#[test]
fn a_question_says_everything_that_options_say() {
    let server = Server::start("question", &[]);
    let text = String::from_utf8(AMBIGUOUS.to_vec()).expect("UTF-8").replace("contoso", "tailspintoys");
    let orgrel = "Name : Microsoft\nDomainNames : {tailspintoys.com}\nFreeBusyAccessEnabled : False\n";
    let folder = server.folder.join("inputs");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (error, output) = (folder.join("a"), folder.join("b"));
    std::fs::write(&error, &text).expect("a file");
    std::fs::write(&output, orgrel).expect("a file");
    let names = [error.display().to_string(), output.display().to_string()];
    let question = json!({
        "texts": [{ "name": names[0], "text": text }, { "name": names[1], "text": orgrel }],
        "set": { "on_premises_mailbox": "ann@tailspintoys.com" },
        "assume": ["free-busy"],
        "redact": true,
        "as_of": "2025-10-31",
    });
    let asked = server.request("POST", "/api/explain", &[JSON], question.to_string().as_bytes());
    let options = ["--set", "on_premises_mailbox=ann@tailspintoys.com", "--assume", "free-busy", "--redact"];
    let mut arguments = vec!["explain", &names[0], &names[1], "--format", "json", "--as-of", "2025-10-31"];
    arguments.extend(options);
    assert_eq!(asked.text(), printed(&arguments));
    assert!(!asked.text().contains("tailspintoys"));
}

#[test]
fn the_description_holds_for_every_address() {
    let server = Server::start("description", &[]);
    let api = server.get("/api/openapi.json").json();
    let valid = |name: &str, value: &Value| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": api["components"] });
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{name} {}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    };
    let bodies: [(&str, Headers, Vec<u8>); 2] = [
        ("/api/explain", &[JSON], br#"{"texts": [{"text": "LID: 43532"}]}"#.to_vec()),
        (
            "/api/scan",
            &[("content-type", "multipart/form-data; boundary=edge")],
            form(&[("file", Some("a.log"), &log())]),
        ),
    ];
    let mut seen = 0;
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let example = operation["parameters"][0]["example"].as_str().unwrap_or_default();
            let address = path.replace("{id}", example);
            let none = ("", &[][..], Vec::new());
            let (_, headers, body) = bodies.iter().find(|(of, ..)| of == path).unwrap_or(&none);
            let reply = server.request(&method.to_uppercase(), &address, headers, body);
            assert_eq!(reply.status, 200, "{method} {address}: {}", reply.text());
            let content = operation["responses"]["200"]["content"].as_object().expect("content");
            let kind = reply.header("content-type").expect("a type").split(';').next().expect("a type");
            assert!(content.contains_key(kind), "{method} {address}: {kind}");
            if let Some(name) = content[kind]["schema"]["$ref"].as_str() {
                valid(name.rsplit('/').next().expect("a name"), &reply.json());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 7);
    // Answers of every kind, and every problem.
    for text in [AMBIGUOUS, b"Could not create SSL/TLS secure channel", b"nothing that is known", b"LID: 43532 401"] {
        valid("Answer", &server.request("POST", "/api/explain", &[TEXT], text).json());
    }
    let none = server.get("/api/lookup/nothing-has-this-name");
    valid("Lookup", &none.json());
    for (status, path, problem) in [
        (404, "/api/nothing", server.get("/api/nothing")),
        (404, "/api/rules/preauth-402", server.get("/api/rules/preauth-402")),
        (405, "/api/explain", server.get("/api/explain")),
        (415, "/api/explain", server.request("POST", "/api/explain", &[("content-type", "image/png")], b"x")),
        (415, "/api/scan", server.request("POST", "/api/scan", &[JSON], b"{}")),
        (400, "/api/explain", server.request("POST", "/api/explain", &[JSON], b"{\"texts\": [")),
        (422, "/api/explain", server.request("POST", "/api/explain", &[TEXT], b" ")),
        (422, "/api/scan", server.form("/api/scan", &[], &[("file", Some(""), b"")])),
    ] {
        assert_eq!(problem.status, status, "{path}");
        valid("Problem", &problem.json());
    }
    assert!(server.get("/api/rules/preauth-402").text().contains("did you mean `preauth-401`?"));
}

#[test]
fn a_value_or_context_that_nobody_knows_is_named() {
    let server = Server::start("unknown", &[]);
    for (question, said) in [
        (json!({"texts": [{"text": "x"}], "set": {"cloud_mailbxo": "a"}}), "did you mean `cloud_mailbox`?"),
        (json!({"texts": [{"text": "x"}], "assume": ["nowhere"]}), "free-busy"),
        (json!({"texts": [{"text": "x"}], "as_of": "yesterday"}), "2025-10-31"),
        (json!({"texts": [{"text": "x"}], "surprise": 1}), "surprise"),
    ] {
        let reply = server.request("POST", "/api/explain", &[JSON], question.to_string().as_bytes());
        assert!(matches!(reply.status, 400 | 422) && reply.text().contains(said), "{}", reply.text());
    }
}

#[test]
fn other_sites_other_names_and_other_paths_are_refused() {
    let server = Server::start("guard", &[]);
    let own = server.address.to_string();
    let refused = |headers: &[(&str, &str)]| {
        let mut all = vec![TEXT];
        all.extend(headers);
        let reply = server.request("POST", "/api/explain", &all, AMBIGUOUS);
        assert!(!reply.text().contains("token-user-ambiguous"), "{headers:?}");
        reply.status
    };
    assert_eq!(refused(&[("origin", "http://evil.example")]), 403);
    assert_eq!(refused(&[("origin", "null")]), 403);
    assert_eq!(refused(&[("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(refused(&[("host", "evil.example")]), 403);
    assert_eq!(refused(&[("host", &format!("evil.example:{}", server.address.port()))]), 403);
    let twice = format!("GET /healthz HTTP/1.1\r\nhost: {own}\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert!(matches!(server.raw(twice.as_bytes()).status, 400 | 403));
    let same = server.request("POST", "/api/explain", &[TEXT, ("origin", &format!("http://{own}"))], AMBIGUOUS);
    assert_eq!(same.status, 200);
    for path in [
        "/../../../etc/passwd",
        "/catalogue/../../Cargo.toml",
        "/catalogue/%2e%2e/%2e%2e/Cargo.toml",
        "/catalogue/..%2f..%2fCargo.toml",
        "/catalogue/..%5c..%5cCargo.toml",
        "/catalogue//etc/passwd",
        "/rules/..%2f..%2fetc%2fpasswd",
        "/C:/Windows/win.ini",
        "/catalogue/rules/%00",
    ] {
        let reply = server.get(path);
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        assert!(!reply.text().contains("[package]") && !reply.text().contains("root:"), "{path}");
    }
}

#[test]
fn a_proxy_s_name_is_answered_where_it_was_given() {
    let server = Server::start("proxy", &["--allow-host", "help.contoso.com"]);
    let ask =
        |host, origin| server.request("POST", "/api/explain", &[TEXT, ("host", host), ("origin", origin)], AMBIGUOUS);
    assert_eq!(ask("help.contoso.com", "https://help.contoso.com").status, 200);
    assert_eq!(ask("help.contoso.com", "https://other.contoso.com").status, 403);
    assert_eq!(ask("other.contoso.com", "https://other.contoso.com").status, 403);
}

#[test]
fn every_answer_forbids_what_no_page_needs() {
    let server = Server::start("headers", &[]);
    let explained = server.request("POST", "/explain", &[TEXT], AMBIGUOUS);
    let scanned = server.form("/scan", &[], &[("file", Some("a.log"), &log())]);
    let pages =
        ["/", "/app.js", "/app.css", "/find?q=43532", "/catalogue/index.html", "/nothing", "/api/rules", "/healthz"];
    let mut replies: Vec<(&str, Reply)> = pages.into_iter().map(|path| (path, server.get(path))).collect();
    replies.extend([("/explain", explained), ("/scan", scanned)]);
    for (path, reply) in replies {
        let header = |name| reply.header(name).unwrap_or_else(|| panic!("{path} has no {name}"));
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        let kept = matches!(path, "/app.js" | "/app.css" | "/catalogue/index.html");
        assert_eq!(header("cache-control"), if kept { "no-cache" } else { "no-store" }, "{path}");
        assert!(reply.header("access-control-allow-origin").is_none());
        let text = reply.text();
        // A scan's report is one file to keep: its policy names its script and style sheet by their digests.
        if reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) && path != "/scan" {
            assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"), "{path}");
            assert!(!text.contains("<script>"), "{path}");
        }
    }
}

#[test]
fn what_is_pasted_is_text_wherever_it_is_shown() {
    let server = Server::start("hostile", &[]);
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</textarea><script>alert(1)</script>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "{{ 7 * 7 }}{% for x in range(9) %}{% endfor %}${7*7}",
        "\u{202e}\u{0}\u{1b}[2J",
    ];
    for hostile in hostile {
        let text = format!(
            "{hostile} diagnostics: 2000005;reason=\"The user specified by the user-context in the token is ambiguous.{hostile}\" {hostile}"
        );
        let fields = [("text", None, text.as_bytes()), ("set.on_premises_mailbox", None, hostile.as_bytes())];
        let named = [("file", Some("<script>alert(1)<script>.txt"), text.as_bytes()), fields[0], fields[1]];
        for path in ["/explain", "/api/explain"] {
            for fields in [&fields[..], &named[..]] {
                let page = server.form(path, &[HTML], fields);
                assert_eq!(page.status, 200, "{path}: {}", page.text());
                let page = page.text();
                assert!(page.contains("token-user-ambiguous"), "{page}");
                let parts = ["<script>", "<img", "onerror=alert(1)>", "<a href=\"javascript", "49{", "${49}"];
                for part in parts {
                    assert!(!page.contains(part), "{path}: {part} of {hostile}");
                }
                assert!(!page.contains(['\u{202e}', '\u{0}', '\u{1b}']), "{path}");
            }
        }
        let page = server.form("/scan", &[], &[("file", Some("<img src=x>.log"), text.as_bytes())]).text();
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{hostile}");
        let found =
            server.get(&format!("/find?q={}", hostile.bytes().map(|b| format!("%{b:02x}")).collect::<String>()));
        assert!(!found.text().contains("<script>alert") && !found.text().contains("<img"), "{hostile}");
    }
}

#[test]
fn bytes_of_any_kind_get_an_answer_or_a_clear_error() {
    let server = Server::start("bytes", &[]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(String::from_utf8_lossy(AMBIGUOUS).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let answer = server.request("POST", "/api/explain", &[TEXT], &utf16);
    assert_eq!(answer.json()["matches"][0]["rule"], "token-user-ambiguous");
    let mut broken = AMBIGUOUS.to_vec();
    broken.extend([0xc3, 0x28, 0xff, 0xfe, 0x80]);
    let answer = server.request("POST", "/api/explain", &[TEXT], &broken);
    assert_eq!(answer.json()["matches"][0]["rule"], "token-user-ambiguous");
    let deep = format!("{{\"texts\": {}", "[".repeat(1_000_000));
    let answer = server.request("POST", "/api/explain", &[JSON], deep.as_bytes());
    assert_eq!(answer.status, 400, "{}", answer.text());
    let pasted = format!("{{\"a\": {}", "[{\"a\":".repeat(200_000));
    assert_eq!(server.request("POST", "/api/explain", &[TEXT], pasted.as_bytes()).json()["verdict"], "none");
    let log = server.request("POST", "/api/explain", &[TEXT, HTML], b"ElfFile\0\0\0\0");
    assert!(log.status == 422 && log.text().contains("Windows event log") && log.text().contains("scan"));
    for edge in ["--edge", "--edge\r\n", "--edge\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nabc"] {
        let form = ("content-type", "multipart/form-data; boundary=edge");
        let reply = server.request("POST", "/api/explain", &[form], edge.as_bytes());
        assert_eq!(reply.status, 400, "{edge}: {}", reply.text());
    }
}

#[test]
fn what_is_too_large_is_said_to_be() {
    let server = Server::start("large", &["--max-upload", "8"]);
    let large = vec![b'a'; 50 << 20];
    let json = server.request("POST", "/api/explain", &[TEXT], &large);
    assert_eq!((json.status, json.json()["error"]["message"].as_str()), (413, Some("this is more than 4 MiB")));
    let page = server.form("/explain", &[], &[("text", None, &large)]);
    assert!(page.status == 413 && page.text().contains("<!doctype html>") && page.text().contains("more than 4 MiB"));
    let upload = server.form("/api/scan", &[HTML], &[("file", Some("a.log"), &large)]);
    assert!(upload.status == 413 && upload.text().contains("more than 8 MiB"), "{}", upload.text());
    // A length that was not announced.
    let mut chunked = Vec::new();
    for _ in 0..6 {
        chunked.extend_from_slice(b"100000\r\n");
        chunked.extend_from_slice(&large[..1 << 20]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let reply = server.request("POST", "/api/explain", &[TEXT, ("transfer-encoding", "chunked")], &chunked);
    assert_eq!(reply.status, 413, "{}", reply.text());
    assert_eq!(server.get("/healthz").text(), "ok\n");
}

#[test]
fn a_hundred_pastes_at_once_are_all_answered() {
    let server = Server::start("hundred", &[]);
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let ask = || {
            let reply = server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS);
            assert_eq!(reply.status, 200, "{}", reply.text());
            began.elapsed()
        };
        let threads: Vec<_> = (0..100).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    times.sort();
    assert!(times[99] < Duration::from_secs(30), "the slowest took {:?}", times[99]);
}

#[test]
fn a_large_upload_does_not_keep_a_paste_waiting() {
    let server = Server::start("upload", &[]);
    let line = b"2026-11-22 10:00:00 The user specified by the user-context in the token is ambiguous. LID: 43532\r\n";
    let log = line.repeat((24 << 20) / line.len());
    std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| server.form("/api/scan", &[], &[("file", Some("large.log"), &log)]).status))
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        let mut pastes = 0;
        while !uploads.iter().all(|upload| upload.is_finished()) && pastes < 20 {
            let began = Instant::now();
            assert_eq!(server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS).status, 200);
            assert!(began.elapsed() < Duration::from_secs(10), "a paste waited {:?}", began.elapsed());
            pastes += 1;
        }
        assert!(pastes > 0, "the uploads were too fast to measure anything");
        for upload in uploads {
            assert_eq!(upload.join().expect("a status"), 200);
        }
    });
    let left: Vec<_> = std::fs::read_dir(&server.folder).expect("the folder").collect();
    assert!(left.is_empty(), "uploads are gone once they are answered: {left:?}");
}

#[test]
fn a_sender_that_stops_half_way_holds_nothing_up() {
    let server = Server::start("half", &[]);
    let half = request(&server.address.to_string(), "POST", "/api/explain", &[TEXT], AMBIGUOUS);
    let mut open: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&half[..half.len() - 10]).expect("a connection");
            stream
        })
        .collect();
    assert_eq!(server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS).status, 200);
    let last = open.first_mut().expect("a connection");
    last.write_all(&half[half.len() - 10..]).expect("the rest");
    assert_eq!(reply(last).status, 200);
}

#[test]
fn an_organization_s_names_come_from_the_profile() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-profile");
    std::fs::create_dir_all(&folder).expect("a folder");
    let profile = folder.join("names.yaml");
    std::fs::write(&profile, "on_premises_upn: ben@corp.contoso.com\n").expect("a profile");
    let server = Server::start("profile", &["--profile", &profile.display().to_string()]);
    let answer = server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS);
    assert!(answer.text().contains("userPrincipalName=ben@corp.contoso.com"), "{}", answer.text());
}

#[cfg(unix)]
#[test]
fn a_stop_lets_answers_end_and_nothing_that_was_pasted_is_written_down() {
    let server = Server::start("stop", &[]);
    assert_eq!(server.request("POST", "/api/explain", &[TEXT], AMBIGUOUS).status, 200);
    let asked = request(&server.address.to_string(), "POST", "/api/explain", &[TEXT], AMBIGUOUS);
    let mut stream = server.connect();
    stream.write_all(&asked[..asked.len() - 5]).expect("a connection");
    // The request is under way once its head was read.
    std::thread::sleep(Duration::from_millis(300));
    let ended = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().expect("kill");
    assert!(ended.success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(std::net::TcpStream::connect_timeout(&server.address, Duration::from_millis(500)).is_err(), "nobody new");
    stream.write_all(&asked[asked.len() - 5..]).expect("the rest");
    let answer = reply(&mut stream);
    assert!(answer.status == 200 && answer.text().contains("token-user-ambiguous"));
    let (said, well) = server.ended();
    assert!(well, "{said}");
    assert!(said.contains("stopping") && !said.contains("contoso") && !said.contains("ambiguous"), "{said}");
}
