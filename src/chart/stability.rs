//! Does the same partition come back, with other seeds, on other samples, cluster by cluster?

use super::axis::Axis;
use super::dots::{Dot, Dots, Row, Subject};
use super::line::Tone;
use super::said::Said;
use crate::clustering::findings::Stability;
use crate::report::{figures, tables, wording};

/// From this Jaccard similarity on a cluster is called stable (Hennig).
const STABLE: f64 = 0.75;

/// Agreement of refits and Jaccard of each cluster, per feature set; `None` where none was measured.
pub fn stability(found: &[Stability]) -> Option<Dots> {
    let mut rows = Vec::new();
    let mut weakest: Option<(f64, String)> = None;
    for one in found {
        let set = format!("{}, k = {}", wording::feature_set(&one.set), one.k);
        let measures = [("Other seeds (ARI)", one.seed_ari.value()), ("Resamples (ARI)", one.bootstrap_ari.value())];
        let mut own: Vec<Row> = measures
            .into_iter()
            .filter_map(|(name, value)| {
                let value = *value?;
                let said = format!("{set}, {}: {}", wording::inside(name), figures::coefficient(value));
                Some(Row {
                    name: name.to_owned(),
                    dots: vec![Dot { at: value, tone: Tone::Ink, said }],
                    value: figures::decimal(value, 2),
                    ..Row::default()
                })
            })
            .collect();
        if let Some(least) = one.jaccard.iter().copied().min_by(f64::total_cmp) {
            let dots = one.jaccard.iter().enumerate().map(|(cluster, value)| Dot {
                at: *value,
                tone: if *value < STABLE { Tone::Accent } else { Tone::Grey },
                said: format!("{set}, cluster {}: Jaccard {}", cluster + 1, figures::decimal(*value, 2)),
            });
            own.push(Row {
                name: "Each cluster (Jaccard)".to_owned(),
                dots: dots.collect(),
                value: format!("least {}", figures::decimal(least, 2)),
                ..Row::default()
            });
            if weakest.as_ref().is_none_or(|(lowest, _)| least < *lowest) {
                weakest = Some((least, set.clone()));
            }
        }
        if let Some(first) = own.first_mut() {
            first.group = set;
        }
        rows.extend(own);
    }
    rows.first()?;
    let sentence = match weakest {
        Some((least, set)) if least < STABLE => format!(
            "The weakest cluster comes back with a Jaccard similarity of {} ({}): below {} it is not stable.",
            figures::decimal(least, 2),
            wording::inside(&set),
            figures::decimal(STABLE, 2)
        ),
        Some((least, _)) => format!(
            "Every cluster comes back (weakest Jaccard {}). A partition that comes back is not yet a true one: one broad \
             cloud can be cut the same way every time.",
            figures::decimal(least, 2)
        ),
        None => "Agreement of refits with one another; 1 is the same partition.".to_owned(),
    };
    let reach = rows.iter().flat_map(|row| row.dots.iter().map(|dot| dot.at));
    Some(Dots {
        subject: Subject::Stability,
        said: Said::new("Does the same partition come back?", sentence, tables::stability(found)),
        axis: Axis::new(0.0, 1.0, "Agreement: 1 is the same partition").with(reach),
        levels: vec![(STABLE, "stable from here".to_owned())],
        rows,
    })
}
