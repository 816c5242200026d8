//! Hosts: whatever way one is written, the same name comes out.

use std::net::{IpAddr, Ipv4Addr};

/// A host that a command speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// Lower case, in ASCII (IDNA); addresses in their usual form.
    pub(crate) name: String,
    pub(crate) port: Option<u16>,
}

/// Schemes that the URL standard calls special: what stands in them is read as a browser does.
const WEB: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

impl Host {
    /// Finds the host in a URL, `host`, `host:port`, `user@host`, `user@host:path` or `host/path`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let scheme = text.split_once(':').filter(|(_, rest)| rest.starts_with(['/', '\\'])).map(|(scheme, _)| scheme);
        let rest = text.split_once("://").map_or_else(|| text.strip_prefix("//").unwrap_or(text), |(_, rest)| rest);
        if scheme.is_some_and(|scheme| WEB.iter().any(|known| scheme.eq_ignore_ascii_case(known))) {
            // What a browser would make of it: backslashes, blanks and missing slashes are read as slashes.
            let url = url::Url::parse(text).ok()?;
            let port = url.port();
            return Some(Self { name: name_of(&url.host()?.to_owned()), port });
        }
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, after) = match authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((host, after)) => (format!("[{host}]"), after.strip_prefix(':')),
            // More than one colon and no bracket: an address of the sixth version.
            None if authority.matches(':').count() > 1 && authority.parse::<std::net::Ipv6Addr>().is_ok() => {
                (format!("[{authority}]"), None)
            }
            None => match authority.split_once(':') {
                Some((host, after)) => (host.to_owned(), Some(after)),
                None => (authority.to_owned(), None),
            },
        };
        let parsed = url::Host::parse(&host).ok()?;
        Some(Self { name: name_of(&parsed), port: after.and_then(|port| port.parse().ok()) })
    }
}

fn name_of(host: &url::Host<String>) -> String {
    match host {
        url::Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            // A scheme that the URL standard does not know leaves the host as it is written.
            match url::Host::parse(&name) {
                Ok(url::Host::Ipv4(address)) => address.to_string(),
                _ => name,
            }
        }
        url::Host::Ipv4(address) => address.to_string(),
        url::Host::Ipv6(address) => {
            address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string())
        }
    }
}

/// One item of a set of hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    Name(String),
    /// Everything below a name, not the name itself: `*.example.com`.
    Below(String),
    /// `10.0.0.0/8`.
    Net(IpAddr, u8),
}

/// A set of hosts: names, `*.name`, addresses and networks, each with a port or without.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostSet {
    items: Vec<(Pattern, Option<u16>)>,
}

impl HostSet {
    /// Adds an item as policies write it. Returns what is wrong with it.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), String> {
        let problem = || format!("\"{text}\" is no host");
        if text == "*" {
            self.items.push((Pattern::Any, None));
            return Ok(());
        }
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| problem())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits: u8 = bits.parse().ok().filter(|bits| *bits <= most).ok_or_else(problem)?;
            self.items.push((Pattern::Net(address, bits), None));
            return Ok(());
        }
        let (plain, below) = text.strip_prefix("*.").map_or((text, false), |rest| (rest, true));
        if plain.contains(['*', '?', '@']) || plain.contains("://") {
            return Err(problem());
        }
        let host = Host::read(plain).ok_or_else(problem)?;
        let pattern = if below { Pattern::Below(host.name) } else { Pattern::Name(host.name) };
        self.items.push((pattern, host.port));
        Ok(())
    }

    pub(crate) fn contains(&self, host: &Host) -> bool {
        self.items.iter().any(|(pattern, port)| {
            let right_port = port.is_none() || *port == host.port;
            right_port
                && match pattern {
                    Pattern::Any => true,
                    Pattern::Name(name) => *name == host.name,
                    Pattern::Below(name) => {
                        host.name.strip_suffix(name.as_str()).is_some_and(|start| start.ends_with('.'))
                    }
                    Pattern::Net(net, bits) => host.name.parse().is_ok_and(|address| lies_in(address, *net, *bits)),
                }
        })
    }
}

fn lies_in(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    let (address, net, width) = match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => (u128::from(number(address)), u128::from(number(net)), 32),
        (IpAddr::V6(address), IpAddr::V6(net)) => (u128::from(address), u128::from(net), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    let shift = width - u32::from(bits);
    address.checked_shr(shift).unwrap_or(0) == net.checked_shr(shift).unwrap_or(0)
}

fn number(address: Ipv4Addr) -> u32 {
    u32::from(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        Host::read(text).map(|host| host.name)
    }

    #[test]
    fn every_way_to_write_a_host_gives_the_same() {
        for text in [
            "127.0.0.1",
            "http://127.0.0.1/x",
            "http://2130706433",
            "0x7f.1",
            "0177.0.0.1:80",
            "http://[::ffff:127.0.0.1]:8/",
            "u:p@127.0.0.1:x",
            "tcp://127.1:5",
            "https:\\\\127.0.0.1",
        ] {
            assert_eq!(name(text).as_deref(), Some("127.0.0.1"), "{text}");
        }
        for text in ["https://GitHub.com./a", "git@github.com:a/b", "ssh://git@GITHUB.com:22/x", "github.com/a?b@c"] {
            assert_eq!(name(text).as_deref(), Some("github.com"), "{text}");
        }
        assert_eq!(name("https://github.com@evil.example/"), Some("evil.example".to_owned()));
        assert_eq!(name("http://b\u{fc}cher.example"), Some("xn--bcher-kva.example".to_owned()));
        assert_eq!(name("::1"), Some("::1".to_owned()));
        assert_eq!(name("http://a b/"), None);
    }

    #[test]
    fn a_set_holds_what_it_says_and_no_more() {
        let mut set = HostSet::default();
        for item in ["localhost", "*.example.com", "10.0.0.0/8", "::1", "db.internal:5432"] {
            set.add(item).unwrap();
        }
        let holds = |text: &str| set.contains(&Host::read(text).unwrap());
        assert!(holds("LOCALHOST:3000") && holds("a.b.example.com") && holds("http://10.1.2.3") && holds("[::1]:5"));
        assert!(holds("db.internal:5432") && !holds("db.internal"));
        assert!(
            !holds("example.com") && !holds("evilexample.com") && !holds("a.example.com.evil") && !holds("11.0.0.1")
        );
        assert!(set.add("https://x").is_err() && set.add("a*b").is_err() && set.add("10.0.0.0/33").is_err());
    }
}
