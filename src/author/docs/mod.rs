//! The rule catalogue as static pages: what `freebusy rules docs` writes.
//!
//! From rules to a list of paths and texts, nothing else: no file system, and no clock, so the same rules give the same bytes.
//! Every page exists as HTML and as Markdown. The search index is a script, because a page that was opened from the file
//! system may load a script but not read a file.

mod links;
mod lists;
mod marks;
mod page;
mod render;
mod search;
mod signature;

use crate::facts::Facts;
use crate::remedy::{PlanError, Planner, Values};
use crate::report::RenderError;
use crate::rules::model::{Rule, Shared};
use crate::rules::{Calendar, RuleError, Rules};
use lists::{ContextView, List};
use marks::Marks;
use minijinja::value::Serde;
use minijinja::{Value, context};
use page::RulePage;
use render::Templates;
use std::collections::BTreeMap;
use std::fmt;

/// Stands near the beginning of every file, so that a later run knows which files are its own.
pub const MARK: &str = "made by `freebusy rules docs`";

/// One file of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it goes, relative to the catalogue's folder, with `/` between the parts. Legal on Windows.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// A catalogue that could not be made.
#[derive(Debug)]
pub enum DocsError {
    /// A rule cannot be read.
    Rule(RuleError),
    /// A command is no valid template.
    Plan(PlanError),
    /// A template of a page is wrong.
    Render(RenderError),
    /// The search index is no JSON value.
    Json(serde_json::Error),
}

impl fmt::Display for DocsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(error) => write!(f, "{error}"),
            Self::Plan(error) => write!(f, "{error}"),
            Self::Render(error) => write!(f, "{error}"),
            Self::Json(error) => write!(f, "the search index cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for DocsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rule(error) => Some(error),
            Self::Plan(error) => Some(error),
            Self::Render(error) => Some(error),
            Self::Json(error) => Some(error),
        }
    }
}

impl From<RuleError> for DocsError {
    fn from(error: RuleError) -> Self {
        Self::Rule(error)
    }
}

impl From<postcard::Error> for DocsError {
    fn from(error: postcard::Error) -> Self {
        Self::Rule(error.into())
    }
}

impl From<PlanError> for DocsError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl From<minijinja::Error> for DocsError {
    fn from(error: minijinja::Error) -> Self {
        Self::Render(RenderError::Template(error))
    }
}

/// All rules, and what their pages look up.
struct Catalogue {
    rules: Vec<Rule>,
    shared: Shared,
    /// Of each rule, in the same order.
    marks: Vec<Marks>,
    /// The rules' numbers by id.
    numbers: BTreeMap<String, usize>,
}

impl Catalogue {
    fn new(rules: &Rules) -> Result<Self, DocsError> {
        let shared = rules.pack().shared()?;
        let rules = rules.all()?;
        let marks = rules.iter().map(Marks::of).collect();
        let numbers = rules.iter().enumerate().map(|(number, rule)| (rule.id.clone(), number)).collect();
        Ok(Self { rules, shared, marks, numbers })
    }

    fn rule(&self, id: &str) -> Option<&Rule> {
        self.numbers.get(id).map(|&number| &self.rules[number])
    }
}

/// The page of a rule, as a path in the catalogue.
pub fn rule_page(id: &str) -> String {
    format!("rules/{}.html", links::slug(id))
}

/// The whole catalogue, every path once.
///
/// # Errors
///
/// When a rule cannot be read in full, or one of its commands is no valid template.
pub fn pages(rules: &Rules) -> Result<Vec<Page>, DocsError> {
    pages_of(rules, None)
}

/// The whole catalogue as a part of a site, every path once. `home` is the address of the page that explains errors.
///
/// # Errors
///
/// As [`pages`].
pub fn pages_of(rules: &Rules, home: Option<&str>) -> Result<Vec<Page>, DocsError> {
    let catalogue = Catalogue::new(rules)?;
    let planner = Planner::new(rules.pack().parameters()?, Values::default())
        .as_of(Calendar::undated(&catalogue.shared.timeline));
    let templates = Templates::new(home)?;
    let mut pages = Vec::new();
    let mut both = |template: &str, path: &str, context: Value| -> Result<(), DocsError> {
        for form in ["html", "md"] {
            let text = templates.render(&format!("catalogue/{template}.{form}"), &context)?;
            pages.push(Page { path: format!("{path}.{form}"), text });
        }
        Ok(())
    };
    let areas = lists::areas(&catalogue);
    let count = catalogue.rules.len();
    both("index", "index", context! { root => "", here => "index", areas => Value::from(Serde(&areas)), count })?;
    for list in List::all(&catalogue) {
        both("list", list.name, context! { root => "", here => list.name, list => Value::from(Serde(&list)) })?;
    }
    let contexts = ContextView::all(&catalogue);
    both(
        "contexts",
        "contexts",
        context! { root => "", here => "contexts", contexts => Value::from(Serde(&contexts)) },
    )?;
    for (number, rule) in catalogue.rules.iter().enumerate() {
        // Without facts every parameter shows its placeholder.
        let plan = planner.plan(rule, &Facts::default(), None)?;
        let page = RulePage::new(&catalogue, number, plan, planner.calendar());
        let context = context! { root => Value::from_safe_string("../".to_owned()), here => "", page => Value::from(Serde(&page)) };
        both("rule", &format!("rules/{}", links::slug(&rule.id)), context)?;
    }
    let index = search::index(&catalogue, rules.pack()).map_err(DocsError::Json)?;
    let index = templates.render("catalogue/search-index.js", &context! { index => Value::from_safe_string(index) })?;
    pages.push(Page { path: "search-index.js".to_owned(), text: index });
    for name in ["search.js", "search-box.js", "catalogue.css"] {
        let text = templates.render(&format!("catalogue/{name}"), &context! {})?;
        pages.push(Page { path: name.to_owned(), text });
    }
    Ok(pages)
}
