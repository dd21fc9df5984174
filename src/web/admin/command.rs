//! The admin commands.

use std::sync::Arc;

use crate::{
    stream::{client::Order, icy::clean, mount::Mount},
    web::{
        admin::{Outcome, page, report},
        auth::Role,
        query::Query,
        request::ClientRequest,
        site::Site,
    },
};

/// A command of an operator or a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The operator's page.
    Page,
    Stats,
    ListMounts,
    ListClients,
    KillClient,
    MoveClients,
    Metadata,
    KillSource,
    /// The paths of all mounts, one per line, for Icecast's relays.
    StreamList,
}

/// A command can't be run as requested.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A parameter is missing.
    #[error("missing parameter {0}")]
    Missing(&'static str),
    /// There is no such mount.
    #[error("Source does not exist")]
    NoMount,
    /// A parameter has an invalid value.
    #[error("{name}: expected {expected}, found {found:?}")]
    Wrong {
        /// The parameter.
        name: &'static str,
        /// The expected value.
        expected: String,
        /// The value in the request.
        found: String,
    },
}

impl Command {
    /// The command of that name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "" => Self::Page,
            "stats" | "stats.xml" | "stats.xsl" => Self::Stats,
            "listmounts" | "listmounts.xsl" => Self::ListMounts,
            "listclients" | "listclients.xsl" => Self::ListClients,
            "killclient" | "killclient.xsl" => Self::KillClient,
            "moveclients" | "moveclients.xsl" => Self::MoveClients,
            "metadata" | "metadata.xsl" => Self::Metadata,
            "killsource" | "killsource.xsl" => Self::KillSource,
            "streamlist" | "streamlist.txt" => Self::StreamList,
            _ => return None,
        })
    }

    /// The required role.
    pub fn needs(self) -> Role {
        if self == Self::StreamList { Role::Relay } else { Role::Admin }
    }

    /// Whether it changes something.
    pub fn is_change(self) -> bool {
        use Command::{KillClient, KillSource, Metadata, MoveClients};
        [KillClient, MoveClients, Metadata, KillSource].contains(&self)
    }

    /// Runs the command.
    ///
    /// # Errors
    /// A parameter is missing or invalid.
    pub(super) fn run<B>(
        self,
        site: &Site,
        request: &ClientRequest<B>,
    ) -> Result<Outcome, Failure> {
        let query = request.query();
        let mount = || self::mount(site, query, "mount");
        Ok(match self {
            Self::Page => Outcome::Page(page::html(site)),
            Self::Stats => {
                let only = query.get("mount").map(|_| mount()).transpose()?;
                Outcome::Report(report::stats(site, &request.base_url, only))
            }
            Self::ListMounts => Outcome::Report(report::mounts(site)),
            Self::ListClients => Outcome::Report(report::clients(site, mount()?)),
            Self::KillClient => {
                mount()?;
                kill(site, query)?
            }
            Self::MoveClients => {
                move_all(site, mount()?, self::mount(site, query, "destination")?)?
            }
            Self::Metadata => retitle(mount()?, query)?,
            Self::KillSource => {
                let path = &mount()?.about.path;
                let text = format!("{path} has no source client; remove it from radio.toml");
                Outcome::Done(text, false)
            }
            Self::StreamList => {
                let lines = site.mounts().map(|(_, mount)| format!("{}\r\n", mount.about.path));
                Outcome::Text(lines.collect())
            }
        })
    }
}

fn mount<'a>(site: &'a Site, query: Query, name: &'static str) -> Result<&'a Arc<Mount>, Failure> {
    let path = query.get(name).ok_or(Failure::Missing(name))?;
    site.mount(&path).map(|(_, mount)| mount).ok_or(Failure::NoMount)
}

fn kill(site: &Site, query: Query) -> Result<Outcome, Failure> {
    let id = query.get("id").ok_or(Failure::Missing("id"))?;
    let expected = "a listener's ID".to_owned();
    let number = id.parse().map_err(|_| Failure::Wrong { name: "id", expected, found: id })?;
    let Some(listener) = site.audience.client(number) else {
        return Ok(Outcome::Done(format!("Client {number} not found"), false));
    };
    listener.order(Order::Disconnect);
    Ok(Outcome::Done(format!("Client {number} removed"), true))
}

fn move_all(site: &Site, from: &Arc<Mount>, to: &Arc<Mount>) -> Result<Outcome, Failure> {
    let coding = from.about.coding;
    if !coding.is_like(to.about.coding) {
        let expected = format!("a mount whose path ends in {}", coding.ending());
        let found = to.about.path.clone();
        return Err(Failure::Wrong { name: "destination", expected, found });
    }
    let listeners = site.audience.clients();
    let here = listeners.iter().filter(|listener| listener.path() == from.about.path);
    let n = here.map(|listener| listener.order(Order::MoveTo(to.clone()))).count();
    let (from, to) = (&from.about.path, &to.about.path);
    Ok(Outcome::Done(format!("{n} Clients moved from \"{from}\" to \"{to}\""), true))
}

/// Overrides the title until the music's title changes.
fn retitle(mount: &Mount, query: Query) -> Result<Outcome, Failure> {
    let mode = query.get("mode").ok_or(Failure::Missing("mode"))?;
    if mode != "updinfo" {
        return Err(Failure::Wrong { name: "mode", expected: "updinfo".to_owned(), found: mode });
    }
    let charset = query.get("charset");
    let text = |name| query.text(name, charset.as_deref());
    let title = match (text("song"), text("artist"), text("title")) {
        (Some(song), ..) => song,
        (None, Some(artist), Some(title)) => format!("{artist} - {title}"),
        (None, None, Some(title)) => title,
        _ => return Err(Failure::Missing("song")),
    };
    mount.tap.retitle(&clean(&title));
    Ok(Outcome::Done("Metadata update successful".to_owned(), true))
}
