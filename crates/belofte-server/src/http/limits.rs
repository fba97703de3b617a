//! How often one address may call what costs something. Tells when to come back.
//!
//! Addresses live in memory only, hashed by the map and dropped when idle; never logged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::config::Limits;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// Above this many known addresses the idle ones are forgotten.
const MAX_ADDRESSES: usize = 50_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    Applications,
    /// Applications that come with a proof: they were counted when it was asked for.
    Proofs,
    Uploads,
    StatusRequests,
    StatusSessions,
    /// As often as codes: both mail whoever is named.
    Complaints,
    Feedback,
    /// Choosing, moving and proposing times.
    Talks,
    /// What is asked of the employer, signed in or not.
    Questions,
    SignIns,
}

type ByAddress = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, Clock, NoOpMiddleware<Duration>>;

pub struct RateLimits {
    clock: Clock,
    applications: ByAddress,
    proofs: ByAddress,
    uploads: ByAddress,
    status_requests: ByAddress,
    status_sessions: ByAddress,
    complaints: ByAddress,
    feedback: ByAddress,
    talks: ByAddress,
    questions: ByAddress,
    sign_ins: ByAddress,
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.steady()
    }
}

impl RateLimits {
    pub fn new(limits: Limits, clock: &Clock) -> RateLimits {
        let limiter = |per_minute: u32| {
            let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
            RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone())
        };
        RateLimits {
            clock: clock.clone(),
            applications: limiter(limits.applications_per_minute),
            proofs: limiter(limits.applications_per_minute),
            uploads: limiter(limits.uploads_per_minute),
            status_requests: limiter(limits.status_requests_per_minute),
            status_sessions: limiter(limits.status_sessions_per_minute),
            complaints: limiter(limits.status_requests_per_minute),
            feedback: limiter(limits.status_sessions_per_minute),
            talks: limiter(limits.status_sessions_per_minute),
            questions: limiter(limits.questions_per_minute),
            sign_ins: limiter(limits.sign_ins_per_minute),
        }
    }

    /// Counts one call of `address`, or says when the next one is welcome.
    pub fn check(&self, what: Limited, address: IpAddr) -> ApiResult<()> {
        let limiter = match what {
            Limited::Applications => &self.applications,
            Limited::Proofs => &self.proofs,
            Limited::Uploads => &self.uploads,
            Limited::StatusRequests => &self.status_requests,
            Limited::StatusSessions => &self.status_sessions,
            Limited::Complaints => &self.complaints,
            Limited::Feedback => &self.feedback,
            Limited::Talks => &self.talks,
            Limited::Questions => &self.questions,
            Limited::SignIns => &self.sign_ins,
        };
        if limiter.len() > MAX_ADDRESSES {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(self.clock.steady());
            ApiProblem::too_many_requests(u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX))
        })
    }
}

/// The visitor's address as the limits count it: the connection's, or the one that our own proxies saw when the operator
/// says how many there are.
#[derive(Clone, Copy, Debug)]
pub struct VisitorAddress(pub IpAddr);

impl FromRequestParts<AppState> for VisitorAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<VisitorAddress, Self::Rejection> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let told = forwarded(&parts.headers, state.config.trusted_proxies);
        Ok(VisitorAddress(counted_as(told.or(connected).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))))
    }
}

/// What the outermost of `proxies` saw. Each adds one entry at the right; what stands further left is the caller's claim.
fn forwarded(headers: &HeaderMap, proxies: u8) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut entries = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let entry = entries.nth(usize::from(proxies).checked_sub(1)?)?.trim();
    // Some proxies name the port too.
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(with_port)
}

/// One connection has a whole /64 of IPv6 to choose from, so that counts as one; IPv4 in the clothes of IPv6 is IPv4.
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_that_our_own_outermost_proxy_wrote_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 198.51.100.1".parse().unwrap());
        headers.append("x-forwarded-for", "192.0.2.7:4711,10.0.0.1".parse().unwrap());
        let told = |proxies| forwarded(&headers, proxies).map(|address| address.to_string());
        assert_eq!(told(0), None);
        assert_eq!(told(1).as_deref(), Some("10.0.0.1"));
        assert_eq!(told(2).as_deref(), Some("192.0.2.7"));
        assert_eq!(told(3).as_deref(), Some("198.51.100.1"), "over all lines");
        assert_eq!(told(5), None, "fewer entries than proxies: it came another way");
        headers.append("x-forwarded-for", "unknown".parse().unwrap());
        assert_eq!(forwarded(&headers, 1), None);
    }

    #[test]
    fn ipv6_counts_by_its_first_64_bits_and_mapped_ipv4_as_itself() {
        let counted = |text: &str| counted_as(text.parse().unwrap()).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(counted("192.0.2.7"), "192.0.2.7");
    }
}
