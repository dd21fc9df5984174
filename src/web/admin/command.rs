//! The commands, and what each does.

use std::sync::Arc;

use crate::{
    stream::{audience::Order, icy::clean, mount::Mount},
    web::{
        admin::{Outcome, page, report},
        answer::Asked,
        auth::Role,
        query::Query,
        site::Site,
    },
};

/// What an operator or a relay may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The page with everything on it.
    Page,
    Stats,
    ListMounts,
    ListClients,
    KillClient,
    MoveClients,
    Metadata,
    KillSource,
    /// Every mount, a line each: Icecast's relays ask for it.
    StreamList,
}

/// What is missing or wrong in a request for one.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A parameter is missing.
    #[error("expected the parameter {0}")]
    Missing(&'static str),
    /// A mount that there is not.
    #[error("Source does not exist")]
    NoMount,
    /// A parameter has another value than may be.
    #[error("{name}: expected {expected}, found {found:?}")]
    Wrong {
        /// Which parameter.
        name: &'static str,
        /// What may be.
        expected: String,
        /// What it is.
        found: String,
    },
}

impl Command {
    /// The one of that name.
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

    /// Who may.
    pub fn needs(self) -> Role {
        if self == Self::StreamList { Role::Relay } else { Role::Admin }
    }

    /// Whether it changes something.
    pub fn is_change(self) -> bool {
        use Command::{KillClient, KillSource, Metadata, MoveClients};
        [KillClient, MoveClients, Metadata, KillSource].contains(&self)
    }

    /// Does it.
    ///
    /// # Errors
    /// A parameter is missing or names nothing.
    pub(super) fn run<B>(self, site: &Site, asked: &Asked<B>) -> Result<Outcome, Failure> {
        let query = asked.query();
        let mount = || self::mount(site, query, "mount");
        Ok(match self {
            Self::Page => Outcome::Page(page::html(site)),
            Self::Stats => {
                let only = query.get("mount").map(|_| mount()).transpose()?;
                Outcome::Report(report::stats(site, &asked.base_url, only))
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
                let text = format!("{path} plays what the radio dreams: take it out of radio.toml");
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
    let expected = "the number of a listener".to_owned();
    let number = id.parse().map_err(|_| Failure::Wrong { name: "id", expected, found: id })?;
    let Some(guest) = site.audience.guest(number) else {
        return Ok(Outcome::Done(format!("Client {number} not found"), false));
    };
    guest.order(Order::Leave);
    Ok(Outcome::Done(format!("Client {number} removed"), true))
}

fn move_all(site: &Site, from: &Arc<Mount>, to: &Arc<Mount>) -> Result<Outcome, Failure> {
    let coding = from.about.coding;
    if !coding.is_like(to.about.coding) {
        let expected = format!("a mount that ends in {}", coding.ending());
        let found = to.about.path.clone();
        return Err(Failure::Wrong { name: "destination", expected, found });
    }
    let guests = site.audience.guests();
    let here = guests.iter().filter(|guest| guest.path() == from.about.path);
    let n = here.map(|guest| guest.order(Order::Move(to.clone()))).count();
    let (from, to) = (&from.about.path, &to.about.path);
    Ok(Outcome::Done(format!("{n} Clients moved from \"{from}\" to \"{to}\""), true))
}

/// Shows another title until the music changes its own.
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
