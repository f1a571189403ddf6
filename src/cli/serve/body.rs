//! Reads what is sent, within limits: texts into memory, logs into files that are gone once they are answered.

use super::Server;
use crate::web::{Field, Problem, file_name};
use axum::body::{Body, Bytes};
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use hyper::body::Body as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// The largest question with its texts, in bytes.
const LARGEST_TEXT: usize = 4 << 20;

/// How long sending a text may take.
const SEND_TEXT: Duration = Duration::from_secs(30);

/// How long sending logs may take.
const SEND_LOGS: Duration = Duration::from_secs(300);

/// How long a request waits for its turn.
pub(super) const TURN: Duration = Duration::from_secs(30);

/// More files than one upload has.
const MOST_FILES: usize = 200;

/// How much of what is too large is still taken, so that whoever sends it reads the answer: a browser that cannot send on reads nothing.
const LARGEST_WASTE: u64 = 128 << 20;

/// A whole body, and its part of the memory for texts.
pub(super) struct Text {
    pub parts: Parts,
    pub body: Bytes,
    pub room: OwnedSemaphorePermit,
}

/// Logs in files.
pub(super) struct Logs {
    /// Gone with its files when this is dropped.
    pub folder: TempDir,
    pub files: Vec<(String, PathBuf)>,
    pub possible: bool,
    pub redact: bool,
}

/// Reads a text.
pub(super) async fn text(server: &Server, request: Request) -> Result<Text, Problem> {
    let (parts, body) = request.into_parts();
    let announced = length(&parts);
    if announced.is_some_and(|length| length > LARGEST_TEXT as u64) {
        waste(body).await;
        return Err(too_large(
            LARGEST_TEXT as u64,
            "cut out the time of the failure, or send it to be scanned as a log",
        ));
    }
    let kib = announced.unwrap_or(LARGEST_TEXT as u64).div_ceil(1 << 10).max(1) as u32;
    let room = turn(Arc::clone(&server.texts).acquire_many_owned(kib)).await?;
    let received = async {
        let mut body = body;
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0) as usize);
        while let Some(piece) = next(&mut body).await? {
            if bytes.len() + piece.len() > LARGEST_TEXT {
                waste(body).await;
                return Err(too_large(
                    LARGEST_TEXT as u64,
                    "cut out the time of the failure, or send it to be scanned as a log",
                ));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Bytes::from(bytes))
    };
    let body = timeout(SEND_TEXT, received).await.map_err(|_| too_slow())??;
    Ok(Text { parts, body, room })
}

/// The fields of a form.
pub(super) async fn fields(parts: Parts, body: Bytes) -> Result<Vec<Field>, Problem> {
    let request = Request::from_parts(parts, Body::from(body));
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| not_a_form(&error.body_text()))?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| broken(&error))?.to_vec();
        fields.push(Field { name, file, bytes });
    }
    Ok(fields)
}

/// Lays logs down in files.
pub(super) async fn logs(server: &Server, request: Request) -> Result<Logs, Problem> {
    let limit = server.max_upload;
    if length_of(&request).is_some_and(|length| length > limit) {
        waste(request.into_body()).await;
        return Err(too_large(
            limit,
            "send fewer files, or scan them with `freebusy scan`; --max-upload sets the limit",
        ));
    }
    timeout(SEND_LOGS, lay_down(request, limit)).await.map_err(|_| too_slow())?
}

async fn lay_down(request: Request, limit: u64) -> Result<Logs, Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| not_a_form(&error.body_text()))?;
    let folder = tempfile::Builder::new().prefix("freebusy-").tempdir().map_err(|error| not_written(&error))?;
    let mut logs = Logs { folder, files: Vec::new(), possible: false, redact: false };
    let mut size = 0;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("possible") => logs.possible = true,
            Some("redact") => logs.redact = true,
            Some("file") => {
                let chosen = field.file_name().is_some_and(|name| !name.is_empty());
                let name = file_name(field.file_name().unwrap_or_default());
                // What was sent says nothing about where it is laid down.
                let path = logs.folder.path().join(logs.files.len().to_string());
                let mut file = None;
                while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
                    if piece.is_empty() {
                        continue;
                    }
                    size += piece.len() as u64;
                    if size > limit {
                        let help = "send fewer files, or scan them with `freebusy scan`; --max-upload sets the limit";
                        return Err(too_large(limit, help));
                    }
                    let file = match &mut file {
                        Some(file) => file,
                        None => file.insert(File::create_new(&path).await.map_err(|error| not_written(&error))?),
                    };
                    file.write_all(&piece).await.map_err(|error| not_written(&error))?;
                }
                let mut file = match file {
                    Some(file) => file,
                    None if chosen => File::create_new(&path).await.map_err(|error| not_written(&error))?,
                    // A form without a chosen file sends one without name and content.
                    None => continue,
                };
                file.flush().await.map_err(|error| not_written(&error))?;
                logs.files.push((name, path));
                if logs.files.len() > MOST_FILES {
                    let message = format!("there are more than {MOST_FILES} files");
                    return Err(Problem::new(422, message).help("pack them into a .zip"));
                }
            }
            _ => {}
        }
    }
    if logs.files.is_empty() {
        return Err(Problem::new(422, "there is no file").help("send one or several as `file`"));
    }
    Ok(logs)
}

/// Waits for a turn, as long as that is worth it.
pub(super) async fn turn<T, E>(place: impl Future<Output = Result<T, E>>) -> Result<T, Problem> {
    match timeout(TURN, place).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(Problem::new(503, "the server has too much to do").help("try again in a minute")),
    }
}

/// The media type of a request, without its parameters.
pub(super) fn kind(parts: &Parts) -> String {
    let value = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn length(parts: &Parts) -> Option<u64> {
    parts.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn length_of(request: &Request) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The next piece of a body.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame {
            None => return Ok(None),
            // What comes behind a body is no part of it.
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
            Some(Err(_)) => return Err(Problem::new(400, "the request ended before it was whole")),
        }
    }
}

/// Takes the rest of a body, and keeps nothing of it.
async fn waste(mut body: Body) {
    let taken = async {
        let mut taken = 0;
        while let Ok(Some(piece)) = next(&mut body).await {
            taken += piece.len() as u64;
            if taken > LARGEST_WASTE {
                break;
            }
        }
    };
    // Whoever is too slow for that gets the answer now.
    let _ = timeout(SEND_TEXT, taken).await;
}

fn too_large(limit: u64, help: &str) -> Problem {
    Problem::new(413, format!("this is more than {} MiB", limit >> 20)).help(help)
}

fn too_slow() -> Problem {
    Problem::new(408, "sending took too long").help("try again, or send less")
}

fn not_a_form(error: &str) -> Problem {
    Problem::new(415, format!("this is no form: {error}")).help("send it as multipart/form-data")
}

fn broken(error: &MultipartError) -> Problem {
    Problem::new(400, format!("the form is broken: {}", error.body_text())).help("send it as multipart/form-data")
}

fn not_written(error: &std::io::Error) -> Problem {
    Problem::new(500, format!("the logs could not be laid down to be read: {error}"))
        .help("see to it that the server's folder for temporary files has room")
}
