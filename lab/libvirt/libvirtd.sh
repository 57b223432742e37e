#!/usr/bin/env bash
# libvirtd.sh FOLDER UUID: a libvirtd of a host of its own on this machine, with all of its files in FOLDER; ended with
# the signal that ends this. Its users see its sockets in FOLDER/run, and all QMP in FOLDER/libvirtd.log. Needs root, and
# libvirt's driver for QEMU.
set -euo pipefail
folder=$1 uuid=$2
mkdir -p "$folder"/{run,lib,etc/hooks,log,cache}

cat >"$folder/etc/libvirtd.conf" <<END
host_uuid = "$uuid"
auth_unix_rw = "none"
auth_unix_ro = "none"
log_filters = "1:qemu_monitor"
log_outputs = "1:file:$folder/libvirtd.log"
END
cat >"$folder/etc/qemu.conf" <<END
user = "root"
group = "root"
security_driver = "none"
namespaces = [ ]
cgroup_controllers = [ ]
spice_listen = "0.0.0.0"
stdio_handler = "file"
dynamic_ownership = 0
remember_owner = 0
max_core = 0
END
# libvirt looks for the user that Debian's package makes, whatever it runs QEMU as.
{ cat /etc/passwd; echo "libvirt-qemu:x:64055:64055::/nonexistent:/bin/false"; } >"$folder/passwd"
{ cat /etc/group; echo "libvirt-qemu:x:64055:"; echo "kvm:x:64056:"; } >"$folder/group"

own='mount --make-rprivate /
mount --bind "$0/passwd" /etc/passwd
mount --bind "$0/group" /etc/group
mount -t sysfs sysfs /sys
for pair in run:/run/libvirt lib:/var/lib/libvirt etc:/etc/libvirt log:/var/log/libvirt cache:/var/cache/libvirt; do
  mkdir -p "${pair#*:}"
  mount --bind "$0/${pair%%:*}" "${pair#*:}"
done
exec libvirtd --pid /run/libvirt/libvirtd.pid'
exec unshare -m sh -c "$own" "$folder"
