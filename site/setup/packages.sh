#!/usr/bin/env bash
# Installs with apt the browser that the pages' tests drive, where it is not there yet. Needs root to install.
set -euo pipefail

packages=(chromium fonts-dejavu-core)

exec bash "$(dirname "$0")/../../scripts/install-packages.sh" site "${packages[@]}"
