/** Strings that are not what they look like, by the members that may be taken in by them. */

const hosts = [
  ...["127.1", "2130706433", "0x7f.1", "127.0.0.01", "256.0.0.1", "1.2.3", "127.0.0.1.", "::1", "::", "0", "localhost"],
  ...[
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "[::1]",
    "[127.0.0.1]",
    ":::1",
    "1::2::3",
    "12345::",
    "fe80::1%eth0",
    "fe80::1",
    "fe80::1%25eth0",
    "ff02::1",
    "::1%eth0",
  ],
  ...[
    "fe80::1%",
    "a b",
    "a..b",
    "-a",
    "a-",
    "*",
    "a/b",
    "a:1",
    "a,b",
    "\u00e9",
    "xn--a",
    "a.".repeat(127),
    "a".repeat(64),
  ],
]

const ports = ["http", "HTTP", "-http", "a--b", "a".repeat(15), "1,to=2", "1-2", "", "00", "-0", "0x1bd", "1e3"]

const paths = ["@a", "@", "/", "a", "./a", "../a", "/a/../b", "//a", "/proc/self/fd/0", "/dev/stdin", "|id", "/a\nb"]

const queries = [
  ...[",", ",,", ",x", ",x=y", ",ipv4", ",ipv4=", ",ipv4=off", ",ipv4=yes", ",ipv4=on=off", ",ipv4,ipv4", ",ipv6"],
  ...[
    ",ipv4=off,ipv6=off",
    ",ipv4=on,ipv4=off",
    ",IPV4",
    ",numeric",
    ",keep-alive",
    ",mptcp=off",
    ",to",
    ",to=",
    ",to=0",
  ],
  ...[",to=1", ",to=2", ",to=65536", ",to=70000", ",to=-1", ",to=01", ",to=x", ",to=1,to=2", ",to=99999999999"],
  ...[
    ",__proto__=on",
    ",constructor",
    ",addr=a:1",
    ",id=a",
    ",noipv6",
    ",keep-alive-idle=5",
    ",to=0x10",
    ",host=a",
    ",offset=1",
    ",offset=x",
    ",offset=-1",
    ",offset=01",
    ",offset=1K",
  ],
  ...[",offset=0x10", ",offset=8E", ",offset=16E", ",offset=0.5", ",offset=0.5K", ",offset=1,offset=2", ",offset="],
]

/** What stands behind a scheme. */
const rests = [
  ...[
    "",
    ":",
    "::",
    "1",
    "a",
    "10.0.0.9",
    "10.0.0.9:",
    ":1",
    "0:1",
    "a:1",
    "a:0",
    "a:http",
    "a:01",
    "a:+1",
    "a: 1",
    "a:-1",
  ],
  ...[
    "a:65535",
    "a:65536",
    "a:69982",
    "a:4294967296",
    "a:1:2",
    "127.1:1",
    "a b:1",
    "//a:1",
    "[::1]:1",
    "[::]:0",
    "::1:1",
  ],
  ...["[]:1", "[::1]", "[::1]1", "[::1", "[::1]:1:2", "[a]:1", "[10.0.0.9]:1", "[fe80::1%eth0]:1", "[::1%eth0]:1"],
  ...["1:1", "4294967295:1", "1:4294967295", "4294967296:1", "1:4294967296", "01:1", "0x1:1", "-1:1", "1:1:1"],
  ...[`${"a".repeat(64)}:1`, `${"a.".repeat(32)}:1`, `${"a.".repeat(32)}a:1`, `a:${"1".repeat(33)}`],
  ...["/a", "@a", "@", "/a/../b", "3", "-1", "9a", " ", "id", "id; id"],
]

/** Strings to put in the place of a member's. */
export const hostileStrings: ReadonlyMap<string, readonly string[]> = new Map([
  ["host", hosts],
  ["port", ports],
  ["path", paths],
  ["filename", [...paths, "/a,offset=1", "fd:0", "/dev/fdset/1"]],
  ["str", ["3", "0", "2", "03", "-1", "9a", "a b", "/dev/fdset/1", "a".repeat(300)]],
  ["cid", ["1", "any", "4294967294", "4294967295"]],
])

/** What to put behind a URI that is right. */
export const uriEnds = queries

/** What to put behind the scheme of a URI. */
export const uriRests = rests

/** Schemes that there are not. */
export const wrongSchemes = [
  "",
  "TCP",
  "Tcp",
  " tcp",
  "tcp ",
  "tcp4",
  "udp",
  "http",
  "inet",
  "socket",
  "__proto__",
  "defer",
]
