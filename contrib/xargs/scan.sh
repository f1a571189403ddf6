#!/usr/bin/env bash
# Scans every file below a folder in a process of its own: scan.sh FOLDER OUT [PROCESSES]
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 FOLDER OUT [PROCESSES]" >&2
  exit 2
fi
folder=$1
out=$2
processes=${3:-$(getconf _NPROCESSORS_ONLN)}
export out FREEBUSY=${FREEBUSY:-freebusy}
command -v "$FREEBUSY" >/dev/null || { echo "$0: there is no $FREEBUSY; name it with FREEBUSY=PATH" >&2; exit 2; }
mkdir -p "$out"

one() {
  local name parts status=0
  # An empty folder: GNU's xargs starts one process even so.
  [ $# -gt 0 ] || return 0
  parts=$(printf %s "$1" | cksum)
  name=$out/${parts// /-}.ndjson
  [ ! -e "$name" ] || return 0
  # Under its own name only when it is whole: half a file would pass for a finished one next time.
  "$FREEBUSY" scan --quiet --jobs 1 --format ndjson -- "$1" >"$name.part" || status=$?
  # 2 says that something could not be read; what and where stands in the findings' last line.
  if [ "$status" = 0 ] || [ "$status" = 2 ]; then
    mv "$name.part" "$name"
  else
    echo "$1: its scan ended with $status and left no findings; the next run scans it again" >&2
  fi
  return "$status"
}
export -f one

status=0
# Findings are no logs, should they lie among them.
find "$folder" -samefile "$out" -prune -o -type f -print0 | sort -z | xargs -0 -n 1 -P "$processes" bash -c 'one "$@" || exit 1' one || status=$?
# 123 is how xargs says that one of them failed.
[ "$status" = 0 ] || { [ "$status" = 123 ] && exit 2; exit "$status"; }
