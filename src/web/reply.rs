//! What is sent back, and the headers that keep it harmless.

use std::borrow::Cow;

/// The form in which somebody wants an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For programs.
    Json,
    /// For a ticket.
    Markdown,
    /// A part of a page, for the page's own script.
    Part,
    /// A whole page, for a browser without it.
    Page,
}

impl Form {
    /// What the API answers with, by the header `Accept`.
    pub fn accepted(accept: Option<&str>) -> Self {
        let kinds = accept.unwrap_or_default().split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
        for kind in kinds {
            match kind {
                "application/json" => return Self::Json,
                "text/markdown" => return Self::Markdown,
                "text/html" => return Self::Part,
                _ => {}
            }
        }
        Self::Json
    }
}

/// What is sent back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`
    pub kind: &'static str,
    /// `Content-Security-Policy`
    pub policy: Cow<'static, str>,
    /// Whether it is the same for everybody until the program changes.
    pub constant: bool,
    /// `Location`
    pub location: Option<String>,
    /// The body.
    pub body: Cow<'static, [u8]>,
}

/// What a page may do: load the server's own script and style sheet, ask the server, nothing else. Nothing inline acts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `Content-Type` of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";
/// `Content-Type` of an answer for programs.
pub(super) const JSON: &str = "application/json";
/// `Content-Type` of a ticket.
pub(super) const MARKDOWN: &str = "text/markdown; charset=utf-8";

impl Reply {
    /// An answer.
    pub fn new(kind: &'static str, body: String) -> Self {
        Self {
            status: 200,
            kind,
            policy: Cow::Borrowed(POLICY),
            constant: false,
            location: None,
            body: Cow::Owned(body.into_bytes()),
        }
    }

    /// Something that comes with the program.
    pub(super) fn constant(kind: &'static str, body: &'static str) -> Self {
        Self { body: Cow::Borrowed(body.as_bytes()), constant: true, ..Self::new(kind, String::new()) }
    }

    /// The way to another page.
    pub(super) fn to(location: String) -> Self {
        Self { status: 307, location: Some(location), ..Self::new("text/plain; charset=utf-8", String::new()) }
    }

    /// With another status.
    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The headers, besides those of the connection.
    pub fn headers(&self) -> Vec<(&'static str, &str)> {
        let mut headers = vec![
            ("content-type", self.kind),
            ("content-security-policy", &*self.policy),
            ("x-content-type-options", "nosniff"),
            // `no-referrer` would make the page's own forms come from nowhere, which the check of the origin refuses.
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            // Pages hold what people pasted. What comes with the program is asked for again, too: it changes with the program.
            ("cache-control", if self.constant { "no-cache" } else { "no-store" }),
        ];
        headers.extend(self.location.as_deref().map(|location| ("location", location)));
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_is_known_counts() {
        for (accept, form) in [
            (None, Form::Json),
            (Some("*/*"), Form::Json),
            (Some("text/html;q=0.9, application/json"), Form::Part),
            (Some("text/markdown"), Form::Markdown),
            (Some("image/png"), Form::Json),
        ] {
            assert_eq!(Form::accepted(accept), form, "{accept:?}");
        }
    }
}
