//! Where the endpoints live, relative to the base that the tag names. One list for widget, server and docs.

pub const ORGANIZATION: &str = "/v1/organization";
pub const JOB_POSTINGS: &str = "/v1/job-postings";
pub const FORMS: &str = "/v1/forms";
pub const UPLOADS: &str = "/v1/uploads";
pub const APPLICATIONS: &str = "/v1/applications";
pub const STATUS_REQUESTS: &str = "/v1/status-requests";
pub const STATUS_SESSIONS: &str = "/v1/status-sessions";
pub const MY_APPLICATIONS: &str = "/v1/me/applications";
pub const COMPLAINTS: &str = "/v1/complaints";
pub const IMPROVEMENTS: &str = "/v1/improvements";
pub const PROMISE_SCORE: &str = "/v1/promise-score";
pub const BULLETINS: &str = "/v1/bulletins";
pub const FOLLOWS: &str = "/v1/follows";

/// Answer header with the server's clock in milliseconds UTC; the widget corrects a wrong clock of the device by it.
pub const TIME_HEADER: &str = "Belofte-Time";
pub const IDEMPOTENCY_KEY_HEADER: &str = "Idempotency-Key";
/// The solution of a challenge, or [`NO_PROOF`]: see `proof.rs`.
pub const PROOF_HEADER: &str = "Belofte-Proof";
/// Says that the challenge could not be solved.
pub const NO_PROOF: &str = "none";
pub const IDEMPOTENCY_REPLAYED_HEADER: &str = "Idempotency-Replayed";

/// Fragment of the link in a mail: `#belofte-link=<token>`.
pub const LINK_FRAGMENT: &str = "belofte-link=";
/// Fragment that opens the way to one's application on a page whose addresses follow the view.
pub const STATUS_FRAGMENT: &str = "belofte=status";
