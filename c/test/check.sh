#!/usr/bin/env bash
# Everything about the C validator that takes no long: warnings as errors for C99 and C++11, the corpus with sanitizers, on
# 32 bits and on a big-endian machine, and analysers. What is not installed is said and left out (c/setup/packages.sh).
set -uo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
failed=0

# Runs a step where its program is there.
step() {
  local name=$1 program=$2
  shift 2
  if ! command -v "$program" >/dev/null; then
    echo "c: $name left out, there is no $program" >&2
  elif "$@" >"$work/log" 2>&1; then
    echo "c: $name"
  else
    echo "c: $name FAILED" >&2
    tail -n 20 "$work/log" >&2
    failed=1
  fi
}

# Builds the test for a compiler and options, and runs the corpus through it.
corpus() {
  local build=$work/$1 compiler=$2 options=$3 run=${4:-}
  make -s BUILD="$build" CC="$compiler" CFLAGS="$options" RUN="$run" check
}

# Compiles each of the library's files.
compile() {
  local file
  for file in migration_guard.c migration_guard_seal.c; do
    "$@" "${warnings[@]}" -c -o "$work/object" "$file" || return 1
  done
}

# Opens the vectors of docs/sealing-vectors.json with a compiler and options, and what must not be opened.
envelopes() {
  make -s BUILD="$work/$1" CC="$2" CFLAGS="$3" check-seal
}

for compiler in gcc clang; do
  step "$compiler, C99" "$compiler" compile "$compiler" -std=c99 -O2
  step "$compiler, C++11" "$compiler" compile "$compiler" -std=c++11 -O2 -x c++
done
step "corpus, gcc -O2" gcc corpus gcc gcc "-O2"
step "corpus, gcc -Os with sanitizers" gcc corpus sanitized gcc "-Os -g -fsanitize=address,undefined -fno-sanitize-recover=all"
step "corpus, clang -O2" clang corpus clang clang "-O2"
if echo 'int main(void) { return 0; }' | gcc -m32 -x c -o "$work/try" - 2>/dev/null; then
  step "corpus, 32 bits" gcc corpus m32 gcc "-O2 -m32"
else
  echo "c: 32 bits left out, gcc cannot link for -m32" >&2
fi
if command -v qemu-s390x >/dev/null; then
  step "corpus, big endian" s390x-linux-gnu-gcc corpus s390x s390x-linux-gnu-gcc "-O2 -static" qemu-s390x
else
  echo "c: big endian left out, there is no qemu-s390x" >&2
fi
step "coverage of the C by the corpus" llvm-cov bash test/coverage.sh
if echo '#include <openssl/kdf.h>' | gcc -E -x c - >/dev/null 2>&1; then
  step "envelopes, gcc -O2" gcc envelopes gcc gcc "-O2"
  step "envelopes, gcc with sanitizers" gcc envelopes sanitized gcc "-Os -g -fsanitize=address,undefined -fno-sanitize-recover=all"
  step "envelopes, clang with sanitizers" clang envelopes clang-sanitized clang "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
else
  echo "c: envelopes left out, there is no libssl-dev" >&2
fi
step "gcc -fanalyzer" gcc compile gcc -std=c99 -O2 -fanalyzer
step "clang --analyze" clang clang --analyze -std=c99 -Xclang -analyzer-werror --analyzer-output text migration_guard.c migration_guard_seal.c
step "cppcheck" cppcheck cppcheck --quiet --error-exitcode=1 --enable=warning,portability,performance --std=c99 -I. migration_guard.c migration_guard_seal.c
exit "$failed"
