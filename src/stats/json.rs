//! Types from and to JSON, in little code.
//!
//! **Reading** is from a parsed value.
//! The page and [`super::measured::Measured`] read large nested findings. A general deserializer is compiled once per
//! type, with an error text for everything that could be wrong with it, and that is most of a page's weight. This one
//! accepts JSON's own shapes only (a struct is an object, never an array) and says no more than that something did not
//! fit: both ends are of the same build. Where they are not, in files that people keep, [`misfit`] finds the field.
//!
//! **Writing** is to memory by one serializer, on one line or indented: a type's fields are compiled once for every
//! serializer that it meets.

use std::io::{Result as Written, Write};

use serde::Serialize;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use serde_json::{Map, Value};

/// The value does not have the shape of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip;

impl std::fmt::Display for Slip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a field is missing, or a value is not of the kind that it should be")
    }
}

impl std::error::Error for Slip {}

impl de::Error for Slip {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A parsed value, to be read into a type with `T::deserialize(Json(value))`.
#[derive(Clone, Debug)]
pub struct Json(pub Value);

impl Json {
    fn number<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Slip> {
        let Value::Number(number) = &self.0 else { return Err(Slip) };
        match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(value), _, _) => visitor.visit_u64(value),
            (None, Some(value), _) => visitor.visit_i64(value),
            (None, None, Some(value)) => visitor.visit_f64(value),
            (None, None, None) => Err(Slip),
        }
    }

    fn float<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Slip> {
        visitor.visit_f64(self.0.as_f64().ok_or(Slip)?)
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        if let Value::String(text) = self.0 { visitor.visit_string(text) } else { Err(Slip) }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        if let Value::Array(items) = self.0 { visitor.visit_seq(Items(items.into_iter())) } else { Err(Slip) }
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        if let Value::Object(entries) = self.0 { visitor.visit_map(Entries::new(entries)) } else { Err(Slip) }
    }
}

/// Many methods of the trait, one meaning.
macro_rules! each {
    ($($method:ident)* => $meaning:ident) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
            self.$meaning(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Json {
    type Error = Slip;

    each!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 => number);
    each!(deserialize_f32 deserialize_f64 => float);
    each!(deserialize_str deserialize_string deserialize_char deserialize_identifier => text);
    each!(deserialize_seq => list);
    each!(deserialize_map => object);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(_) => self.number(visitor),
            Value::String(_) => self.text(visitor),
            Value::Array(_) => self.list(visitor),
            Value::Object(_) => self.object(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        visitor.visit_bool(self.0.as_bool().ok_or(Slip)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Slip) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Slip> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Slip> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Slip> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Slip> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Slip> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Slip> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Object(entries) if entries.len() == 1 => {
                let (name, content) = entries.into_iter().next().ok_or(Slip)?;
                visitor.visit_enum(Variant { name, content: Some(content) })
            }
            _ => Err(Slip),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Slip> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 bytes byte_buf }
}

/// The items of an array.
struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Slip;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Slip> {
        self.0.next().map(|item| seed.deserialize(Json(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The entries of an object.
struct Entries {
    rest: serde_json::map::IntoIter,
    value: Option<Value>,
}

impl Entries {
    fn new(entries: Map<String, Value>) -> Self {
        Self { rest: entries.into_iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Slip;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Slip> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Json(Value::String(key))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Slip> {
        seed.deserialize(Json(self.value.take().ok_or(Slip)?))
    }
}

/// A variant of an enum: its name alone, or with what it holds.
struct Variant {
    name: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Slip;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<(T::Value, Self), Slip> {
        let name = std::mem::take(&mut self.name);
        Ok((seed.deserialize(Json(Value::String(name)))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Slip;

    fn unit_variant(self) -> Result<(), Slip> {
        if self.content.is_none() { Ok(()) } else { Err(Slip) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Slip> {
        seed.deserialize(Json(self.content.ok_or(Slip)?))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Slip> {
        Json(self.content.ok_or(Slip)?).list(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Slip> {
        Json(self.content.ok_or(Slip)?).object(visitor)
    }
}

/// Which field keeps `value` from being read, in words; `None` if `reads` takes it. Found by putting its parts, one at a
/// time, in the place of those of `sound`, which `reads` takes: slow, and only for what has been refused already.
pub fn misfit(value: &Value, sound: &Value, reads: &dyn Fn(Value) -> bool) -> Option<String> {
    if reads(value.clone()) { None } else { Some(fault(value, sound, "", reads)) }
}

/// The fault of a `value` that is refused; `path` leads to it.
fn fault(value: &Value, sound: &Value, path: &str, reads: &dyn Fn(Value) -> bool) -> String {
    match (value, sound) {
        (Value::Object(found), Value::Object(known)) => {
            for (name, right) in known {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let Some(field) = found.get(name) else {
                    let mut without = known.clone();
                    without.remove(name);
                    if reads(Value::Object(without)) {
                        continue;
                    }
                    return format!("the field \"{path}\" is missing");
                };
                let with = |field| {
                    let mut with = known.clone();
                    with.insert(name.clone(), field);
                    reads(Value::Object(with))
                };
                if !with(field.clone()) {
                    return fault(field, right, &path, &with);
                }
            }
            for (name, field) in found.iter().filter(|(name, _)| !known.contains_key(*name)) {
                let mut with = known.clone();
                with.insert(name.clone(), field.clone());
                if !reads(Value::Object(with)) {
                    return fault(field, &Value::Null, &format!("{path}.{name}"), &|_| false);
                }
            }
        }
        (Value::Array(found), Value::Array(known)) => {
            let alone = |item| reads(Value::Array(vec![item]));
            for (at, item) in found.iter().enumerate() {
                if !alone(item.clone()) {
                    return fault(item, known.first().unwrap_or(&Value::Null), &format!("{path}[{at}]"), &alone);
                }
            }
        }
        _ => {}
    }
    let kind = match sound {
        Value::Null => "what it can hold",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a fitting number",
        Value::String(_) => "a fitting text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let held: String = value.to_string().chars().take(40).collect();
    if path.is_empty() {
        return format!("it is not {kind}");
    }
    format!("the field \"{path}\" holds {held}, not {kind}")
}

/// On one line, as `serde_json::to_string` writes it.
///
/// # Errors
/// A map's key is no text, or the type's own [`Serialize`] failed.
pub fn line<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    let bytes = written(value, Layout::Line(CompactFormatter))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Indented by two spaces, as `serde_json::to_string_pretty` writes it, and a newline at the end.
///
/// # Errors
/// A map's key is no text, or the type's own [`Serialize`] failed.
pub fn indented<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut bytes = written(value, Layout::Indented(PrettyFormatter::new()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The value of a type, as reading its text would give it.
///
/// # Errors
/// A map's key is no text, or the type's own [`Serialize`] failed.
pub fn value<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Value> {
    serde_json::from_slice(&written(value, Layout::Line(CompactFormatter))?)
}

fn written<T: Serialize + ?Sized>(value: &T, layout: Layout) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, layout))?;
    Ok(bytes)
}

/// Both of `serde_json`'s layouts as one type.
enum Layout {
    Line(CompactFormatter),
    Indented(PrettyFormatter<'static>),
}

/// What the two layouts do differently.
macro_rules! laid_out {
    ($($method:ident($($first:ident)?))*) => {
        $(fn $method<W: Write + ?Sized>(&mut self, writer: &mut W $(, $first: bool)?) -> Written<()> {
            match self {
                Self::Line(layout) => layout.$method(writer $(, $first)?),
                Self::Indented(layout) => layout.$method(writer $(, $first)?),
            }
        })*
    };
}

impl Formatter for Layout {
    laid_out!(begin_array() end_array() begin_array_value(first) end_array_value()
        begin_object() end_object() begin_object_key(first) begin_object_value() end_object_value());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        OneThing,
        Another,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Nothing,
        Number(f64),
        Pair(i32, String),
        Named { kind: Kind, rest: Option<Box<Shape>> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Id(u32);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        id: Id,
        big: u64,
        small: i64,
        whole_float: f64,
        float: f64,
        text: String,
        flag: bool,
        none: Option<String>,
        some: Option<u32>,
        list: Vec<(String, f64)>,
        kinds: BTreeMap<Kind, Vec<u64>>,
        shapes: Vec<Shape>,
        #[serde(default)]
        absent: u8,
    }

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Slip> {
        T::deserialize(Json(serde_json::from_str(text).unwrap()))
    }

    #[test]
    fn reads_what_serde_writes() {
        let all = All {
            id: Id(7),
            big: u64::MAX,
            small: i64::MIN,
            whole_float: 3.0,
            float: 0.1 + 0.2,
            text: "\"<ü>\n".into(),
            flag: true,
            none: None,
            some: Some(1),
            list: vec![("a".into(), -0.0), ("b".into(), 1e300)],
            kinds: [(Kind::Another, vec![1, 2]), (Kind::OneThing, vec![])].into(),
            shapes: vec![
                Shape::Nothing,
                Shape::Number(1.5),
                Shape::Pair(-1, "x".into()),
                Shape::Named { kind: Kind::OneThing, rest: Some(Box::new(Shape::Nothing)) },
            ],
            absent: 0,
        };
        let mut value = serde_json::to_value(&all).unwrap();
        value.as_object_mut().unwrap().remove("absent");
        value.as_object_mut().unwrap().insert("new in a later build".into(), serde_json::json!([{"x": null}]));
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(read::<All>(&text), Ok(all));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(read::<Id>("\"7\""), Err(Slip));
        assert_eq!(read::<Id>("-7"), Err(Slip));
        assert_eq!(read::<Vec<u64>>("{}"), Err(Slip));
        assert_eq!(read::<Shape>("\"Unknown\""), Err(Slip));
        assert_eq!(read::<Shape>("{\"Number\": 1, \"Pair\": 2}"), Err(Slip));
        assert_eq!(read::<BTreeMap<Kind, u8>>("{\"neither\": 1}"), Err(Slip));
        assert_eq!(read::<(String, f64)>("[\"a\"]"), Err(Slip));
    }

    #[test]
    fn the_field_that_does_not_fit_is_named() {
        let sound = serde_json::json!({
            "id": 7, "big": 1, "small": -1, "whole_float": 1.0, "float": 0.5, "text": "a", "flag": true, "none": null,
            "some": 3, "list": [["a", 1.0]], "kinds": {"another": [1]}, "shapes": [{"Number": 1.0}], "absent": 0,
        });
        let told = |change: &dyn Fn(&mut Value)| {
            let mut value = sound.clone();
            change(&mut value);
            misfit(&value, &sound, &|value| All::deserialize(Json(value)).is_ok())
        };
        assert_eq!(told(&|_| ()), None);
        let without = |name: &'static str| move |v: &mut Value| drop(v.as_object_mut().unwrap().remove(name));
        assert_eq!(told(&without("absent")), None, "what may be absent");
        assert_eq!(told(&without("text")).unwrap(), "the field \"text\" is missing");
        let said = told(&|v| v["big"] = "many".into()).unwrap();
        assert_eq!(said, "the field \"big\" holds \"many\", not a fitting number");
        let said = told(&|v| v["kinds"]["another"] = serde_json::json!([1, 2, -3])).unwrap();
        assert_eq!(said, "the field \"kinds.another[2]\" holds -3, not a fitting number");
        let said = told(&|v| v["shapes"] = serde_json::json!([{"Number": 1.0}, {"Number": null}])).unwrap();
        assert_eq!(said, "the field \"shapes[1].Number\" holds null, not a fitting number");
        assert_eq!(misfit(&Value::Null, &sound, &|_| false).unwrap(), "it is not an object");
    }

    #[test]
    fn both_layouts_are_those_of_the_library() {
        let all =
            (vec![Shape::Nothing, Shape::Pair(-3, "a \"b\"\n".to_owned())], BTreeMap::from([("é", [0.1, 1e300])]));
        let hollow = (Vec::<u8>::new(), BTreeMap::<String, u8>::new(), f64::NAN, None::<u8>, true);
        let both = (all, hollow);
        assert_eq!(line(&both).unwrap(), serde_json::to_string(&both).unwrap());
        assert_eq!(indented(&both).unwrap(), (serde_json::to_string_pretty(&both).unwrap() + "\n").into_bytes());
        assert_eq!(value(&both).unwrap(), serde_json::to_value(&both).unwrap());
    }
}
