import { both, only, uri } from "./written.js"

const inetForms = [
  ...["127.0.0.1:4446", "localhost:4446", ":4446", "0:4446", "[::1]:4446", "[::]:4446", "::1:4446", "localhost:http"],
  ...[
    "",
    ":",
    "127.0.0.1",
    "127.0.0.1:",
    "[::1]",
    "[::1]4446",
    "[]:4446",
    "[127.0.0.1]:4446",
    "[::1:4446",
    "::1]:4446",
  ],
  ...[
    "localhost:4446:4447",
    "//localhost:4446",
    "127.0.0.1:0",
    "127.0.0.1:65535",
    "127.0.0.1:65536",
    "127.0.0.1:69982",
  ],
  ...["127.0.0.1: 4446", "127.0.0.1:+4446", "127.0.0.1:04446", "127.0.0.1:4446x", " 127.0.0.1:4446", "127.1:4446"],
  ...["a,b:4446", "localhost,:4446", `${"a".repeat(63)}:4446`, `${"a".repeat(64)}:4446`, `${"a".repeat(65)}:4446`],
  ...[`127.0.0.1:${"4".repeat(32)}`, `127.0.0.1:${"4".repeat(33)}`, "127.0.0.1:4446 ", "127.0.0.1:4446\n"],
]

const inetOptions = [
  ...["to=4447", "to=4445", "to=65535", "to=65536", "to=70000", "to=-1", "to= 4447", "to=+4447", "to=04447", "to="],
  ...["to", "to=x", "to=4447x", "to=4447,to=4448", "to=99999999999999999999", "to=4294971743", "ipv4", "ipv4=on"],
  ...["ipv4=off", "ipv4=yes", "ipv4=", "ipv4=true", "ipv6", "ipv6=on", "ipv6=off", "ipv4=off,ipv6=off", "ipv4,ipv4"],
  ...["ipv4=on,ipv4=off", "ipv4=off,ipv4=bad", "keep-alive", "keep-alive=on", "keep-alive=off", "keep-alive=1"],
  ...["mptcp=off", "mptcp=on", "mptcp", "numeric", "numeric=on", "foo=bar", "foo", "", ",", "ipv4=on,", ",ipv4=on"],
  ...["IPV4=on", "ipv4 =on", "xipv4=on", "to=4450,ipv4=on,ipv6=off", "ipv6=on,to=4450"],
]

const others = [
  ...["unix:/run/migration.sock", "unix:", "unix:run/x.sock", "unix:@x", "unix:@", "unix:/run/a,b", "unix:/no/such/x"],
  ...["unix:/var/tmp/vm.state/x", "file:/var/tmp/vm.state/x"],
  ...[`unix:/${"a".repeat(106)}`, `unix:/${"a".repeat(107)}`, `unix:/${"a".repeat(108)}`, `unix:/${"ä".repeat(54)}`],
  ...["vsock:3:4446", "vsock:3", "vsock:", "vsock::", "vsock:3:", "vsock::4446", "vsock:3:4446x", "vsock:a:b"],
  ...["vsock:4294967295:4446", "vsock:3:4294967295", "vsock:4294967296:1", "vsock:3:4294967296", "vsock:03:4446"],
  ...["vsock: 3:4446", "vsock:-1:4446", "vsock:3:+4446", "vsock:0x3:1", "vsock:3:4446:5", "vsock:0:0", "vsock:2:1"],
  ...["fd:migration", "fd:", "fd:-1", "fd:99", "fd:9x", "fd:a b", "fd:_", "fd:größe", "fd:99999999999"],
  ...["exec:cat >/tmp/x", "exec:", "exec:true", "exec: ", "exec:a\nb"],
  ...["file:/var/tmp/vm.state", "file:", "file:vm.state", "file:/no/such/folder/x", "file:/tmp", "file:/var/tmp/vm,x"],
  ...[`file:/${"a".repeat(254)}`, `file:/${"a".repeat(255)}`],
  ...[
    "tcp",
    "",
    ":",
    "tcp;127.0.0.1:4446",
    "TCP:127.0.0.1:4446",
    "Unix:/x",
    "inet:127.0.0.1:4446",
    "ftp:x",
    " tcp:a:1",
  ],
  ...["/run/x.sock", "defer", "fdset:1", "udp:127.0.0.1:1", "tcp6:[::1]:4446", "FILE:/tmp/x", "exec", "rdma", "fd"],
]

const offsets = [
  ...["0", "1", "4096", "1K", "1k", "1M", "2G", "1.5K", "0.5", "1.5B", "4B", "0x10", "0X10", "0x10K", "1T", "1P", "7E"],
  ...["8E", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-1", "+1"],
  ...[" 1", "1 ", "01", "", "x", "1Z", "1KB", "1e3", ".5K", "1.K", "1,offset=2", "0.0009765625K", "0.001K", "1.1K"],
]

/** The legacy form: one string for an address. */
export const uriSets = [
  ...inetForms.flatMap((form) => both(uri(`tcp:${form}`))),
  ...inetForms.flatMap((form) => only("migrate", uri(`rdma:${form}`))),
  ...["127.0.0.1:4446", ":4446", "", "localhost", "localhost:0"].flatMap((form) =>
    only("migrate-incoming", uri(`rdma:${form}`)),
  ),
  ...inetOptions.flatMap((option) => both(uri(`tcp:127.0.0.1:4446,${option}`))),
  ...["foo", "to=x", "ipv4=yes", "to=4447", "mptcp=off", ""].flatMap((option) =>
    both(uri(`rdma:127.0.0.1:4446,${option}`)),
  ),
  ...["ipv4=on", "ipv6=off", "ipv4=off"].flatMap((option) => both(uri(`tcp:[::1]:4446,${option}`))),
  ...["http,to=79", "http,to=80", "qemu-mig,to=4450"].flatMap((form) => both(uri(`tcp:127.0.0.1:${form}`))),
  ...others.flatMap((form) => both(uri(form))),
  ...offsets.flatMap((offset) => only("migrate", uri(`file:/var/tmp/vm.state,offset=${offset}`))),
  ...["1", "0x10", "1.5K", "01", "x"].flatMap((offset) =>
    only("migrate-incoming", uri(`file:/var/tmp/vm.state,offset=${offset}`)),
  ),
]
