//! What `rules test` reports: the kinds of diagnostics about tests, one type each, as in [`crate::author::problems`].

use crate::author::diagnostic::problems;

problems! {
    /// A test that fails
    Error "test-failed" TestFailed { wanted: String, got: String }
    message: format!("the test fails: expected {wanted}, got {got}"),
    label: "of this text",
    help: "";

    /// A test whose text cannot be read
    Error "test-unreadable" TestUnreadable { reason: String }
    message: format!("the test's text cannot be read: {reason}"),
    label: "",
    help: "write the text as it was printed";

    /// A text that does not survive a transformation
    Error "transformation-failed" TransformationFailed { name: String, wanted: String, got: String }
    message: format!("after `{name}` the text gives {got} instead of {wanted}"),
    label: "this text",
    help: "take a fragment that survives, or say under `except` why no fragment can";

    /// An exception from a transformation that the text survives
    Error "needless-exception" NeedlessException { name: String }
    message: format!("the text survives `{name}`, which is listed as an exception"),
    label: "",
    help: "remove the exception";

    /// A guard that no test needs
    Error "untested-guard" UntestedGuard { what: String }
    message: format!("without this {what} every test still passes"),
    label: "no test needs this",
    help: "add a near miss (`not`) that only this keeps out, or remove it";

    /// A way to find the failure that no test goes
    Error "untested-branch" UntestedBranch { what: String }
    message: format!("without this {what} every test still passes"),
    label: "no test needs this",
    help: "add a text (`text`) that only this finds, or remove it";

    /// Two rules that are both certain about one text
    Error "overlap" Overlap { other: String, by: String }
    message: format!("this rule and `{other}` are both certain about {by}"),
    label: "neither outranks the other",
    help: format!("name the consequence under `outranks` of the cause, or make one signature narrower");
}
