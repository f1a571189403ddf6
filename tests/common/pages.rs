//! The catalogue's pages in memory, and what can be asked about them.

use freebusy::author::docs::{Page, pages};
use freebusy::rules::Rules;
use freebusy::rules::model::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// A whole catalogue.
pub struct Site {
    pub pages: Vec<Page>,
    pub rules: Vec<Rule>,
    /// The anchors of every page, by path.
    anchors: BTreeMap<String, BTreeSet<String>>,
}

impl Site {
    pub fn built_in() -> Self {
        Self::new(Rules::built_in().expect("the built-in rules"))
    }

    pub fn new(rules: Rules) -> Self {
        let pages = pages(&rules).expect("a catalogue");
        let anchors = pages.iter().map(|page| (page.path.clone(), anchors(&page.text))).collect();
        Self { pages, rules: rules.all().expect("whole rules"), anchors }
    }

    /// The text at a path.
    pub fn page(&self, path: &str) -> &str {
        let page = self.pages.iter().find(|page| page.path == path);
        &page.unwrap_or_else(|| panic!("there is no page {path}")).text
    }

    /// Whether a path, with its anchor where it has one, exists.
    pub fn has(&self, target: &str) -> bool {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        self.anchors.get(path).is_some_and(|anchors| anchor.is_empty() || anchors.contains(anchor))
    }

    /// The links of a page that stay in the catalogue, as paths from its folder.
    pub fn links(&self, page: &Page) -> Vec<String> {
        let found: Vec<&str> = match page.path.rsplit('.').next() {
            Some("html") => after(&page.text, "href=\"", '"').chain(after(&page.text, " src=\"", '"')).collect(),
            Some("md") => after(&page.text, "](", ')').collect(),
            _ => Vec::new(),
        };
        let own = found.into_iter().filter(|link| !link.starts_with("https://"));
        own.filter(|link| {
            link.ends_with(".js")
                || link.ends_with(".css")
                || link.starts_with('#')
                || link.contains(".html")
                || link.contains(".md")
        })
        .map(|link| resolve(&page.path, link))
        .collect()
    }
}

/// What stands behind every `begin`, to the first `end`.
fn after<'t>(text: &'t str, begin: &'t str, end: char) -> impl Iterator<Item = &'t str> {
    text.split(begin).skip(1).filter_map(move |rest| rest.split(end).next())
}

fn anchors(text: &str) -> BTreeSet<String> {
    after(text, " id=\"", '"').map(str::to_owned).collect()
}

/// A link of a page as a path from the catalogue's folder.
fn resolve(from: &str, link: &str) -> String {
    if link.starts_with('#') {
        return format!("{from}{link}");
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    match (link.strip_prefix("../"), folder) {
        (Some(up), _) => up.to_owned(),
        (None, "") => link.to_owned(),
        (None, folder) => format!("{folder}/{link}"),
    }
}

/// The text of an HTML page as a reader sees it, one blank for every white space.
pub fn text_of(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or("", |(_, behind)| behind));
    }
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, character)| text.replace(entity, character));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
