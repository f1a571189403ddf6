#!/usr/bin/env bash
# How long 1,000 logs take in a shell loop, with scan.sh, on Spark and in one scan: measure.sh [FILES] [KIB] [ROUNDS]
# FREEBUSY names the program, FREEBUSY_PYSPARK a Python that has PySpark.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
files=${1:-1000} kib=${2:-512} rounds=${3:-3}
: "${FREEBUSY:?names the program}" "${FREEBUSY_PYSPARK:?names a Python that has PySpark}"
export FREEBUSY PYSPARK_PYTHON=$FREEBUSY_PYSPARK SPARK_LOCAL_IP=127.0.0.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A fixture as it is, and then its lines before the first failure again until the file is large enough: servers mostly write such lines.
grow() {
  local first
  first=$("$FREEBUSY" scan --quiet --format ndjson "$1" | sed -n '1s/.*"record":\([0-9]*\),.*/\1/p')
  head -n $((first - 1)) "$1" | grep -v '^[^0-9]' >"$work/harmless"
  cat "$1" >"$2"
  while [ "$(stat -c %s "$2")" -lt $((kib * 1024)) ]; do cat "$work/harmless" "$work/harmless" "$work/harmless" "$work/harmless" >>"$2"; done
}
kinds=(iis/u_ex261120.log http-proxy/HttpProxy_2026112009-1.LOG smtp/RECV2026111916-1.LOG ews/Ews_2026112009-1.LOG)
for kind in "${kinds[@]}"; do grow "tests/formats/$kind" "$work/$(dirname "$kind")"; done
for ((number = 0; number < files; number++)); do
  kind=$(dirname "${kinds[number % 4]}")
  mkdir -p "$work/logs/EX$((number / 4))"
  cp "$work/$kind" "$work/logs/EX$((number / 4))/$kind.log"
done
cd "$work"
find "$work/logs" -type f | LC_ALL=C sort >paths
echo "$(wc -l <paths) files, $(du -sm --apparent-size logs | cut -f1) MiB"

spark() {
  "$(dirname "$FREEBUSY_PYSPARK")/spark-submit" --master 'local[2]' --conf spark.driver.bindAddress=127.0.0.1 --conf spark.driver.host=127.0.0.1 \
    --conf spark.ui.enabled=false "$root/contrib/spark/freebusy_scan.py" --program "$FREEBUSY" "$@" 2>spark.log || { tail -n 40 spark.log >&2; exit 1; }
}
findings() { cat "$@" | grep -v '^{"run":' | LC_ALL=C sort | cksum; }
# Each prints a checksum of its findings, for what is fast and wrong is not fast.
loop() { while read -r file; do "$FREEBUSY" scan --quiet --jobs 1 --format ndjson "$file"; done <paths >loop.ndjson; findings loop.ndjson; }
xargs2() { rm -rf parts; "$root/contrib/xargs/scan.sh" "$work/logs" parts 2; findings parts/*.ndjson; }
bytes() { rm -rf bytes; spark --out bytes "file://$work/logs/*/*"; findings bytes/findings/part-*; }
by_paths() { rm -rf by-paths; spark --out by-paths --paths paths; findings by-paths/findings/part-*; }
one_scan() { "$FREEBUSY" scan --quiet --jobs 2 --format ndjson logs >one.ndjson; grep -vc '^{"run":' one.ndjson; }

for ((round = 1; round <= rounds; round++)); do
  for way in loop xargs2 bytes by_paths one_scan; do
    begin=$(date +%s%N)
    said=$($way)
    printf 'round %d  %-9s %7.1f s  %s  (load %s)\n' "$round" "$way" "$((($(date +%s%N) - begin) / 100000000))e-1" "$said" "$(cut -d' ' -f1 /proc/loadavg)"
  done
done
