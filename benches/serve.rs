//! `freebusy serve` under load: 64 clients that paste as fast as they get answers, and what that leaves in memory.
//!
//! Every client keeps its connection and asks again once it has its answer. The same clients ask `/healthz` in turn with the pastes: that is
//! what connections, HTTP and the clients themselves cost on this machine, without an engine. `cargo bench --bench serve -- [--rounds 5]
//! [--pastes 100000]`.

#[path = "../tests/common/server.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod server;

use server::Server;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PASTE: &[u8] = include_bytes!("../samples/ambiguous-user.txt");

const CLIENTS: usize = 64;

/// Requests of a round.
const ROUND: usize = 5_000;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut rounds, mut pastes) = (5, 100_000);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|n| n.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            "--rounds" => rounds = number,
            "--pastes" => pastes = number,
            other => panic!("{other}? it is --rounds or --pastes"),
        }
    }
    let server = Server::start("bench", &[]);
    let asks = [
        ("GET /healthz", request(server.address, "GET /healthz", "", b"")),
        (
            "POST /api/explain, JSON",
            request(server.address, "POST /api/explain", "content-type: text/plain\r\n", PASTE),
        ),
        (
            "POST /api/explain, HTML",
            request(server.address, "POST /api/explain", "content-type: text/plain\r\naccept: text/html\r\n", PASTE),
        ),
    ];
    let pasted = |number: usize| {
        for (_, ask) in &asks[1..] {
            load(&server, ask, number / 2);
        }
        resident(&server)
    };
    // The engine and the templates are made by the first pastes, and memory is compared with what it is when every client has asked for both.
    let first = pasted(1_000);
    let mut results: Vec<Vec<Round>> = asks.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (result, (_, ask)) in results.iter_mut().zip(&asks) {
            result.push(load(&server, ask, ROUND));
        }
    }
    println!("{CLIENTS} clients, {rounds} rounds of {ROUND} requests in turn, medians of the rounds\n");
    println!("{:<28} {:>10} {:>10} {:>10} {:>10}", "", "a second", "median ms", "99 % ms", "longest ms");
    for ((name, _), rounds) in asks.iter().zip(&results) {
        let of = |value: fn(&Round) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        println!(
            "{name:<28} {:>10.0} {:>10.1} {:>10.1} {:>10.1}",
            of(|r| r.a_second),
            of(|r| r.at(50)),
            of(|r| r.at(99)),
            of(|r| r.at(100))
        );
    }
    let done = 1_000 + 2 * rounds * ROUND;
    let between = resident(&server);
    match (first, between, pasted(pastes.saturating_sub(done))) {
        (Some(first), Some(between), Some(last)) => {
            let all = pastes.max(done);
            println!(
                "\nmemory after 1,000 pastes: {first:.1} MiB, after {done}: {between:.1} MiB, after {all}: {last:.1} MiB"
            );
        }
        _ => println!("\nthis system does not say how much memory a process has"),
    }
}

/// One round of requests.
struct Round {
    a_second: f64,
    /// In milliseconds, in order.
    times: Vec<f64>,
}

impl Round {
    /// The time within which so many of a hundred were answered.
    fn at(&self, percent: usize) -> f64 {
        self.times.get((self.times.len() * percent / 100).saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// The bytes of a request that leaves the connection open.
fn request(host: SocketAddr, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{line} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// All clients ask until so many requests were answered.
fn load(server: &Server, request: &[u8], requests: usize) -> Round {
    let left = AtomicUsize::new(requests);
    let begun = Instant::now();
    let mut times = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| client(server.address, request, &left))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect::<Vec<f64>>()
    });
    let a_second = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Round { a_second, times }
}

/// How long each of a client's requests took, in milliseconds.
fn client(address: SocketAddr, request: &[u8], left: &AtomicUsize) -> Vec<f64> {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let mut stream = BufReader::new(stream);
    let mut times = Vec::new();
    let mut body = Vec::new();
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        let begun = Instant::now();
        stream.get_mut().write_all(request).expect("a connection that stays open");
        answer(&mut stream, &mut body);
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    times
}

/// Reads an answer, which has to be one.
fn answer(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) {
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).expect("a line of the head");
        if status.is_empty() {
            status.clone_from(&line);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        }
        if line.trim_end().is_empty() {
            break;
        }
    }
    body.resize(length, 0);
    stream.read_exact(body).expect("the body");
    assert!(status.contains(" 200 ") && length > 0, "{status}");
}

/// The server's memory in MiB, where the system says it in Linux's way.
fn resident(server: &Server) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}
