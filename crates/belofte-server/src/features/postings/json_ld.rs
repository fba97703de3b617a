//! The posting as search engines read it: schema.org `JobPosting`, a text of JSON.
//!
//! Pure. Safe inside a `<script>` element: `<` never stands in it as it is.

use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, PayRange, PayUnit};
use serde_json::{Value, json};

/// None for what is not open: a closed posting must not be offered.
pub fn json_ld(posting: &JobPosting, organization: &Organization) -> Option<String> {
    if !posting.status.takes_applications() {
        return None;
    }
    let place =
        |name: &String| json!({ "@type": "Place", "address": { "@type": "PostalAddress", "addressLocality": name } });
    let mut data = json!({
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.title,
        "description": format!("{}\n\n{}", posting.summary, posting.description.plain()),
        "inLanguage": posting.lang,
        "employmentType": posting.employment_type,
        "hiringOrganization": {
            "@type": "Organization",
            "name": organization.name,
            "sameAs": organization.careers_url,
        },
        "identifier": { "@type": "PropertyValue", "name": organization.name, "value": posting.id },
        "jobLocation": posting.locations.iter().map(place).collect::<Vec<_>>(),
        "directApply": true,
    });
    let optional = [
        ("datePosted", posting.date_posted.map(|at| at.text().into())),
        ("validThrough", posting.valid_through.map(|at| at.text().into())),
        ("jobLocationType", posting.remote.then(|| "TELECOMMUTE".into())),
        ("baseSalary", posting.base_salary.as_ref().and_then(salary)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            data[name] = value;
        }
    }
    // Keeps `</script>` and `<!--` from ending the element.
    Some(data.to_string().replace('<', "\\u003c"))
}

fn salary(range: &PayRange) -> Option<Value> {
    let unit = match range.unit {
        PayUnit::Hour => "HOUR",
        PayUnit::Month => "MONTH",
        PayUnit::Year => "YEAR",
        PayUnit::Unknown => return None,
    };
    // Minor units; the currencies of the shipped locales all have two digits.
    let amount = |minor: i64| minor as f64 / 100.0;
    Some(json!({
        "@type": "MonetaryAmount",
        "currency": range.currency,
        "value": {
            "@type": "QuantitativeValue",
            "minValue": amount(range.min),
            "maxValue": amount(range.max),
            "unitText": unit,
        },
    }))
}

#[cfg(test)]
mod tests {
    use belofte_contract::fixtures;
    use belofte_contract::postings::PostingStatus;

    use super::*;

    fn fixture() -> (JobPosting, Organization) {
        let read = "the fixture is of the contract";
        let posting = serde_json::from_str(fixtures::POSTING).expect(read);
        (posting, serde_json::from_str(fixtures::ORGANIZATION).expect(read))
    }

    #[test]
    fn the_data_for_search_engines_is_json_and_cannot_end_its_element() {
        let (posting, organization) = fixture();
        let posting = JobPosting { summary: "Care </script> at home.".into(), ..posting };
        let text = json_ld(&posting, &organization).expect("open postings have data");
        assert!(!text.contains('<'), "{text}");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let range = posting.base_salary.as_ref().expect("the fixture tells the pay");
        assert_eq!(value["@type"], "JobPosting");
        assert_eq!(value["baseSalary"]["value"]["maxValue"], range.max as f64 / 100.0);
        assert_eq!(value["jobLocation"][0]["address"]["addressLocality"], posting.locations[0].as_str());
        let description = format!("Care </script> at home.\n\n{}", posting.description.plain());
        assert_eq!(value["description"], description);
        assert_eq!(value["directApply"], true);
        assert_eq!(value.get("jobLocationType"), None);
    }

    #[test]
    fn a_closed_posting_is_not_offered_to_search_engines() {
        let (posting, organization) = fixture();
        assert_eq!(json_ld(&JobPosting { status: PostingStatus::Closed, ..posting }, &organization), None);
    }
}
