//! The run: every room in order, one outcome, refined as more evidence arrives.

use std::sync::Arc;

use crate::clustering::effort::Effort;
use crate::clustering::exact::all_customers;
use crate::clustering::findings::{ClusteringFindings, ExactFindings};
use crate::clustering::tribunal::{Question, tribunal};
use crate::crew::{Beside, both};
use crate::extract::columns::mapped_columns;
use crate::extract::error::ExtractError;
use crate::extract::history::{CustomerTable, Extract, OrderHistory};
use crate::extract::ids::Ids;
use crate::extract::schema::{Mapping, Role};
use crate::extract::source::Source;
use crate::extract::{ReadOptions, inspect, read, sha256};
use crate::features::build::build;
use crate::features::customers::from_customers;
use crate::features::findings::FeatureFindings;
use crate::features::quality::review;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::planning::window::Window;
use crate::planning::{measure, plan};
use crate::prepare::components::{CategoryComponents, category_components};
use crate::prepare::sets::FeatureSet;
use crate::readiness::assess::{assess, assess_customers};
use crate::segments::agreement::agreement;
use crate::segments::confidence::confidence;
use crate::segments::findings::{GivenSegmentAgreement, SensitivityPoint};
use crate::segments::profile::profiles;
use crate::segments::rule::{Segmentation, counts, segment};
use crate::segments::sensitivity::sensitivity;
use crate::stats::kmeans::KMeansParams;
use crate::stats::measured::Measured;
use crate::validation::findings::SplitStability;
use crate::validation::split::split_stability;

use super::draft::Draft;
use super::drawings::{boxes, draw};
use super::error::Error;
use super::outcome::Outcome;
use super::params::{CheckedParams, Depth};
use super::stage::Stage;
use super::validate::{Subject, validate_full, validate_quick};

/// A finished run: what the page shows, and the tables that files are made of.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Results and drawings.
    pub outcome: Outcome,
    /// One row per qualified customer.
    pub tables: Tables,
}

/// The customers behind an outcome.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Name of the id column as it came.
    pub id_name: String,
    /// Which column played which role.
    pub mapping: Mapping,
    /// Ids of the qualified customers, exactly as they came.
    pub ids: Ids,
    /// Their features.
    pub features: Arc<FeatureTable>,
    /// The extract as a window on its customers: what a baseline keeps of it.
    pub window: Window,
    /// Their scores and segments; `None` when nobody qualified.
    pub segmentation: Option<Segmentation>,
    /// The orders behind all that, for questions about single customers; `None` at customer level, when nobody
    /// qualified, or when the holder gave it up for memory.
    pub history: Option<Box<OrderHistory>>,
}

/// Who is told while a run goes on.
#[derive(Clone, Copy)]
pub struct Listeners<'a> {
    /// Each better outcome; the last one is returned.
    pub refined: &'a dyn Fn(&Outcome),
    /// The feature matrix as soon as it is final, long before the verdict: name of the id column, ids, features.
    /// A host with threads writes it while the run goes on.
    pub features: &'a dyn Fn(&str, &Ids, &Arc<FeatureTable>),
    /// Every qualified customer's segment as soon as it is final.
    pub segments: &'a dyn Fn(Labelled<'_>),
}

/// Every qualified customer's segment, with what stands beside it in a list.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// Name of the id column.
    pub id_name: &'a str,
    /// Ids of the qualified customers.
    pub ids: &'a Ids,
    /// Their features.
    pub features: &'a Arc<FeatureTable>,
    /// Their segments.
    pub segmentation: &'a Segmentation,
}

/// Runs everything that `params` ask for.
///
/// `mapping` overrides the detected roles. `refined` receives each better outcome while depth *full*
/// goes on; the last one is returned. Cancelling through `pace` yields [`Error::Cancelled`] and nothing else.
///
/// # Errors
/// Unusable input; see [`Error`]. A NO-GO verdict is a result.
pub async fn run(
    sources: Vec<Arc<dyn Source>>,
    mapping: Option<Mapping>,
    params: &CheckedParams,
    pace: &Pace,
    refined: &dyn Fn(&Outcome),
) -> Result<Finished, Error> {
    run_telling(sources, mapping, params, pace, Listeners { refined, features: &|_, _, _| {}, segments: &|_| {} }).await
}

/// [`run`] with more to listen to.
///
/// # Errors
/// As [`run`].
pub async fn run_telling(
    sources: Vec<Arc<dyn Source>>,
    mapping: Option<Mapping>,
    params: &CheckedParams,
    pace: &Pace,
    listeners: Listeners<'_>,
) -> Result<Finished, Error> {
    let refined = listeners.refined;
    let wanted = params.get();
    pace.stage(Stage::Inspect.name()).await?;
    let mapping = match mapping {
        Some(mapping) => mapping,
        None => inspect(&sources)?.mapping,
    };

    pace.stage(Stage::Extract.name()).await?;
    let options = ReadOptions { as_of_day: params.as_of_day() };
    // Nothing but the receipt waits for the hashes; reading leaves a second core half idle.
    let hashes = Beside::start({
        let sources = sources.clone();
        async move |pace: &Pace| Ok(hashes(&sources, pace).await)
    });
    let (extract, findings) = read(&sources, &mapping, &options, pace).await?;
    let id_name = id_name(&mapping);
    let mut draft = Draft::new(wanted.clone(), findings);

    pace.stage(Stage::Features.name()).await?;
    let table = Arc::new(match &extract {
        Extract::History(history) => build(history, wanted.min_orders, pace).await?,
        Extract::Customers(given) => from_customers(given, wanted.min_orders),
    });
    let ids = extract.customers().gather(table.customers());
    (listeners.features)(&id_name, &ids, &table);
    draft.customers = table.rows() as u64;
    draft.extract.warnings.extend(table.warnings());

    pace.stage(Stage::Readiness.name()).await?;
    draft.readiness = Measured::Value(match &extract {
        Extract::History(history) => assess(history, &draft.extract, wanted.min_orders, wanted.seed, pace).await?,
        Extract::Customers(given) => assess_customers(given, &draft.extract, wanted.min_orders),
    });

    pace.stage(Stage::Segments.name()).await?;
    let typed = wanted.typed();
    let mut segmentation = segment(&table, typed, &pace.part(0, 1, 2)).await?;
    let evidence = segmentation.as_ref().map(|found| {
        let subject = Arc::new(Evidence {
            table: Arc::clone(&table),
            found: found.clone(),
            effort: Effort::quick().and(params.sets()),
            seed: wanted.seed,
        });
        let same = Arc::clone(&subject);
        (
            Beside::start(async move |pace: &Pace| subject.examine(pace).await),
            Beside::start(async move |pace: &Pace| same.hear(pace).await),
        )
    });
    if let (Some(found), Extract::History(history)) = (&mut segmentation, &extract) {
        found.confidence = confidence(history, &table, found, &pace.part(1, 2, 2)).await?;
    }

    let (Some(found), Some((examined, heard))) = (&segmentation, evidence) else {
        nobody_qualifies(&mut draft, wanted.min_orders);
        draft.hashed(hashes.finish(pace).await??);
        let window = Window::of(&extract, &draft.extract, &table, mapped_columns(&sources, &mapping, pace)?);
        let outcome = draft.outcome();
        return Ok(Finished {
            outcome,
            tables: Tables { id_name, mapping, ids, features: table, window, segmentation, history: None },
        });
    };
    (listeners.segments)(Labelled { id_name: &id_name, ids: &ids, features: &table, segmentation: found });
    draft.thresholds = Measured::Value(found.thresholds.clone());
    draft.segments = profiles(&table, found);
    draft.drawings = draw(extract.history(), &table, &found.freq, &found.loyalty, found.confidence.as_deref());

    let subject = Subject {
        history: extract.history(),
        table: &table,
        segmentation: found,
        min_orders: wanted.min_orders,
        typed,
        seed: wanted.seed,
    };
    let planned = measure::Subject {
        history: extract.history(),
        ids: extract.customers(),
        customers: table.customers(),
        labels: &found.labels,
        min_orders: wanted.min_orders,
        typed,
        seed: wanted.seed,
    };
    let given = given_segments(&extract, &table, found);
    pace.stage(Stage::Validation.name()).await?;
    let validation = async |pace: &Pace| validate_quick(&subject, given, pace).await;
    let baselines = async |pace: &Pace| measure::measure(&planned, pace).await;
    let (validation, summaries) = both(validation, baselines, pace).await?;
    draft.validation = Measured::Value(validation);
    draft.planning = plan::plan(&summaries, wanted.plan, counts(&found.labels));

    refined(&draft.outcome());

    pace.stage(Stage::Prepare.name()).await?;
    draft.hashed(hashes.finish(&pace.part(0, 2, 10)).await??);
    let window = Window::of(&extract, &draft.extract, &table, mapped_columns(&sources, &mapping, pace)?);
    draft.drawings.boxes = boxes(&table, &found.labels, &pace.part(2, 3, 10)).await?;
    let examined = examined.finish(pace).await?;
    draft.features = Measured::Value(examined.features);
    if let Measured::Value(validation) = &mut draft.validation {
        validation.split_stability = examined.split_stability;
        validation.threshold_sensitivity = examined.sensitivity;
    }
    let (components, clustering) = heard.finish(pace).await?;
    draft.pca = components.as_ref().map(CategoryComponents::findings);
    draft.clustering = clustering;
    let rule: Vec<u32> = found.labels.iter().map(|&label| label as u32).collect();
    let question = Question { table: &table, components: &components, rule: Some(&rule), seed: wanted.seed };

    if wanted.depth == Depth::Full {
        refined(&draft.outcome());
        pace.stage(Stage::Validation.name()).await?;
        if let Measured::Value(quick) = draft.validation.clone() {
            draft.validation = Measured::Value(validate_full(&subject, quick, pace).await?);
        }
        refined(&draft.outcome());
        pace.stage(Stage::Clustering.name()).await?;
        draft.clustering = tribunal(question, &Effort::full().and(params.sets()), pace).await?;
    }
    if let Measured::Value(found) = &mut draft.clustering {
        for (index, asked) in wanted.exact.iter().enumerate() {
            let pace = pace.part(index as u64, index as u64 + 1, wanted.exact.len() as u64);
            let mut known = FeatureSet::all().into_iter().chain(params.sets().iter().cloned());
            let Some(set) = known.find(|set| set.id == asked.set) else { continue };
            let kmeans = KMeansParams::new(asked.k as usize);
            let cell = all_customers(&table, &components, &set, kmeans, wanted.seed, &pace).await?;
            found.exact.push(ExactFindings { set: asked.set.clone(), k: asked.k, found: cell });
        }
    }
    pace.stage(Stage::Decision.name()).await?;
    let outcome = draft.outcome();
    let history = match extract {
        Extract::History(history) => Some(Box::new(history)),
        Extract::Customers(_) => None,
    };
    Ok(Finished { outcome, tables: Tables { id_name, mapping, ids, features: table, window, segmentation, history } })
}

/// SHA-256 of every file.
async fn hashes(sources: &[Arc<dyn Source>], pace: &Pace) -> Result<Vec<String>, ExtractError> {
    let total: u64 = sources.iter().map(|source| source.len()).sum();
    let (mut done, mut found) = (0, Vec::with_capacity(sources.len()));
    for source in sources {
        found.push(sha256(source.as_ref(), &pace.part(done, done + source.len(), total)).await?);
        done += source.len();
    }
    Ok(found)
}

/// What needs the features and the rule's scores only, and so can go on beside the validation.
struct Evidence {
    table: Arc<FeatureTable>,
    found: Segmentation,
    effort: Effort,
    seed: u64,
}

/// What came of looking closer at features and rule.
struct Examined {
    features: FeatureFindings,
    split_stability: Measured<SplitStability>,
    sensitivity: Vec<SensitivityPoint>,
}

impl Evidence {
    /// The features one by one, and how much the rule's segments depend on who is in the extract.
    async fn examine(&self, pace: &Pace) -> Result<Examined, Cancelled> {
        let Self { table, found, seed, .. } = self;
        let (freq, loyalty) = (found.freq.as_slice(), found.loyalty.as_slice());
        let sensitivity = sensitivity(found, *seed, &pace.part(3, 4, 10)).await?;
        let scores = [("freq_score", freq), ("loyalty_score", loyalty)];
        let features = review(table, &scores, *seed, &pace.part(4, 6, 10)).await?;
        let split_stability =
            split_stability(table, (freq, loyalty), &found.labels, *seed, &pace.part(6, 7, 10)).await?;
        Ok(Examined { features, split_stability, sensitivity })
    }

    /// The components of the categories, and the tribunal.
    async fn hear(
        &self,
        pace: &Pace,
    ) -> Result<(Measured<CategoryComponents>, Measured<ClusteringFindings>), Cancelled> {
        let Self { table, found, seed, .. } = self;
        let components = category_components(table, &pace.part(7, 10, 10)).await?;
        pace.stage(Stage::Clustering.name()).await?;
        let rule: Vec<u32> = found.labels.iter().map(|&label| label as u32).collect();
        let question = Question { table, components: &components, rule: Some(&rule), seed: *seed };
        let clustering = tribunal(question, &self.effort, pace).await?;
        Ok((components, clustering))
    }
}

/// Name of the customer column as it came: outputs carry it on.
pub(super) fn id_name(mapping: &Mapping) -> String {
    let named = mapping.roles.get(&Role::Customer).and_then(|columns| columns.first());
    named.map_or_else(|| "customer_id".to_owned(), |column| column.column.clone())
}

/// Without a single qualified customer every later room has the same thing to say.
fn nobody_qualifies(draft: &mut Draft, min_orders: u32) {
    let reason = format!("no customer has at least {min_orders} orders and both scores");
    let needs = "customers with longer histories, or a lower minimum number of orders";
    draft.features = Measured::absent(reason.clone(), needs);
    draft.pca = Measured::absent(reason.clone(), needs);
    draft.clustering = Measured::absent(reason.clone(), needs);
    draft.thresholds = Measured::absent(reason.clone(), needs);
    draft.validation = Measured::absent(reason, needs);
}

/// Ours against the segment column that a customer-level file may bring.
fn given_segments(extract: &Extract, table: &FeatureTable, found: &Segmentation) -> Measured<GivenSegmentAgreement> {
    match extract {
        Extract::Customers(CustomerTable { segment: Some(given), .. }) => {
            Measured::Value(agreement(given, table.customers(), &found.labels))
        }
        _ => Measured::absent("the extract brings no segment of its own", ""),
    }
}
