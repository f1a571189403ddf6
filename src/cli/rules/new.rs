//! `freebusy rules new`

use super::{CliError, ColorChoice, Status};
use crate::author::background::Background;
use crate::author::draft::{Draft, draft};
use crate::author::schema::SCHEMAS;
use crate::read::Input;
use crate::report::Renderer;
use crate::rules::Rules;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The new rule's id, such as `proxy-asleep`; the file is called so
    id: String,
    /// The area it belongs to, such as `free-busy`; the folder is called so
    #[arg(long)]
    area: String,
    /// An error text to begin with; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The folder of rules in which the file is written [default: the folder `rules` here, or this folder]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
}

/// The schema's file name beside private rules.
const SCHEMA: &str = "rule.schema.json";

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    for (what, name) in [("id", &args.id), ("area", &args.area)] {
        if !is_kebab(name) {
            return Err(CliError::new(format!("`{name}` cannot be an {what}"))
                .help("write lower-case letters and digits, joined by single hyphens, as in `proxy-asleep`"));
        }
    }
    let rules = Rules::built_in()?;
    if rules.pack().rule_index(&args.id).is_some() {
        return Err(CliError::new(format!("a shipped rule has the id `{}`", args.id))
            .help(format!("choose another id; `freebusy rules show {}` shows that rule", args.id)));
    }
    let draft = match &args.from {
        Some(path) => draft(&rules, &Background::built_in()?, &paste(path)?)?,
        None => Draft::default(),
    };
    let folder = args.dir.clone().unwrap_or_else(super::default_folder);
    let path = folder.join(&args.area).join(format!("{}.yaml", args.id));
    if path.exists() {
        return Err(CliError::new(format!("{} exists already", path.display())).help("choose another id"));
    }
    let renderer = Renderer::new(Vec::new(), crate::cli::style(args.color, None));
    let today = crate::cli::today().to_string();
    let text = renderer
        .new_rule(&args.id, &args.area, &schema(&folder)?, &today, &draft)
        .map_err(|error| CliError::new(error.to_string()))?;
    let fail = |path: &Path, error: std::io::Error| CliError::new(format!("{}: {error}", path.display()));
    let area = folder.join(&args.area);
    fs::create_dir_all(&area).map_err(|error| fail(&area, error))?;
    fs::write(&path, text).map_err(|error| fail(&path, error))?;
    let said = renderer
        .new_rule_summary(&crate::cli::folder::shown(&path), &folder.display().to_string(), &draft)
        .map_err(|error| CliError::new(error.to_string()))?;
    crate::cli::print(&said, crate::cli::style(args.color, None).color)?;
    Ok(Status::Answer)
}

fn paste(path: &Path) -> Result<Input, CliError> {
    let read = if path.as_os_str() == "-" {
        Input::read(std::io::stdin().lock())
    } else {
        fs::File::open(path).map_err(Into::into).and_then(Input::read)
    };
    read.map_err(|error| CliError::new(format!("{}: {error}", path.display())))
}

/// The schema as a file in the area's folder calls it. Beside private rules it is written, once, so that an editor can complete and
/// check.
fn schema(folder: &Path) -> Result<String, CliError> {
    if folder.parent().is_some_and(|parent| parent.join("schema/rule.json").is_file()) {
        return Ok("../../schema/rule.json".to_owned());
    }
    let path = folder.join(SCHEMA);
    if !path.exists() {
        let fail = |error: std::io::Error| CliError::new(format!("{}: {error}", path.display()));
        fs::create_dir_all(folder).map_err(fail)?;
        fs::write(&path, SCHEMAS[0].text).map_err(fail)?;
    }
    Ok(format!("../{SCHEMA}"))
}

fn is_kebab(name: &str) -> bool {
    name.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
