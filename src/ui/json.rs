//! JSON by the browser's own reader and numbers: those of a library weigh as much as a page of ours.

use std::io::{self, Write};

use js_sys::{Array, JSON, Object};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Number, Value};
use wasm_bindgen::prelude::*;

use crate::stats::json::Json;
use crate::view::pages::Sealed;

/// What `text` says; `None` if it is no JSON, or not of this shape.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(Json(value(&JSON::parse(text).ok()?))).ok()
}

/// A part of the view, read the first time that it is asked for.
pub fn open<T: DeserializeOwned + Default>(sealed: &Sealed<T>) -> &T {
    sealed.open(read)
}

/// As JSON.
pub fn write<T: Serialize>(what: &T) -> Option<String> {
    let mut out = Vec::new();
    what.serialize(&mut Serializer::with_formatter(&mut out, Numbers)).ok()?;
    String::from_utf8(out).ok()
}

/// A value that was parsed is one of six things, and no deeper than its text.
fn value(parsed: &JsValue) -> Value {
    if let Some(text) = parsed.as_string() {
        return Value::String(text);
    }
    if let Some(number) = parsed.as_f64() {
        return self::number(number);
    }
    if let Some(yes) = parsed.as_bool() {
        return Value::Bool(yes);
    }
    if Array::is_array(parsed) {
        return Value::Array(Array::from(parsed).iter().map(|item| value(&item)).collect());
    }
    let Some(object) = parsed.dyn_ref::<Object>() else { return Value::Null };
    let mut entries = Map::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        if let Some(name) = entry.get(0).as_string() {
            entries.insert(name, value(&entry.get(1)));
        }
    }
    Value::Object(entries)
}

/// JavaScript does not tell 1 from 1.0; whoever reads a float takes either.
fn number(number: f64) -> Value {
    let whole = number.fract() == 0.0;
    if whole && (0.0..=u64::MAX as f64).contains(&number) {
        return Value::from(number as u64);
    }
    if whole && number < 0.0 && number >= i64::MIN as f64 {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Writes floats as the browser does: the shortest digits that come back as the same number.
struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: ?Sized + Write>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        let text = JSON::stringify(&value.into()).map(String::from).map_err(|_| io::ErrorKind::InvalidData)?;
        out.write_all(text.as_bytes())
    }

    fn write_f32<W: ?Sized + Write>(&mut self, out: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(out, f64::from(value))
    }
}
