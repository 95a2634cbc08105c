//! The feature matrix, held lean: dense behavioural columns, sparse category shares.

use std::borrow::Cow;
use std::ops::Range;

use crate::extract::findings::Warning;
use crate::extract::history::Category;
use crate::stats::measured::NotMeasured;

use super::catalogue::{Behavioural, Corrected, given_share_entry, share_entry};
use super::findings::{DictionaryEntry, Group};

/// One row per qualified customer, one column per feature that could be measured.
///
/// Matrix order is that of `features.parquet`: the category shares first, then the behavioural
/// features in the order of [`Behavioural::ALL`]. A row has a defined frequency *and* loyalty; a
/// customer without either is left out and counted in [`FeatureTable::excluded`].
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureTable {
    /// Per row, the customer's index in the extract's `customers`; ascending.
    pub(super) customer: Vec<u32>,
    pub(super) orders: Option<Vec<u32>>,
    pub(super) behavioural: [Option<Vec<f64>>; 15],
    pub(super) absent: Vec<(Behavioural, NotMeasured)>,
    pub(super) imputed: Vec<u16>,
    pub(super) missing: [u64; 15],
    pub(super) shares: Shares,
    pub(super) corrected: [Option<Vec<f64>>; 6],
    pub(super) given_freq_score: Option<Vec<f64>>,
    pub(super) given_loyalty_score: Option<Vec<f64>>,
    pub(super) excluded: Excluded,
}

/// The category block.
#[derive(Clone, Debug, PartialEq)]
pub enum Shares {
    /// The extract has no categories.
    Absent(NotMeasured),
    /// Counted from order lines.
    Runs(ShareRuns),
    /// Given by a customer-level file: one dense column per feature name.
    Columns(Vec<(String, Vec<f64>)>),
}

/// Lines per category of every customer, only where there are any.
///
/// `category[start[r]..start[r + 1]]` are the categories of row `r`, ascending; `lines` their lines;
/// `total[r]` all lines of the row. A share is lines / total.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareRuns {
    /// The categories, one column each, bought or not.
    pub categories: Vec<Category>,
    /// Start of each row's run; `rows + 1` values.
    pub start: Vec<u32>,
    /// Category of each entry.
    pub category: Vec<u16>,
    /// Lines of each entry.
    pub lines: Vec<u32>,
    /// Lines of each row.
    pub total: Vec<u32>,
}

impl ShareRuns {
    /// `(category, share)` of row `r`, categories ascending; the absent ones are 0.
    pub fn row(&self, r: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let run = self.start[r] as usize..self.start[r + 1] as usize;
        let total = f64::from(self.total[r]);
        self.category[run.clone()].iter().zip(&self.lines[run]).map(move |(&c, &n)| (c as usize, f64::from(n) / total))
    }

    /// Puts the rows of `next`, which has the same categories, behind these.
    pub(super) fn append(&mut self, mut next: Self) {
        let base = self.category.len() as u32;
        self.start.extend(next.start.iter().skip(1).map(|start| start + base));
        self.category.append(&mut next.category);
        self.lines.append(&mut next.lines);
        self.total.append(&mut next.total);
    }

    /// The dense columns of some rows, categories ascending. A few at a time: entries of a row ascend, and each pass over
    /// the rows takes the next ones up to where its categories end.
    fn columns(&self, rows: Range<usize>) -> impl Iterator<Item = Vec<f64>> {
        const AT_ONCE: usize = 16;
        let mut next = self.start[rows.clone()].to_vec();
        (0..self.categories.len()).step_by(AT_ONCE).flat_map(move |first| {
            let width = (self.categories.len() - first).min(AT_ONCE);
            let mut columns = vec![vec![0.0; rows.len()]; width];
            for (row, (at, r)) in next.iter_mut().zip(rows.clone()).enumerate() {
                let run = *at as usize..self.start[r + 1] as usize;
                let entries = self.category[run.clone()].iter().zip(&self.lines[run]);
                for (&category, &lines) in entries.take_while(|(category, _)| usize::from(**category) < first + width) {
                    columns[usize::from(category) - first][row] = f64::from(lines) / f64::from(self.total[r]);
                    *at += 1;
                }
            }
            columns
        })
    }

    /// The dense column of category `c`.
    fn column(&self, c: usize) -> Vec<f64> {
        (0..self.total.len())
            .map(|r| {
                let start = self.start[r] as usize;
                let run = &self.category[start..self.start[r + 1] as usize];
                run.binary_search_by(|&other| (other as usize).cmp(&c))
                    .map_or(0.0, |at| f64::from(self.lines[start + at]) / f64::from(self.total[r]))
            })
            .collect()
    }
}

/// Customers that have no row, by reason; the first that applies counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    /// Fewer orders than the minimum: not qualified.
    pub too_few_orders: u64,
    /// Enough orders, but no gap between them is known: the frequency is undefined.
    pub no_gap: u64,
    /// Enough orders, but no line in any of them: the loyalty is undefined.
    pub no_lines: u64,
    /// A score at customer level that is missing or cannot be.
    pub invalid_score: u64,
}

impl Excluded {
    /// Counts those of `next` too.
    pub(super) fn append(&mut self, next: Self) {
        self.too_few_orders += next.too_few_orders;
        self.no_gap += next.no_gap;
        self.no_lines += next.no_lines;
        self.invalid_score += next.invalid_score;
    }
}

impl FeatureTable {
    /// Qualified customers.
    pub fn rows(&self) -> usize {
        self.customer.len()
    }

    /// Columns of the matrix.
    pub fn feature_count(&self) -> usize {
        self.share_count() + self.behavioural.iter().flatten().count()
    }

    /// Columns of the category block; they stand first.
    pub fn share_count(&self) -> usize {
        match &self.shares {
            Shares::Absent(_) => 0,
            Shares::Runs(runs) => runs.categories.len(),
            Shares::Columns(columns) => columns.len(),
        }
    }

    /// Feature names in matrix order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.shares {
            Shares::Absent(_) => Vec::new(),
            Shares::Runs(runs) => runs.categories.iter().map(Category::feature_name).collect(),
            Shares::Columns(columns) => columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        names.extend(self.present().map(|feature| feature.name().to_owned()));
        names
    }

    /// The behavioural features that have a column, in matrix order.
    pub fn present(&self) -> impl Iterator<Item = Behavioural> + '_ {
        Behavioural::ALL.into_iter().filter(|feature| self.behavioural[feature.index()].is_some())
    }

    /// The behavioural features that have none, and why.
    pub fn absent(&self) -> &[(Behavioural, NotMeasured)] {
        &self.absent
    }

    /// Column `i` of the matrix, one value per row, nothing missing; empty if there is no such column.
    pub fn column(&self, i: usize) -> Cow<'_, [f64]> {
        if let Some(at) = i.checked_sub(self.share_count()) {
            return Cow::Borrowed(self.behavioural.iter().flatten().nth(at).map_or(&[], Vec::as_slice));
        }
        match &self.shares {
            Shares::Absent(_) => Cow::Borrowed(&[]),
            Shares::Runs(runs) => Cow::Owned(runs.column(i)),
            Shares::Columns(columns) => Cow::Borrowed(&columns[i].1),
        }
    }

    /// A behavioural column, imputed; `None` if it could not be measured.
    pub fn behavioural(&self, feature: Behavioural) -> Option<&[f64]> {
        self.behavioural[feature.index()].as_deref()
    }

    /// A corrected column; NaN where a customer has no value; `None` if it could not be measured.
    pub fn corrected(&self, feature: Corrected) -> Option<&[f64]> {
        self.corrected[feature.index()].as_deref()
    }

    /// The category block.
    pub fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Writes the shares of row `r` into `into`, which has [`FeatureTable::share_count`] elements.
    pub fn fill_shares(&self, r: usize, into: &mut [f64]) {
        match &self.shares {
            Shares::Absent(_) => {}
            Shares::Runs(runs) => {
                into.fill(0.0);
                for (c, share) in runs.row(r) {
                    into[c] = share;
                }
            }
            Shares::Columns(columns) => {
                for (slot, (_, column)) in into.iter_mut().zip(columns) {
                    *slot = column[r];
                }
            }
        }
    }

    /// The columns of the category block for some rows, in matrix order.
    pub fn share_columns(&self, rows: Range<usize>) -> Box<dyn Iterator<Item = Vec<f64>> + '_> {
        match &self.shares {
            Shares::Absent(_) => Box::new(std::iter::empty()),
            Shares::Runs(runs) => Box::new(runs.columns(rows)),
            Shares::Columns(columns) => Box::new(columns.iter().map(move |(_, column)| column[rows.clone()].to_vec())),
        }
    }

    /// Per row, the customer's index in the extract's `customers`; ascending.
    pub fn customers(&self) -> &[u32] {
        &self.customer
    }

    /// The row of customer `c` of the extract, if it has one.
    pub fn row_of(&self, c: usize) -> Option<usize> {
        self.customer.binary_search_by(|&other| (other as usize).cmp(&c)).ok()
    }

    /// Orders per row; `None` when a customer-level file does not say.
    pub fn orders(&self) -> Option<&[u32]> {
        self.orders.as_deref()
    }

    /// Lines per row; `None` without order lines.
    pub fn lines(&self) -> Option<&[u32]> {
        match &self.shares {
            Shares::Runs(runs) => Some(&runs.total),
            _ => None,
        }
    }

    /// Per row, bit [`Behavioural::index`] is set where that feature was imputed.
    pub fn imputed_masks(&self) -> &[u16] {
        &self.imputed
    }

    /// Values of a feature that were missing, all of them imputed.
    pub fn missing(&self, feature: Behavioural) -> u64 {
        self.missing[feature.index()]
    }

    /// Frequency scores that came with the file, bit for bit.
    pub fn given_freq_score(&self) -> Option<&[f64]> {
        self.given_freq_score.as_deref()
    }

    /// Loyalty scores that came with the file, bit for bit.
    pub fn given_loyalty_score(&self) -> Option<&[f64]> {
        self.given_loyalty_score.as_deref()
    }

    /// Customers that have no row.
    pub fn excluded(&self) -> Excluded {
        self.excluded
    }

    /// What the reader of the memo should know about customers left out and values filled in.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code: &str, count: u64, message: String, action: &str| {
            if count > 0 {
                warnings.push(Warning { code: code.to_owned(), message, count, action: action.to_owned() });
            }
        };
        warn(
            "customers_without_gap",
            self.excluded.no_gap,
            "Customers with enough orders but no known days between them have no frequency score and no segment."
                .into(),
            "Give the days since the prior order, or a timestamp that they can be derived from.",
        );
        warn(
            "customers_without_lines",
            self.excluded.no_lines,
            "Customers with enough orders but no order line have no loyalty score and no segment.".into(),
            "Export orders and lines of the same period.",
        );
        warn(
            "customers_without_score",
            self.excluded.invalid_score,
            "Customers whose frequency or loyalty is missing or outside its range have no segment.".into(),
            "Mend the values: a frequency score lies above 0 and at most at 1, a loyalty score from 0 to 1.",
        );
        for feature in self.present() {
            warn(
                "values_imputed",
                self.missing(feature),
                format!(
                    "Missing values of {} were replaced by {}.",
                    feature.name(),
                    match feature.imputation() {
                        super::catalogue::Imputation::Median => "the median",
                        super::catalogue::Imputation::Zero => "0",
                    }
                ),
                "Nothing: this is the canonical rule.",
            );
        }
        warnings
    }

    /// The dictionary of the features present: matrix order, then the corrected ones.
    pub fn dictionary(&self) -> Vec<DictionaryEntry> {
        let mut entries: Vec<DictionaryEntry> = match &self.shares {
            Shares::Absent(_) => Vec::new(),
            Shares::Runs(runs) => runs.categories.iter().map(share_entry).collect(),
            Shares::Columns(columns) => {
                columns.iter().map(|(name, _)| given_share_entry(name, "as given by the file")).collect()
            }
        };
        entries.extend(self.present().map(|feature| feature.entry().to_dictionary(Group::Behavioural)));
        let corrected = Corrected::ALL.into_iter().filter(|feature| self.corrected(*feature).is_some());
        entries.extend(corrected.map(|feature| feature.entry().to_dictionary(Group::Corrected)));
        entries
    }
}
