//! The catalogue's pages: complete, linked without a dead end, the same every time, and harmless whatever a rule says.

mod common;

use common::pages::{Site, text_of};
use freebusy::facts::Facts;
use freebusy::remedy::{Planner, Values};
use freebusy::rules::model::{Condition, Outcome};
use freebusy::rules::{Loader, Prepared, Rules};
use freebusy::text::fold::fold;

/// Markup and script that a page, a wiki or a browser would act on.
const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:b) `c` *d* _e_ {{ f }} \
                       \u{202e}g\u{2028}h \" ' & </pre></title> -->";

#[test]
fn every_rule_has_a_page_in_both_forms() {
    let site = Site::built_in();
    for rule in &site.rules {
        for form in ["html", "md"] {
            let page = site.page(&format!("rules/{}.{form}", rule.id));
            assert!(page.contains(&rule.id), "{}.{form}", rule.id);
        }
    }
}

#[test]
fn no_two_pages_share_a_path() {
    let site = Site::built_in();
    let mut paths: Vec<String> = site.pages.iter().map(|page| page.path.to_ascii_lowercase()).collect();
    paths.sort();
    let all = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), all);
}

/// Every prose and every example of a rule's file.
#[test]
fn a_page_says_all_that_the_rule_says() {
    let site = Site::built_in();
    for rule in &site.rules {
        let page = text_of(site.page(&format!("rules/{}.html", rule.id)));
        let says = |what: &str| {
            let line = what.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(page.contains(&line), "{}: {line}", rule.id);
        };
        for text in [&rule.title, &rule.summary, &rule.cause, &rule.question, &rule.verify, &rule.reviewed] {
            says(text);
        }
        for step in &rule.steps {
            says(&step.title);
            says(&step.expect);
            let optional = [&step.place, &step.text, &step.wait, &step.undo, &step.formerly];
            optional.into_iter().flatten().for_each(|text| says(text));
            let outcome = |outcome: &Outcome| outcome.when.clone().and_then(|when| when.observed).into_iter();
            step.outcomes.iter().flat_map(outcome).for_each(|text| says(&text));
            step.outcomes.iter().filter_map(|o| o.meaning.as_ref()).for_each(|text| says(text));
        }
        for test in &rule.tests {
            [&test.text, &test.not, &test.why].into_iter().flatten().for_each(|text| says(text));
        }
        rule.references.iter().for_each(|reference| says(&reference.title));
        sentences(&rule.signature).iter().for_each(|sentence| says(sentence));
    }
}

fn sentences(condition: &Condition) -> Vec<String> {
    let parts = condition.all.iter().chain(&condition.any).chain(&condition.none);
    condition.text.iter().chain(&condition.regex).cloned().chain(parts.flat_map(sentences)).collect()
}

#[test]
fn a_phrase_is_shown_in_every_language() {
    let site = Site::built_in();
    let shared = Rules::built_in().expect("rules").pack().shared().expect("what rules share");
    let phrase = shared.phrases.iter().find(|p| p.id == "tls-secure-channel").expect("a phrase");
    assert!(phrase.variants.len() > 3);
    let html = text_of(site.page("rules/tls-secure-channel.html"));
    let markdown = site.page("rules/tls-secure-channel.md");
    for variant in &phrase.variants {
        assert!(html.contains(&variant.text), "{}", variant.text);
        assert!(fold(markdown).contains(&fold(&variant.text)), "{}", variant.text);
        assert!(site.page("rules/tls-secure-channel.html").contains(&format!("lang=\"{}\"", variant.lang)));
    }
}

#[test]
fn commands_show_placeholders_where_the_files_have_parameters() {
    let site = Site::built_in();
    let rules = Rules::built_in().expect("rules");
    let planner = Planner::new(rules.pack().parameters().expect("parameters"), Values::default());
    let mut commands = 0;
    for rule in &site.rules {
        let page = site.page(&format!("rules/{}.md", rule.id));
        for step in planner.plan(rule, &Facts::default(), None).expect("a plan").steps {
            for command in step.commands {
                commands += 1;
                assert!(page.contains(command.command.trim_end()), "{}: {}", rule.id, command.command);
            }
        }
    }
    assert!(commands > site.rules.len());
}

#[test]
fn a_changing_step_is_marked_and_a_reading_one_is_not() {
    let site = Site::built_in();
    let page = site.page("rules/token-user-ambiguous.html");
    assert!(page.contains("<section class=\"step destructive changes\" id=\"step-delete-duplicate\">"));
    assert!(page.contains("<section class=\"step read-only\" id=\"step-find-duplicates\">"));
}

#[test]
fn every_internal_link_leads_to_a_place_that_exists() {
    let site = Site::built_in();
    let mut links = 0;
    for page in &site.pages {
        for target in site.links(page) {
            links += 1;
            assert!(site.has(&target), "{}: {target} leads nowhere", page.path);
        }
    }
    assert!(links > 1_000, "{links} links only");
}

#[test]
fn the_link_test_can_fail() {
    let site = Site::built_in();
    assert!(site.has("rules/preauth-401.html#steps"));
    assert!(!site.has("rules/preauth-401.html#nowhere"));
    assert!(!site.has("rules/nowhere.md"));
}

#[test]
fn the_lists_lead_from_every_code_of_every_rule_to_it() {
    let site = Site::built_in();
    for rule in &site.rules {
        let entries = rule.lids.iter().map(|lid| ("lids", format!("lid-{lid}")));
        let codes = [&rule.signature].into_iter().chain(&rule.hints).flat_map(codes);
        for (list, anchor) in entries.chain(codes) {
            for form in ["html", "md"] {
                let page = site.page(&format!("{list}.{form}"));
                let entry = page.split("id=\"").find(|entry| entry.starts_with(&format!("{anchor}\"")));
                let entry = entry.unwrap_or_else(|| panic!("{list}.{form} has no {anchor}"));
                assert!(entry.contains(&format!("rules/{}.{form}", rule.id)), "{anchor}: {}", rule.id);
            }
        }
    }
}

/// The codes that a condition asks for.
fn codes(condition: &Condition) -> Vec<(&'static str, String)> {
    let mut codes: Vec<(&'static str, String)> = Vec::new();
    codes.extend(condition.lid.map(|n| ("lids", format!("lid-{n}"))));
    codes.extend(condition.http_status.map(|n| ("codes", format!("http-status-{n}"))));
    codes.extend(condition.aadsts.map(|n| ("codes", format!("aadsts-{n}"))));
    codes.extend(condition.diagnostics.map(|n| ("codes", format!("diagnostics-{n}"))));
    codes.extend(condition.all.iter().chain(&condition.any).flat_map(self::codes));
    codes
}

#[test]
fn the_lists_know_exceptions_and_events_of_the_examples() {
    let site = Site::built_in();
    let page = site.page("exceptions.html");
    for heading in
        ["<h3>WebException</h3>", "<code>System.Net.WebException</code>", "<h3>MSExchange Availability 4001</h3>"]
    {
        assert!(page.contains(heading), "{heading}");
    }
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    let paths = |site: &Site| site.pages.iter().map(|page| (page.path.clone(), page.text.clone())).collect::<Vec<_>>();
    assert!(paths(&Site::built_in()) == paths(&Site::built_in()));
}

#[test]
fn pages_load_nothing_from_elsewhere_and_run_nothing_inline() {
    let site = Site::built_in();
    for page in site.pages.iter().filter(|page| page.path.ends_with(".html")) {
        assert!(
            page.text.contains("content=\"default-src 'none'; script-src 'self'; style-src 'self';"),
            "{}",
            page.path
        );
        assert!(page.text.contains("<html lang=\"en\">"), "{}", page.path);
        for tag in page.text.split('<').filter(|tag| !tag.starts_with('/')) {
            let tag = tag.split('>').next().unwrap_or(tag);
            assert!(!tag.contains("style=") && !tag.contains(" on"), "{}: <{tag}>", page.path);
            assert!(!tag.contains("src=\"http") && !tag.starts_with("link rel=\"stylesheet\" href=\"http"), "<{tag}>");
            if tag.starts_with("script") {
                assert!(tag.contains(" src=\"search"), "{}: <{tag}>", page.path);
            }
        }
    }
}

/// A rule that says hostile things in every place where it can say something.
fn hostile_rule() -> String {
    let text = serde_json::to_string(HOSTILE).expect("a YAML string");
    format!(
        r#"id: hostile
title: {text}
area: {text}
direction: [cloud-to-on-premises]
auth: []
lids: [12345]
signature:
  any:
    - text: {text}
    - regex: "abcd</script>|abcd`<img>"
    - event: {{ provider: {text}, id: 7 }}
    - field: {{ name: {text}, is: {text} }}
hints:
  - text: {text}
question: {text}
summary: {text}
cause: {text}
verify: {text}
steps:
  - id: {text}
    title: {text}
    effect: destructive
    where: {text}
    text: {text}
    run:
      - shell: cmd
        command: "echo </script><img src=x> ``` &"
    expect: {text}
    wait: {text}
    undo: {text}
    formerly: {text}
    outcomes:
      - when: {{ objects: {text}, text: {text}, property: {text}, equals: {text}, observed: {text} }}
        meaning: {text}
        then: {text}
      - otherwise: rule:{HOSTILE_ID}
references:
  - title: {text}
    url: "javascript:alert(1)"
  - title: {text}
    url: "https://example.com/\"onload=x)<b> y"
reviewed: {text}
tests:
  - text: {text}
  - not: {text}
    why: {text}
"#
    )
}

/// An id is the name of a file, and a file may be called anything.
const HOSTILE_ID: &str = "x'><img src=x>";

fn hostile_site() -> Site {
    let mut loader = Loader::on_top_of(Rules::built_in().expect("rules").into_pack()).expect("a loader");
    loader.add(Prepared::new("hostile.yaml".to_owned(), hostile_rule()));
    let other = hostile_rule().replace("id: hostile\n", &format!("id: \"{HOSTILE_ID}\"\n"));
    loader.add(Prepared::new(format!("{HOSTILE_ID}.yaml"), other));
    Site::new(loader.finish().unwrap_or_else(|errors| panic!("{errors:?}")))
}

#[test]
fn what_a_rule_says_is_text_in_every_page() {
    let site = hostile_site();
    let mut hostile = 0;
    for page in &site.pages {
        assert!(page.text.is_ascii() || !page.text.contains(['\u{202e}', '\u{2028}']), "{}", page.path);
        assert!(page.path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)), "{}", page.path);
        let text = &page.text;
        hostile += usize::from(text.contains("alert(1)"));
        match page.path.rsplit('.').next() {
            Some("html") => {
                for tag in ["<img", "<script>", "</script><", "<b>", "</title> --", "href=\"javascript"] {
                    assert!(!text.contains(tag), "{}: {tag}", page.path);
                }
            }
            Some("md") => {
                // In a fenced block and in inline code everything is text already.
                let prose = outside_of_code(text);
                for mark in ["<img", "<script", "](javascript", "*d*", "_e_", "`c`", "<b>"] {
                    assert!(!prose.contains(mark), "{}: {mark}", page.path);
                }
            }
            _ if page.path == "search-index.js" => assert!(!text.contains(['<', '>', '&']), "{text}"),
            _ => {}
        }
    }
    assert!(hostile > 10, "the hostile rule is on {hostile} pages only");
}

/// Markdown without its code blocks, inline code and escaped characters: where markup would act.
fn outside_of_code(markdown: &str) -> String {
    let mut prose = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() > 2 && ticks == line => fence = Some(ticks),
            None => {
                // Backticks that are not escaped open inline code; as many close it.
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    let run = rest[at..].chars().take_while(|c| *c == '`').count();
                    prose.push_str(&rest[..at]);
                    if rest[..at].ends_with('\\') {
                        prose.push('`');
                        rest = &rest[at + 1..];
                        continue;
                    }
                    let ticks = "`".repeat(run);
                    let behind = &rest[at + run..];
                    rest = behind.find(&ticks).map_or("", |end| &behind[end + run..]);
                }
                prose.push_str(rest);
                prose.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a code block is never closed");
    let mut escaped = false;
    prose.retain(|c| {
        let acts = !escaped && c != '\\';
        escaped = !escaped && c == '\\';
        acts
    });
    prose
}

#[test]
fn the_markdown_test_can_fail() {
    assert_eq!(outside_of_code("a \\*b\\* `*c*` *d*\n```\n*e*\n```\n"), "a b  *d*\n");
}

#[test]
fn links_between_hostile_rules_stay_links() {
    let site = hostile_site();
    for page in &site.pages {
        for target in site.links(page) {
            assert!(site.has(&target), "{}: {target} leads nowhere", page.path);
        }
    }
    let page = site.page("rules/hostile.html");
    assert!(page.contains("href=\"https://example.com/%22onload=x%29%3Cb%3E%20y\""), "{page}");
}
