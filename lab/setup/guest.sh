#!/usr/bin/env bash
# Makes a guest in .lab/guest: Debian's cloud kernel and an initramfs of busybox and the modules of virtio's ports.
# Nothing is installed; package hosts come from the machine's own apt sources. Run again, it does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$PWD/.lab/guest
if [ -e "$target/initramfs" ] && [ "$target/initramfs" -nt lab/setup/guest-init.sh ]; then
  echo "the guest is in .lab/guest"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
echo "guest: downloading $kernel and busybox-static"
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$kernel" busybox-static)
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done

initramfs=$work/initramfs
mkdir -p "$initramfs"/{bin,dev,proc,sys,modules}
cp "$work/root/bin/busybox" "$initramfs/bin/"
cp lab/setup/guest-init.sh "$initramfs/init"
chmod +x "$initramfs/init"
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_console; do
  find "$work/root/lib/modules" -name "$module.ko" -exec cp {} "$initramfs/modules/" \;
done

mkdir -p "$target"
cp "$work"/root/boot/vmlinuz-* "$target/kernel"
(cd "$initramfs" && find . | "$work/root/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip >"$target/initramfs.new"
mv "$target/initramfs.new" "$target/initramfs"
echo "the guest is in .lab/guest"
