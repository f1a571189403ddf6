#!/usr/bin/env bash
# Makes the first inputs of every fuzz target, in fuzz/corpus/TARGET, from the files of the tests. Needs python3 for a zip archive.
set -euo pipefail
cd "$(dirname "$0")/.."

corpus=fuzz/corpus

# The inputs of a format, without the findings that stand beside them.
inputs() {
  local file
  for file in tests/formats/"$1"/*; do
    case $file in
      *.stderr) ;;
      *.ndjson) [ -e "${file%.ndjson}" ] || printf '%s\n' "$file" ;;
      *) printf '%s\n' "$file" ;;
    esac
  done
}

# The formats of a family in their order in its target; each input gets the three bytes that choose.
family() {
  local target=$1 number=0 format file
  shift
  mkdir -p "$corpus/$target"
  for format; do
    inputs "$format" | while read -r file; do
      { printf "\\x0$number\\x07\\x3f"; cat "$file"; } >"$corpus/$target/$format-$(basename "$file")"
    done
    number=$((number + 1))
  done
}

family access_logs iis httperr
family exchange_logs http-proxy ews smtp tracking
family hcw_logs hcw outlook
family text_logs text format-list event-details snare splunk
family csv event-csv event-txt
family json json ndjson
family xml event-xml clixml ews-xml

mkdir -p "$corpus"/{explain,rules,normalise,charset,sieve,evtx,scan}
cp samples/*.txt "$corpus/explain"
find rules -name '*.yaml' -exec cp {} "$corpus/rules" \;
for folder in tests/formats/*; do
  format=$(basename "$folder")
  inputs "$format" | while read -r file; do
    name=$format-$(basename "$file")
    case $format in
      evtx)
        { printf '\0'; cat "$file"; } >"$corpus/evtx/$name"
        # The records of the first chunk alone.
        { printf '\1'; head -c 20992 "$file" | tail -c +4609; } >"$corpus/evtx/records-$name"
        ;;
      *) cp "$file" "$corpus/normalise/$name"; cp "$file" "$corpus/charset/$name" ;;
    esac
    cp "$file" "$corpus/scan/$name"
    gzip --stdout "$file" >"$corpus/scan/$name.gz"
  done
done
python3 -m zipfile -c "$corpus/scan/bundle.zip" tests/formats/iis/tail.log tests/formats/evtx/slack.evtx tests/formats/snare

# For the sieve not a text but a program: which one, and which transformation; see src/journey.rs.
for text in $(seq 0 299); do
  bytes=$(printf '\\x%02x\\x%02x\\x00\\x%02x\\x00' $((text % 256)) $((text / 256)) $((text % 18)))
  printf "$bytes" >"$corpus/sieve/text-$text"
done
