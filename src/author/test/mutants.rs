//! Variations of a rule, each with one thing taken away. A test must notice each of them; what no test notices, nobody would miss.

use crate::rules::model::{Condition, Head, Rule};

/// A rule with one thing taken away.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The keys that lead to what was taken away, such as `signature.any[2]`.
    pub path: String,
    /// What it was for.
    pub loss: Loss,
    /// The varied rule.
    pub head: Head,
}

/// What is lost with what was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// A way to find the failure.
    Find,
    /// A guard against finding it where it is not.
    Guard,
}

/// All variations of a rule.
pub fn mutants(rule: &Rule) -> Vec<Mutant> {
    let head = Head::from(rule);
    let mut mutants = Vec::new();
    let mut add = |path: String, loss: Loss, change: &dyn Fn(&mut Head)| {
        let mut head = head.clone();
        change(&mut head);
        mutants.push(Mutant { path, loss, head });
    };
    for (path, loss, condition) in variations(&head.signature, "signature") {
        add(path, loss, &|head| head.signature = condition.clone());
    }
    for (n, hint) in head.hints.iter().enumerate() {
        add(format!("hints[{n}]"), Loss::Find, &|head| {
            head.hints.remove(n);
        });
        for (path, loss, condition) in variations(hint, &format!("hints[{n}]")) {
            add(path, loss, &|head| head.hints[n] = condition.clone());
        }
    }
    for n in 0..head.outranks.len() {
        add(format!("outranks[{n}]"), Loss::Guard, &|head| {
            head.outranks.remove(n);
        });
    }
    if head.context.is_some() {
        add("context".to_owned(), Loss::Guard, &|head| head.context = None);
    }
    mutants
}

/// A condition with one thing taken away, in every way that leaves a condition.
fn variations(condition: &Condition, path: &str) -> Vec<(String, Loss, Condition)> {
    let mut out = Vec::new();
    let requirements = requirements(condition);
    let mut add = |path: String, loss: Loss, change: &dyn Fn(&mut Condition)| {
        let mut varied = condition.clone();
        change(&mut varied);
        out.push((path, loss, varied));
    };
    if requirements > 1 {
        for (key, is_given, clear) in SCALARS {
            if is_given(condition) {
                add(format!("{path}.{key}"), Loss::Guard, &|varied| clear(varied));
            }
        }
        for n in 0..condition.all.len() {
            add(format!("{path}.all[{n}]"), Loss::Guard, &|varied| {
                varied.all.remove(n);
            });
        }
        if !condition.any.is_empty() {
            add(format!("{path}.any"), Loss::Guard, &|varied| varied.any.clear());
        }
    }
    if condition.any.len() > 1 {
        for n in 0..condition.any.len() {
            add(format!("{path}.any[{n}]"), Loss::Find, &|varied| {
                varied.any.remove(n);
            });
        }
    }
    for n in 0..condition.none.len() {
        add(format!("{path}.none[{n}]"), Loss::Guard, &|varied| {
            varied.none.remove(n);
        });
    }
    nested(condition, path, &mut out);
    out
}

/// The same, deeper.
fn nested(condition: &Condition, path: &str, out: &mut Vec<(String, Loss, Condition)>) {
    for (n, part) in condition.all.iter().enumerate() {
        for (path, loss, varied) in variations(part, &format!("{path}.all[{n}]")) {
            let mut whole = condition.clone();
            whole.all[n] = varied;
            out.push((path, loss, whole));
        }
    }
    for (n, branch) in condition.any.iter().enumerate() {
        for (path, loss, varied) in variations(branch, &format!("{path}.any[{n}]")) {
            let mut whole = condition.clone();
            whole.any[n] = varied;
            out.push((path, loss, whole));
        }
    }
    for (n, exclusion) in condition.none.iter().enumerate() {
        for (path, _, varied) in variations(exclusion, &format!("{path}.none[{n}]")) {
            let mut whole = condition.clone();
            whole.none[n] = varied;
            out.push((path, Loss::Guard, whole));
        }
    }
}

type Scalar = (&'static str, fn(&Condition) -> bool, fn(&mut Condition));

/// The keys that require one thing each.
const SCALARS: [Scalar; 9] = [
    ("text", |c| c.text.is_some(), |c| c.text = None),
    ("phrase", |c| c.phrase.is_some(), |c| c.phrase = None),
    ("regex", |c| c.regex.is_some(), |c| c.regex = None),
    ("lid", |c| c.lid.is_some(), |c| c.lid = None),
    ("http-status", |c| c.http_status.is_some(), |c| c.http_status = None),
    ("aadsts", |c| c.aadsts.is_some(), |c| c.aadsts = None),
    ("diagnostics", |c| c.diagnostics.is_some(), |c| c.diagnostics = None),
    ("event", |c| c.event.is_some(), |c| c.event = None),
    ("field", |c| c.field.is_some(), |c| c.field = None),
];

/// How many things a condition requires.
fn requirements(condition: &Condition) -> usize {
    let scalars = SCALARS.iter().filter(|(_, is_given, _)| is_given(condition)).count();
    scalars + condition.all.len() + usize::from(!condition.any.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_go_goes_once() {
        let leaf = |text: &str| Condition { text: Some(text.into()), ..Condition::default() };
        let condition = Condition {
            text: Some("a".into()),
            any: vec![leaf("b"), Condition { all: vec![leaf("c"), leaf("d")], ..Condition::default() }],
            none: vec![leaf("e")],
            ..Condition::default()
        };
        let paths: Vec<(String, Loss)> =
            variations(&condition, "s").into_iter().map(|(path, loss, _)| (path, loss)).collect();
        let wanted = [
            ("s.text", Loss::Guard),
            ("s.any", Loss::Guard),
            ("s.any[0]", Loss::Find),
            ("s.any[1]", Loss::Find),
            ("s.none[0]", Loss::Guard),
            ("s.any[1].all[0]", Loss::Guard),
            ("s.any[1].all[1]", Loss::Guard),
        ];
        assert_eq!(paths, wanted.map(|(path, loss)| (path.to_owned(), loss)));
        assert!(variations(&leaf("only"), "s").is_empty());
    }
}
