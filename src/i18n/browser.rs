//! Dates, numbers and plurals by the browser's own `Intl`: no tables of our own.
//!
//! Formatters are costly to make (a millisecond each on a phone), so each is made once and kept.

use std::cell::RefCell;

use belofte_contract::Timestamp;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{DateStyle, Format};

#[wasm_bindgen]
extern "C" {
    type Formatter;
    #[wasm_bindgen(js_namespace = Intl, js_name = DateTimeFormat, catch)]
    fn date_time_format(lang: &str, options: &Object) -> Result<Formatter, JsValue>;
    #[wasm_bindgen(js_namespace = Intl, js_name = NumberFormat, catch)]
    fn number_format(lang: &str, options: &Object) -> Result<Formatter, JsValue>;
    /// A getter that gives a bound function.
    #[wasm_bindgen(method, getter)]
    fn format(this: &Formatter) -> Function;
    #[wasm_bindgen(method, js_name = resolvedOptions)]
    fn resolved_options(this: &Formatter) -> JsValue;

    type PluralRules;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(lang: &str) -> Result<PluralRules, JsValue>;
    #[wasm_bindgen(method)]
    fn select(this: &PluralRules, count: f64) -> String;
}

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
    /// What `Intl` is asked for: plain English is read as British, so that a day stands before its month.
    intl_lang: &'static str,
    kept: RefCell<Vec<(Made, String, Function)>>,
    plurals: Option<PluralRules>,
}

impl BrowserFormat {
    pub fn new(lang: &str) -> BrowserFormat {
        // An `Intl` that refuses the language is asked for English dates; texts keep their own language.
        let intl_lang = if lang == "en" || date_time_format(lang, &Object::new()).is_err() { "en-GB" } else { "" };
        let plurals = PluralRules::new(if intl_lang.is_empty() { lang } else { intl_lang }).ok();
        BrowserFormat { lang: lang.to_owned(), intl_lang, kept: RefCell::default(), plurals }
    }

    /// The reader's own time zone, an IANA name.
    pub fn reader_zone() -> Option<String> {
        let formatter = date_time_format("en", &Object::new()).ok()?;
        Reflect::get(&formatter.resolved_options(), &"timeZone".into()).ok()?.as_string()
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
        kept[at].2.call1(&JsValue::NULL, &value.into()).ok()?.as_string()
    }

    fn make(&self, made: Made, subject: &str) -> Option<Function> {
        let lang = if self.intl_lang.is_empty() { self.lang.as_str() } else { self.intl_lang };
        let formatter = match made {
            Made::Date(style) => {
                let given = options(parts(style));
                set(&given, "timeZone", subject);
                date_time_format(lang, &given).or_else(|_| {
                    set(&given, "timeZone", "UTC");
                    date_time_format(lang, &given)
                })
            }
            Made::Decimal(digits) => {
                let given = options(&[]);
                set(&given, "maximumFractionDigits", f64::from(digits));
                number_format(lang, &given)
            }
            Made::Percent => number_format(lang, &options(&[("style", "percent")])),
            Made::Money { whole } => {
                let given = options(&[("style", "currency"), ("currency", subject)]);
                if whole {
                    set(&given, "minimumFractionDigits", 0.0);
                    set(&given, "maximumFractionDigits", 0.0);
                }
                number_format(lang, &given)
            }
        };
        Some(formatter.ok()?.format())
    }

    /// Decimals of a currency: 2 for the euro, 0 for the yen.
    fn currency_digits(&self, currency: &str) -> i32 {
        let formatter = number_format("en", &options(&[("style", "currency"), ("currency", currency)])).ok();
        let digits = formatter.and_then(|formatter| {
            Reflect::get(&formatter.resolved_options(), &"maximumFractionDigits".into()).ok()?.as_f64()
        });
        digits.unwrap_or(2.0) as i32
    }
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
    let made = Array::new();
    for (name, value) in pairs {
        made.push(&Array::of2(&(*name).into(), &(*value).into()));
    }
    Object::from_entries(&made).unwrap_or_default()
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
        let text = self.write(Made::Date(style), zone, at.as_ms() as f64).unwrap_or_else(|| at.to_string());
        // Browsers differ on "Wednesday, 31 March 2027"; without the comma all of them agree.
        if self.intl_lang.is_empty() { text } else { text.replace(", ", " ") }
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
        let class = self.plurals.as_ref().map(|rules| rules.select(f64::from(count))).unwrap_or_default();
        ["zero", "one", "two", "few", "many"].into_iter().find(|known| *known == class).unwrap_or("other")
    }
}
