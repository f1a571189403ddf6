//! Every kind of diagnostic that `rules check` knows: one type each, with its data and its words.
//!
//! A kind has a page `docs/diagnostics/NAME.md`, and a golden pair `tests/diagnostics/NAME*.yaml` and `.txt`.

use super::diagnostic::problems;

/// "did you mean", where something is near enough to be meant; otherwise all that there is.
fn meant(near: &Option<String>, otherwise: &str) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}

/// What usually stands behind the parser's words.
fn mend(reason: &str) -> &'static str {
    const MENDS: [(&str, &str); 10] = [
        ("mapping values", "a text with `: ` in it needs quotes, or `>` and a new line"),
        ("simple key expected", "behind a key stand `:` and a blank"),
        ("illegal placement of ':'", "a bracket or quote that was opened above may not be closed"),
        ("tab", "indent with blanks"),
        ("unclosed quote", "close the quote"),
        ("after single-quoted", "inside single quotes write two of them for one"),
        ("after double-quoted", "inside double quotes write `\\\"` for one"),
        ("unexpected character", "a text that begins with `@`, `%` or a backtick needs quotes"),
        ("plain text", "a text that begins with `{` or `[` needs quotes"),
        ("unknown anchor", "a text that begins with `*` needs quotes"),
    ];
    let indented = || if reason.contains("expected") { "look whether the lines are indented alike" } else { "" };
    MENDS.iter().find(|(words, _)| reason.contains(words)).map_or_else(indented, |(_, mend)| mend)
}

problems! {
    // Reading.

    /// A file or folder that cannot be opened
    Unreadable "unreadable-file" UnreadableFile { reason: String }
    message: format!("this cannot be read: {reason}"),
    label: "",
    help: if reason.contains(".yaml") {
        "name a folder of rule files; `freebusy rules new` writes a rule to begin with"
    } else {
        "check that it exists and that you have the rights to read it"
    };

    /// A file that is not UTF-8
    Unreadable "not-utf8" NotUtf8 { encoding: String }
    message: format!("the file is {encoding}; a rule file is UTF-8"),
    label: "",
    help: "save it as UTF-8; in PowerShell: `Set-Content -Encoding utf8`";

    /// A file or document past a bound
    Unreadable "too-large" TooLarge { what: String, most: usize }
    message: if what == "files" {
        format!("there are more than {most} files in this folder; the others are not read")
    } else {
        format!("the file has too many {what}; a rule file has at most {most}")
    },
    label: "here the bound is passed",
    help: if what == "levels of nesting" {
        "a rule has a few levels only; look for brackets or `- ` that are too many"
    } else {
        "split it into files of one rule each"
    };

    /// An anchor, alias, tag or merge key
    Unreadable "yaml-indirection" Indirection { what: &'static str }
    message: format!("{what} has no place in a rule file"),
    label: "",
    help: "write the value out where it is used; a text that begins with `&`, `*` or `!` needs quotes";

    /// Text that is no YAML
    Unreadable "yaml-syntax" YamlSyntax { reason: String }
    message: format!("this is no YAML: {reason}"),
    label: "here the reading stopped",
    help: mend(reason);

    /// A file without content
    Unreadable "empty-file" EmptyFile {}
    message: "the file is empty, or holds nothing but comments",
    label: "",
    help: "`freebusy rules new` writes a rule to begin with";

    /// Two documents in one file
    Unreadable "several-documents" SeveralDocuments {}
    message: "a second document begins in this file",
    label: "everything from here on would be lost",
    help: "one rule is one file";

    /// A file that is not read as a rule
    Warning "ignored-file" IgnoredFile { reason: String }
    message: format!("this is not read: {reason}"),
    label: "",
    help: "move or remove it, so that nobody waits for its effect";

    // Shape.

    /// A key twice in one map
    Error "duplicate-key" DuplicateKey { key: String }
    message: format!("the key `{key}` stands here twice"),
    label: "again",
    help: "keep one of them";

    /// A key that the format does not have
    Error "unknown-key" UnknownKey { key: String, of: String, near: Option<String>, known: String }
    message: format!("{of} has no key `{key}`"),
    label: "unknown key",
    help: meant(near, &format!("its keys are {known}"));

    /// A key that must be there
    Error "missing-key" MissingKey { keys: String, of: String, meaning: String }
    message: format!("this {} lacks {keys}", of.split_once(' ').map_or(of.as_str(), |(_, noun)| noun)),
    label: "in here",
    help: meaning;

    /// A value of the wrong type
    Error "wrong-type" WrongType { expected: String, found: String, hint: String }
    message: format!("expected {expected}, found {found}"),
    label: format!("expected {expected}"),
    help: hint;

    /// A key without a value
    Error "empty-value" EmptyValue { key: String, mend: &'static str }
    message: format!("`{key}` has no value"),
    label: "",
    help: mend;

    /// A value that is none of those allowed
    Error "unknown-value" UnknownValue { value: String, near: Option<String>, known: String }
    message: format!("`{value}` is none of the allowed values"),
    label: "unknown value",
    help: meant(near, &format!("it is one of {known}"));

    // Identity.

    /// An id or name of the wrong form
    Error "id-form" IdForm { id: String, of: &'static str, form: &'static str }
    message: format!("`{id}` is not written as {of}"),
    label: "",
    help: format!("write it in {form}");

    /// An id that differs from the file's name
    Error "id-not-file-name" IdNotFileName { id: String, stem: String }
    message: format!("the id `{id}` differs from the file's name"),
    label: format!("the file is called `{stem}`"),
    help: "rename one of them; people find a rule's file by its id";

    /// One id twice
    Error "duplicate-id" DuplicateId { id: String, of: &'static str }
    message: format!("{of} `{id}` exists twice"),
    label: "again",
    help: "choose another id for one of them";

    /// The id of a shipped rule or entry
    Error "shipped-id" ShippedId { id: String, of: &'static str }
    message: format!("{of} with the id `{id}` comes with the program"),
    label: "",
    help: if *of == "a rule" {
        "write `overrides: true` if this file is meant to replace it; otherwise choose another id"
    } else {
        "choose another id; what rules share can be added to, not replaced"
    };

    /// An override of nothing
    Warning "overrides-nothing" OverridesNothing { id: String, near: Option<String> }
    message: format!("no shipped rule has the id `{id}`, so there is nothing to override"),
    label: "",
    help: meant(near, "remove `overrides`");

    /// An area that differs from the folder
    Error "area-not-folder" AreaNotFolder { area: String, folder: String }
    message: format!("the area `{area}` differs from the folder's name"),
    label: format!("the folder is called `{folder}`"),
    help: "move the file or change the area; people find a rule by its area";

    // References to other entries.

    /// A phrase that does not exist
    Error "unknown-phrase" UnknownPhrase { id: String, near: Option<String> }
    message: format!("there is no phrase `{id}`"),
    label: "",
    help: meant(near, "phrases stand in phrases.yaml; a sentence that nobody translates can stand here as `text`");

    /// A context that does not exist
    Error "unknown-context" UnknownContext { id: String, near: Option<String>, known: String }
    message: format!("there is no context `{id}`"),
    label: "",
    help: meant(near, &format!("contexts stand in contexts.yaml: {known}"));

    /// A parameter that does not exist
    Error "unknown-parameter" UnknownParameter { name: String, near: Option<String> }
    message: format!("there is no parameter `{name}`"),
    label: "",
    help: meant(near, "parameters stand in parameters.yaml, in the rule folder");

    /// A rule that does not exist
    Error "unknown-rule" UnknownRule { id: String, near: Option<String> }
    message: format!("there is no rule `{id}`"),
    label: "",
    help: meant(near, "`freebusy rules list` shows all ids");

    /// A step that does not exist
    Error "unknown-step" UnknownStep { id: String, near: Option<String> }
    message: format!("this rule has no step `{id}`"),
    label: "",
    help: meant(near, "an outcome leads to a step's id, `next`, `resolved`, `support` or `rule:ID`");

    /// A check that names a step which its rule does not have
    Error "no-such-step" NoSuchStep { rule: String, id: String, near: Option<String> }
    message: format!("the rule `{rule}` has no step `{id}`"),
    label: "",
    help: meant(near, &format!("`freebusy rules show {rule}` lists its steps"));

    /// A cmdlet whose output nobody knows
    Error "unknown-cmdlet" UnknownCmdlet { name: String, near: Option<String> }
    message: format!("objects.yaml has no entry for `{name}`"),
    label: "",
    help: meant(near, "objects.yaml says how each cmdlet's output is recognised; add an entry there");

    /// A check that does not exist
    Error "unknown-check" UnknownCheck { id: String, near: Option<String> }
    message: format!("there is no check `{id}`"),
    label: "",
    help: meant(near, "checks stand in the folder checks/");

    /// A transformation that does not exist
    Error "unknown-transformation" UnknownTransformation { name: String, near: Option<String>, known: String }
    message: format!("there is no transformation `{name}`"),
    label: "",
    help: meant(near, &format!("it is one of {known}"));

    /// Rules that outrank one another
    Error "outranks-cycle" OutranksCycle { path: String }
    message: format!("rules outrank one another: {path}"),
    label: "this closes the circle",
    help: "remove one of them; in a circle each rule gives way to another, and none of them is first";

    /// An entry that nothing uses
    Warning "unused-entry" UnusedEntry { of: &'static str, id: String }
    message: format!("nothing uses {of} `{id}`"),
    label: "",
    help: "remove it, or use it";

    // Conditions.

    /// A condition that says nothing
    Error "empty-condition" EmptyCondition { of: &'static str }
    message: format!("{of} names nothing that must be there"),
    label: "",
    help: if *of == "this event" {
        "add its `provider`, its `id` or both"
    } else {
        "add `text`, `phrase`, `any` or another key that says what to look for"
    };

    /// A text of fewer than four letters
    Error "short-text" ShortText { text: String, least: usize }
    message: format!("`{text}` has fewer than {least} letters and digits"),
    label: "it would be found everywhere",
    help: "take more of the sentence";

    /// A regex that does not parse
    Error "regex-syntax" RegexSyntax { reason: String, hint: &'static str }
    message: format!("the regex does not parse: {reason}"),
    label: "here",
    help: hint;

    /// A regex without a fixed part
    Error "regex-no-literal" RegexNoLiteral { least: usize }
    message: format!("the regex has no fixed part of {least} characters"),
    label: "it would have to run on every text",
    help: "add words that every match contains; in an alternation every branch needs some";

    /// A regex with a wide gap
    Error "regex-wide-gap" RegexWideGap { gap: String, most: u32 }
    message: format!("the gap `{gap}` is wider than {most} characters"),
    label: "one bad line could make this slow",
    help: "write two texts under `all`, with `within` for the distance";

    /// A regex that compiles to too much
    Error "regex-too-large" RegexTooLarge { most: usize }
    message: format!("the compiled regex is larger than {most} bytes"),
    label: "",
    help: "repeat less: `{1,50}` in `{1,50}` is 2,500 copies";

    /// A regex that asks for an upper-case letter
    Error "regex-upper-case" RegexUpperCase {}
    message: "the regex asks for an upper-case letter, but the text that it sees is in lower case",
    label: "never found",
    help: "write it in lower case; case does not count";

    /// A regex that no text matches
    Error "regex-never-matches" RegexNeverMatches { what: &'static str }
    message: format!("the regex asks for {what}, which the text that it sees does not have"),
    label: "never found",
    help: "it sees the text without white space, with straight quotes, in lower case";

    /// A condition that can never hold
    Error "never-holds" NeverHolds { reason: String, mend: &'static str }
    message: format!("this condition can never hold: {reason}"),
    label: "",
    help: mend;

    /// A signature of common words
    Error "common-words" CommonWords { text: String }
    message: format!("`{text}` does not tell this failure from others"),
    label: "many errors have this",
    help: "take a longer or rarer part of the sentence, require more with `all`, or name a `context`";

    /// A text that stands in unrelated errors
    Warning "found-in-unrelated" FoundInUnrelated { texts: usize, of: usize }
    message: format!("this stands in {texts} of {of} texts that are none of the failures"),
    label: "",
    help: "require more with `all`, or exclude what it is there with `none`";

    /// A branch that adds nothing
    Warning "branch-without-effect" BranchWithoutEffect { by: String }
    message: "this branch adds nothing",
    label: format!("wherever it holds, `{by}` holds too"),
    help: "remove it, or the shorter one if that is too common";

    /// A distance without two things
    Warning "within-without-effect" WithinWithoutEffect {}
    message: "`within` has no effect here",
    label: "there is nothing that could be near or far",
    help: "it counts in a condition that has `all`, `none` or several keys";

    /// A LID twice
    Warning "repeated-value" RepeatedValue { value: String }
    message: format!("`{value}` stands in this list twice"),
    label: "again",
    help: "keep one of them";

    /// A test on a cmdlet's output that cannot hold
    Error "check-condition" CheckCondition { reason: String }
    message: reason,
    label: "",
    help: "a test names a `property` and what it must be, or compares it with a `fact` or with another object";

    // Steps.

    /// An outcome that leads nowhere
    Error "outcome-leads-nowhere" OutcomeLeadsNowhere { reason: &'static str }
    message: format!("this outcome leads nowhere: {reason}"),
    label: "",
    help: "an outcome has `when` with `then`, or `otherwise`; both name a step's id, `next`, `resolved`, `support` or `rule:ID`";

    /// An outcome that is never taken
    Error "unreachable-outcome" UnreachableOutcome { reason: &'static str }
    message: format!("this outcome is never taken: {reason}"),
    label: "",
    help: "the first outcome that fits is taken; put `otherwise` last";

    /// A test on a command's output that tests nothing
    Error "outcome-test" OutcomeTest { reason: String }
    message: reason,
    label: "",
    help: "`when` has `objects: \"> 1\"`, `text`, `observed`, or `property` with `equals`, `contains`, `empty`, `expired` or `differs-from`";

    /// A step that cannot be reached
    Error "unreachable-step" UnreachableStep { id: String }
    message: format!("nothing leads to step `{id}`"),
    label: "",
    help: "name it in an outcome of an earlier step, or remove it";

    /// Steps that go round for ever
    Error "endless-steps" EndlessSteps { steps: String }
    message: format!("no way leads out of {steps}"),
    label: "from here a person goes round for ever",
    help: "give one of the outcomes `resolved` or `support`";

    /// A step that is not there on every day, with nothing behind it
    Error "no-way-on" NoWayOn { id: String, day: String }
    message: format!("on {day} no step is left to go on with from `{id}`"),
    label: "",
    help: "a step that does not apply is passed over; put one behind it that always applies, or lead elsewhere";

    /// An entry that the timeline does not have
    Error "unknown-milestone" UnknownMilestone { id: String, near: Option<String>, known: String }
    message: format!("the timeline has no entry `{id}`"),
    label: "",
    help: meant(near, &format!("timeline.yaml has {known}"));

    /// An end before the beginning
    Error "dates-reversed" DatesReversed { since: String, until: String }
    message: format!("this begins on {since} and ends on {until}, so it never holds"),
    label: "",
    help: "`since` names the entry of the timeline with the earlier date";

    /// A step without anything to do
    Error "step-does-nothing" StepDoesNothing { id: String }
    message: format!("step `{id}` has neither `run` nor `text`"),
    label: "",
    help: "say what to run, or what to do by hand";

    // Commands.

    /// A command template that cannot be filled in
    Error "command-template" CommandTemplate { reason: String }
    message: format!("the command cannot be filled in: {reason}"),
    label: "",
    help: "`{{ name }}` is a parameter; an expression joins parameters and quoted texts with `~`, nothing else";

    /// A command that no longer works
    Error "retired-command" RetiredCommand { word: String, module: String, since: String, replacement: String }
    message: {
        let on = if since.len() == "2026-11-22".len() { "on" } else { "in" };
        format!("`{word}` belongs to {module}, which was retired {on} {since}")
    },
    label: "",
    help: format!("use {replacement}; `formerly` may name the old command for readers of older instructions");

    /// A quote that is not closed
    Error "unbalanced-quotes" UnbalancedQuotes {}
    message: "this quote is never closed",
    label: "opened here",
    help: "close it; inside single quotes write two of them for one";

    /// A bracket without its partner
    Error "unbalanced-brackets" UnbalancedBrackets { bracket: char, missing: char }
    message: format!("`{bracket}` has no `{missing}`"),
    label: "",
    help: format!("add `{missing}`, or remove this one");

    /// A typographic quote or dash in a command
    Error "typographic-character" TypographicCharacter { name: &'static str, plain: &'static str }
    message: format!("the command holds {name}"),
    label: "a word processor put it there",
    help: if *plain == " " { "write a blank".to_owned() } else { format!("write `{plain}`") };

    /// Two commands on one line
    Error "two-commands" TwoCommands { word: String, joined: bool }
    message: "two commands stand on one line",
    label: format!("`{word}` begins the second one"),
    help: if *joined {
        "YAML joins these lines into one; make it an entry of its own under `run`, or begin the command with `|`"
    } else {
        "make it an entry of its own under `run`, or put it on a new line if it needs a variable of the first"
    };

    /// A prompt in a command
    Error "prompt-in-command" PromptInCommand {}
    message: "the command begins with a prompt",
    label: "this was copied with it",
    help: "remove it; `shell` says where the command runs";

    /// A changing command in a read-only step
    Error "changing-command" ChangingCommand { word: String }
    message: format!("`{word}` changes something, but the step is called read-only"),
    label: "",
    help: "give the step the `effect` of its strongest command";

    // Provenance and tests.

    /// A reference that is not https
    Error "insecure-reference" InsecureReference {}
    message: "the reference is no https address",
    label: "",
    help: "people follow it from their ticket; take the https address of the page";

    /// A review date that is no date
    Error "review-date" ReviewDate { reason: &'static str }
    message: format!("`reviewed` is no date of a review: {reason}"),
    label: "",
    help: "write the day when a person last held the steps against the vendor's documentation, as in 2026-11-22";

    /// A review of more than a year ago
    Warning "review-outdated" ReviewOutdated { days: i64 }
    message: format!("the last review was {days} days ago"),
    label: "",
    help: "hold the steps against the vendor's documentation, then write today's date";

    /// A rule without a text that is the failure
    Error "no-positive-test" NoPositiveTest {}
    message: "no test shows that the rule finds its failure",
    label: "",
    help: "add the error as it was printed: `tests: [{ text: ... }]`";

    /// A rule without a near miss
    Warning "no-near-miss" NoNearMiss {}
    message: "no test shows what the rule must not find",
    label: "",
    help: "add a text that looks alike and is something else: `- not: ...` with `why`";

    /// Something that is still to do
    Error "todo-left" TodoLeft {}
    message: "this is still to do",
    label: "",
    help: "write what belongs here, or remove the key if it can be left out";

    /// A test that is not one
    Error "test-form" TestForm { reason: &'static str }
    message: reason,
    label: "",
    help: "a test has either `text` (this is the failure) or `not` (this only looks like it)";
}
