#!/usr/bin/env bash
# Puts the CBMC of Debian 13 (trixie) and the libraries that it needs into .lab/cbmc: nothing is installed. Package hosts
# come from the machine's own apt sources. Needs a Debian and no root. Run again, it does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$PWD/.lab/cbmc
if [ -x "$target/bin/cbmc" ]; then
  echo "CBMC is in .lab/cbmc"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/packages" "$work/root"

archive=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  sed -n 's/ bookworm main$//p' | head -n 1)
if [ -z "$archive" ]; then
  echo "cbmc: apt knows no archive of Debian 12 (bookworm) here" >&2
  exit 1
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $archive trixie main" >"$work/sources.list"
# No installed packages, so that all that it needs comes from there too.
: >"$work/status"
private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
  -o APT::Sandbox::User=root -o Debug::NoLocking=true)

apt-get "${private[@]}" -qq update
(cd "$work/packages" && apt-get "${private[@]}" -qq download cbmc minisat libc6 libgcc-s1 libstdc++6 zlib1g >/dev/null)
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/root"; done

# Its own loader finds its own libraries; what it starts, such as the compiler, finds the system's.
mkdir -p "$work/root/bin"
for program in cbmc goto-cc goto-instrument; do
  cat >"$work/root/bin/$program.new" <<'WRAPPER'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:$root/usr/lib" --argv0 "$0" "$root/usr/bin/$(basename "$0")" "$@"
WRAPPER
  chmod +x "$work/root/bin/$program.new"
  rm -f "$work/root/bin/$program"
  mv "$work/root/bin/$program.new" "$work/root/bin/$program"
done
mkdir -p .lab
rm -rf "$target"
mv "$work/root" "$target"
echo "CBMC is in .lab/cbmc"
