#!/usr/bin/env bash
# Proves with CBMC (setup/cbmc.sh) what the harnesses in this folder say.
# Usage: run.sh             every check, and what spice-server does with an accepted display
#        run.sh CHECK...    some of them; the last is called restored
#        run.sh --mutants   that the proofs notice a check that lacks one bound
set -euo pipefail
cd "$(dirname "$0")/.."

tools=../.lab/cbmc/bin
if ! [ -x "$tools/cbmc" ]; then
  echo "proof: skipped, there is no CBMC: run c/setup/cbmc.sh" >&2
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

safety=(--bounds-check --pointer-check --pointer-overflow-check --signed-overflow-check --unsigned-overflow-check
  --conversion-check --div-by-zero-check --undefined-shift-check)

# The verdict of CBMC on a program: how many properties hold, or which do not.
verdict() {
  local program=$1
  shift
  "$tools/cbmc" "$@" "$program" >"$work/log" 2>&1 || true
  sed -n 's/^\*\* 0 of \([0-9]*\) failed.*/\1 properties proven/p' "$work/log" | grep . ||
    { grep FAILURE "$work/log" || tail -n 5 "$work/log"; return 1; }
}

# Loops stand for their contracts, which are proven with the rest: nothing is unwound, so sizes and counts are any.
prove_check() {
  local check=$1 source=$2
  "$tools/goto-cc" -I. -DCBMC -DCHECK="$check" -o "$work/program" proof/check.c "$source"
  "$tools/goto-instrument" --dfcc main --apply-loop-contracts "$work/program" "$work/contracts" >"$work/log" 2>&1 ||
    { tail -n 5 "$work/log"; return 1; }
  verdict "$work/contracts" "${safety[@]}"
}

# Loops are unwound: MOST_SURFACES lossy surfaces, five times as many others.
prove_restored() {
  local surfaces=${MOST_SURFACES:-2}
  "$tools/goto-cc" -I. -DMOST_SURFACES="$surfaces" -o "$work/program" proof/restored.c "$1"
  verdict "$work/program" "${safety[@]}" --unwind $((5 * surfaces + 1)) --unwinding-assertions --slice-formula
}

prove() {
  if [ "$1" = restored ]; then prove_restored "$2"; else prove_check "$1" "$2"; fi
}

# A check that a sed script takes a bound from must not be proven.
must_fail() {
  local check=$1 script=$2
  sed "$script" migration_guard.c >"$work/mutant.c"
  if cmp -s migration_guard.c "$work/mutant.c"; then
    echo "$check: $script changes nothing"
    return 1
  fi
  if prove "$check" "$work/mutant.c" >"$work/said"; then
    echo "$check: proven although $script takes a bound from it"
    return 1
  fi
  echo "$check without a bound: $(grep -c FAILURE "$work/said") properties fail, as they must"
}

every=(mg_check_main mg_check_display mg_check_inputs mg_check_usbredir mg_check_port mg_check_webdav
  mg_check_spicevmc mg_check_smartcard restored)
failed=0
if [ "${1:-}" = --mutants ]; then
  must_fail mg_check_inputs '/^static bool check_inputs/,/^}/ s/if (size < [0-9]*)/if (size < 9)/' || failed=1
  must_fail mg_check_display '/^static bool check_display/,/^}/ s/if ((uint64_t)num_surfaces \* 20 > size - 84)/if (num_surfaces > size)/' || failed=1
  must_fail mg_check_main '/^static bool agent_chunks_fit(/,/^}/ s/at + 8 <= size/at < size/' || failed=1
  must_fail mg_check_smartcard '/^static bool check_smartcard/,/^}/ s/if (read_size > size - [a-z_]*)/if (read_size > size)/' || failed=1
  must_fail restored '/^static bool check_display/,/^}/ s/if (id >= receiver->surface_table_size)/if (false)/' || failed=1
  must_fail restored '/^static bool check_display/,/^}/ s/if (previous_id_of_[a-z]* >= (int64_t)id)/if (false)/' || failed=1
else
  [ $# -gt 0 ] && every=("$@")
  for check in "${every[@]}"; do
    echo "$check: $(prove "$check" migration_guard.c)" || { echo "$check is not proven" >&2; failed=1; }
  done
fi
exit "$failed"
