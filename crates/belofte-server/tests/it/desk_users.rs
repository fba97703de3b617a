//! People who sign in to the desk: from the link to the second factor and out again, and every way in that is none.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use belofte_server::desk::access::{Role, Who};
use belofte_server::desk::users::{self, NewUser};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{Reply, TestApp};

pub const PASSWORD: &str = "vier woorden op een rij";

/// Somebody with an account.
pub struct Colleague {
    pub email: String,
    pub cookie: String,
    /// Makes their codes; none for roles without.
    pub codes: Option<Totp>,
}

/// The path of a new link for somebody.
pub async fn invite(app: &TestApp, email: &str, role: Role, postings: &[&str]) -> String {
    let user = NewUser {
        email: email.to_owned(),
        name: "Sanne de Wit".to_owned(),
        role,
        person_id: Some("sanne".to_owned()),
        postings: postings.iter().map(|id| (*id).to_owned()).collect(),
    };
    invite_as(app, user).await
}

async fn invite_as(app: &TestApp, user: NewUser) -> String {
    let link = users::invite(&app.state, &Who::System, user).await.unwrap();
    link.strip_prefix("https://api.example").expect("a link of the public address").to_owned()
}

/// Invited and signed in.
pub async fn colleague(app: &TestApp, email: &str, role: Role, postings: &[&str]) -> Colleague {
    let link = invite(app, email, role, postings).await;
    accepted(app, email, &link).await
}

/// The same for somebody with a name of their own.
pub async fn colleague_as(app: &TestApp, user: NewUser) -> Colleague {
    let email = user.email.clone();
    let link = invite_as(app, user).await;
    accepted(app, &email, &link).await
}

async fn accepted(app: &TestApp, email: &str, link: &str) -> Colleague {
    let codes = codes_of(&app.get(&format!("{link}?lang=en")).await);
    let accepted = accept(app, link, PASSWORD, codes.as_ref()).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
    Colleague { email: email.to_owned(), cookie: kept(&accepted), codes }
}

/// What the app on the phone makes of the page of an invitation.
fn codes_of(page: &Reply) -> Option<Totp> {
    let text = page.text();
    let seed = text.split("<code>").nth(1)?.split("</code>").next()?.replace(' ', "");
    Some(Builder::new().with_secret(Secret::try_from_base32(seed).unwrap()).build().unwrap())
}

/// The code of now.
fn code(app: &TestApp, codes: Option<&Totp>) -> String {
    let seconds = u64::try_from(app.state.clock.now().as_ms()).unwrap() / 1_000;
    codes.map_or(String::new(), |codes| codes.generate(seconds).to_string())
}

async fn accept(app: &TestApp, link: &str, password: &str, codes: Option<&Totp>) -> Reply {
    let (password, code) = (password.replace(' ', "+"), code(app, codes));
    form(app, link, &format!("password={password}&again={password}&code={code}"), "").await
}

/// Sends a form as a browser does from a page of the same origin.
pub async fn form(app: &TestApp, path: &str, body: &str, cookie: &str) -> Reply {
    send(app, path, body, cookie, "same-origin").await
}

async fn send(app: &TestApp, path: &str, body: &str, cookie: &str, site: &str) -> Reply {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", site);
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

pub async fn read(app: &TestApp, path: &str, cookie: &str) -> Reply {
    app.get_with(path, &[("cookie", cookie)]).await
}

/// The page as a browser reads its text: a slash may stand in it as a character reference.
pub fn page(reply: &Reply) -> String {
    reply.text().replace("&#x2f;", "/")
}

/// The session's cookie as the browser sends it back.
fn kept(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn enter(app: &TestApp, email: &str, password: &str) -> Reply {
    let (email, password) = (email.replace('@', "%40"), password.replace(' ', "+"));
    form(app, "/desk/sign-in?lang=en", &format!("email={email}&password={password}"), "").await
}

both!(a_link_a_password_and_a_code_lead_in_and_signing_out_leads_out, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let home = read(&app, "/desk?lang=en", &sanne.cookie).await;
    assert_eq!((home.status, home.header("cache-control")), (StatusCode::OK, "private, no-store"));
    assert!(home.text().contains("Sanne de Wit"), "{}", home.text());
    let text = home.text();
    let scripts: Vec<&str> = text.split("<script").skip(1).collect();
    assert!(matches!(scripts[..], [one] if one.starts_with(" src=\"/desk/desk.js\" defer></script>")), "{scripts:?}");
    let out = form(&app, "/desk/sign-out", "", &sanne.cookie).await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/desk/sign-in"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let gone = read(&app, "/desk/sessions", &sanne.cookie).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/desk/sign-in?to=/desk/sessions"));

    app.set_time("2027-03-23T10:01:00+01:00");
    let halfway = enter(&app, "Sanne@Example.com", PASSWORD).await;
    assert_eq!((halfway.status, halfway.header("location")), (StatusCode::SEE_OTHER, "/desk/sign-in/code?to=/desk"));
    let set = halfway.header("set-cookie").to_owned();
    for part in ["__Host-belofte_desk=", "; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    let half = kept(&halfway);
    assert_eq!(read(&app, "/desk", &half).await.status, StatusCode::SEE_OTHER, "a password alone opens nothing");
    let now = code(&app, sanne.codes.as_ref());
    let open = form(&app, "/desk/sign-in/code", &format!("code={now}&to=/desk/sessions"), &half).await;
    assert_eq!((open.status, open.header("location")), (StatusCode::SEE_OTHER, "/desk/sessions"));
    assert_ne!(kept(&open), half, "another token");
    assert_eq!(read(&app, "/desk/sessions", &kept(&open)).await.status, StatusCode::OK);
    assert_eq!(read(&app, "/desk/sessions", &half).await.status, StatusCode::SEE_OTHER);
});

both!(a_code_works_once, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let half = kept(&enter(&app, &sanne.email, PASSWORD).await);
    let enrolled = code(&app, sanne.codes.as_ref());
    let again = form(&app, "/desk/sign-in/code?lang=en", &format!("code={enrolled}"), &half).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "used to enrol");
    assert!(again.text().contains("Each code works once"), "{}", again.text());
    app.set_time("2027-03-23T10:00:30+01:00");
    let next = format!("code={}", code(&app, sanne.codes.as_ref()));
    assert_eq!(form(&app, "/desk/sign-in/code", &next, &half).await.status, StatusCode::SEE_OTHER);
    let other = kept(&enter(&app, &sanne.email, PASSWORD).await);
    assert_eq!(form(&app, "/desk/sign-in/code", &next, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

both!(known_and_unknown_addresses_get_the_same_answers_and_the_same_rest, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    for round in 1..=7 {
        let known = enter(&app, &sanne.email, "not the password").await;
        let unknown = enter(&app, "nobody@example.com", "not the password").await;
        let expected = if round > 5 { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!((known.status, unknown.status), (expected, expected), "round {round}");
        assert_eq!(known.text().replace("sanne@example.com", "nobody@example.com"), unknown.text());
    }
    assert_eq!(
        enter(&app, &sanne.email, PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the right one waits too"
    );
    app.set_time("2027-03-23T10:15:01+01:00");
    assert_eq!(enter(&app, &sanne.email, PASSWORD).await.status, StatusCode::SEE_OTHER);
});

both!(guessing_codes_with_the_password_ends_after_five_tries, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    app.set_time("2027-03-23T10:05:00+01:00");
    let half = kept(&enter(&app, &sanne.email, PASSWORD).await);
    for _ in 0..4 {
        let wrong = form(&app, "/desk/sign-in/code", "code=000000", &half).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let right = format!("code={}", code(&app, sanne.codes.as_ref()));
    let late = form(&app, "/desk/sign-in/code", &right, &half).await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS, "{}", late.text());
});

both!(an_invitation_opens_once_for_three_days_and_the_newest_alone, app, {
    let link = invite(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let newer = invite(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    assert_eq!(app.get(&link).await.status, StatusCode::NOT_FOUND);
    let shown = app.get(&format!("{newer}?lang=en")).await;
    let codes = codes_of(&shown);
    for (body, told) in [
        ("password=short&again=short&code=1", "at least 12 characters"),
        ("password=vier+woorden+op&again=vier+woorden+om&code=1", "differ"),
        ("password=vier+woorden+op&again=vier+woorden+op&code=000000", "does not fit"),
    ] {
        let wrong = form(&app, &format!("{newer}?lang=en"), body, "").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains(told) && !wrong.text().contains("vier woorden"), "{}", wrong.text());
    }
    app.set_time("2027-03-26T09:59:00+01:00");
    assert_eq!(accept(&app, &newer, PASSWORD, codes.as_ref()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&newer).await.status, StatusCode::NOT_FOUND);
    let third = invite(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    app.set_time("2027-03-29T11:00:00+02:00");
    let (late, none) = (app.get(&third).await, app.get("/desk/invitation/nothing").await);
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert_eq!(page(&late).replace(&third, "/desk/invitation/nothing"), page(&none));
});

both!(a_new_link_replaces_password_phone_and_sessions, app, {
    let old = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let link = invite(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    assert_eq!(read(&app, "/desk", &old.cookie).await.status, StatusCode::OK, "until the link is used");
    let codes = codes_of(&app.get(&link).await);
    assert_eq!(accept(&app, &link, "vijf woorden op een rij", codes.as_ref()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(read(&app, "/desk", &old.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(enter(&app, &old.email, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    app.set_time("2027-03-23T10:05:00+01:00");
    let half = kept(&enter(&app, &old.email, "vijf woorden op een rij").await);
    let stale = format!("code={}", code(&app, old.codes.as_ref()));
    assert_eq!(form(&app, "/desk/sign-in/code", &stale, &half).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

both!(a_session_ends_after_an_hour_without_use_and_after_twelve_in_any_case, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let began = app.state.clock.now();
    for time in 1..=12 {
        app.state.clock.set(began.plus_ms(time * 59 * 60_000));
        assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::OK, "use {time}");
    }
    app.set_time("2027-03-23T22:00:00+01:00");
    assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let other = colleague(&app, "joost@example.com", Role::Recruiter, &[]).await;
    app.set_time("2027-03-23T23:00:00+01:00");
    assert_eq!(read(&app, "/desk", &other.cookie).await.status, StatusCode::SEE_OTHER);
});

both!(sessions_are_listed_and_ended_by_their_owner_alone, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::FiguresReader, &[]).await;
    let joost = colleague(&app, "joost@example.com", Role::FiguresReader, &[]).await;
    let second = kept(&enter(&app, &sanne.email, PASSWORD).await);
    let list = read(&app, "/desk/sessions?lang=en", &second).await.text();
    let id =
        list.split("name=\"session\" value=\"").nth(1).expect("another session").split('"').next().unwrap().to_owned();
    form(&app, "/desk/sessions/end", &format!("session={id}"), &joost.cookie).await;
    assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::OK, "not by somebody else");
    form(&app, "/desk/sessions/end", "", &second).await;
    assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(read(&app, "/desk", &second).await.status, StatusCode::OK);
    assert_eq!(read(&app, "/desk", &joost.cookie).await.status, StatusCode::OK);
});

both!(an_administrator_invites_changes_and_ends_but_never_the_last_one, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let body = "email=Joost%40example.com&name=Joost&role=recruiter&person=joost&posting=kok&posting=fysiotherapeut";
    let invited = form(&app, "/desk/people/new?lang=en", body, &boss.cookie).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.text());
    assert!(page(&invited).contains("https://api.example/desk/invitation/"), "{}", invited.text());
    let wrong =
        form(&app, "/desk/people/new?lang=en", "email=x&name=&role=administrator&posting=kok", &boss.cookie).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["not a whole email", "Write a name", "sees all jobs"] {
        assert!(wrong.text().contains(told), "{told} in {}", wrong.text());
    }
    let list = read(&app, "/desk/people?lang=en", &boss.cookie).await;
    let list = page(&list);
    assert!(list.contains("joost@example.com") && list.contains("Invited"), "{list}");
    let ids: Vec<&str> = list.split("/desk/people/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let own = ids.iter().find(|id| **id != "new" && !list.split(**id).nth(1).unwrap().contains("joost@")).unwrap();
    let last = form(&app, &format!("/desk/people/{own}/end"), "", &boss.cookie).await;
    assert_eq!(last.status, StatusCode::CONFLICT);
    let lesser = form(&app, &format!("/desk/people/{own}"), "name=B&role=recruiter", &boss.cookie).await;
    assert_eq!(lesser.status, StatusCode::CONFLICT);
    colleague(&app, "second@example.com", Role::Administrator, &[]).await;
    let lesser = form(&app, &format!("/desk/people/{own}"), "name=B&role=recruiter", &boss.cookie).await;
    assert_eq!(lesser.status, StatusCode::SEE_OTHER, "{}", lesser.text());
    assert_eq!(read(&app, "/desk/people", &boss.cookie).await.status, StatusCode::FORBIDDEN, "at once");
});

both!(who_is_ended_is_out_at_once_and_comes_back_by_another_link_alone, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let sanne = colleague(&app, "sanne@example.com", Role::FiguresReader, &[]).await;
    let list = read(&app, "/desk/people?lang=en", &boss.cookie).await;
    let list = page(&list);
    let before = list.split("sanne@example.com").next().unwrap();
    let id = before.rsplit("/desk/people/").next().unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(form(&app, &format!("/desk/people/{id}/end"), "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(enter(&app, &sanne.email, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let link = invite(&app, &sanne.email, Role::FiguresReader, &[]).await;
    assert_eq!(
        enter(&app, &sanne.email, PASSWORD).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the old one is gone"
    );
    assert_eq!(accept(&app, &link, PASSWORD, None).await.status, StatusCode::SEE_OTHER);
});

both!(a_role_that_comes_to_see_applications_needs_a_phone_first, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let sanne = colleague(&app, "sanne@example.com", Role::FiguresReader, &[]).await;
    let list = read(&app, "/desk/people?lang=en", &boss.cookie).await;
    let list = page(&list);
    let before = list.split("sanne@example.com").next().unwrap();
    let id = before.rsplit("/desk/people/").next().unwrap().split('"').next().unwrap().to_owned();
    let changed = form(&app, &format!("/desk/people/{id}"), "name=Sanne&role=recruiter", &boss.cookie).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    assert_eq!(read(&app, "/v1/desk/applications", &sanne.cookie).await.status, StatusCode::UNAUTHORIZED);
});

both!(another_sites_form_or_call_is_not_carried_out, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    for site in ["cross-site", "same-site"] {
        let out = send(&app, "/desk/sign-out", "", &sanne.cookie, site).await;
        assert_eq!((out.status, out.header("set-cookie")), (StatusCode::FORBIDDEN, ""));
        let enter = send(&app, "/desk/sign-in", "email=a%40b.nl&password=x", "", site).await;
        assert_eq!(enter.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(read(&app, "/desk", &sanne.cookie).await.status, StatusCode::OK);
    let led = app.get_with("/desk/people", &[("cookie", ""), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(led.status, StatusCode::OK, "a link on another page leads on by one of ours");
    assert!(page(&led).contains("href=\"/desk/people\""), "{}", led.text());
});

both!(inviting_a_known_address_changes_nobody_and_leads_to_who_has_it, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let body = "email=kim%40example.com&name=Kim&role=recruiter";
    assert_eq!(form(&app, "/desk/people/new", body, &boss.cookie).await.status, StatusCode::CREATED);
    let users = || async {
        let rows = sqlx::query_scalar::<_, String>("SELECT email || name || role FROM users ORDER BY email");
        rows.fetch_all(app.state.store.read()).await.unwrap()
    };
    let before = users().await;
    for known in ["email=KIM%40example.com&name=K&role=administrator", "email=boss%40example.com&name=B&role=recruiter"]
    {
        let refused = form(&app, "/desk/people/new?lang=en", known, &boss.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{known}");
        let text = page(&refused);
        assert!(
            text.contains("Somebody with this address is here already.") && text.contains("href=\"/desk/people/"),
            "{text}"
        );
    }
    assert_eq!(users().await, before);
    let all = form(&app, "/desk/people/new?lang=en", "email=x&name=&person=nobody&posting=nothing", &boss.cookie).await;
    let text = page(&all);
    for told in ["not a whole email address", "Write a name.", "Choose a role.", "Choose somebody from the list."] {
        assert!(text.contains(told), "{told}: {text}");
    }
});
