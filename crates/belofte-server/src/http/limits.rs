//! How often one address may call what costs something. Tells when to come back.
//!
//! Addresses live in memory only, hashed by the map and dropped when idle; never logged.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::config::Limits;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// Above this many known addresses the idle ones are forgotten.
const MAX_ADDRESSES: usize = 50_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    Applications,
    Uploads,
    StatusRequests,
    StatusSessions,
}

pub struct RateLimits {
    applications: DefaultKeyedRateLimiter<IpAddr>,
    uploads: DefaultKeyedRateLimiter<IpAddr>,
    status_requests: DefaultKeyedRateLimiter<IpAddr>,
    status_sessions: DefaultKeyedRateLimiter<IpAddr>,
}

impl RateLimits {
    pub fn new(limits: Limits) -> RateLimits {
        let limiter = |per_minute: u32| {
            DefaultKeyedRateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
        };
        RateLimits {
            applications: limiter(limits.applications_per_minute),
            uploads: limiter(limits.uploads_per_minute),
            status_requests: limiter(limits.status_requests_per_minute),
            status_sessions: limiter(limits.status_sessions_per_minute),
        }
    }

    /// Counts one call of `address`, or says when the next one is welcome.
    pub fn check(&self, what: Limited, address: IpAddr) -> ApiResult<()> {
        let limiter = match what {
            Limited::Applications => &self.applications,
            Limited::Uploads => &self.uploads,
            Limited::StatusRequests => &self.status_requests,
            Limited::StatusSessions => &self.status_sessions,
        };
        if limiter.len() > MAX_ADDRESSES {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            ApiProblem::too_many_requests(u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX))
        })
    }
}

/// The visitor's address: the connection's, or the proxy's word for it when the operator says that there is one.
#[derive(Clone, Copy, Debug)]
pub struct VisitorAddress(pub IpAddr);

impl FromRequestParts<AppState> for VisitorAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<VisitorAddress, Self::Rejection> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        // The last entry is the one our own proxy added; the ones before it are the caller's claims.
        let forwarded = || {
            let header = parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            header.rsplit(',').next()?.trim().parse().ok()
        };
        let told = if state.config.behind_proxy { forwarded() } else { None };
        Ok(VisitorAddress(told.or(connected).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))))
    }
}
