//! Short digests that are the same in every run, of every version and on every machine. They tell things apart that nobody made to look alike;
//! they are no protection against somebody who does.

/// FNV-1a over bytes, spread over all 64 bits.
pub fn of(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(digest)
}

/// Spreads a number over all numbers.
pub fn mix(mut number: u64) -> u64 {
    number = (number ^ number >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    number = (number ^ number >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ number >> 33
}
