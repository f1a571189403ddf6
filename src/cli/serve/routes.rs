//! Which address is answered by what.

use super::super::scan::upload::{self, Upload};
use super::body::{self, turn};
use super::{CliError, Server};
use crate::web::{Ask, Form, Origin, Problem, Reply};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::header::{ACCEPT, HOST, HeaderName, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// How long a scan may take.
const SCAN: Duration = Duration::from_secs(120);

type Shared = State<Arc<Server>>;

pub(super) fn routes(server: Arc<Server>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/explain", post(explain_page).get(to_home))
        .route("/scan", post(scan_page).get(to_home))
        .route("/find", get(find))
        .route("/catalogue/", get(catalogue_start))
        .route("/catalogue/{*path}", get(catalogue))
        .route("/rules/{id}", get(rule_page))
        .route("/api/explain", post(explain))
        .route("/api/scan", post(scan))
        .route("/api/rules", get(rules))
        .route("/api/rules/{id}", get(rule))
        .route("/api/lookup/{id}", get(lookup))
        .route("/healthz", get(health))
        .fallback(constant)
        .method_not_allowed_fallback(not_allowed)
        // Every body is read within limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&server), guard))
        .with_state(server)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers() {
            // Addresses of rules' pages are ASCII; nothing else in a header comes from anywhere else.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        if self.status == 503 {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
        }
        let body = match self.body {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, headers, body).into_response()
    }
}

/// Answers only those who may ask.
async fn guard(State(server): Shared, request: Request, next: Next) -> Response {
    match refused(&server, &request) {
        None => next.run(request).await,
        Some(reply) => reply.into_response(),
    }
}

/// What is said to those who may not.
fn refused(server: &Server, request: &Request) -> Option<Reply> {
    let header = |name: HeaderName| {
        let mut values = request.headers().get_all(name).iter();
        // A second host would be one that nobody looked at.
        let value = values.next().filter(|_| values.next().is_none())?;
        Some(value.to_str().unwrap_or_default())
    };
    let fetch = |name| header(HeaderName::from_static(name));
    let seen = Origin {
        reads: matches!(*request.method(), Method::GET | Method::HEAD),
        host: header(HOST),
        // One that cannot be read is not none.
        origin: request.headers().get(ORIGIN).map(|value| value.to_str().unwrap_or_default()),
        site: fetch("sec-fetch-site"),
        mode: fetch("sec-fetch-mode"),
        destination: fetch("sec-fetch-dest"),
    };
    let refusal = server.hosts.check(&seen).err()?;
    let form = if request.uri().path().starts_with("/api/") { Form::Json } else { Form::Page };
    Some(server.site.problem(&Problem::new(403, refusal.to_string()).help(refusal.help()), form))
}

/// Does what takes a while where nothing else waits for it, once it is its turn.
async fn work<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let place = turn(Arc::clone(turns).acquire_owned()).await?;
    let done = tokio::task::spawn_blocking(move || {
        let result = job();
        drop(place);
        result
    });
    done.await.map_err(|error| Problem::inside(&error))
}

/// Answers with what the site says, made where it may take a while.
async fn site(server: Arc<Server>, form: Form, ask: impl FnOnce(&Server) -> Reply + Send + 'static) -> Reply {
    let shared = Arc::clone(&server);
    let done = work(&server.explaining, move || ask(&shared)).await;
    done.unwrap_or_else(|problem| server.site.problem(&problem, form))
}

async fn home(State(server): Shared) -> Reply {
    server.site.home()
}

async fn to_home() -> Response {
    // What was posted is not asked for again when the address alone is opened.
    (StatusCode::SEE_OTHER, [("location", "/")]).into_response()
}

async fn health() -> Reply {
    Reply::new("text/plain; charset=utf-8", "ok\n".to_owned())
}

async fn constant(State(server): Shared, request: Request) -> Reply {
    let path = request.uri().path();
    match server.site.constant(path) {
        Some(reply) if *request.method() == Method::GET || *request.method() == Method::HEAD => reply,
        Some(_) => not_allowed(State(server)).await,
        None if path.starts_with("/api/") => {
            let problem = Problem::new(404, "there is no such address").help("/api/openapi.json lists all");
            server.site.problem(&problem, Form::Json)
        }
        None => server.site.not_found(),
    }
}

async fn not_allowed(State(server): Shared) -> Reply {
    let problem =
        Problem::new(405, "this address does not take that method").help("/api/openapi.json says which it takes");
    server.site.problem(&problem, Form::Json)
}

#[derive(Deserialize)]
struct Query_ {
    #[serde(default)]
    q: String,
}

async fn find(State(server): Shared, Query(query): Query<Query_>) -> Reply {
    site(server, Form::Page, move |server| server.site.find(&query.q)).await
}

async fn catalogue_start(server: Shared) -> Reply {
    catalogue(server, Path(String::new())).await
}

async fn catalogue(State(server): Shared, Path(path): Path<String>) -> Reply {
    site(server, Form::Page, move |server| server.site.catalogue(&path)).await
}

async fn rule_page(State(server): Shared, Path(id): Path<String>) -> Reply {
    server.site.rule_page(&id)
}

async fn rules(State(server): Shared) -> Reply {
    site(server, Form::Json, |server| server.site.rules()).await
}

async fn rule(State(server): Shared, Path(id): Path<String>) -> Reply {
    site(server, Form::Json, move |server| server.site.rule(&id)).await
}

async fn lookup(State(server): Shared, Path(id): Path<String>) -> Reply {
    site(server, Form::Json, move |server| server.site.lookup(&id)).await
}

async fn explain_page(State(server): Shared, request: Request) -> Reply {
    answer(server, request, Form::Page).await
}

async fn explain(State(server): Shared, request: Request) -> Reply {
    let form = accepted(&request);
    answer(server, request, form).await
}

/// The form of the answer that a program asks for.
fn accepted(request: &Request) -> Form {
    Form::accepted(request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()))
}

async fn answer(server: Arc<Server>, request: Request, form: Form) -> Reply {
    let asked = async {
        let sent = body::text(&server, request).await?;
        let ask = match body::kind(&sent.parts).as_str() {
            "application/json" => Ask::json(&sent.body),
            "text/plain" | "application/octet-stream" => Ok(Ask::text(sent.body.to_vec())),
            "multipart/form-data" => Ask::form(body::fields(sent.parts, sent.body).await?),
            other => Err(Problem::new(415, format!("`{other}` is no form in which questions are sent"))
                .help("send application/json, text/plain or multipart/form-data")),
        };
        Ok((ask?, sent.room))
    };
    match asked.await {
        Ok((ask, room)) => {
            site(server, form, move |server| {
                let reply = server.site.explain(&ask, super::super::today(), form);
                drop(room);
                reply
            })
            .await
        }
        Err(problem) => server.site.problem(&problem, form),
    }
}

async fn scan_page(State(server): Shared, request: Request) -> Reply {
    report(server, request, Form::Page).await
}

async fn scan(State(server): Shared, request: Request) -> Reply {
    let form = match accepted(&request) {
        Form::Markdown => Form::Json,
        form => form,
    };
    report(server, request, form).await
}

async fn report(server: Arc<Server>, request: Request, form: Form) -> Reply {
    match scanned(&server, request, form).await {
        Ok(reply) => reply,
        Err(problem) => server.site.problem(&problem, form),
    }
}

async fn scanned(server: &Arc<Server>, request: Request, form: Form) -> Result<Reply, Problem> {
    // Held until the report is made: the logs lie on the disk for so long.
    let _place = turn(server.uploads.acquire()).await?;
    let logs = body::logs(server, request).await?;
    let page = form != Form::Json;
    let stop = Stop::of(&server.stop);
    let shared = Arc::clone(server);
    let flag = Arc::clone(&stop.0);
    let report = work(&server.scanning, move || {
        let upload = Upload { files: logs.files, possible: logs.possible, redact: logs.redact, page };
        let report = upload::scan(shared.rules, &shared.profile, super::super::today(), upload, &flag);
        drop(logs.folder);
        report
    });
    let report = report.await?.map_err(|error: CliError| Problem::inside(&error))?;
    let text = String::from_utf8(report).map_err(|error| Problem::inside(&error))?;
    Ok(match page {
        false => Reply::new("application/json", text),
        true => Reply { policy: server.report_policy.clone().into(), ..Reply::new("text/html; charset=utf-8", text) },
    })
}

/// Ends a scan: after its time, when nobody waits for it any more, and with the server.
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn of(server: &Arc<AtomicBool>) -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let (own, all) = (Arc::downgrade(&flag), Arc::clone(server));
        tokio::spawn(async move {
            let began = tokio::time::Instant::now();
            while let Some(own) = own.upgrade() {
                if began.elapsed() > SCAN || all.load(Ordering::Relaxed) {
                    return own.store(true, Ordering::Relaxed);
                }
                drop(own);
                sleep(Duration::from_millis(200)).await;
            }
        });
        Self(flag)
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
