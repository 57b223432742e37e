#!/usr/bin/env bash
# Proves with CBMC (setup/cbmc.sh) what the harnesses in this folder say, of every check. Usage: run.sh [CHECK...]
# SOURCE is the validator that is proven, c/migration_guard.c unless it is told otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=../.lab/cbmc/bin
if ! [ -x "$tools/cbmc" ]; then
  echo "proof: skipped, there is no CBMC: run c/setup/cbmc.sh" >&2
  exit 0
fi
source=${SOURCE:-migration_guard.c}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

safety=(--bounds-check --pointer-check --pointer-overflow-check --signed-overflow-check --unsigned-overflow-check
  --conversion-check --div-by-zero-check --undefined-shift-check --pointer-primitive-check)

# Loops are replaced by their contracts, which are proven with the rest: nothing is unwound.
prove() {
  local harness=$1 name=$2
  "$tools/goto-cc" -I. -DCHECK="$name" -o "$work/$name.gb" "$harness" "$source"
  "$tools/goto-instrument" --dfcc main --apply-loop-contracts "$work/$name.gb" "$work/$name.loops.gb" >"$work/$name.log" 2>&1 ||
    { tail -n 20 "$work/$name.log"; return 1; }
  "$tools/cbmc" "${safety[@]}" "$work/$name.loops.gb" >"$work/$name.log" 2>&1 || true
  tail -n 2 "$work/$name.log" | grep -q SUCCESSFUL || { grep FAILURE "$work/$name.log" | head -n 20; return 1; }
  echo "$name: $(sed -n 's/^\*\* 0 of \([0-9]*\) failed.*/\1/p' "$work/$name.log") properties proven"
}

failed=0
for name in "${@:-mg_check_main}"; do
  prove proof/check.c "$name" || { echo "$name: not proven" >&2; failed=1; }
done
exit "$failed"
