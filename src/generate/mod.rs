//! Synthetic extracts with planted truth.
//!
//! [`generate`] draws customers one by one ([`population`]: latent types; lasting habits per customer; orders by those
//! habits) and streams them into Parquet files of the layout asked for, with `truth.json` beside. Pure: the same
//! [`Spec`] gives the same bytes, whatever the machine; nothing but one row group is ever held in memory.

mod basket;
mod catalogue;
mod columns;
mod customer;
mod draw;
pub mod folder;
mod layouts;
mod observed;
pub mod population;
pub mod rehearsal;
mod shelves;
pub mod spec;
mod tables;
pub mod truth;

use std::io::{self, Write};

use parquet::basic::Compression;
use parquet::errors::ParquetError;

use self::catalogue::Catalogue;
use self::columns::{IdStyle, Sink};
use self::customer::{Customer, Simulator};
use self::folder::Folder;
use self::layouts::{Customers, Layout as Batch, Star, Wide};
use self::population::Population;
pub use self::spec::{CheckedSpec, Scenario, Spec, SpecError};
use self::truth::Truth;
use crate::extract::findings::Layout;
use crate::pace::{Cancelled, Pace};
use crate::stats::json::indented;

/// Customers per batch: a few tens of thousands of lines.
const BATCH: u32 = 512;

/// Why an extract could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The folder refused a file.
    #[error("{file} cannot be written: {source}")]
    Folder {
        /// Which file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The Parquet writer failed (a full disk shows here).
    #[error("{file} cannot be written: {source}")]
    Parquet {
        /// Which file.
        file: String,
        /// Why.
        source: ParquetError,
    },
    /// The truth could not be put into JSON.
    #[error("truth.json cannot be written: {0}")]
    Truth(#[from] serde_json::Error),
    /// The host asked to stop; files begun are incomplete.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Writes the extract that `spec` asks for into `folder` and returns what was planted.
///
/// Files: star `orders`, `order_products__prior`, `products`, `aisles`, `departments`; wide `order_lines`, `products`;
/// customers `customers` (all `.parquet`, zstd); and `truth.json`. Reports customers done to `pace`.
pub fn generate<F: Folder>(spec: &CheckedSpec, folder: &mut F, pace: &Pace) -> Result<Truth, GenerateError> {
    generate_window(spec, 0, folder, pace)
}

/// [`generate`] for a later window of the same customers (1, 2, ...): the same habits, bent by the scenario, other
/// orders. Window 0 is the extract itself.
pub fn generate_window<F: Folder>(
    spec: &CheckedSpec,
    window: u32,
    folder: &mut F,
    pace: &Pace,
) -> Result<Truth, GenerateError> {
    let compression = columns::compression(spec.get().customers)
        .map_err(|source| GenerateError::Parquet { file: "the extract".to_owned(), source })?;
    let truth = with_run(spec, window, compression, pace, |run| match spec.get().layout {
        Layout::Star => run.star(folder),
        Layout::Wide => run.wide(folder),
        Layout::Customers => run.customers(folder),
    })?;
    write_truth(folder, &truth)?;
    Ok(truth)
}

/// The files of a star extract only, whatever layout `spec` names: a page needs no other. They are read at once, and a
/// page cannot write zstd.
fn star_window<F: Folder>(spec: &CheckedSpec, window: u32, folder: &mut F, pace: &Pace) -> Result<(), GenerateError> {
    with_run(spec, window, Compression::SNAPPY, pace, |run| run.star(folder)).map(drop)
}

fn with_run<T>(
    spec: &CheckedSpec,
    window: u32,
    compression: Compression,
    pace: &Pace,
    work: impl FnOnce(&mut Run<'_>) -> T,
) -> T {
    let population = Population::of(spec.get().scenario);
    let catalogue = Catalogue::new(spec.products(), spec.get().seed);
    work(&mut Run { spec: *spec, window, compression, population: &population, catalogue: &catalogue, pace })
}

struct Run<'a> {
    spec: CheckedSpec,
    window: u32,
    compression: Compression,
    population: &'a Population,
    catalogue: &'a Catalogue,
    pace: &'a Pace,
}

impl Run<'_> {
    fn star<F: Folder>(&mut self, folder: &mut F) -> Result<Truth, GenerateError> {
        const ORDERS: &str = "orders.parquet";
        const LINES: &str = "order_products__prior.parquet";
        let ids = self.ids();
        let orders = self.open(folder, ORDERS, Star::<F::File>::order_fields(ids))?;
        let lines = self.open(folder, LINES, Star::<F::File>::line_fields(ids))?;
        let mut star = Star::new(self.spec, orders, lines);
        let truth = self.fill(&mut star, LINES)?;
        close(folder, ORDERS, star.orders)?;
        close(folder, LINES, star.lines)?;
        let (catalogue, compression) = (self.catalogue, self.compression);
        table(folder, "products.parquet", |file| tables::star_products(file, catalogue, ids, compression))?;
        table(folder, "aisles.parquet", |file| tables::star_aisles(file, compression))?;
        table(folder, "departments.parquet", |file| tables::star_departments(file, compression))?;
        Ok(truth)
    }

    fn wide<F: Folder>(&mut self, folder: &mut F) -> Result<Truth, GenerateError> {
        const LINES: &str = "order_lines.parquet";
        let ids = self.ids();
        let lines = self.open(folder, LINES, Wide::<F::File>::fields(ids))?;
        let mut wide = Wide::new(self.spec, self.catalogue, lines);
        let truth = self.fill(&mut wide, LINES)?;
        close(folder, LINES, wide.lines)?;
        let (catalogue, compression) = (self.catalogue, self.compression);
        table(folder, "products.parquet", |file| tables::wide_products(file, catalogue, ids, compression))?;
        Ok(truth)
    }

    fn customers<F: Folder>(&mut self, folder: &mut F) -> Result<Truth, GenerateError> {
        const ROWS: &str = "customers.parquet";
        let rows = self.open(folder, ROWS, Customers::<F::File>::fields(self.ids()))?;
        let types = self.population.types.iter().map(|kind| kind.name.clone()).collect();
        let mut customers = Customers::new(self.spec, self.catalogue, types, rows);
        let truth = self.fill(&mut customers, ROWS)?;
        close(folder, ROWS, customers.rows)?;
        Ok(truth)
    }

    /// Draws all customers into a layout, batch by batch.
    fn fill(&self, layout: &mut impl Batch, file: &str) -> Result<Truth, GenerateError> {
        let spec = self.spec.get();
        let mut simulator = Simulator::new(self.population, self.catalogue, spec.seed).later(self.window);
        let mut truth = Truth::new(*spec, self.population.clone());
        let mut customer = Customer::default();
        let mut done = 0;
        while done < spec.customers {
            let end = (done + BATCH).min(spec.customers);
            for index in done..end {
                simulator.simulate(index, &mut customer);
                truth.add(&customer);
                layout.add(index, &customer);
            }
            layout.flush().map_err(|source| GenerateError::Parquet { file: file.to_owned(), source })?;
            done = end;
            self.pace.beat(u64::from(done), u64::from(spec.customers))?;
        }
        Ok(truth.finish())
    }

    fn ids(&self) -> IdStyle {
        IdStyle { text: self.spec.text_ids() }
    }

    fn open<F: Folder>(
        &self,
        folder: &mut F,
        name: &str,
        fields: Vec<arrow_schema::Field>,
    ) -> Result<Sink<F::File>, GenerateError> {
        let file = create(folder, name)?;
        // Orders and lines stand in the order of customers and of orders.
        Sink::new(file, fields, &["order_id", "user_id", "customer_id"], self.compression)
            .map_err(|source| GenerateError::Parquet { file: name.to_owned(), source })
    }
}

fn create<F: Folder>(folder: &mut F, name: &str) -> Result<F::File, GenerateError> {
    folder.create(name).map_err(|source| GenerateError::Folder { file: name.to_owned(), source })
}

fn close<F: Folder>(folder: &mut F, name: &str, sink: Sink<F::File>) -> Result<(), GenerateError> {
    let file = sink.finish().map_err(|source| GenerateError::Parquet { file: name.to_owned(), source })?;
    folder.close(name, file).map_err(|source| GenerateError::Folder { file: name.to_owned(), source })
}

fn table<F: Folder>(
    folder: &mut F,
    name: &str,
    write: impl FnOnce(F::File) -> Result<F::File, ParquetError>,
) -> Result<(), GenerateError> {
    let file = create(folder, name)?;
    let file = write(file).map_err(|source| GenerateError::Parquet { file: name.to_owned(), source })?;
    folder.close(name, file).map_err(|source| GenerateError::Folder { file: name.to_owned(), source })
}

fn write_truth<F: Folder>(folder: &mut F, truth: &Truth) -> Result<(), GenerateError> {
    const NAME: &str = "truth.json";
    let text = indented(truth)?;
    let mut file = create(folder, NAME)?;
    file.write_all(&text).map_err(|source| GenerateError::Folder { file: NAME.to_owned(), source })?;
    folder.close(NAME, file).map_err(|source| GenerateError::Folder { file: NAME.to_owned(), source })
}
