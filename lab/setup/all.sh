#!/usr/bin/env bash
# All that the lab needs on Debian 12, in the system and in .lab. What cannot be had is said, and its tests are skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."

if ! command -v apt-get >/dev/null; then
  echo "lab: there is no apt here: what is missing stays missing, and its tests are skipped" >&2
  exit 0
fi
for part in lab/setup/packages.sh lab/setup/qemu-10.sh lab/setup/qemu-11.sh lab/setup/guest.sh lab/surfaces/build.sh; do
  bash "$part" || echo "lab: $part failed, the tests that need it are skipped" >&2
done
