//! Everything that can be asked for, and what it needs: rules, an engine that is ready, templates.

use super::ask::Ask;
use super::find::{find, named};
use super::marked::marked;
use super::problem::Problem;
use super::reply::{Form, HTML, JSON, MARKDOWN, Reply};
use super::templates::Templates;
use crate::author::docs;
use crate::engine::Engine;
use crate::read::{Case, Input, ReadError};
use crate::remedy::plan::nearest;
use crate::remedy::{Planner, Values};
use crate::report::identifiers::look_up;
use crate::report::{Answer, Format, Redactor, RenderError, Renderer, Style, pretty_json, rule_json, rules_json};
use crate::rules::model::{Parameter, Rule, Shared};
use crate::rules::{Calendar, Rules};
use jiff::civil::Date;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// A longer query is no code and no name, in characters.
const LONGEST_QUERY: usize = 400;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// What comes with the program, by its address.
const CONSTANT: [(&str, &str, &str); 8] = [
    ("/app.js", SCRIPT, include_str!("../../templates/web/app.js")),
    ("/engine.js", SCRIPT, include_str!("../../templates/web/engine.js")),
    ("/case.js", SCRIPT, include_str!("../../templates/web/case.js")),
    ("/app.css", STYLE, include_str!("../../templates/web/app.css")),
    ("/scan.js", SCRIPT, include_str!("../../templates/scan.js")),
    ("/scan.css", STYLE, include_str!("../../templates/scan.css")),
    ("/icon.svg", "image/svg+xml", include_str!("../../templates/web/icon.svg")),
    ("/api/openapi.json", JSON, include_str!("../../schema/openapi.json")),
];

/// The page and the API over one set of rules.
pub struct Site<'r> {
    rules: &'r Rules,
    shared: Shared,
    parameters: Vec<Parameter>,
    profile: BTreeMap<String, String>,
    /// The engine of the day that was asked about last.
    engine: RwLock<Option<Arc<Daily<'r>>>>,
    templates: Templates,
    renderer: Renderer,
    catalogue: OnceLock<Result<BTreeMap<String, String>, Problem>>,
}

struct Daily<'r> {
    day: String,
    engine: Engine<'r>,
}

/// What a page shows of the question.
#[derive(Debug, Default, Serialize)]
struct Asked {
    texts: Vec<AskedText>,
    set: BTreeMap<String, String>,
    assume: BTreeSet<String>,
    redact: bool,
    done: BTreeSet<String>,
    more: bool,
}

#[derive(Debug, Serialize)]
struct AskedText {
    /// Empty where the text has none of its own.
    name: String,
    text: String,
}

/// A context that somebody could vouch for.
#[derive(Debug, Serialize)]
struct ContextView<'p> {
    id: &'p str,
    title: &'p str,
}

/// A step that is done.
#[derive(Debug, Serialize)]
struct DoneStep<'a> {
    number: usize,
    title: &'a str,
}

impl<'r> Site<'r> {
    /// A site over these rules. `profile` are an organization's own names, by parameter.
    ///
    /// # Errors
    ///
    /// When the rules are damaged, and when a name in the profile is none that commands use.
    pub fn new(rules: &'r Rules, profile: BTreeMap<String, String>) -> Result<Self, Problem> {
        let pack = rules.pack();
        let shared = pack.shared().map_err(|error| Problem::inside(&error))?;
        let parameters = pack.parameters().map_err(|error| Problem::inside(&error))?;
        let site = Self {
            rules,
            shared,
            parameters,
            profile,
            engine: RwLock::new(None),
            templates: Templates::new().map_err(|error| Problem::inside(&RenderError::Template(error)))?,
            renderer: Renderer::new(Vec::new(), Style { width: 100, color: false }),
            catalogue: OnceLock::new(),
        };
        site.known(site.profile.keys())?;
        Ok(site)
    }

    /// The page, empty.
    pub fn home(&self) -> Reply {
        self.page(
            "web/home.html",
            context! { asked => Value::from(Serde(Asked::default())), answer => "", problem => () },
        )
    }

    /// What comes with the program, by its address.
    pub fn constant(&self, path: &str) -> Option<Reply> {
        let (_, kind, body) = CONSTANT.iter().find(|(known, ..)| *known == path)?;
        Some(Reply::constant(kind, body))
    }

    /// The answer to a question, on this day.
    pub fn explain(&self, ask: &Ask, today: Date, form: Form) -> Reply {
        match self.answer(ask, today, form) {
            Ok(reply) => reply,
            Err(problem) if form == Form::Page => self.home_with(ask, &problem),
            Err(problem) => self.problem(&problem, form),
        }
    }

    fn answer(&self, ask: &Ask, today: Date, form: Form) -> Result<Reply, Problem> {
        let today = match &ask.as_of {
            None => today,
            Some(day) => day.parse().map_err(|_| {
                Problem::new(422, format!("`{day}` is no day")).help("write as_of as a date, such as 2025-10-31")
            })?,
        };
        let daily = self.daily(today);
        let pack = self.rules.pack();
        let mut assumed = Vec::new();
        for id in &ask.assume {
            let number = pack.context_index(id).ok_or_else(|| {
                let all: Vec<&str> = pack.contexts.iter().map(|context| context.id.as_ref()).collect();
                Problem::new(422, format!("there is no context `{id}`"))
                    .help(format!("assume takes: {}", all.join(", ")))
            })?;
            assumed.push(number as u16);
        }
        self.known(ask.set.keys())?;
        let mut redactor = ask.redact.then(|| Redactor::new(self.shared.well_known.clone()));
        let mut values = Values { set: ask.set.clone(), profile: self.profile.clone() };
        if let Some(redactor) = &mut redactor {
            for given in [&mut values.set, &mut values.profile] {
                let redacted = std::mem::take(given).into_iter().filter_map(|(name, value)| {
                    let value = redactor.parameter(&self.parameters, &name, &value)?;
                    Some((name, value))
                });
                *given = redacted.collect();
            }
        }
        let planner = Planner::new(self.parameters.clone(), values)
            .as_of(Calendar::new(&self.shared.timeline, today.to_string()));
        let mut asked = Asked::of(ask);
        let mut inputs = Vec::with_capacity(ask.texts.len());
        for (number, (name, text)) in ask.names().into_iter().zip(&ask.texts).enumerate() {
            let mut input = Input::from_bytes(text.bytes.clone()).map_err(|error| unreadable(&name, &error))?;
            if form == Form::Page {
                asked.texts[number].text.clone_from(&input.text);
            }
            let name = match &mut redactor {
                Some(redactor) => {
                    input.text = redactor.redact(&input.text);
                    redactor.redact(&name)
                }
                None => name,
            };
            inputs.push((name, input));
        }
        let case = Case::new(inputs);
        let answer = Answer::to_case(&daily.engine, &planner, &case, &assumed, today)
            .map_err(|error| Problem::inside(&error))?;
        let rendered = |format| self.renderer.answer_to_case(&answer, &case, format).map_err(|e| Problem::inside(&e));
        match form {
            Form::Json => Ok(Reply::new(JSON, rendered(Format::Json)?)),
            Form::Markdown => Ok(Reply::new(MARKDOWN, rendered(Format::Markdown)?)),
            Form::Part | Form::Page => {
                let ticket = rendered(Format::Markdown)?;
                let part = self.part(&answer, &case, &asked, &ticket)?;
                if form == Form::Part {
                    return Ok(Reply::new(HTML, part));
                }
                let context = context! {
                    asked => Value::from(Serde(asked)),
                    answer => Value::from_safe_string(part),
                    problem => (),
                };
                Ok(self.page("web/home.html", context))
            }
        }
    }

    /// The part of the page that holds the answer.
    fn part(&self, answer: &Answer, case: &Case, asked: &Asked, ticket: &str) -> Result<String, Problem> {
        let pack = self.rules.pack();
        let marks: Vec<_> = answer.matches.iter().map(|found| marked(case, &found.evidence)).collect();
        let contexts: Vec<ContextView<'_>> =
            pack.contexts.iter().map(|context| ContextView { id: &context.id, title: &context.title }).collect();
        let done = answer.matches.first().map_or_else(Vec::new, |found| {
            let steps = found.steps.iter().enumerate();
            let done = steps.filter(|(_, step)| asked.done.contains(&format!("{}/{}", found.rule, step.id)));
            done.map(|(number, step)| DoneStep { number: number + 1, title: &step.title }).collect()
        });
        let context = context! {
            answer => Value::from(Serde(answer)),
            asked => Value::from(Serde(asked)),
            marks => Value::from(Serde(marks)),
            contexts => Value::from(Serde(contexts)),
            done_steps => Value::from(Serde(done)),
            ticket => ticket,
        };
        self.templates
            .render("web/answer.html", context)
            .map_err(|error| Problem::inside(&RenderError::Template(error)))
    }

    /// All rules, for programs.
    pub fn rules(&self) -> Reply {
        self.json(self.all().and_then(|rules| {
            rules_json(&rules, &self.parameters).and_then(|rules| pretty_json(&rules)).map_err(|e| Problem::inside(&e))
        }))
    }

    /// One rule, for programs.
    pub fn rule(&self, id: &str) -> Reply {
        self.json(self.find_rule(id).and_then(|rule| {
            rule_json(&rule).and_then(|rule| pretty_json(&rule)).map_err(|error| Problem::inside(&error))
        }))
    }

    /// What a code or name stands for, for programs.
    pub fn lookup(&self, query: &str) -> Reply {
        self.json(self.query(query).and_then(|query| {
            let identifiers = self.rules.pack().identifiers().map_err(|error| Problem::inside(&error))?;
            let lookup = look_up(identifiers, &named(&self.all()?), query);
            self.renderer.lookup(&lookup, Format::Json).map_err(|error| Problem::inside(&error))
        }))
    }

    /// The page on which failures are found by a code, a name or words.
    pub fn find(&self, query: &str) -> Reply {
        let found = self.query(query).and_then(|query| {
            let identifiers = self.rules.pack().identifiers().map_err(|error| Problem::inside(&error))?;
            Ok(find(&self.all()?, identifiers, query))
        });
        match found {
            Ok(found) => self.page("web/find.html", context! { found => Value::from(Serde(found)) }),
            Err(problem) => self.problem(&problem, Form::Page),
        }
    }

    /// A page of the catalogue, by its path in it.
    pub fn catalogue(&self, path: &str) -> Reply {
        let pages = self.catalogue.get_or_init(|| {
            let pages = docs::pages_of(self.rules, Some("/")).map_err(|error| Problem::inside(&error))?;
            let served = pages.into_iter().filter(|page| !page.path.ends_with(".md"));
            Ok(served.map(|page| (page.path, page.text)).collect())
        });
        let kind = match path.rsplit('.').next() {
            Some("js") => SCRIPT,
            Some("css") => STYLE,
            _ => HTML,
        };
        match pages {
            Ok(pages) => match pages.get(if path.is_empty() { "index.html" } else { path }) {
                Some(text) => Reply { constant: true, ..Reply::new(kind, text.clone()) },
                None => self.not_found(),
            },
            Err(problem) => self.problem(problem, Form::Page),
        }
    }

    /// The way to a rule's page.
    pub fn rule_page(&self, id: &str) -> Reply {
        match self.find_rule(id) {
            Ok(rule) => Reply::to(format!("/catalogue/{}", docs::rule_page(&rule.id))),
            Err(problem) => self.problem(&problem, Form::Page),
        }
    }

    /// There is no such page.
    pub fn not_found(&self) -> Reply {
        self.problem(&Problem::new(404, "there is no such page").help("go to the first page"), Form::Page)
    }

    /// What could not be done, in the form that was asked for.
    pub fn problem(&self, problem: &Problem, form: Form) -> Reply {
        let context = || context! { problem => Value::from(Serde(problem)), part => form == Form::Part };
        let reply = match form {
            Form::Json => Reply::new(JSON, problem_json(problem)),
            Form::Markdown => {
                let help = problem.help.as_deref().unwrap_or_default();
                Reply::new("text/plain; charset=utf-8", format!("{}\n{help}\n", problem.message))
            }
            Form::Part | Form::Page => self.page("web/problem.html", context()),
        };
        reply.status(problem.status)
    }

    /// The page with the question as it was asked, and what is wrong with it.
    fn home_with(&self, ask: &Ask, problem: &Problem) -> Reply {
        let mut asked = Asked::of(ask);
        for (shown, text) in asked.texts.iter_mut().zip(&ask.texts) {
            shown.text = Input::from_bytes(text.bytes.clone()).map(|input| input.text).unwrap_or_default();
        }
        let context = context! {
            asked => Value::from(Serde(asked)),
            answer => "",
            problem => Value::from(Serde(problem)),
        };
        self.page("web/home.html", context).status(problem.status)
    }

    fn page(&self, template: &str, context: Value) -> Reply {
        match self.templates.render(template, context) {
            Ok(text) => Reply::new(HTML, text),
            // The template of a problem may be what is wrong.
            Err(error) => {
                let said = RenderError::Template(error).to_string();
                Reply::new("text/plain; charset=utf-8", format!("{said}\n")).status(500)
            }
        }
    }

    fn json(&self, body: Result<String, Problem>) -> Reply {
        match body {
            Ok(body) => Reply::new(JSON, body),
            Err(problem) => self.problem(&problem, Form::Json),
        }
    }

    /// The engine for a day. It is made anew when the day changes.
    fn daily(&self, day: Date) -> Arc<Daily<'r>> {
        let day = day.to_string();
        let kept = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(daily) = kept.as_ref().filter(|daily| daily.day == day) {
            return Arc::clone(daily);
        }
        drop(kept);
        let engine = Engine::for_many(self.rules).as_of(day.clone());
        let daily = Arc::new(Daily { day, engine });
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&daily));
        daily
    }

    fn all(&self) -> Result<Vec<Rule>, Problem> {
        self.rules.all().map_err(|error| Problem::inside(&error))
    }

    fn find_rule(&self, id: &str) -> Result<Rule, Problem> {
        let pack = self.rules.pack();
        match pack.rule_index(id) {
            Some(number) => self.rules.rule(number).map_err(|error| Problem::inside(&error)),
            None => {
                let problem = Problem::new(404, "there is no such rule");
                Err(match nearest(id, pack.rules.iter().map(|rule| rule.id.as_ref())) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("/api/rules lists all"),
                })
            }
        }
    }

    fn query<'q>(&self, query: &'q str) -> Result<&'q str, Problem> {
        match query.chars().nth(LONGEST_QUERY) {
            None => Ok(query),
            Some(_) => Err(Problem::new(422, format!("what was asked for has more than {LONGEST_QUERY} characters"))
                .help("look up one code or name; have a whole error explained instead")),
        }
    }

    /// Every name is one that commands use.
    fn known<'n>(&self, mut names: impl Iterator<Item = &'n String>) -> Result<(), Problem> {
        let unknown = names.find(|name| !self.parameters.iter().any(|parameter| parameter.name == **name));
        let Some(name) = unknown else { return Ok(()) };
        let problem = Problem::new(422, format!("no command uses a value named `{name}`"));
        Err(match nearest(name, self.parameters.iter().map(|parameter| parameter.name.as_str())) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("the answer lists the names that its commands use"),
        })
    }
}

impl Asked {
    fn of(ask: &Ask) -> Self {
        let text = |text: &super::Pasted| AskedText { name: text.name.clone(), text: String::new() };
        Self {
            texts: ask.texts.iter().map(text).collect(),
            set: ask.set.clone(),
            assume: ask.assume.clone(),
            redact: ask.redact,
            done: ask.done.clone(),
            more: ask.more,
        }
    }
}

fn problem_json(problem: &Problem) -> String {
    let value = serde_json::json!({ "error": problem });
    // A value of two strings can always be written.
    pretty_json(&value).unwrap_or_default()
}

fn unreadable(name: &str, error: &ReadError) -> Problem {
    let problem = Problem::new(422, format!("{name}: {error}"));
    match error {
        ReadError::Binary(_) => {
            problem.help("logs and archives are scanned: drop them on the page, or send them to /api/scan")
        }
        _ => problem,
    }
}
