#!/bin/bash -eu
# Builds every fuzz target in an image of OSS-Fuzz or ClusterFuzzLite; their `compile` runs it.
cd "$SRC/migration-guard"
npm ci --no-audit --no-fund
node_modules/.bin/tsx scripts/oss-fuzz.ts "$OUT" "$WORK" > "$WORK/targets"
while read -ra target; do
  compile_javascript_fuzzer migration-guard "${target[@]}"
done < "$WORK/targets"
