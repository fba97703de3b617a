//! The endpoint as its callers see it: requests in, answers out, on SQLite and on PostgreSQL.
//!
//! Never looks into the server's modules but to start it. PostgreSQL runs when `BELOFTE_TEST_POSTGRES` names a server
//! on which databases may be created; `cargo xtask test` always sets it.

#[macro_use]
mod support;

mod access;
mod alike;
mod apply;
mod appointments;
mod attacks;
mod audit;
mod canary;
mod cli;
mod closing;
mod command_line;
mod complaint;
mod config;
mod contacts;
mod crash;
mod decisions;
mod desk;
mod desk_application;
mod desk_decide;
mod desk_forms;
mod desk_hooks;
mod desk_list;
mod desk_mails;
mod desk_postings;
mod desk_score;
mod desk_today;
mod desk_users;
mod door;
mod embed;
mod erasure;
mod feedback;
mod follow;
mod import;
mod limits;
mod lookup;
mod mail;
mod mail_texts;
mod malformed;
mod news;
mod once;
mod outbox;
mod owners;
mod pages;
mod panics;
mod policy;
mod postings;
mod privacy;
mod proof;
mod questions;
mod raw;
mod receiver;
mod retention;
mod score;
mod settings;
mod smtp;
mod status_pages;
mod theme;
mod ticker;
mod timeline;
mod uploads;
mod way_pages;
mod webhooks;
mod words;
