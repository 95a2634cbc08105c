//! A mapping kept for the next files of the same shape: the months of one export differ in file names and rows, hardly
//! in columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::{ColumnRef, Layout};
use super::schema::{ColumnReading, FileInspection, Inspection, Mapping, ReadAs, Role};
use crate::ordered::ordered;
use crate::stats::rng::{fnv1a, fnv1a_step};

/// A mapping without file names: a file is its place among the files of its shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The layout.
    pub layout: Layout,
    /// Role to columns, each as the file's place and the column's name.
    pub roles: BTreeMap<Role, Vec<(usize, String)>>,
    /// How CSV columns are read: the file's place, the column's name, the reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_as: Vec<(usize, String, ReadAs)>,
}

/// The files by their columns, then by name, so that the same shapes come in the same order whatever the files are
/// called and whoever dropped them first.
fn in_order(inspection: &Inspection) -> Vec<(Vec<(&str, &str)>, &FileInspection)> {
    let keyed = inspection.files.iter().enumerate().map(|(index, file)| {
        let columns = file.columns.iter().map(|column| (column.name.as_str(), column.kind.as_str()));
        (ordered(columns), file.name.as_str(), index)
    });
    ordered(keyed).into_iter().map(|(columns, _, index)| (columns, &inspection.files[index])).collect()
}

/// Names the shape of an extract: 16 hex digits over the columns' names and types of all files (FNV-1a, 64 bits).
pub fn shape(inspection: &Inspection) -> String {
    let mut hash = fnv1a(&[]);
    let mut take = |text: &str| {
        // A byte that no UTF-8 text has keeps "ab", "c" apart from "a", "bc".
        for byte in text.bytes().chain([0xff]) {
            hash = fnv1a_step(hash, byte);
        }
    };
    for (columns, _) in in_order(inspection) {
        take("file");
        for (name, kind) in columns {
            take(name);
            take(kind);
        }
    }
    format!("{hash:016x}")
}

impl Remembered {
    /// `mapping`, freed from the file names of `inspection`.
    pub fn of(inspection: &Inspection, mapping: &Mapping) -> Self {
        let files = in_order(inspection);
        let place_of = |name: &str| files.iter().position(|(_, file)| file.name == name);
        let place = |column: &ColumnRef| place_of(&column.file);
        let mut roles = BTreeMap::new();
        for (role, columns) in &mapping.roles {
            let found = columns.iter().filter_map(|column| Some((place(column)?, column.column.clone()))).collect();
            roles.insert(*role, found);
        }
        let readings = mapping.read_as.iter();
        let read_as = readings.filter_map(|r| Some((place_of(&r.file)?, r.column.clone(), r.read_as))).collect();
        Self { layout: mapping.layout, roles, read_as }
    }

    /// The mapping for the files of `inspection`; `None` if it does not fit them.
    pub fn fitted(&self, inspection: &Inspection) -> Option<Mapping> {
        let files = in_order(inspection);
        let column = |(place, name): &(usize, String)| {
            let (_, file) = files.get(*place)?;
            let found = file.columns.iter().find(|column| column.usable && &column.name == name)?;
            Some(ColumnRef { file: file.name.clone(), column: found.name.clone() })
        };
        let mut roles = BTreeMap::new();
        for (role, columns) in &self.roles {
            roles.insert(*role, columns.iter().map(column).collect::<Option<Vec<_>>>()?);
        }
        let reading = |(place, name, read_as): &(usize, String, ReadAs)| {
            let ColumnRef { file, column } = column(&(*place, name.clone()))?;
            Some(ColumnReading { file, column, read_as: *read_as })
        };
        let read_as = self.read_as.iter().map(reading).collect::<Option<Vec<_>>>()?;
        let mapping = Mapping { layout: self.layout, roles, read_as };
        mapping.missing().is_empty().then_some(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::schema::ColumnInspection;

    fn file(name: &str, columns: &[(&str, &str)]) -> FileInspection {
        let columns = columns
            .iter()
            .map(|(name, kind)| ColumnInspection {
                name: (*name).to_owned(),
                kind: (*kind).to_owned(),
                class: crate::extract::schema::ColumnClass::Integer,
                usable: true,
                preview: Vec::new(),
                read_as: None,
            })
            .collect();
        FileInspection {
            name: name.to_owned(),
            bytes: 1,
            rows: 1,
            rows_estimated: false,
            row_groups: 1,
            format: String::new(),
            part: String::new(),
            held_out: false,
            columns,
        }
    }

    fn inspection(files: Vec<FileInspection>) -> Inspection {
        let mapping = Mapping { layout: Layout::Wide, roles: BTreeMap::new(), read_as: Vec::new() };
        Inspection { files, proposals: Vec::new(), mapping, missing: Vec::new() }
    }

    fn month(name: &str) -> FileInspection {
        file(name, &[("buyer", "int64"), ("order", "int64"), ("day", "date32"), ("sku", "string")])
    }

    fn chosen(file: &str) -> Mapping {
        let column = |column: &str| vec![ColumnRef { file: file.to_owned(), column: column.to_owned() }];
        Mapping {
            layout: Layout::Wide,
            roles: [
                (Role::Customer, column("buyer")),
                (Role::Order, column("order")),
                (Role::OrderTimestamp, column("day")),
                (Role::Product, column("sku")),
            ]
            .into(),
            read_as: vec![ColumnReading { file: file.to_owned(), column: "sku".to_owned(), read_as: ReadAs::Text }],
        }
    }

    #[test]
    fn next_month_of_another_name_and_column_order_gets_the_mapping() {
        let january = inspection(vec![month("january.parquet")]);
        let mut february = inspection(vec![month("february.parquet")]);
        february.files[0].columns.reverse();
        assert_eq!(shape(&january), shape(&february));
        let kept = Remembered::of(&january, &chosen("january.parquet"));
        let text = serde_json::to_string(&kept).unwrap();
        assert!(!text.contains("january"), "no file name is kept: {text}");
        let back: Remembered = serde_json::from_str(&text).unwrap();
        assert_eq!(back.fitted(&february), Some(chosen("february.parquet")));
    }

    #[test]
    fn another_type_name_or_file_is_another_shape() {
        let one = shape(&inspection(vec![month("a")]));
        let mut typed = inspection(vec![month("a")]);
        typed.files[0].columns[0].kind = "string".to_owned();
        let mut named = inspection(vec![month("a")]);
        named.files[0].columns[0].name = "client".to_owned();
        let twice = inspection(vec![month("a"), month("b")]);
        for other in [shape(&typed), shape(&named), shape(&twice)] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn files_of_one_shape_keep_their_places_by_name() {
        let lines = [("order", "int64"), ("sku", "string")];
        let first = inspection(vec![file("prior", &lines), file("train", &lines), month("orders")]);
        let second = inspection(vec![month("orders2"), file("train2", &lines), file("prior2", &lines)]);
        assert_eq!(shape(&first), shape(&second));
        let mut mapping = chosen("orders");
        mapping.roles.insert(Role::Amount, vec![ColumnRef { file: "train".to_owned(), column: "sku".to_owned() }]);
        let fitted = Remembered::of(&first, &mapping).fitted(&second).unwrap();
        assert_eq!(fitted.columns(Role::Amount)[0].file, "train2");
        assert_eq!(fitted.columns(Role::Customer)[0].file, "orders2");
    }

    #[test]
    fn what_does_not_fit_is_not_used() {
        let january = inspection(vec![month("january")]);
        let kept = Remembered::of(&january, &chosen("january"));
        let mut spoiled = inspection(vec![month("february")]);
        spoiled.files[0].columns[1].usable = false;
        assert_eq!(kept.fitted(&spoiled), None, "a column that cannot be read");
        assert_eq!(kept.fitted(&inspection(Vec::new())), None, "no file");
        let mut partial = chosen("january");
        partial.roles.remove(&Role::Customer);
        assert_eq!(Remembered::of(&january, &partial).fitted(&january), None, "a role that the layout needs");
    }
}
