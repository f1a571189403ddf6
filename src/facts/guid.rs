//! GUIDs: tenants, applications, requests.

use super::{Found, push_distinct};
use crate::text::Text;

/// The lengths of a GUID's five groups.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

pub(super) fn guids(text: &Text) -> Vec<Found<String>> {
    let clean = text.clean.as_str();
    let bytes = clean.as_bytes();
    let mut found = Vec::new();
    for (dash, _) in clean.match_indices('-') {
        let Some(start) = dash.checked_sub(GROUPS[0]) else {
            continue;
        };
        let Some(word) = bytes.get(start..start + 36) else {
            continue;
        };
        let alone = start == 0 || !bytes[start - 1].is_ascii_alphanumeric();
        let ends = bytes.get(start + 36).is_none_or(|b| !b.is_ascii_alphanumeric());
        if alone && ends && is_guid(word) {
            let value = clean[start..start + 36].to_ascii_lowercase();
            push_distinct(&mut found, Found { value, span: text.clean.original(start..start + 36) });
        }
    }
    found
}

/// Whether these are the 36 characters of a GUID.
pub(super) fn is_guid(word: &[u8]) -> bool {
    let mut groups = word.split(|b| *b == b'-');
    GROUPS.iter().all(|len| groups.next().is_some_and(|g| g.len() == *len && g.iter().all(u8::is_ascii_hexdigit)))
        && groups.next().is_none()
}
