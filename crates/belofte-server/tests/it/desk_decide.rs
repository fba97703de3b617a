//! The pages of decisions with two at work: nothing leaves that nobody read, nothing that was typed is lost, and a decision
//! that is on its way is seen wherever somebody would act.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;

use crate::decisions::{rejected, send, sentence};
use crate::desk_users::{colleague, form, page, read};
use crate::support::TestApp;
use crate::timeline::{Applicant, applicant};

const LIST: &str = "/desk/postings/kok/decisions";

async fn recruiter(app: &TestApp) -> String {
    let sanne = colleague(app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    format!("{}; belofte_lang=en", sanne.cookie)
}

fn own(person: &Applicant) -> String {
    format!("{LIST}/{}", person.reference)
}

/// What a hidden field of the page holds.
pub fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

both!(what_was_typed_outlives_the_session, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    let body = "outcome=rejected&by=sanne&reason_1=Written+with+%3Ccare%3E+about+the+kitchen.&go=list";
    let out = form(&app, &own(&noor), body, "belofte_lang=en").await;
    assert_eq!(out.status, StatusCode::UNAUTHORIZED);
    let shown = page(&out);
    assert!(shown.contains(&format!("action=\"{}\"", own(&noor))), "{shown}");
    assert_eq!(hidden(&shown, "reason_1"), "Written with &lt;care&gt; about the kitchen.");
    assert!(shown.contains("target=\"_blank\""), "{shown}");
    assert_eq!(form(&app, &own(&noor), body, cookie).await.status, StatusCode::SEE_OTHER);
    for secret in ["password=four+words", "text=x&code=123456", ""] {
        let out = form(&app, &own(&noor), secret, "").await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{secret}");
        assert!(!out.text().contains("four words"));
    }
});

both!(a_decision_on_its_way_stands_where_somebody_would_act, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T10:00:00+02:00");
    let cookie = &recruiter(&app).await;
    let at = format!("/desk/applications/{}", noor.reference);
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    for path in ["/desk", at.as_str()] {
        let shown = page(&read(&app, path, cookie).await);
        assert!(shown.contains("leaves at 10:10") && shown.contains(&format!("href=\"{LIST}\"")), "{path}: {shown}");
        assert!(!shown.contains("/keep") && !shown.contains("/step\""), "{path} offers no act: {shown}");
    }
    let step = format!("{at}/step");
    let body = "stage_id=talk&by=sanne&text=We+would+like+to+meet+you.&key=k";
    let refused = form(&app, &step, body, cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let shown = page(&refused);
    assert!(shown.contains("on its way to this applicant") && shown.contains("We would like to meet you."), "{shown}");
});
