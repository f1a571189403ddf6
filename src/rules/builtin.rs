//! The rules that come with the program.

use super::pack::Pack;

/// The digest that `build.rs` wrote.
static DIGEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));

/// The built-in rules.
///
/// # Errors
///
/// When the digest is damaged, which means that the program's file is.
pub fn builtin() -> Result<Pack<'static>, postcard::Error> {
    Pack::from_bytes(DIGEST)
}
