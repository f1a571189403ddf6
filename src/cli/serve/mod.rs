//! `freebusy serve`: sockets, limits and the way to stop. What is answered is the business of `web`.

mod body;
mod routes;

use super::{CliError, Status};
use crate::report::Renderer;
use crate::report::Style;
use crate::rules::Rules;
use crate::web::{Hosts, Site};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// Connections at once; more wait until one ends.
const CONNECTIONS: usize = 512;

/// How long a connection may take for the head of a request.
const HEAD: Duration = Duration::from_secs(15);

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 32 << 10;

/// How long a connection lives. Whoever keeps one open longer is asked to open another...
const LIFE: Duration = Duration::from_secs(900);

/// ...and is cut off after this, if an answer is still not taken.
const LAST_ANSWER: Duration = Duration::from_secs(300);

/// How long answers that are under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(20);

/// Texts that wait for the engine or are being sent, in KiB.
const TEXTS_IN_MEMORY: usize = 256 << 10;

/// Uploads that are received or scanned at once.
const UPLOADS: usize = 4;

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 it was stopped, 2 it could not be done.")]
pub(super) struct Args {
    /// The address and port of the page; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// Let other computers connect. There is no sign-in and no TLS: a reverse proxy must stand before it
    #[arg(long)]
    allow_remote: bool,
    /// A name, or NAME:PORT, under which browsers reach the page, such as that of the reverse proxy; can be given several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// The largest upload of logs, in MiB
    #[arg(long, value_name = "MIB", default_value = "64", value_parser = clap::value_parser!(u64).range(1..=4096))]
    max_upload: u64,
    /// A file with your organization's own names [default: freebusy.yaml here, then in the user's configuration folder]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

/// An address as people write it.
fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let said = "write it as an address and a port, such as 127.0.0.1:8080 or [::1]:8080";
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| said.to_owned())
}

/// What all requests share.
struct Server {
    rules: &'static Rules,
    site: Site<'static>,
    profile: BTreeMap<String, String>,
    hosts: Hosts,
    /// Texts that the engine reads at once.
    explaining: Arc<Semaphore>,
    /// Logs that are scanned at once.
    scanning: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    /// KiB of texts.
    texts: Arc<Semaphore>,
    /// In bytes.
    max_upload: u64,
    /// The security policy of a scan's report.
    report_policy: String,
    /// Ends the scans that are under way.
    stop: Arc<AtomicBool>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    if !args.listen.ip().is_loopback() && !args.allow_remote {
        return Err(CliError::new(format!(
            "{} is not the loopback address: every computer that reaches it could send texts and read answers, without sign-in and \
             without TLS",
            args.listen
        ))
        .help("add --allow-remote if a reverse proxy with both stands before it, as docs/serve.md shows"));
    }
    let rules = super::load::rules(&args.rules)?;
    // Requests are answered until the process ends, and each needs the rules.
    let rules: &'static Rules = Box::leak(Box::new(rules));
    let profile = super::profile::read(args.profile.as_deref())?.values;
    let site = Site::new(rules, profile.clone()).map_err(|problem| {
        let error = CliError::new(problem.message);
        match problem.help {
            Some(help) => error.help(help),
            None => error,
        }
    })?;
    let processors = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    // A scan works alone, so that a processor is always left for pastes.
    let scans = (processors / 4).max(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors.min(8))
        .max_blocking_threads(processors + scans + 2 * UPLOADS)
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| CliError::new(format!("the server could not start: {error}")))?;
    let result = runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(|error| not_bound(args.listen, &error))?;
        let own = listener.local_addr().map_err(|error| not_bound(args.listen, &error))?;
        let (script, style) = Renderer::new(Vec::new(), Style { width: 100, color: false }).scan_policy();
        let server = Arc::new(Server {
            rules,
            site,
            profile,
            hosts: Hosts::new(own, &args.allow_host),
            explaining: Arc::new(Semaphore::new(processors)),
            scanning: Arc::new(Semaphore::new(scans)),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            texts: Arc::new(Semaphore::new(TEXTS_IN_MEMORY)),
            max_upload: args.max_upload << 20,
            report_policy: format!(
                "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'none'"
            ),
            stop: Arc::new(AtomicBool::new(false)),
        });
        super::print(&welcome(own, args), false)?;
        serve(listener, &server).await
    });
    // What still works on an upload ends by its own limits; nobody waits for it.
    runtime.shutdown_background();
    result.map(|()| Status::Answer)
}

fn not_bound(address: SocketAddr, error: &io::Error) -> CliError {
    let failed = CliError::new(format!("{address}: {error}"));
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            failed.help("another program listens there, perhaps freebusy itself; choose another port with --listen")
        }
        _ => failed.help("choose another address with --listen"),
    }
}

fn welcome(own: SocketAddr, args: &Args) -> String {
    let mut text = format!("freebusy serves http://{own}/ (Ctrl+C stops it)\n");
    if !own.ip().is_loopback() {
        text.push_str("Other computers can reach it, without sign-in and without TLS: both are the reverse proxy's.\n");
        if args.allow_host.is_empty() {
            text.push_str("Browsers that ask for it by a name are refused: name the name with --allow-host.\n");
        }
    }
    text
}

/// Takes connections until somebody stops the server, and lets answers end that are under way.
async fn serve(listener: TcpListener, server: &Arc<Server>) -> Result<(), CliError> {
    let routes = routes::routes(Arc::clone(server));
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped());
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&connections).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            (accepted, place) = next => match accepted {
                Ok((stream, _)) => (stream, place),
                // Such as too many open files: what is open ends some time.
                Err(_) => {
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stopped => break,
        };
        connect(stream, place, routes.clone(), &graceful);
    }
    // Nobody new: another server can take the address over while the last answers end.
    drop(listener);
    super::print("stopping; what is under way is still answered\n", false)?;
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(FAREWELL) => {}
        // Whoever asks twice means it.
        () = self::stopped() => {}
    }
    server.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    Ok(())
}

fn connect(stream: TcpStream, place: Option<OwnedSemaphorePermit>, routes: axum::Router, graceful: &GracefulShutdown) {
    // Answers are written at once; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let watcher = graceful.watcher();
    tokio::spawn(async move {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        // What goes wrong on a connection is its client's business, and may hold what was sent: it is not written down.
        let _ = timeout(LIFE + LAST_ANSWER, watcher.watch(connection)).await;
        drop(place);
    });
}

/// Ends when somebody asks the server to stop.
async fn stopped() {
    let interrupted = async {
        // Where no handler can be set, Ctrl+C ends the program at once, as it does everywhere.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
