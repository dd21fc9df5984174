//! `electropunk doctor`: reports what support needs first.

mod machine;
mod network;
mod ports;
mod running;

use std::path::Path;

use serde::Serialize;

use crate::{
    cli,
    config::{self, Config},
    log,
};

/// A fact, and its severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    level: Level,
    /// A word: `ports`.
    topic: &'static str,
    /// A sentence.
    text: String,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// As it should be, or for information.
    Ok,
    /// Something that may be intended.
    Warning,
    /// Something that does not work.
    Fault,
}

impl Finding {
    fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Ok, topic, text: text.into() }
    }

    fn warning(topic: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::ok(topic, text) }
    }

    fn fault(topic: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Fault, ..Self::ok(topic, text) }
    }
}

/// Runs the command.
///
/// # Errors
/// There is at least one fault.
pub fn run(args: &cli::Doctor) -> anyhow::Result<()> {
    let path = args.config.as_deref();
    let mut findings = vec![machine::version()];
    let config = read(path, &mut findings);
    findings.extend(machine::clock());
    if let Some(config) = &config {
        findings.extend(machine::limits(config));
        findings.extend(machine::disks(config));
        findings.extend(machine::certificate(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        findings.extend(ports::held(config, runtime.block_on(running::answers(config))));
        findings.extend(runtime.block_on(async {
            let mut found = network::reachable(config).await;
            found.extend(running::stations(config).await);
            found
        }));
    }
    show(&findings, args.json)?;
    let n = findings.iter().filter(|finding| finding.level == Level::Fault).count();
    anyhow::ensure!(n == 0, "{n} {}", if n == 1 { "fault" } else { "faults" });
    Ok(())
}

/// The configuration, unless it has mistakes.
fn read(path: Option<&Path>, findings: &mut Vec<Finding>) -> Option<Config> {
    let file = config::source(path);
    let file = std::path::absolute(&file).map_or(file.clone(), |absolute| match Path::new(&file) {
        named if named.exists() => absolute.display().to_string(),
        _ => file,
    });
    match config::load(path) {
        Ok(config) => {
            let names: Vec<_> =
                config.stations.iter().map(|station| station.name.as_str()).collect();
            findings.push(Finding::ok("config", format!("{file}: stations {}", names.join(", "))));
            Some(config)
        }
        Err(problems) => {
            findings.push(Finding::fault("config", format!("{file} has mistakes:\n{problems}")));
            None
        }
    }
}

fn show(findings: &[Finding], is_json: bool) -> anyhow::Result<()> {
    if is_json {
        log::say(format_args!("{}", serde_json::to_string_pretty(findings)?));
        return Ok(());
    }
    for Finding { level, topic, text } in findings {
        let level = match level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Fault => "FAULT",
        };
        let text = text.replace('\n', &format!("\n{:22}", ""));
        log::say(format_args!("{level:<8} {topic:<12} {text}"));
    }
    Ok(())
}
