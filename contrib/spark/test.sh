#!/usr/bin/env bash
# The Spark job finds what a shell loop finds: over all fixtures of the formats, and a file that is none. FREEBUSY names the program,
# FREEBUSY_PYSPARK a Python that has PySpark; without it, PySpark is installed below the target folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD

target=${CARGO_TARGET_DIR:-target}
if [ -z "${FREEBUSY:-}" ]; then
  cargo build --locked --quiet
  FREEBUSY=$(cd "$target" && pwd)/debug/freebusy
fi
command -v java >/dev/null || { echo "NOT TESTED: there is no Java, so the Spark job was not run"; exit 1; }
python=${FREEBUSY_PYSPARK:-}
if [ -z "$python" ]; then
  python=$(mkdir -p "$target" && cd "$target" && pwd)/pyspark/bin/python
  if ! "$python" -c 'import pyspark' 2>/dev/null; then
    python3 -m venv "$target/pyspark"
    "$python" -m pip install --quiet 'pyspark==4.*' || { echo "NOT TESTED: PySpark could not be installed"; exit 1; }
  fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/logs"
for file in tests/formats/*/*; do cp "$file" "$work/logs/$(basename "$(dirname "$file")")-$(basename "$file")"; done
printf '\037\213\010garbage' >"$work/logs/poison.gz"
cd "$work"

findings() { grep -hv '^{"run":' "$@" | LC_ALL=C sort; }
for file in "$work"/logs/*; do "$FREEBUSY" scan --quiet --format ndjson "$file" 2>/dev/null || true; done >loop.ndjson

export PYSPARK_PYTHON=$python SPARK_LOCAL_IP=127.0.0.1
submit() {
  "$(dirname "$python")/spark-submit" --master 'local[2]' --conf spark.driver.bindAddress=127.0.0.1 --conf spark.driver.host=127.0.0.1 \
    --conf spark.ui.enabled=false "$root/contrib/spark/freebusy_scan.py" --program "$FREEBUSY" "$@" 2>spark.log || { tail -n 40 spark.log >&2; exit 1; }
}
submit --out by-bytes "file://$work/logs/*"
cmp <(findings loop.ndjson) <(findings by-bytes/findings/part-*)
ls -d "$work"/logs/* >paths
submit --out by-paths --paths paths
cmp <(findings loop.ndjson) <(findings by-paths/findings/part-*)

# One report of the parts is that of one scan. The poison file is in it, and nothing else failed.
status=0
"$FREEBUSY" scan --quiet --format json "$work/logs" >whole.json 2>/dev/null || status=$?
[ "$status" = 2 ]
"$FREEBUSY" report --quiet --format json by-paths/findings >report.json 2>/dev/null || true
cmp whole.json report.json
grep -q poison.gz report.json
[ -z "$(cat by-paths/faults/part-* by-bytes/faults/part-*)" ]
echo "Spark found what the shell loop found: $(findings loop.ndjson | wc -l) findings in $(wc -l <paths) files"
