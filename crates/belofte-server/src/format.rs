//! Dates, numbers and plurals on the server, for whole pages and mails.
