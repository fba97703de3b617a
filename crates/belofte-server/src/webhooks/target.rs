//! The address that a webhook is sent to, as somebody wrote it: https, on a usual port, without a password in it.
//!
//! Judges what is written. What a name leads to is judged when it is resolved, at each try: see `post.rs`.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;

pub const MAX_CHARS: usize = 2_000;
const PORTS: [u16; 2] = [443, 8443];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    pub host: TargetHost,
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetHost {
    Name(String),
    Address(IpAddr),
}

/// Worded for the developer who wrote the address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetProblem {
    #[error("the address is too long")]
    TooLong,
    #[error("write the whole address, as https://example.nl/hooks")]
    NoAddress,
    #[error("webhooks are sent by https alone")]
    NotHttps,
    #[error("an address with a user or a password is not taken")]
    Password,
    #[error("an address with a # is not taken")]
    Fragment,
    #[error("webhooks are sent to port 443 or 8443")]
    Port,
    #[error("the address is not on the public internet")]
    NotPublic,
}

impl Target {
    /// Reads hosts as browsers do: `2130706433`, `0x7f.1` and `127.0.0.1.` are 127.0.0.1, and are judged as that.
    /// With `to_private`, for trying out, plain http, other ports and private addresses are taken too.
    pub fn parse(text: &str, to_private: bool) -> Result<Target, TargetProblem> {
        if text.chars().count() > MAX_CHARS {
            return Err(TargetProblem::TooLong);
        }
        let url = Url::parse(text).map_err(|_| TargetProblem::NoAddress)?;
        if url.scheme() != "https" && !(to_private && url.scheme() == "http") {
            return Err(TargetProblem::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetProblem::Password);
        }
        if url.fragment().is_some() {
            return Err(TargetProblem::Fragment);
        }
        let port = url.port_or_known_default().filter(|port| to_private || PORTS.contains(port));
        let port = port.ok_or(TargetProblem::Port)?;
        let host = match url.host() {
            // The dot at the end of a whole name is nowhere in its certificate.
            Some(Host::Domain(name)) => TargetHost::Name(name.trim_end_matches('.').to_owned()),
            Some(Host::Ipv4(address)) => TargetHost::Address(address.into()),
            Some(Host::Ipv6(address)) => TargetHost::Address(address.into()),
            None => return Err(TargetProblem::NoAddress),
        };
        match &host {
            TargetHost::Address(address) if !to_private && !is_public(*address) => Err(TargetProblem::NotPublic),
            TargetHost::Name(name) if name.is_empty() => Err(TargetProblem::NoAddress),
            _ => Ok(Target { url, host, port }),
        }
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// As it stands in the request's first line.
    pub fn path(&self) -> &str {
        &self.url[url::Position::BeforePath..url::Position::AfterQuery]
    }

    /// The `Host` header: the port only when it is not the scheme's own.
    pub fn authority(&self) -> String {
        let host = match &self.host {
            TargetHost::Name(name) => name.clone(),
            TargetHost::Address(IpAddr::V4(address)) => address.to_string(),
            TargetHost::Address(IpAddr::V6(address)) => format!("[{address}]"),
        };
        self.url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.url.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_or_refused_with_the_reason() {
        use TargetProblem::*;
        let told = |text: &str| Target::parse(text, false).map(|target| (target.authority(), target.path().to_owned()));
        let taken = |host: &str, path: &str| Ok((host.to_owned(), path.to_owned()));
        assert_eq!(told("https://Example.nl/hooks?a=b"), taken("example.nl", "/hooks?a=b"));
        assert_eq!(told("https://example.nl.:8443"), taken("example.nl:8443", "/"));
        assert_eq!(told("https://[2606:4700::1111]/x"), taken("[2606:4700::1111]", "/x"));
        for (text, problem) in [
            ("example.nl/hooks", NoAddress),
            ("https://", NoAddress),
            ("https://./", NoAddress),
            ("http://example.nl/", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("https://user@example.nl/", Password),
            ("https://:secret@example.nl/", Password),
            ("https://example.nl/#here", Fragment),
            ("https://example.nl:22/", Port),
            ("https://example.nl:6379/", Port),
            ("https://example.nl:0/", Port),
        ] {
            assert_eq!(told(text), Err(problem), "{text}");
        }
        assert_eq!(told(&format!("https://example.nl/{}", "x".repeat(2_000))), Err(TooLong));
    }

    #[test]
    fn every_way_to_write_a_private_address_is_seen_through() {
        for host in "127.0.0.1 127.1 127.0.0.1. 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 %31%32%37.0.0.1 \
             １２７.０.０.１ 0 0.0.0.0 10.1 0xA9FEA9FE 2852039166 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] \
             [::ffff:7f00:1] [fe80::1] [fd00:ec2::254]"
            .split_whitespace()
        {
            let problem = Target::parse(&format!("https://{host}/"), false).unwrap_err();
            assert_eq!(problem, TargetProblem::NotPublic, "{host}");
        }
    }
}
