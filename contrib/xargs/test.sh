#!/usr/bin/env bash
# Many processes find what one finds: over all fixtures of the formats, and a file that is none. FREEBUSY names the program.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
if [ -z "${FREEBUSY:-}" ]; then
  cargo build --locked --quiet
  FREEBUSY=$(cd "$target" && pwd)/debug/freebusy
fi
export FREEBUSY
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/logs"
cp -r tests/formats "$work/logs/formats"
# A gzip file that is none behind its first bytes.
printf '\037\213\010garbage' >"$work/logs/poison.gz"
cd "$work"

findings() { grep -hv '^{"run":' "$@" | LC_ALL=C sort; }
must_be_2() { local status=0; "$@" || status=$?; [ "$status" = 2 ] || { echo "$* ended with $status instead of 2" >&2; exit 1; }; }

find logs -type f | LC_ALL=C sort | while read -r file; do
  "$FREEBUSY" scan --quiet --format ndjson "$file" 2>/dev/null || true
done >loop.ndjson
must_be_2 "$OLDPWD/contrib/xargs/scan.sh" logs parts 2 2>/dev/null
cmp <(findings loop.ndjson) <(findings parts/*.ndjson)

must_be_2 "$FREEBUSY" scan --quiet --format json logs >whole.json 2>/dev/null
must_be_2 "$FREEBUSY" report --quiet --format json parts >report.json 2>/dev/null
cmp whole.json report.json
grep -q 'logs/poison.gz' report.json

# What was scanned is not scanned again.
before=$(find parts -type f -newer whole.json | wc -l)
"$OLDPWD/contrib/xargs/scan.sh" logs parts 2
[ "$(find parts -type f -newer whole.json | wc -l)" = "$before" ]

# Findings that lie among the logs are not scanned; an empty folder has none.
mkdir -p some/logs empty
cp logs/formats/smtp/*.LOG some/logs
"$OLDPWD/contrib/xargs/scan.sh" some some/parts 2
"$OLDPWD/contrib/xargs/scan.sh" some some/parts 2
[ "$(find some/parts -type f | wc -l)" = "$(find some/logs -type f | wc -l)" ]
"$OLDPWD/contrib/xargs/scan.sh" empty nothing 2
[ -z "$(find nothing -type f)" ]

# A scan that is killed leaves nothing that passes for findings, and its file is named.
printf '#!/bin/sh\nkill -9 $$\n' >killed
chmod +x killed
FREEBUSY=$work/killed must_be_2 "$OLDPWD/contrib/xargs/scan.sh" some/logs killed-parts 2 2>said
[ -z "$(find killed-parts -name '*.ndjson')" ]
for file in some/logs/*; do grep -qF "$file: its scan ended with 137" said; done
echo "$(find parts -name '*.ndjson' | wc -l) processes found what one found: $(findings parts/*.ndjson | wc -l) findings"
