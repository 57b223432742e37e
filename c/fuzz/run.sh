#!/usr/bin/env bash
# Fuzzes the C validator with libFuzzer and AFL++, with sanitizers. Usage: run.sh [SECONDS]; each of them takes as long.
# What is found stays in c/build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
work=build/fuzz
mkdir -p "$work/seeds" "$work/corpus" "$work/afl"
# Of every blob one input for its own channel, whose receiver is the default one.
while read -r channel file _; do
  case $channel in [0-9]*) { printf "\\x$(printf %02x "$channel")\\0\\0\\0"; head -c 32768 "../corpus/$file"; } >"$work/seeds/$(echo "$file" | tr / -)" ;; esac
done <test/corpus.txt

if command -v clang >/dev/null && clang -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -std=c99 -g -O1 -I. \
  -o "$work/libfuzzer" fuzz/target.c migration_guard.c; then
  "$work/libfuzzer" -dict=fuzz/dictionary.txt -max_total_time="$seconds" -max_len=33000 -print_final_stats=1 \
    -artifact_prefix="$work/" "$work/corpus" "$work/seeds" 2>&1 | tail -n 8
else
  echo "fuzz: libFuzzer left out, it needs clang and libclang-rt" >&2
fi
if command -v afl-fuzz >/dev/null; then
  AFL_USE_ASAN=1 AFL_USE_UBSAN=1 afl-clang-fast -DAFL -std=c99 -g -O1 -I. -o "$work/aflfuzz" fuzz/target.c migration_guard.c >/dev/null 2>&1
  # Short seeds: AFL++ takes each of them through all of its steps.
  mkdir -p "$work/short" && find "$work/seeds" -size -2 -name '*genuine*' -exec cp {} "$work/short/" \;
  AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 \
    afl-fuzz -V "$seconds" -x fuzz/dictionary.txt -i "$work/short" -o "$work/afl" "$work/aflfuzz" 2>&1 | tail -n 3
  crashes=$(find "$work/afl" -path '*crashes/id*' | wc -l)
  echo "afl++: $(sed -n 's/^execs_done *: *//p' "$work/afl/default/fuzzer_stats") runs, $crashes crashes"
  [ "$crashes" = 0 ]
else
  echo "fuzz: AFL++ left out, there is no afl-fuzz" >&2
fi
