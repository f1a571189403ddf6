//! HTTP status codes that the text names as such.
//!
//! A bare number is never one: `sc-status` columns, ports and LIDs look the same. What counts is the word before it
//! (`HTTP status 401`), the reason behind it (`401 Unauthorized`), or the form in which .NET prints it in every language
//! (`: (401) `).

use super::{Found, push_place};
use crate::text::Text;

/// What stands right before a status, without white space and punctuation.
const BEFORE: [&str; 9] = [
    "http",
    "httpstatus",
    "httpstatuscode",
    "statuscode",
    "statuscodeof",
    "httperror",
    "httpresponse",
    "http/1.1",
    "http/2",
];

/// What stands right behind a status, without white space and punctuation.
const BEHIND: [&str; 12] = [
    "unauthorized",
    "forbidden",
    "notfound",
    "serviceunavailable",
    "gatewaytime-out",
    "gatewaytimeout",
    "badgateway",
    "badrequest",
    "methodnotallowed",
    "internalservererror",
    "proxyauthenticationrequired",
    "toomanyrequests",
];

pub(super) fn http_status(text: &Text) -> Vec<Found<u32>> {
    let tight = text.tight.as_str();
    let bytes = tight.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let (first, behind) = (at, at + run);
        at = behind;
        // White space is gone from the tight text, so one run of digits can be several numbers (`HTTP/1.1 504`); a wrapped
        // number (`40⏎1`) has a gap inside, too. Three digits are one where a number can begin and end.
        let begins = |at: usize| at == first || text.tight.gap_before(at);
        let ends = |at: usize| at == behind || text.tight.gap_before(at);
        for start in (first..behind).filter(|&at| at + 3 <= behind && begins(at) && ends(at + 3)) {
            let end = start + 3;
            let value = tight[start..end].parse::<u32>().unwrap_or_default();
            if !(400..600).contains(&value) {
                continue;
            }
            if let Some(end) = status_end(tight, start, end) {
                push_place(&mut found, Found { value, span: text.tight.original(start..end) });
            }
        }
    }
    found
}

/// Where the status ends, with what makes it one: the reason or the bracket behind it.
fn status_end(tight: &str, start: usize, end: usize) -> Option<usize> {
    let before = tight[..start].trim_end_matches(['(', '"', '\'', '=', ':', '[']);
    if BEFORE.iter().any(|word| before.ends_with(word)) || before.ends_with("http-status") {
        return Some(end);
    }
    let behind = tight[end..].trim_start_matches([')', '(', ':', '-', '"', ',', '.', '*']);
    if let Some(word) = BEHIND.iter().find(|word| behind.starts_with(**word)) {
        return Some(tight.len() - behind.len() + word.len());
    }
    // `System.Net.WebException: ...: (401) ...` in the server's language.
    let parenthesised = tight[..start].ends_with('(') && (tight[end..].is_empty() || tight[end..].starts_with(')'));
    let named = parenthesised && (tight[..start - 1].ends_with(':') || tight[..start - 1].ends_with("status"));
    named.then_some(tight.len().min(end + 1))
}
