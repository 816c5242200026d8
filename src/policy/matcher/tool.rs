//! Tool calls, and the addresses that they fetch.

use super::NamePattern;
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;
use globset::GlobSet;
use url::{Host, Url};

/// One of these tools.
#[derive(Debug)]
pub(crate) struct ToolMatcher {
    pub(crate) names: Vec<NamePattern>,
}

impl ToolMatcher {
    pub(crate) fn fit(&self, candidate: &Candidate) -> Fit {
        let called = candidate.tool.as_ref();
        Fit::of(called.is_some_and(|call| self.names.iter().any(|name| name.is_match(&call.tool))))
    }
}

/// Questions about one address that must all hold.
#[derive(Debug, Default)]
pub(crate) struct UrlMatcher {
    pub(crate) schemes: Option<Vec<String>>,
    pub(crate) hosts: Option<GlobSet>,
    pub(crate) ports: Option<Vec<u16>>,
    pub(crate) paths: Option<GlobSet>,
}

impl UrlMatcher {
    pub(crate) fn fit(&self, candidate: &Candidate) -> Fit {
        let Some(text) = candidate.tool.as_ref().and_then(|call| call.url.as_deref()) else { return Fit::No };
        // What cannot be read may be anything to the one who fetches it.
        let Ok(url) = Url::parse(text) else { return Fit::Possible };
        let holds = [
            self.schemes.as_ref().is_none_or(|schemes| schemes.iter().any(|scheme| scheme == url.scheme())),
            self.hosts.as_ref().is_none_or(|hosts| host(&url).is_some_and(|host| hosts.is_match(host))),
            self.ports
                .as_ref()
                .is_none_or(|ports| url.port_or_known_default().is_some_and(|port| ports.contains(&port))),
            self.paths.as_ref().is_none_or(|paths| paths.is_match(url.path())),
        ];
        Fit::of(holds.iter().all(|holds| *holds))
    }
}

/// Returns the host in one spelling: lower case, IDNA, addresses as the standard writes them, no dot at
/// the end.
fn host(url: &Url) -> Option<String> {
    Some(match url.host()? {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => {
            address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string())
        }
    })
}
