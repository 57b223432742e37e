#!/usr/bin/env bash
# Installs with apt what the tests run beside Node, where it is not there yet: the shells and the man pages' reader that those
# of the command line ask, and the tshark that shows what emitted dissectors see. Needs root to install.
set -euo pipefail

packages=(zsh fish man-db groff-base tshark)

exec bash "$(dirname "$0")/../../scripts/install-packages.sh" tests "${packages[@]}"
