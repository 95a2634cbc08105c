//! Example files for whoever runs the scoring month by month: a schedule, an alert, a dbt model.
//!
//! The monitoring plan says what to do and why (with [`paragraphs`]); these show how.

use crate::planning::baseline::Baseline;
use crate::planning::operations::{paragraphs, reference, trap};
use crate::segments::findings::Segment;
use crate::stats::json;

use super::sql::Dialect;

/// File names below the output folder.
pub const FILES: [&str; 4] = [
    "documents/monitoring/README.md",
    "documents/monitoring/crontab",
    "documents/monitoring/github-actions.yml",
    "documents/monitoring/dbt_schema.yml",
];

/// The example files of a run: name and content.
pub fn files(baseline: &Baseline) -> Vec<(&'static str, String)> {
    let [readme, crontab, actions, dbt] = FILES;
    vec![(readme, read_me(baseline)), (crontab, cron()), (actions, github()), (dbt, dbt_schema(baseline))]
}

fn read_me(baseline: &Baseline) -> String {
    let mut text = String::from("# Running the segmentation month by month\n\n");
    text.push_str(&reference(&baseline.receipt, baseline.customers));
    for paragraph in std::iter::once(trap()).chain(paragraphs()) {
        text.push_str("\n\n");
        text.push_str(paragraph);
    }
    text.push_str("\n\n");
    text.push_str("## By hand\n\n```sh\n");
    text.push_str(
        "quadrant score   extract/*.parquet --baseline baseline.json --previous last/assignments.parquet --out assignments.parquet\n\
         quadrant monitor extract/*.parquet --baseline baseline.json --previous last/assignments.parquet \\\n  \
         --earlier last/drift.json --out .\n```\n\n## Where the data live\n\n",
    );
    text.push_str("The scoring queries give the same segment for every customer. Run the check once after loading `assignments`:\n\n");
    for dialect in Dialect::ALL {
        text.push_str(&format!("- {}: `{}`, check `{}`\n", dialect.title(), dialect.file(), dialect.check_file()));
    }
    text.push_str(
        "\nEach is a plain `SELECT`: copy it to `models/segments.sql` of a dbt project, put `{{ source(...) }}` in place of \
         the tables in its first steps, and use `dbt_schema.yml` beside it.\n\n## Examples here\n\n\
         - `crontab`: a monthly run that mails on watch and alert\n- `github-actions.yml`: the same as a scheduled workflow \
         that opens an issue\n- `dbt_schema.yml`: tests of the dbt model\n",
    );
    text
}

fn cron() -> String {
    "# On the 2nd of each month at 06:00: score, watch, mail the one line when there is something to look at.\n\
     MAILTO=\"\"\n\
     0 6 2 * * cd /srv/segments && quadrant monitor extract/*.parquet --baseline baseline.json --previous last/assignments.parquet --earlier last/drift.json --out now > now/summary.txt 2> now/log.txt; code=$?; [ $code -eq 0 ] || mail -s \"segments: exit $code\" owner@example.com < now/summary.txt\n"
        .to_owned()
}

fn github() -> String {
    r#"# Scheduled drift check: fails on alert, opens an issue on watch and alert.
name: segments
on:
  schedule:
    - cron: "0 6 2 * *"
  workflow_dispatch:
permissions:
  contents: read
  issues: write
jobs:
  monitor:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Fetch this month's extract
        run: ./fetch-extract.sh extract
      - name: Monitor
        id: monitor
        run: |
          set +e
          quadrant monitor extract/*.parquet --baseline baseline.json \
            --previous last/assignments.parquet --earlier last/drift.json --out now > summary.txt
          echo "code=$?" >> "$GITHUB_OUTPUT"
      - uses: actions/upload-artifact@v4
        with:
          name: drift
          path: now
      - name: Tell
        if: steps.monitor.outputs.code == '3' || steps.monitor.outputs.code == '4'
        env:
          GH_TOKEN: ${{ github.token }}
        run: gh issue create --title "$(head -c 120 summary.txt)" --body-file now/drift.md
      - name: Fail on alert or unusable input
        if: steps.monitor.outputs.code != '0' && steps.monitor.outputs.code != '3'
        run: exit 1
"#
    .to_owned()
}

fn dbt_schema(baseline: &Baseline) -> String {
    let names: Vec<String> = Segment::ALL.iter().map(|segment| segment.name().to_owned()).collect();
    // YAML's double-quoted scalars have JSON's escapes.
    let id = json::line(&baseline.id_name).unwrap_or_else(|_| "\"customer_id\"".to_owned());
    format!(
        "version: 2\nmodels:\n  - name: segments\n    description: \"Quadrant segments at frozen thresholds, receipt {}\"\n    \
         columns:\n      - name: {id}\n        tests: [not_null, unique]\n      - name: segment\n        tests:\n          \
         - accepted_values:\n              values: [{}]\n      - name: status\n        tests:\n          - not_null\n",
        baseline.receipt,
        names.join(", ")
    )
}
