#!/usr/bin/env bash
# The coverage of the generated C by the corpus: fails where a line or a branch is not taken. Needs clang and llvm.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang >/dev/null || ! command -v llvm-cov >/dev/null; then
  echo "coverage: skipped, there is no clang or no llvm-cov" >&2
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clang -std=c99 -O0 -g -fprofile-instr-generate -fcoverage-mapping -I. -o "$work/corpus" test/corpus.c migration_guard.c
LLVM_PROFILE_FILE="$work/raw" "$work/corpus" test/corpus.txt ../corpus
llvm-profdata merge -o "$work/profile" "$work/raw"
llvm-cov show "$work/corpus" -instr-profile="$work/profile" --show-branches=count migration_guard.c |
  grep -E '\| +0\||(True|False): 0[],]' || true
llvm-cov export "$work/corpus" -instr-profile="$work/profile" -summary-only migration_guard.c |
  node -e 'const { lines, branches } = JSON.parse(require("fs").readFileSync(0, "utf8")).data[0].totals
    console.log(`lines ${lines.covered} of ${lines.count}, branches ${branches.covered} of ${branches.count}`)
    process.exitCode = lines.covered === lines.count && branches.covered === branches.count ? 0 : 1'
