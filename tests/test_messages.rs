//! Every kind of message of `rules test`, whole: `tests/rules-test/CODE.yaml` is a rule, `CODE.txt` what its author reads.
//!
//! `SNAPSHOTS=overwrite cargo test --test test_messages` writes the answers anew; read the difference before committing it.

use freebusy::author::test::problems::CODES;
use snapbox::assert::DEFAULT_ACTION_ENV;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use std::path::{Path, PathBuf};
use std::process::Command;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules-test")
}

#[test]
fn every_message_of_rules_test_has_its_golden_pair() {
    for code in CODES {
        let fixed = ["rules", "test", "--mutate", "--coverage", "--overlap", "--color", "never", "--width", "100"];
        let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(fixed)
            .arg(format!("{}.yaml", code.name))
            .current_dir(golden())
            .output()
            .expect("the program");
        let answer = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{}: {answer}", code.name);
        assert!(answer.contains(&format!("error[{}]: ", code.name)), "{}: {answer}", code.name);
        let expected = Data::read_from(&golden().join(format!("{}.txt", code.name)), Some(DataFormat::Text)).raw();
        // The number of shipped tests changes with every rule.
        let answer = answer.lines().filter(|line| !line.contains(" tests of ")).collect::<Vec<_>>().join("\n") + "\n";
        Assert::new().action_env(DEFAULT_ACTION_ENV).eq(Data::text(answer).raw(), expected);
    }
}
