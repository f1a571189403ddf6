//! How large what authors write may be. Rules may come from strangers; what is read within these bounds is read in bounded time
//! and memory (docs/writing-rules.md names them).

/// The largest rule file, in bytes. The largest shipped one has a fortieth of it.
pub const LARGEST_FILE: usize = 1 << 20;

/// How deep a document may be nested.
pub const MOST_DEPTH: usize = 32;

/// How many values a document may have.
pub const MOST_NODES: usize = 20_000;

/// How deep folders of rules are looked into.
pub const MOST_FOLDERS: usize = 4;

/// How many files a folder of rules may hold.
pub const MOST_FILES: usize = 10_000;

/// How large a compiled regex may become, in bytes.
pub const LARGEST_REGEX: usize = 1 << 20;
