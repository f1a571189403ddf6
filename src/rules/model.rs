//! What a rule file, and the shared files beside it, can say.
//!
//! These types are the YAML format (`docs/rule-format.md`), nothing more: no compiled form, no behaviour. They avoid
//! `flatten`, `untagged` and internally tagged enums, because those lose the position of an error inside a document.
//! `build.rs` includes this file, so it depends on serde alone.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One documented failure: how to recognise it, why it happens, what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Equal to the file's name; never changes once published.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// This file replaces a shipped rule of the same id. Without it, a second rule with that id is an error.
    #[serde(default)]
    pub overrides: bool,
    /// The failure in one line.
    pub title: String,
    /// Equal to the folder's name.
    pub area: String,
    /// Who asks, and whose calendar.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub direction: Vec<Direction>,
    /// The authentication schemes with which the failure occurs; empty where none plays a part.
    pub auth: Vec<Auth>,
    /// Locations in Exchange's code that were seen with this failure. Hints, never proof.
    #[serde(default)]
    pub lids: Vec<u32>,
    /// The condition that the failure is present.
    pub signature: Condition,
    /// The context without which the signature is only `possible`.
    #[serde(default)]
    pub context: Option<String>,
    /// Conditions too weak to decide, but worth a question.
    #[serde(default)]
    pub hints: Vec<Condition>,
    /// Rules that give way to this one when both match the same record.
    #[serde(default)]
    pub outranks: Vec<String>,
    /// How well the failure is vouched for.
    #[serde(default)]
    pub confidence: Standing,
    /// The entry of `rules/timeline.yaml` from whose date on the hints count. A signature speaks for itself at any date.
    #[serde(default)]
    pub since: Option<String>,
    /// The entry of `rules/timeline.yaml` from whose date on the hints count no longer.
    #[serde(default)]
    pub until: Option<String>,
    /// What to ask when the match is only possible.
    pub question: String,
    /// What is wrong, in words for the helpdesk.
    pub summary: String,
    /// Why Exchange fails here.
    pub cause: String,
    /// How to see that the failure is gone; done after every changing step.
    pub verify: String,
    /// What a person must know before the first step, while it is true.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the source documents say and no longer holds (`docs/currency.md`).
    #[serde(default)]
    pub changes: Vec<Change>,
    /// What to do, in this order.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub steps: Vec<Step>,
    /// Where the vendor documents it.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub references: Vec<Reference>,
    /// When a person last held the steps against the vendor's documentation (ISO 8601 date).
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
    pub reviewed: String,
    /// Texts that are this failure, and texts that only look like it.
    #[serde(default)]
    pub tests: Vec<Test>,
}

/// What recognising a failure needs of its rule: the keys of [`Rule`] that come before what people read.
///
/// A folder of rules is loaded for every answer, and most of its text is steps of rules that do not match; those are not
/// parsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`Rule::id`]
    pub id: String,
    /// [`Rule::overrides`]
    #[serde(default)]
    pub overrides: bool,
    /// [`Rule::title`]
    pub title: String,
    /// [`Rule::area`]
    pub area: String,
    /// [`Rule::direction`]
    pub direction: Vec<Direction>,
    /// [`Rule::auth`]
    pub auth: Vec<Auth>,
    /// [`Rule::lids`]
    #[serde(default)]
    pub lids: Vec<u32>,
    /// [`Rule::signature`]
    pub signature: Condition,
    /// [`Rule::context`]
    #[serde(default)]
    pub context: Option<String>,
    /// [`Rule::hints`]
    #[serde(default)]
    pub hints: Vec<Condition>,
    /// [`Rule::outranks`]
    #[serde(default)]
    pub outranks: Vec<String>,
    /// [`Rule::confidence`]
    #[serde(default)]
    pub confidence: Standing,
    /// [`Rule::since`]
    #[serde(default)]
    pub since: Option<String>,
    /// [`Rule::until`]
    #[serde(default)]
    pub until: Option<String>,
    /// [`Rule::question`]
    pub question: String,
}

impl From<&Rule> for Head {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            overrides: rule.overrides,
            title: rule.title.clone(),
            area: rule.area.clone(),
            direction: rule.direction.clone(),
            auth: rule.auth.clone(),
            lids: rule.lids.clone(),
            signature: rule.signature.clone(),
            context: rule.context.clone(),
            hints: rule.hints.clone(),
            outranks: rule.outranks.clone(),
            confidence: rule.confidence,
            since: rule.since.clone(),
            until: rule.until.clone(),
            question: rule.question.clone(),
        }
    }
}

/// How well a claim is vouched for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The vendor says so.
    #[default]
    Verified,
    /// Somebody other than the vendor says so.
    ThirdParty,
    /// Nobody says so; it is our advice.
    Advice,
    /// The identifier exists in the vendor's code; its meaning is read from its name.
    IdentifierOnly,
}

impl Standing {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::ThirdParty => "third-party",
            Self::Advice => "advice",
            Self::IdentifierOnly => "identifier-only",
        }
    }
}

/// What a person must know before the first step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// The warning.
    pub text: String,
    /// The entry of `rules/timeline.yaml` from whose date on it is true.
    #[serde(default)]
    pub since: Option<String>,
    /// The entry of `rules/timeline.yaml` from whose date on it is no longer true.
    #[serde(default)]
    pub until: Option<String>,
}

/// What the source documents say about a failure, and what holds instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What the documents say.
    pub documented: String,
    /// What holds instead.
    pub now: String,
    /// Why.
    pub why: String,
    /// The entry of `rules/timeline.yaml` that made the change, where one did.
    #[serde(default)]
    pub since: Option<String>,
    /// Where this is said; without it, see the rule's references.
    #[cfg_attr(test, schemars(regex(pattern = "^https://")))]
    #[serde(default)]
    pub source: Option<String>,
    /// How well it is vouched for.
    #[serde(default)]
    pub confidence: Standing,
}

/// Who asks, and whose calendar; or what else was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A mailbox in Exchange Online asks about an on-premises mailbox.
    CloudToOnPremises,
    /// An on-premises mailbox asks about a mailbox in Exchange Online.
    OnPremisesToCloud,
    /// Both mailboxes are in Exchange Online (of one or of two tenants).
    CloudToCloud,
    /// Both mailboxes are on-premises: of two sites or forests.
    WithinOnPremises,
    /// The hybrid configuration or the federation trust was being set up.
    Setup,
    /// Mail was being sent, not a calendar read.
    MailFlow,
    /// The management tools were connecting to a server.
    Management,
}

impl Direction {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::CloudToOnPremises => "cloud-to-on-premises",
            Self::OnPremisesToCloud => "on-premises-to-cloud",
            Self::CloudToCloud => "cloud-to-cloud",
            Self::WithinOnPremises => "within-on-premises",
            Self::Setup => "setup",
            Self::MailFlow => "mail-flow",
            Self::Management => "management",
        }
    }
}

/// How the asking organization proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// OAuth through an intra-organization connector.
    Oauth,
    /// Delegated authentication through an organization relationship and a federation trust.
    Dauth,
}

impl Auth {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::Dauth => "dauth",
        }
    }
}

/// A map of tests on a record; **every key given must hold**.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("anyOf" = [
    {"required": ["text"]}, {"required": ["phrase"]}, {"required": ["regex"]}, {"required": ["lid"]},
    {"required": ["http-status"]}, {"required": ["aadsts"]}, {"required": ["diagnostics"]}, {"required": ["event"]},
    {"required": ["field"]}, {"required": ["all"]}, {"required": ["any"]}
])))]
pub struct Condition {
    /// A sentence of which only letters and digits count.
    #[serde(default)]
    pub text: Option<String>,
    /// An entry of `rules/phrases.yaml`.
    #[serde(default)]
    pub phrase: Option<String>,
    /// A regex over the text without white space, in lower case.
    #[serde(default)]
    pub regex: Option<String>,
    /// A LID in the text.
    #[serde(default)]
    pub lid: Option<u32>,
    /// An HTTP status in the text.
    #[serde(default)]
    pub http_status: Option<u32>,
    /// The number of an AADSTS code in the text.
    #[serde(default)]
    pub aadsts: Option<u32>,
    /// The number of an `x-ms-diagnostics` header in the text.
    #[serde(default)]
    pub diagnostics: Option<u32>,
    /// A Windows event.
    #[serde(default)]
    pub event: Option<Event>,
    /// A field of a structured record.
    #[serde(default)]
    pub field: Option<Field>,
    /// Every one of these, near one another.
    #[serde(default)]
    pub all: Vec<Condition>,
    /// At least one of these.
    #[serde(default)]
    pub any: Vec<Condition>,
    /// None of these near what the other keys found.
    #[serde(default)]
    pub none: Vec<Condition>,
    /// How near, in letters and digits.
    #[serde(default)]
    pub within: Option<u32>,
}

/// A Windows event by provider, id or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend("minProperties" = 1)))]
pub struct Event {
    /// The event's source, such as `MSExchange Availability`.
    #[serde(default)]
    pub provider: Option<String>,
    /// The event's number.
    #[serde(default)]
    pub id: Option<u32>,
}

/// A test on one field of a structured record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The field's name; case does not count.
    pub name: String,
    /// The whole value; case does not count.
    #[serde(default)]
    pub is: Option<String>,
    /// A part of the value; case does not count.
    #[serde(default)]
    pub contains: Option<String>,
}

/// One step of the remedy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend("anyOf" = [{"required": ["run"]}, {"required": ["text"]}])))]
pub struct Step {
    /// Unique in the rule.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What is done, as an imperative sentence.
    pub title: String,
    /// The strongest thing that the step does.
    pub effect: Effect,
    /// How well it is vouched for that the step helps.
    #[serde(default)]
    pub confidence: Standing,
    /// The entry of `rules/timeline.yaml` from whose date on the step applies.
    #[serde(default)]
    pub since: Option<String>,
    /// The entry of `rules/timeline.yaml` from whose date on the step no longer applies.
    #[serde(default)]
    pub until: Option<String>,
    /// On which machines, in words.
    #[serde(default, rename = "where")]
    pub place: Option<String>,
    /// What a person must know, do by hand, accept or refuse.
    #[serde(default)]
    pub text: Option<String>,
    /// The commands, each on its own.
    #[serde(default)]
    pub run: Vec<Command>,
    /// What comes out when all is well, and what a deviation means.
    pub expect: String,
    /// How long until it takes effect.
    #[serde(default)]
    pub wait: Option<String>,
    /// The way back.
    #[serde(default)]
    pub undo: Option<String>,
    /// Retired commands that older instructions use here. Never a command to run.
    #[serde(default)]
    pub formerly: Option<String>,
    /// Where the result leads; without any, to the next step.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
}

/// The strongest thing that a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Shows something.
    ReadOnly,
    /// Changes a setting.
    ChangesConfiguration,
    /// Restarts a service, a server or an application pool.
    RestartsService,
    /// Overwrites a whole list.
    ReplacesList,
    /// Removes something that cannot simply be put back.
    Destructive,
}

impl Effect {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::ChangesConfiguration => "changes-configuration",
            Self::RestartsService => "restarts-service",
            Self::ReplacesList => "replaces-list",
            Self::Destructive => "destructive",
        }
    }
}

/// One command, a template over the parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Where it runs.
    pub shell: Shell,
    /// The template; every expression in it is quoted for the shell.
    pub command: String,
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Shell {
    /// Exchange Management Shell, on an on-premises server.
    Ems,
    /// Exchange Online PowerShell.
    Exo,
    /// Microsoft Graph PowerShell.
    Graph,
    /// Windows PowerShell 5.1, elevated.
    Windows,
    /// Windows PowerShell on the Entra Connect server.
    EntraConnect,
    /// A command prompt.
    Cmd,
}

impl Shell {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ems => "ems",
            Self::Exo => "exo",
            Self::Graph => "graph",
            Self::Windows => "windows",
            Self::EntraConnect => "entra-connect",
            Self::Cmd => "cmd",
        }
    }
}

/// What a step may show, and where that leads. Has `when` and `then`, or `otherwise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["when", "then"], "properties": {"otherwise": {"type": "null"}}}, {"required": ["otherwise"], "properties": {"when": {"type": "null"}, "then": {"type": "null"}}}])))]
pub struct Outcome {
    /// The result that this outcome is about.
    #[serde(default)]
    pub when: Option<When>,
    /// What the result means, in words.
    #[serde(default)]
    pub meaning: Option<String>,
    /// Where it leads: a step's id, `next`, `resolved`, `support` or `rule:ID`.
    #[serde(default)]
    pub then: Option<String>,
    /// Where every other result leads.
    #[serde(default)]
    pub otherwise: Option<String>,
}

impl Outcome {
    /// Where this outcome leads, whichever key says so.
    pub fn target(&self) -> Option<&str> {
        self.then.as_deref().or(self.otherwise.as_deref())
    }
}

/// A test on what a step's commands printed; every key given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend(
    "minProperties" = 1,
    "dependencies" = {
        "equals": ["property"], "contains": ["property"], "empty": ["property"], "expired": ["property"], "differs-from": ["property"],
        "property": {"anyOf": [{"required": ["equals"]}, {"required": ["contains"]}, {"required": ["empty"]}, {"required": ["expired"]}, {"required": ["differs-from"]}]},
        "of": {"anyOf": [{"required": ["objects"]}, {"required": ["property"]}]}
    }
)))]
pub struct When {
    /// Only what this cmdlet printed, of several.
    #[serde(default)]
    pub of: Option<String>,
    /// How many objects were printed: `= 0`, `> 1`.
    #[cfg_attr(test, schemars(regex(pattern = "^(=|<|>|<=|>=) *[0-9]+$")))]
    #[serde(default)]
    pub objects: Option<String>,
    /// The output contains this.
    #[serde(default)]
    pub text: Option<String>,
    /// The property that the following keys are about.
    #[serde(default)]
    pub property: Option<String>,
    /// The property's whole value.
    #[serde(default)]
    pub equals: Option<String>,
    /// A part of the property's value.
    #[serde(default)]
    pub contains: Option<String>,
    /// Whether the property is empty.
    #[serde(default)]
    pub empty: Option<bool>,
    /// Whether the property is a date before today; of a certificate that is printed whole, its end.
    #[serde(default)]
    pub expired: Option<bool>,
    /// No object has the value that this other property has, in the same output or in the last one before it.
    #[serde(default, rename = "differs-from")]
    pub differs_from: Option<String>,
    /// Something that only a person can see.
    #[serde(default)]
    pub observed: Option<String>,
}

/// Where the vendor documents it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The page's title.
    pub title: String,
    /// The page's address, https.
    #[cfg_attr(test, schemars(regex(pattern = "^https://")))]
    pub url: String,
    /// Whose page it is: the vendor's, where nothing is said.
    #[serde(default)]
    pub confidence: Standing,
}

/// A text that is the failure (`text`), or one that only looks like it (`not`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(extend("oneOf" = [
    {"required": ["text"]},
    {"required": ["not"], "properties": {"expect": false, "except": false}}
])))]
pub struct Test {
    /// A text for which this rule is the first match.
    #[serde(default)]
    pub text: Option<String>,
    /// A text for which this rule is not certain.
    #[serde(default)]
    pub not: Option<String>,
    /// How sure the match must be; certain where nothing is said.
    #[serde(default)]
    pub expect: Option<Confidence>,
    /// A context that the person vouches for, as with `--assume`.
    #[serde(default)]
    pub assume: Option<String>,
    /// Fields that the text's record has, by name: a log's columns, an event's data.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What a `not` text is instead.
    #[serde(default)]
    pub why: Option<String>,
    /// Transformations that this text does not survive, and why.
    #[serde(default)]
    pub except: Vec<Exception>,
}

/// A transformation that a test's text does not survive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The transformation's name.
    pub transform: String,
    /// Why the text cannot survive it.
    pub reason: String,
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Only hints hold, or the signature without its context.
    Possible,
    /// The signature holds, and its context where it names one.
    Certain,
}

impl Confidence {
    /// The name used in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Certain => "certain",
        }
    }
}

/// An entry of `rules/phrases.yaml`: one sentence in every wording that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// The name that conditions use.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What the sentence says.
    pub title: String,
    /// The wordings.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub variants: Vec<Variant>,
}

/// One wording of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// ISO 639 language code.
    pub lang: String,
    /// The wording, correctly spelt.
    pub text: String,
}

/// An entry of `rules/contexts.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The name that rules use.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What the context is, in words.
    pub title: String,
    /// What to ask when it is missing.
    pub question: String,
    /// Contexts that stand for this one as well.
    #[serde(default)]
    pub includes: Vec<String>,
    /// The condition.
    #[serde(rename = "where")]
    pub condition: Condition,
}

/// An entry of `rules/indications.yaml`: what shows a direction or an authentication scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Indication {
    /// The direction that the condition shows.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The authentication scheme that the condition shows.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// The condition.
    #[serde(rename = "where")]
    pub condition: Condition,
}

/// An entry of `rules/parameters.yaml`: a named, typed value that commands need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The name that templates and `--set` use.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z][a-z0-9_]*$")))]
    pub name: String,
    /// What a value may look like.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What a command shows while the value is unknown, without angle brackets.
    pub placeholder: String,
    /// What the value is.
    pub description: String,
    /// The fact that fills it.
    #[serde(default)]
    pub fact: Option<FactKind>,
    /// Only for a match of this direction.
    #[serde(default)]
    pub when: Option<Direction>,
}

/// What a parameter's value may look like (`remedy::parameter` checks it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An SMTP address, or an alias.
    Mailbox,
    /// A user principal name.
    Upn,
    /// A DNS domain.
    Domain,
    /// A DNS host name.
    Host,
    /// An https address.
    Url,
    /// An http or https address, as a web proxy has.
    HttpUrl,
    /// A computer's name, short or fully qualified.
    Server,
    /// The name of a directory object.
    Name,
    /// Forty hexadecimal digits.
    Thumbprint,
    /// A GUID.
    Guid,
    /// A file's path.
    Path,
    /// A time of day.
    Time,
    /// An IP address.
    Ip,
}

/// A kind of fact that can fill a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// The mailbox that was looked up.
    Mailbox,
    /// The domain that was looked up.
    Domain,
    /// The host that was contacted.
    Host,
    /// The server that reported the failure.
    Server,
    /// A certificate's thumbprint.
    Thumbprint,
}

/// What rules share: the files beside the areas' folders, except the parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Shared {
    /// `phrases.yaml`
    pub phrases: Vec<Phrase>,
    /// `contexts.yaml`
    pub contexts: Vec<Context>,
    /// `indications.yaml`
    pub indications: Vec<Indication>,
    /// `well-known.yaml`
    pub well_known: WellKnown,
    /// `intake.yaml`
    pub intake: Intake,
    /// `timeline.yaml`
    #[serde(default)]
    pub timeline: Vec<Milestone>,
    /// `retired.yaml`
    pub retired: Vec<Retired>,
    /// `cmdlets.yaml`
    pub cmdlets: Cmdlets,
}

/// `rules/intake.yaml`: what to ask and to collect while no rule is certain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// What to ask.
    pub questions: Vec<Question>,
    /// What to collect.
    pub collect: Vec<Collect>,
}

/// A question to the person who reports the failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub ask: String,
    /// What makes it unnecessary.
    #[serde(default)]
    pub unless: Option<Known>,
    /// Only where the text shows one of these directions; always where empty.
    #[serde(default)]
    pub direction: Vec<Direction>,
    /// Only where the text shows one of these HTTP statuses; always where empty.
    #[serde(default)]
    pub http_status: Vec<u32>,
    /// Whether it comes before everything else, also where a rule is certain.
    #[serde(default)]
    pub first: bool,
    /// The entry of `rules/timeline.yaml` from whose date on it is asked.
    #[serde(default)]
    pub since: Option<String>,
    /// The entry of `rules/timeline.yaml` from whose date on it is no longer asked.
    #[serde(default)]
    pub until: Option<String>,
}

/// Something that the text may show already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// Who asks, and whose calendar.
    Direction,
    /// The authentication scheme.
    Auth,
}

/// Something to run or to look up, so that the next answer is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// What it shows.
    pub title: String,
    /// For which directions; all where empty.
    #[serde(default)]
    pub direction: Vec<Direction>,
    /// For which authentication schemes; all where empty.
    #[serde(default)]
    pub auth: Vec<Auth>,
    /// Only where the text shows one of these HTTP statuses; always where empty.
    #[serde(default)]
    pub http_status: Vec<u32>,
    /// The entry of `rules/timeline.yaml` from whose date on it is worth collecting.
    #[serde(default)]
    pub since: Option<String>,
    /// The entry of `rules/timeline.yaml` from whose date on it is no longer worth collecting.
    #[serde(default)]
    pub until: Option<String>,
    /// Where to look, for what has no command.
    #[serde(default)]
    pub text: Option<String>,
    /// The commands.
    #[serde(default)]
    pub run: Vec<Command>,
}

/// An entry of `rules/timeline.yaml`: a date on which something changed for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// The name that rules use.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// The first day on which it holds (ISO 8601 date).
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
    pub date: String,
    /// What happened, in one line.
    pub title: String,
    /// Where this is said.
    #[cfg_attr(test, schemars(regex(pattern = "^https://")))]
    pub source: String,
    /// How well it is vouched for.
    #[serde(default)]
    pub confidence: Standing,
}

/// An entry of `rules/retired.yaml`: a module that no longer works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The module's name.
    pub module: String,
    /// How its cmdlets can be told: a wildcard such as `*-Msol*`.
    pub cmdlets: String,
    /// When it stopped working (ISO 8601 date or month).
    pub since: String,
    /// What replaces it.
    pub replacement: String,
    /// Where the vendor says so.
    pub source: String,
}

/// `rules/cmdlets.yaml`: how one can see from its name what a cmdlet does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cmdlets {
    /// Wildcards for the names of commands that change something.
    pub changing: Vec<String>,
    /// Wildcards for names that fit one of `changing`, but change nothing beyond the session.
    pub harmless: Vec<String>,
    /// Wildcards for the names of commands that a script which collects a case may run.
    #[serde(default)]
    pub reading: Vec<String>,
    /// Wildcards for properties that hold keys, passwords or tokens.
    #[serde(default)]
    pub secret: Vec<String>,
}

/// An entry of `rules/well-known.yaml`: names that belong to everybody, so `--redact` leaves them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WellKnown {
    /// Host names; a subdomain of one counts too.
    pub hosts: Vec<String>,
    /// GUIDs.
    pub guids: Vec<String>,
}
