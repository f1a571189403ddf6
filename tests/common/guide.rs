//! Walks with made-up outputs: what a console would print where a step shows what an outcome describes.

use freebusy::guide::{Answer, Ask, Case, Guide, StepTurn, Turn};
use freebusy::rules::model::{Command, Kind, Parameter, Shell, When};

/// A time for all walks.
pub const NOW: &str = "2026-11-23T07:00:00Z";

/// A value that a parameter of this kind may have.
pub fn value(kind: Kind) -> &'static str {
    match kind {
        Kind::Mailbox | Kind::Upn => "user1@contoso.com",
        Kind::Domain => "contoso.com",
        Kind::Host => "mail.contoso.com",
        Kind::Url | Kind::HttpUrl => "https://mail.contoso.com/ews/exchange.asmx",
        Kind::Server => "EX01",
        Kind::Name => "Contoso object",
        Kind::Thumbprint => "1F8C5E62A1B2C3D4E5F60718293A4B5C6D7E8F90",
        Kind::Guid => "8f1c5e62-0000-4000-8000-000000000001",
        Kind::Path => r"C:\Temp\contoso.txt",
        Kind::Time => "08:00:00",
        Kind::Ip => "192.0.2.1",
    }
}

/// What a console prints at a step when it shows what `when` describes; without it, when nothing of what its outcomes test is there.
pub fn output(step: &StepTurn, when: Option<&When>) -> String {
    let commands = &step.step.commands;
    let tests: Vec<&When> = step.step.outcomes.iter().filter_map(|outcome| outcome.when.as_ref()).collect();
    let property = when.and_then(|when| when.property.as_deref());
    let of = when.and_then(|when| when.of.as_deref());
    let of_property = |command: &Command| match of {
        Some(of) => command.command.starts_with(of),
        None => property.is_some_and(|name| command.command.contains(name)),
    };
    let main = commands.iter().rposition(of_property).unwrap_or(commands.len().saturating_sub(1));
    let mut out = String::new();
    for (number, command) in commands.iter().enumerate() {
        let prompt = match command.shell {
            Shell::Ems => "[PS] C:\\>",
            _ => "PS C:\\>",
        };
        let mut lines = command.command.lines();
        out.push_str(&format!("{prompt}{}\n", lines.next().unwrap_or_default()));
        lines.for_each(|line| out.push_str(&format!(">> {line}\n")));
        out.push('\n');
        let nothing = when.is_some_and(|when| when.objects.as_deref() == Some("= 0"));
        // A command whose silence is an outcome of its own has to print something, when another outcome is to be seen.
        let speaks = tests.iter().any(|test| {
            let silent = test.objects.as_deref() == Some("= 0");
            silent && test.of.as_deref().is_some_and(|of| command.command.starts_with(of))
        });
        let aside = number != main && of.is_none() && when.is_some() && !speaks;
        if (nothing && (of.is_none() || number == main)) || aside {
            continue;
        }
        if let Some(text) = when.and_then(|when| when.text.as_deref()) {
            out.push_str(&format!("It says: {text}\n\n"));
            continue;
        }
        let names = printed(&command.command, when.or(tests.iter().copied().find(|when| when.property.is_some())));
        let count = match when.and_then(|when| when.objects.as_deref()) {
            Some("> 1") if of.is_none() || number == main => 2,
            Some(_) => 1,
            None if tests.iter().any(|when| when.objects.as_deref() == Some("= 1")) => 2,
            None => 1,
        };
        for _ in 0..count {
            for name in &names {
                out.push_str(&format!("{name:<28} : {}\n", held(name, when, &tests)));
            }
            // What it is compared with stands beside it, where no earlier step has printed it.
            if let Some(other) =
                when.and_then(|when| when.differs_from.as_deref()).filter(|o| !names.iter().any(|n| n == o))
            {
                out.push_str(&format!("{other:<28} : 97E9A1B2C3D4E5F60718293A4B5C6D7E8F901F8C\n"));
            }
            out.push('\n');
        }
    }
    out.push_str("PS C:\\>");
    out
}

/// The properties that a command prints.
fn printed(command: &str, when: Option<&When>) -> Vec<String> {
    let mut names: Vec<String> = match command.rsplit_once("Format-List ").or(command.rsplit_once("Format-Table ")) {
        Some((_, list)) => (list.split(',').map(str::trim))
            .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()))
            .map(str::to_owned)
            .collect(),
        // A list of everything has more than this, but this is what steps look at.
        None if command.contains("ExchangeCertificate") => {
            ["Thumbprint", "Subject", "HasPrivateKey", "NotAfter"].map(str::to_owned).to_vec()
        }
        None => Vec::new(),
    };
    if let Some(name) = when.and_then(|when| when.property.clone()).filter(|name| !names.contains(name)) {
        names.push(name);
    }
    if names.is_empty() {
        names.push("Name".to_owned());
    }
    names
}

/// What a property holds: what `when` asks for, or something that no test asks for.
fn held(name: &str, when: Option<&When>, tests: &[&When]) -> String {
    if let Some(when) = when.filter(|when| when.property.as_deref() == Some(name)) {
        return match (&when.equals, &when.contains, when.empty) {
            (Some(value), ..) | (None, Some(value), _) => value.clone(),
            (None, None, Some(true)) => String::new(),
            _ if when.expired == Some(true) => "9/24/2025 10:00:00 AM".to_owned(),
            _ if when.expired == Some(false) => "9/24/2031 10:00:00 AM".to_owned(),
            _ if when.differs_from.is_some() => "B4B4A1B2C3D4E5F60718293A4B5C6D7E8F90B4B4".to_owned(),
            _ => "contoso".to_owned(),
        };
    }
    let about: Vec<&&When> = tests.iter().filter(|test| test.property.as_deref() == Some(name)).collect();
    let equals = |value: &str| about.iter().any(|test| test.equals.as_deref() == Some(value));
    if when.is_none() && about.iter().any(|test| test.empty == Some(false)) {
        String::new()
    } else if equals("True") {
        "False".to_owned()
    } else if equals("False") || name.starts_with("Is") || name.ends_with("Enabled") || name == "HasPrivateKey" {
        "True".to_owned()
    } else if equals("Success") {
        "Error".to_owned()
    } else if equals("Error") {
        "Success".to_owned()
    } else if name == "NotAfter" || about.iter().any(|test| test.expired.is_some()) {
        "11/22/2031 10:00:00 AM".to_owned()
    } else if name.contains("Thumbprint") {
        "1F8C5E62A1B2C3D4E5F60718293A4B5C6D7E8F90".to_owned()
    } else {
        "contoso".to_owned()
    }
}

/// The answers that make sense at a turn, the most usual first.
pub fn answers(turn: &Turn, parameters: &[Parameter]) -> Vec<Answer> {
    let choice = |id: &str| Answer::Choice(id.to_owned());
    match &turn.ask {
        Ask::Error | Ask::Collect(_) => vec![Answer::Skip],
        Ask::Value(asked) => {
            let parameter = parameters.iter().find(|parameter| parameter.name == asked.name);
            parameter.map(|parameter| Answer::Value(value(parameter.kind).to_owned())).into_iter().collect()
        }
        Ask::Confirm(_) => vec![choice("yes"), choice("no")],
        Ask::Question(question) => {
            let mut ids: Vec<&str> = question.choices.iter().map(|choice| choice.id.as_str()).collect();
            ids.retain(|id| *id != "again");
            // Where a person is asked what a step shows, most often it is what is expected.
            ids.sort_by_key(|id| *id != "none");
            ids.into_iter().map(choice).collect()
        }
        Ask::Step(step) if step.step.commands.is_empty() => vec![Answer::Output(String::new())],
        Ask::Step(step) => {
            let tests = step.step.outcomes.iter().filter_map(|outcome| outcome.when.as_ref());
            let tested = tests.filter(|when| when.observed.is_none());
            [None].into_iter().chain(tested.map(Some)).map(|when| Answer::Output(output(step, when))).collect()
        }
        Ask::End(_) => Vec::new(),
    }
}

/// Gives an answer that has to be taken.
pub fn give(guide: &Guide<'_>, case: &mut Case, answer: Answer) {
    let told = format!("{:?} at {:?}", answer, guide.turn(case).expect("a turn").at);
    guide.answer(case, answer, NOW).expect("sound rules").unwrap_or_else(|refusal| panic!("{told}: {refusal:?}"));
}
