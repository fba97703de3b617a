//! Dates, numbers and plurals by the browser's own `Intl`: no tables of our own.
//!
//! Formatters are costly to make (a millisecond each on a phone), so each is made once and kept.

use std::cell::RefCell;

use belofte_contract::Timestamp;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::{DateStyle, Format};
use crate::named::Given::{Text, Value};
use crate::named::{call, get, global, made};

/// A new formatter of this kind, as `Intl` calls it; None where it refuses the language or an option.
fn formatter(kind: &str, lang: &str, options: &Object) -> Option<JsValue> {
    made(&get(&global("Intl"), kind), &[Text(lang), Value(options)])
}

const DATES: &str = "DateTimeFormat";
const NUMBERS: &str = "NumberFormat";

/// What a kept formatter was made for.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    Date(DateStyle),
    Decimal(u8),
    Percent,
    Money { whole: bool },
}

/// The browser's `Format`.
pub struct BrowserFormat {
    lang: String,
    /// What `Intl` is asked for where that is not `lang`: plain English is read as British, so that a day stands before its
    /// month; Arabic keeps the digits in which references, codes and telephone numbers are written.
    intl_lang: &'static str,
    kept: RefCell<Vec<(Made, String, JsValue)>>,
    plurals: JsValue,
}

impl BrowserFormat {
    pub fn new(lang: &str) -> BrowserFormat {
        // An `Intl` that refuses the language is asked for English dates; texts keep their own language.
        let intl_lang = match lang {
            "ar" => "ar-u-nu-latn",
            "en" => "en-GB",
            _ if formatter(DATES, lang, &Object::new()).is_none() => "en-GB",
            _ => "",
        };
        let plurals_lang = if intl_lang.is_empty() { lang } else { intl_lang };
        let plurals = formatter("PluralRules", plurals_lang, &Object::new()).unwrap_or_default();
        BrowserFormat { lang: lang.to_owned(), intl_lang, kept: RefCell::default(), plurals }
    }

    /// The reader's own time zone, an IANA name.
    pub fn reader_zone() -> Option<String> {
        resolved(&formatter(DATES, "en", &Object::new())?, "timeZone").as_string()
    }

    /// `subject`: the zone of a date, the currency of money.
    fn write(&self, made: Made, subject: &str, value: f64) -> Option<String> {
        let mut kept = self.kept.borrow_mut();
        let at = kept.iter().position(|(known, of, _)| *known == made && of == subject);
        let at = match at {
            Some(at) => at,
            None => {
                kept.push((made, subject.to_owned(), self.make(made, subject)?));
                kept.len() - 1
            }
        };
        call(&kept[at].2, "format", &[Value(&value.into())])?.as_string()
    }

    fn make(&self, made: Made, subject: &str) -> Option<JsValue> {
        let lang = if self.intl_lang.is_empty() { self.lang.as_str() } else { self.intl_lang };
        match made {
            Made::Date(style) => {
                let given = options(parts(style));
                set(&given, "timeZone", subject);
                formatter(DATES, lang, &given).or_else(|| {
                    set(&given, "timeZone", "UTC");
                    formatter(DATES, lang, &given)
                })
            }
            Made::Decimal(digits) => {
                let given = options(&[]);
                set(&given, "maximumFractionDigits", f64::from(digits));
                formatter(NUMBERS, lang, &given)
            }
            Made::Percent => formatter(NUMBERS, lang, &options(&[("style", "percent")])),
            Made::Money { whole } => {
                let given = options(&[("style", "currency"), ("currency", subject)]);
                if whole {
                    set(&given, "minimumFractionDigits", 0.0);
                    set(&given, "maximumFractionDigits", 0.0);
                }
                formatter(NUMBERS, lang, &given)
            }
        }
    }

    /// Decimals of a currency: 2 for the euro, 0 for the yen.
    fn currency_digits(&self, currency: &str) -> i32 {
        let formatter = formatter(NUMBERS, "en", &options(&[("style", "currency"), ("currency", currency)]));
        let digits = formatter.and_then(|formatter| resolved(&formatter, "maximumFractionDigits").as_f64());
        digits.unwrap_or(2.0) as i32
    }
}

/// What a formatter made of its options.
fn resolved(formatter: &JsValue, option: &str) -> JsValue {
    get(&call(formatter, "resolvedOptions", &[]).unwrap_or_default(), option)
}

fn parts(style: DateStyle) -> &'static [(&'static str, &'static str)] {
    match style {
        DateStyle::Long => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
        DateStyle::LongWithYear => &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")],
        DateStyle::DayMonthYear => &[("day", "numeric"), ("month", "long"), ("year", "numeric")],
        DateStyle::Short => &[("weekday", "short"), ("day", "numeric"), ("month", "short")],
        DateStyle::Weekday => &[("weekday", "long")],
        DateStyle::DayNumber => &[("day", "numeric")],
        DateStyle::Month => &[("month", "long")],
        DateStyle::MonthYear => &[("month", "long"), ("year", "numeric")],
        // h23, or midnight is written 24:00 by some.
        DateStyle::Time => &[("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")],
    }
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let given = Object::new();
    pairs.iter().for_each(|(name, value)| set(&given, name, *value));
    given
}

fn set(options: &Object, name: &str, value: impl Into<JsValue>) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(options, &name.into(), &value.into());
}

impl Format for BrowserFormat {
    fn lang(&self) -> &str {
        &self.lang
    }

    fn date(&self, at: Timestamp, zone: &str, style: DateStyle) -> String {
        let text = self.write(Made::Date(style), zone, at.as_ms() as f64).unwrap_or_else(|| at.text());
        // Browsers differ on "Wednesday, 31 March 2027"; without the comma all of them agree.
        if self.intl_lang.is_empty() { text } else { text.replace(',', "") }
    }

    fn number(&self, value: f64, digits: u8) -> String {
        self.write(Made::Decimal(digits), "", value).unwrap_or_default()
    }

    fn percent(&self, whole: u32) -> String {
        self.write(Made::Percent, "", f64::from(whole) / 100.0).unwrap_or_default()
    }

    fn money(&self, minor: i64, currency: &str) -> String {
        let one = 10_f64.powi(self.currency_digits(currency));
        let value = minor as f64 / one;
        self.write(Made::Money { whole: value % 1.0 == 0.0 }, currency, value).unwrap_or_default()
    }

    fn plural_class(&self, count: u32) -> &'static str {
        let class = call(&self.plurals, "select", &[Value(&count.into())])
            .and_then(|class| class.as_string())
            .unwrap_or_default();
        ["zero", "one", "two", "few", "many"].into_iter().find(|known| *known == class).unwrap_or("other")
    }
}
