//! What the first components are made of: their strongest loadings, to the right if positive, to the left if negative.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Frame, fit};
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::prepare::findings::PcaFindings;
use crate::report::document::Table;
use crate::report::{figures, wording};

/// Components that are drawn, and features of each.
const COMPONENTS: usize = 3;
const FEATURES: usize = 5;

/// What the bars are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loadings {
    /// Words and numbers.
    pub said: Said,
    /// Title of each component, and its features with their loadings, strongest first (names are untrusted text).
    pub components: Vec<(String, Vec<(String, f64)>)>,
}

impl Loadings {
    /// Of these components; `None` without any.
    pub fn of(found: &PcaFindings) -> Option<Self> {
        let mut table = Table::new("The strongest loadings of the first components")
            .words("Component")
            .words("Feature")
            .numbers("Loading");
        for component in &found.loadings {
            for (feature, loading) in &component.top {
                table.row([
                    format!("Component {}", component.component).into(),
                    feature_name(feature).into(),
                    figures::decimal(*loading, 2).into(),
                ]);
            }
        }
        let title = |component: u32| {
            let share = found.explained_variance_ratio.get(component.saturating_sub(1) as usize);
            share.map_or_else(
                || format!("Component {component}"),
                |share| format!("Component {component}: {} of the variance", figures::percent(*share)),
            )
        };
        let components: Vec<(String, Vec<(String, f64)>)> = found
            .loadings
            .iter()
            .take(COMPONENTS)
            .map(|one| {
                let top = one.top.iter().take(FEATURES).map(|(name, loading)| (feature_name(name), *loading));
                (title(one.component), top.collect())
            })
            .collect();
        let (_, first) = components.first()?;
        let (strongest, loading) = first.first()?;
        let sentence = format!(
            "The first component leans most on {} ({}). Bars to the right go with the component, bars to the left against \
             it.",
            wording::inside(strongest),
            figures::decimal(*loading, 2)
        );
        Some(Self { said: Said::new("What the components are made of", sentence, table), components })
    }
}

/// A feature for people: a behavioural one in words, a share by its category.
pub fn feature_name(name: &str) -> String {
    let share = name.strip_prefix("category_").or_else(|| {
        let rest = name.strip_prefix("aisle_")?;
        rest.split_once('_').map(|(_, category)| category)
    });
    match share {
        Some(category) if name != "aisle_entropy" => wording::capital(category),
        _ => wording::metric(name),
    }
}

/// The bars; `None` where there is none.
pub fn draw(input: &Loadings, frame: Frame) -> Option<Scene> {
    let components = &input.components;
    let strongest = components.iter().flat_map(|(_, top)| top).map(|(_, loading)| loading.abs()).fold(0.0, f64::max);
    if strongest <= 0.0 || !strongest.is_finite() {
        return None;
    }
    let narrow = frame.is_narrow();
    let (row, head) = if narrow { (40.0, 34.0) } else { (24.0, 36.0) };
    let rows: usize = components.iter().map(|(_, top)| top.len()).sum();
    let floor = head * components.len() as f64 + row * rows as f64;
    let (left, right) = (if narrow { 30.0 } else { 250.0 }, frame.width - 42.0);
    let mut scene = input.said.scene("loadings", frame.width, floor + 26.0);
    let axis = Axis::new(-strongest, strongest, "");
    axis.below(&mut scene, (left, right), (4.0, floor));
    let x = axis.scale(left, right);
    let zero = x.at(0.0);
    let mut y = 0.0;
    for (title, top) in components {
        scene.text((0.0, y + 22.0), Anchor::Start, fit(title, 13.0, frame.width), "group-label halo");
        y += head;
        for (name, loading) in top {
            let (label, centre, room) =
                if narrow { (y + 14.0, y + 27.0, frame.width) } else { (y + 16.5, y + 12.0, left - 40.0) };
            scene.text((0.0, label), Anchor::Start, fit(name, 14.0, room), "row-label tied halo");
            let at = x.at(*loading);
            let shape = Shape::Rect { x: at.min(zero), y: centre - 6.0, width: (at - zero).abs(), height: 12.0 };
            let class = if *loading < 0.0 { "heat minus" } else { "heat plus" };
            let words = figures::decimal(*loading, 2);
            scene.marks.push(Mark::new(shape, class).saying(format!("{title}: {name} {words}")));
            let (anchor, shift) = if *loading < 0.0 { (Anchor::End, -5.0) } else { (Anchor::Start, 5.0) };
            scene.text((at + shift, centre + 4.5), anchor, words, "row-value halo");
            y += row;
        }
    }
    scene.line((zero, 4.0), (zero, floor), "axis");
    Some(scene)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_both_ways_from_zero() {
        let components = vec![("First".into(), vec![("a".into(), 0.5), ("b".into(), -0.25)])];
        let scene = draw(&Loadings { said: Said::default(), components }, Frame::DOCUMENT).unwrap();
        let x = Axis::new(-0.5, 0.5, "").scale(250.0, 638.0);
        let bars: Vec<(f64, f64)> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark.shape {
                Shape::Rect { x, width, .. } => Some((x, x + width)),
                _ => None,
            })
            .collect();
        assert_eq!(bars, [(x.at(0.0), x.at(0.5)), (x.at(-0.25), x.at(0.0))]);
    }

    #[test]
    fn names_are_for_people() {
        let names = [
            ("aisle_24_fresh fruits", "Fresh fruits"),
            ("category_<b>x</b>", "<b>x</b>"),
            ("aisle_entropy", "Variety of categories"),
            ("reorder_ratio", "Reorder ratio"),
        ];
        for (name, words) in names {
            assert_eq!(feature_name(name), words);
        }
    }

    #[test]
    fn nothing_to_draw() {
        for components in [vec![], vec![("x".to_owned(), vec![])], vec![("x".to_owned(), vec![("a".to_owned(), 0.0)])]]
        {
            assert!(draw(&Loadings { said: Said::default(), components }, Frame::DOCUMENT).is_none());
        }
    }
}
