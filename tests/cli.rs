//! The command line as its users see it: transcripts in `tests/cmd`.

#[test]
fn transcripts() {
    trycmd::TestCases::new()
        // Where no profile lies.
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .env("NO_COLOR", "1")
        .case("tests/cmd/*.trycmd")
        // What is answered stands in a file beside it.
        .case("tests/cmd/*.toml");
}
