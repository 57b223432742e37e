#!/usr/bin/env bash
# Runs a libvirtd in the network, mount and UTS namespaces that it is started in: SIDE (a or b) FOLDER. Its socket and
# its log, with all QMP in it, are in the folder.
set -euo pipefail

side=$1
folder=$2
declare -A addresses=([a]=198.51.100.1 [b]=198.51.100.2)
declare -A ids=([a]=11111111-2222-4333-8444-aaaaaaaaaaaa [b]=11111111-2222-4333-8444-bbbbbbbbbbbb)

ip link set lo up
until ip link show "v$side" >/dev/null 2>&1; do sleep 0.05; done
ip addr add "${addresses[$side]}/24" dev "v$side"
ip link set "v$side" up
hostname "$side.example"

mkdir -p "$folder"/{run,lib,log,etc,cache}
cp -r /etc/libvirt/. "$folder/etc/"
mount --bind "$folder/run" /run
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/log" /var/log/libvirt
mount --bind "$folder/cache" /var/cache/libvirt
mount --bind "$folder/etc" /etc/libvirt
mkdir -p /run/libvirt /run/lock

cat >/etc/libvirt/libvirtd.conf <<CONF
unix_sock_dir = "$folder"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "${ids[$side]}"
log_filters = "1:qemu_monitor"
log_outputs = "1:file:$folder/libvirtd.log"
CONF
cat >/etc/libvirt/qemu.conf <<CONF
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
spice_listen = "0.0.0.0"
stdio_handler = "file"
max_core = 0
CONF

# Users that Debian's libvirt asks for, where only half of it is installed.
cp /etc/passwd /etc/group "$folder/"
id libvirt-qemu >/dev/null 2>&1 || echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >>"$folder/passwd"
for group in libvirt-qemu:64055 kvm:64056; do
  getent group "${group%:*}" >/dev/null || echo "${group%:*}:x:${group#*:}:" >>"$folder/group"
done
mount --bind "$folder/passwd" /etc/passwd
mount --bind "$folder/group" /etc/group
exec libvirtd
