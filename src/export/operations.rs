//! Example files for whoever runs the scoring month by month: a schedule, an alert, a dbt model.
//!
//! The monitoring plan says what to do and why (with [`paragraphs`]); these show how.

use crate::planning::baseline::Baseline;
use crate::planning::operations::{paragraphs, reference, trap};
use crate::segments::findings::Segment;
use crate::stats::json;

use super::sql::Dialect;

/// File names below the output folder.
pub const FILES: [&str; 5] = [
    "documents/monitoring/README.md",
    "documents/monitoring/monthly.sh",
    "documents/monitoring/crontab",
    "documents/monitoring/github-actions.yml",
    "documents/monitoring/dbt_schema.yml",
];

/// The example files of a run: name and content.
pub fn files(baseline: &Baseline) -> Vec<(&'static str, String)> {
    let [readme, monthly, crontab, actions, dbt] = FILES;
    vec![
        (readme, read_me(baseline)),
        (monthly, MONTHLY.to_owned()),
        (crontab, CRON.to_owned()),
        (actions, ACTIONS.to_owned()),
        (dbt, dbt_schema(baseline)),
    ]
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
         - `monthly.sh`: one month, with the month before kept beside it\n- `crontab`: \
         runs it each month and mails on watch and alert\n- `github-actions.yml`: the same as a scheduled workflow that opens \
         an issue\n- `dbt_schema.yml`: tests of the dbt model\n",
    );
    text
}

const MONTHLY: &str = r#"#!/bin/sh
# One month: monitor the new extract, say what there is to look at, keep the month for the next one.
#   sh monthly.sh FOLDER     FOLDER holds baseline.json and extract/, with this month's files
# FOLDER/last is the month before; before the first, put the assignments.parquet of the analysis there.
# Prints nothing on keep. Exit code: 0 keep, 3 watch, 4 alert or recalibrate, 2 unusable files, 1 a bug.
cd "$1" || exit 2
rm -rf now && mkdir now || exit 2
set -- extract/* --baseline baseline.json --out now
[ -f last/assignments.parquet ] && set -- "$@" --previous last/assignments.parquet
[ -f last/drift.json ] && set -- "$@" --earlier last/drift.json
quadrant monitor "$@" > now/summary.txt 2> now/log.txt
code=$?
[ $code -eq 0 ] || cat now/summary.txt
case $code in
  0|3|4) rm -rf last && mv now last ;;
  *) cat now/log.txt ;;
esac
exit $code
"#;

const CRON: &str = "# On the 2nd of each month at 06:00. cron mails what is printed: the one line on watch and alert, or why the files could \
     not be used.\n\
     MAILTO=owner@example.com\n\
     0 6 2 * * sh /srv/segments/monthly.sh /srv/segments\n";

const ACTIONS: &str = r#"# Scheduled drift check: opens an issue on watch and alert, fails on alert and on unusable files.
# baseline.json and monthly.sh lie in the repository; each month is kept for the next one.
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
      - uses: actions/cache/restore@v4
        with:
          path: last
          key: segments-${{ github.run_id }}
          restore-keys: segments-
      - name: Fetch this month's extract
        run: ./fetch-extract.sh extract
      - name: Monitor
        id: monitor
        run: |
          set +e
          sh monthly.sh . > said.txt
          echo "code=$?" >> "$GITHUB_OUTPUT"
          cat said.txt
      - uses: actions/cache/save@v4
        with:
          path: last
          key: segments-${{ github.run_id }}
      - uses: actions/upload-artifact@v4
        with:
          name: drift
          path: last
      - name: Tell
        if: steps.monitor.outputs.code == '3' || steps.monitor.outputs.code == '4'
        env:
          GH_TOKEN: ${{ github.token }}
        run: gh issue create --title "$(head -c 120 said.txt)" --body-file last/drift.md
      - name: Fail on alert or unusable files
        if: steps.monitor.outputs.code != '0' && steps.monitor.outputs.code != '3'
        run: exit 1
"#;

fn dbt_schema(baseline: &Baseline) -> String {
    let names: Vec<String> = Segment::ALL.iter().map(|segment| segment.name().to_owned()).collect();
    // YAML's double-quoted scalars have JSON's escapes.
    let id = json::line(&baseline.id_name).unwrap_or_else(|_| "\"customer_id\"".to_owned());
    format!(
        "version: 2\nmodels:\n  - name: segments\n    description: \"Quadrant segments at frozen thresholds, receipt {}\"\n    \
         columns:\n      - name: {id}\n        quote: true\n        tests: [not_null, unique]\n      - name: segment\n        tests:\n          \
         - accepted_values:\n              values: [{}]\n      - name: status\n        tests:\n          - not_null\n",
        baseline.receipt,
        names.join(", ")
    )
}
