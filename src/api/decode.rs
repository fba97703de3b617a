//! Reads the contract's types from values that the browser's own JSON parser made.
//!
//! A deserializer of our own because of its weight: fields are asked for by name, in the order of the type, so derived
//! code needs neither the comparing of names nor messages about what was expected. An error says nothing but that the
//! answer is not of the agreed shape.

use std::fmt;

use js_sys::{Array, Reflect};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use wasm_bindgen::JsValue;

/// The value does not have the agreed shape.
#[derive(Debug)]
pub struct NotOfTheContract;

impl fmt::Display for NotOfTheContract {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for NotOfTheContract {}

impl serde::de::Error for NotOfTheContract {
    fn custom<T: fmt::Display>(_: T) -> NotOfTheContract {
        NotOfTheContract
    }
}

pub fn decode<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    T::deserialize(Value(value)).ok()
}

struct Value(JsValue);

type Result<T> = std::result::Result<T, NotOfTheContract>;

impl Value {
    fn number(&self) -> Result<f64> {
        self.0.as_f64().ok_or(NotOfTheContract)
    }

    fn text(&self) -> Result<String> {
        self.0.as_string().ok_or(NotOfTheContract)
    }

    /// Whole numbers that JSON carries exactly.
    fn whole(&self) -> Result<i64> {
        let number = self.number()?;
        // 2^53: beyond it neighbours are no longer told apart.
        if number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0 {
            Ok(number as i64)
        } else {
            Err(NotOfTheContract)
        }
    }
}

macro_rules! whole {
    ($($method:ident $visit:ident $type:ty),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit(<$type>::try_from(self.whole()?).map_err(|_| NotOfTheContract)?)
        })*
    };
}

macro_rules! refused {
    ($($method:ident($($name:ident: $type:ty),*)),*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $type,)* _: V) -> Result<V::Value> {
            Err(NotOfTheContract)
        })*
    };
}

impl<'de> Deserializer<'de> for Value {
    type Error = NotOfTheContract;

    whole!(
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64
    );

    // Shapes that the contract does not have.
    refused!(
        deserialize_any(), deserialize_i8(), deserialize_i16(), deserialize_char(), deserialize_bytes(),
        deserialize_byte_buf(), deserialize_map(), deserialize_unit(), deserialize_unit_struct(name: &'static str),
        deserialize_tuple(length: usize), deserialize_tuple_struct(name: &'static str, length: usize)
    );

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.0.as_bool().ok_or(NotOfTheContract)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !Array::is_array(&self.0) {
            return Err(NotOfTheContract);
        }
        visitor.visit_seq(Items { of: Array::from(&self.0), at: 0 })
    }

    /// As a sequence of its fields: the derived code for that is a third of the one for maps.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if !self.0.is_object() {
            return Err(NotOfTheContract);
        }
        visitor.visit_seq(Fields { of: self.0, left: fields })
    }

    /// Only enums of plain words cross the wire.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text = self.text()?;
        let word: StrDeserializer<'_, NotOfTheContract> = text.as_str().into_deserializer();
        visitor.visit_enum(word)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

struct Items {
    of: Array,
    at: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = NotOfTheContract;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.at == self.of.length() {
            return Ok(None);
        }
        self.at += 1;
        seed.deserialize(Value(self.of.get(self.at - 1))).map(Some)
    }
}

struct Fields {
    of: JsValue,
    left: &'static [&'static str],
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = NotOfTheContract;

    /// A field that is not there is the end of the sequence to derived code, which then takes the field's default or
    /// fails; the next field is asked for all the same.
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((name, left)) = self.left.split_first() else { return Ok(None) };
        self.left = left;
        let value = Reflect::get(&self.of, &JsValue::from(*name)).unwrap_or_default();
        if value.is_undefined() { Ok(None) } else { seed.deserialize(Value(value)).map(Some) }
    }
}
