//! What a file of checks, and `objects.yaml` beside the rules, can say: the output of cmdlets, and what it should show.
//!
//! These types are the YAML format (`docs/checks.md`), nothing more, as those of [`super::model`] are for rules; the same holds for them.

use super::model::{Auth, Command, Condition, Direction, FactKind, Reference};
use serde::{Deserialize, Serialize};

/// A file of `rules/checks/`: what one cmdlet's output should say, and what a deviation means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckFile {
    /// The cmdlet, or `error record`; an entry of `rules/objects.yaml`.
    pub of: String,
    /// Where the vendor documents what its output should say.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub references: Vec<Reference>,
    /// The checks, each asked about every object.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub checks: Vec<Check>,
}

/// One thing that a cmdlet's output can show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Unique among all checks.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What it amounts to.
    pub level: Level,
    /// What the output shows, in one line.
    pub title: String,
    /// When it shows that.
    pub when: Shows,
    /// What that means, and what to do.
    pub meaning: String,
    /// The authentication scheme that it is about; it does not matter where lookups use the other one.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// Rules that it makes possible.
    #[serde(default)]
    pub supports: Vec<String>,
    /// The rule that it proves.
    #[serde(default)]
    pub decides: Option<String>,
    /// The step of a rule that mends it: `RULE/STEP`.
    #[serde(default)]
    pub step: Option<String>,
    /// The authentication scheme that lookups do not use, when this holds.
    #[serde(default)]
    pub sets_aside: Option<Auth>,
    /// Checks that say nothing when this one holds: what they would report is expected here.
    #[serde(default)]
    pub excuses: Vec<String>,
    /// Outputs that show it, and outputs that only look like it.
    #[serde(default)]
    pub tests: Vec<CheckTest>,
}

impl Check {
    /// A check that says nothing, for tests that belong to none.
    pub fn nothing() -> Self {
        Self {
            id: String::new(),
            level: Level::Note,
            title: String::new(),
            when: Shows::default(),
            meaning: String::new(),
            auth: None,
            supports: Vec::new(),
            decides: None,
            step: None,
            sets_aside: None,
            excuses: Vec::new(),
            tests: Vec::new(),
        }
    }
}

/// What a check amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Something is not as documented.
    Deviation,
    /// Worth knowing; nothing is wrong.
    Note,
    /// As documented.
    Ok,
}

impl Level {
    /// The name used in check files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Deviation => "deviation",
            Self::Note => "note",
            Self::Ok => "ok",
        }
    }
}

/// A test on one object of a cmdlet's output; every key given must hold. A property that was not printed fails every test on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend(
    "minProperties" = 1,
    "dependencies" = {
        "equals": ["property"], "one-of": ["property"], "contains": ["property"], "matches": ["property"],
        "empty": ["property"], "expired": ["property"], "later-than": ["property"], "compare": ["property"]
    }
)))]
pub struct Shows {
    /// The step of the narrative that is asked about, by its id in `rules/objects.yaml`, instead of the objects.
    #[serde(default)]
    pub step: Option<String>,
    /// The property that the following keys are about. Of a step it is `Result`.
    #[serde(default)]
    pub property: Option<String>,
    /// The property's whole value; of a list one of its values. Case and white space do not count.
    #[serde(default)]
    pub equals: Option<String>,
    /// The same with several values, of which one must be there.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// A part of the value. Case and white space do not count.
    #[serde(default)]
    pub contains: Option<String>,
    /// A regex that a value matches as a whole, without white space and in lower case.
    #[serde(default)]
    pub matches: Option<String>,
    /// Whether the property is empty.
    #[serde(default)]
    pub empty: Option<bool>,
    /// Whether the property is a date before today, however day and month are ordered.
    #[serde(default)]
    pub expired: Option<bool>,
    /// A property of the same object; both are times of day, and this one is later.
    #[serde(default)]
    pub later_than: Option<String>,
    /// How the property compares with what `fact` or `with` names.
    #[serde(default)]
    pub compare: Option<Compare>,
    /// A fact of the failure that was pasted beside the output.
    #[serde(default)]
    pub fact: Option<FactKind>,
    /// Another object of the case: it must be there, and `compare` compares with its property.
    #[serde(default)]
    pub with: Option<Box<With>>,
    /// How many objects of this cmdlet the case holds: `= 0`, `> 1`.
    #[cfg_attr(test, schemars(regex(pattern = "^(=|<|>|<=|>=) *[0-9]+$")))]
    #[serde(default)]
    pub objects: Option<String>,
    /// The lookups that the object is for.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The authentication scheme that the failure shows.
    #[serde(default)]
    pub failed_with: Option<Auth>,
    /// A condition on the object's text, as in a rule's signature.
    #[serde(default)]
    pub text: Option<Condition>,
    /// A condition on the failure that was pasted beside the output.
    #[serde(default)]
    pub failure: Option<Condition>,
    /// Every one of these.
    #[serde(default)]
    pub all: Vec<Shows>,
    /// At least one of these.
    #[serde(default)]
    pub any: Vec<Shows>,
    /// None of these.
    #[serde(default)]
    pub none: Vec<Shows>,
}

/// How a property compares with others. A value that the console cut short is never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// It is one of them.
    Same,
    /// It is none of them.
    Differs,
    /// Its host is none of theirs.
    HostDiffers,
    /// Its values include none of them; for a mail domain, neither the domain itself nor a wildcard that covers it.
    Lacks,
}

/// Another object of the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct With {
    /// The cmdlet that printed it.
    pub of: String,
    /// The property to compare with.
    #[serde(default)]
    pub property: Option<String>,
    /// What it must show.
    #[serde(default)]
    pub shows: Option<Shows>,
}

/// An output that shows what a check is for (`text`), or one that does not (`not`). Several outputs, each below its command, and an
/// error make a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["text"]}, {"required": ["not"]}])))]
pub struct CheckTest {
    /// An output that shows it.
    #[serde(default)]
    pub text: Option<String>,
    /// An output that does not.
    #[serde(default)]
    pub not: Option<String>,
    /// Why a `not` output is something else.
    #[serde(default)]
    pub why: Option<String>,
}

/// An entry of `rules/objects.yaml`: how a cmdlet's output is recognised, and what it shows at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Printout {
    /// The cmdlet; or `error record`.
    pub cmdlet: String,
    /// What kind of output it is.
    pub shows: Nature,
    /// What it is about, in a few words.
    pub title: String,
    /// Sets of properties of which one is printed by this cmdlet alone: by its default view, by `Format-List`. `Name=part` asks for
    /// a value that holds that part, too.
    #[serde(default)]
    pub known_by: Vec<Vec<String>>,
    /// The steps that it tells while it works.
    #[serde(default)]
    pub steps: Vec<Told>,
    /// What it proves when nothing deviates.
    pub proves: String,
    /// What it does not prove.
    pub does_not_prove: String,
    /// The lookups that one of its objects is for.
    #[serde(default)]
    pub sides: Vec<Side>,
    /// The commands that read it, for a script that collects a case.
    #[serde(default)]
    pub collect: Vec<Command>,
}

/// What kind of output a cmdlet prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// Settings as they are: what they name is no part of a failure.
    Configuration,
    /// What a test found.
    Result,
    /// A cmdlet failed.
    Error,
}

/// A step that a test cmdlet tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The name that checks use.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// A part of its sentence that all builds have.
    pub says: String,
}

/// What shows for which lookups an object is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The lookups.
    pub direction: Direction,
    /// What the object shows.
    pub when: Shows,
}
