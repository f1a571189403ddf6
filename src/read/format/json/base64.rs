//! Base64, as browsers write the bodies of responses into a trace.

/// The text; nothing where it is no base64 or no text.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            // What was taken before is cleared below, so no more than eight bits are left.
            bytes.extend(u8::try_from(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn texts_are_decoded() {
        assert_eq!(decode("").as_deref(), Some(""));
        assert_eq!(decode("Zg==").as_deref(), Some("f"));
        assert_eq!(decode("Zm8=").as_deref(), Some("fo"));
        assert_eq!(decode("Zm9v\r\nYmFy").as_deref(), Some("foobar"));
        assert_eq!(decode("w7w").as_deref(), Some("\u{fc}"));
        assert_eq!(decode("/w=="), None);
        assert_eq!(decode("*"), None);
    }
}
