#!/usr/bin/env bash
# Installs with apt what the tests run beside Node, where it is not there yet: the shells and the man pages' reader that those
# of the command line ask, the tshark that shows what emitted dissectors see, and the systemd that reads the example units.
# Needs root to install.
set -euo pipefail

packages=(zsh fish man-db groff-base tshark systemd)

exec bash "$(dirname "$0")/../../scripts/install-packages.sh" tests "${packages[@]}"
