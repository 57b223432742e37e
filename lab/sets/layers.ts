import type { ArgumentSet } from "../outcome.js"
import { both, inet, jsonOf, main, only, uri } from "./written.js"

/**
 * What management layers send, and what their users report: libvirt, Proxmox, Kata, Incus, KubeVirt; the tests of QEMU
 * itself. Hosts and names are replaced.
 */

const fromLayers: readonly ArgumentSet[] = [
  ...only("migrate-incoming", uri("fd:21")),
  ...only("migrate-incoming", main({ transport: "socket", type: "fd", str: "21" })),
  ...only("migrate", jsonOf({ detach: true, resume: false, uri: "tcp:198.51.100.7:49152" })),
  ...only("migrate", jsonOf({ detach: true, resume: false, uri: "fd:migrate" })),
  ...only("migrate", jsonOf({ detach: true, resume: false, uri: "tcp:[2001:db8::7]:49152" })),
  ...only("migrate-incoming", uri("tcp:[::]:49152")),
  ...only("migrate-incoming", uri("tcp:0.0.0.0:49152")),
  ...both(uri("unix:/run/qemu-server/100.migrate")),
  ...both(uri("tcp:[fd00::9]:60000")),
  ...both(main({ transport: "socket", type: "fd", str: "migration" })),
  ...only("migrate", uri("exec:cat>/run/vc/vm/template/state")),
  ...only("migrate-incoming", uri("exec:cat /run/vc/vm/template/state")),
  ...both(uri(`unix:/run/kubevirt-private/migrationproxy/${"a".repeat(36)}-source.sock`)),
  ...both(uri("rdma:192.0.2.7:49152")),
  ...only("migrate", jsonOf({ uri: "tcp:127.0.0.1:4446", resume: true, detach: true })),
]

const keepAlive = { "keep-alive": true, "keep-alive-idle": 30, "keep-alive-interval": 10, "keep-alive-count": 3 }

/** What the grammar of QEMU 10.1 changed. */
const newGrammar: readonly ArgumentSet[] = [
  ...[
    ...["127.0.0.1:4446,addr=127.0.0.9:4447", "127.0.0.1:4446,addr=127.0.0.1:5555", "addr=127.0.0.1:4446"],
    ...["to=5000,addr=127.0.0.1:4446", "127.0.0.1:4446,addr=[::1]:4447", "[::1]:1,addr=127.0.0.1:2"],
    ...["127.0.0.1:4446,foo=1", "127.0.0.1:4446, ipv4=on", "127.0.0.1:4446,=x", "127.0.0.1:4446,addr="],
    ...["y", "true", "no", "n", "false", "On", "yess"].map((value) => `127.0.0.1:4446,ipv4=${value}`),
    ...["noipv6", "noipv4", "nofoo", "ipv6,noipv4", "nonumeric"].map((flag) => `127.0.0.1:4446,${flag}`),
    ...["ipv4=off,ipv4=on", "ipv4=on,ipv6=on,ipv4=off", "to=4450,to=4440"].map((pair) => `127.0.0.1:4446,${pair}`),
    ...["0x1160", "011161", "-1", "65537", "4450x", "18446744073709551615", "18446744073709551616"].map(
      (to) => `127.0.0.1:4446,to=${to}`,
    ),
    ...["numeric=on", "numeric=off", "numeric=on,to=4450"].map((option) => `127.0.0.1:4446,${option}`),
    ...["localhost:4446,numeric=on", "127.0.0.1:http,numeric=on", ":4446,numeric=on"],
    ...["keep-alive=on", "keep-alive=off", "keep-alive-count=3", "keep-alive=on,keep-alive-count=3"].map(
      (option) => `127.0.0.1:4446,${option}`,
    ),
    ...["127", "128", "0", "-1", "4294967296", "4294967299"].map(
      (count) => `127.0.0.1:4446,keep-alive=on,keep-alive-count=${count}`,
    ),
    ...["32767", "32768", "x"].map((idle) => `127.0.0.1:4446,keep-alive=on,keep-alive-idle=${idle}`),
    ...["32767", "32768"].map((interval) => `127.0.0.1:4446,keep-alive=on,keep-alive-interval=${interval}`),
    ...["a,,b:4446", "127.0.0.1:4446,,to=4450", "127.0.0.1:44,,46", "127.0.0.1:4446,ipv4=on,,"],
    ...[`${"a".repeat(63)}.${"b".repeat(10)}.example:4446`, `127.0.0.1:${"0".repeat(29)}4446`],
    ...["127.0.0.1:4446,id=x", "127.0.0.1:4446,id=1x", "127.0.0.1:4446,id=x,id=y", "127.0.0.1:4446,id="],
    ...["a=b:4446", "host=127.0.0.1:4446", "[::1]x]:4446", "[::1%lo]:4446", "[fe80::1]:4446", "[fe80::1%25lo]:4446"],
    ...["[fe80::1%lo]:4446", "[fe80::1%1]:4446", "*:4446", "*:http", "[*]:4446", "'127.0.0.1':4446"],
    ...["127.0.0.1:4446,host=::1", "127.0.0.1:4446,port=1", "127.0.0.1:4446,mptcp=yes", "127.0.0.1:4446,addr=unix:/x"],
  ].flatMap((form) => both(uri(`tcp:${form}`))),
  ...["h:1,foo=1", "127.0.0.1:4446,addr=127.0.0.9:1", "127.0.0.1:4446,ipv4=on,ipv4=off", "127.0.0.1:4446,id=x"].flatMap(
    (form) => both(uri(`rdma:${form}`)),
  ),
  ...["x", "127.0.0.1", ":"].flatMap((form) => only("migrate-incoming", uri(`rdma:${form}`))),
  ...["x-rdma:127.0.0.1:4446", "unix:/tmp/mig.sock,server=on,wait=off", "unix:/tmp/x,path=/tmp/y"].flatMap((text) =>
    both(uri(text)),
  ),
  ...[
    keepAlive,
    { "keep-alive-idle": 30 },
    { ...keepAlive, "keep-alive": false },
    { ...keepAlive, "keep-alive-count": 128 },
    { ...keepAlive, "keep-alive-idle": 32768 },
    { ...keepAlive, "keep-alive-interval": 32768 },
    { ...keepAlive, "keep-alive-count": 0 },
    { ...keepAlive, "keep-alive-count": -1 },
    { ...keepAlive, "keep-alive-count": 4294967296 },
    { ...keepAlive, "keep-alive-idle": "30" },
    { ...keepAlive, "keep-alive-interval": 1.5 },
  ].flatMap((members) => both(inet(members))),
]

/** The sets of layers and of the grammar that changed. */
export const layerSets: readonly ArgumentSet[] = [...fromLayers, ...newGrammar]
