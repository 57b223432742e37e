import { both, inet, jsonOf, main, only, unix, uri } from "./written.js"

const tcp = "tcp:127.0.0.1:4446"

const members = [
  {},
  { uri: tcp, channels: [] },
  { uri: null },
  { channels: null },
  { uri: tcp, channels: null },
  { uri: 1 },
  { uri: [tcp] },
  { uri: {} },
  { channels: {} },
  { channels: "main" },
  { channels: true },
  { URI: tcp },
  { Uri: tcp },
  { uri: tcp, detach: true },
  { uri: tcp, detach: false },
  { uri: tcp, detach: "true" },
  { uri: tcp, detach: null },
  { uri: tcp, resume: true },
  { uri: tcp, resume: false },
  { uri: tcp, resume: 0 },
  { uri: tcp, Resume: false },
  { uri: tcp, "exit-on-error": true },
  { uri: tcp, "exit-on-error": false },
  { uri: tcp, "exit-on-error": "no" },
  { uri: tcp, blk: true },
  { uri: tcp, inc: false },
  { uri: tcp, foo: 1 },
  { uri: tcp, "": 1 },
  { uri: tcp, id: "1" },
  { uri: tcp, channel: {} },
  { uri: tcp, exit_on_error: true },
  { uri: `${tcp}\0` },
  { "uri\0": tcp },
]

const withUri = JSON.stringify({ uri: tcp })
const withInet = inet({})
const withUnix = unix({})
const withExec = main({ transport: "exec", args: ["/bin/true"] })

/** Texts that are JSON, but not as JSON.stringify writes it; or arguments that are none. */
const written = [
  ...["null", "true", "1", '"x"', "[]", `["${tcp}"]`, `[${withUri}]`],
  ...[` ${withUri} `, `\n\t${withUri}\r\n`, withUri.replace(":", " : "), `{"\\u0075ri":"${tcp}"}`],
  ...[`{"uri":"\\u0074cp:127.0.0.1:4446"}`, `{"uri":"unix:\\/run\\/x.sock"}`],
  ...[
    `{"uri":"${tcp}","uri":"${tcp}"}`,
    `{"uri":"${tcp}","\\u0075ri":"x"}`,
    withInet.replace('"port"', '"host":"::1","port"'),
  ],
  withInet.replace('"addr"', '"channel-type":"main","addr"'),
  withInet.replace('"type":"inet"', '"type":"inet","type":"unix"'),
  `{"uri":"${tcp}","__proto__":null}`,
  `{"__proto__":{"uri":"${tcp}"}}`,
  withInet.replace('"host"', '"constructor":1,"host"'),
  withInet.replace('"host"', '"toString":"x","host"'),
  ...["\\u0000", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\ufffe", "\\uffff", "\\ufdd0", "\\udbff\\udfff"].flatMap(
    (odd) => [`{"uri":"unix:/run/${odd}"}`, withUnix.replace("migration.sock", odd), withExec.replace("true", odd)],
  ),
  `{"\\ud800":1,"uri":"${tcp}"}`,
  ...["\ufffe", "\u{1f600}", "\u007f", "\u0080", "\u2028", "\ufeff", "e\u0301"].map((odd) =>
    unix({ path: `/run/${odd}` }),
  ),
  ...["1", "1.0", "1e0", "-0", "0", "1E400", "0.5", "-1", "00", "9007199254740993"].map((to) =>
    withInet.replace('"port"', `"to":${to},"port"`),
  ),
  ...["0.0", "1e3", "-0", "1.5"].map((offset) =>
    main({ transport: "file", filename: "/var/tmp/vm.state" }).replace("}}", `,"offset":${offset}}}`),
  ),
  `{"a":${"[".repeat(20)}${"]".repeat(20)}}`,
  `{"uri":"${tcp}","a":[${Array.from({ length: 1100 }, () => 0).join(",")}]}`,
  `{"a":${"[".repeat(1030)}${"]".repeat(1030)}}`,
]

/** Texts that are no JSON. */
const malformed = [
  ...["", "{", "}", '{"uri"}', '{"uri":}', '{"uri":"x"', '{"uri":"x', "{uri:1}", '{"uri":"x",}', '{,"uri":"x"}'],
  ...[
    `{'uri':'${tcp}'}`,
    `{"uri":'${tcp}'}`,
    `{"uri":"unix:/run/\\'x"}`,
    `{"uri":"${tcp}" "detach":true}`,
    '{"uri" "x"}',
  ],
  ...[`{"uri":"unix:/run/a\tb"}`, `{"uri":"unix:/run/a\nb"}`, '{"uri":"unix:/run/\\x"}', '{"uri":"unix:/run/\\u12"}'],
  ...[
    "tru",
    "NaN",
    "[1,]",
    "+1",
    "01",
    ".5",
    "1.",
    "0x1",
    "-",
    "// x",
    `/* x */${withUri}`,
    `${withUri} // x`,
    `${withUri}#`,
  ],
  ...[
    `\ufeff${withUri}`,
    `\u00a0${withUri}`,
    `${withUri},`,
    `${withUri}]`,
    '{"uri":"\u0000"}',
    `{"uri":True}`,
    "undefined",
    "%s",
    '{"uri":%s}',
  ],
]

/** Members of the arguments, and how a text says them. */
export const textSets = [
  ...members.flatMap((value) => both(jsonOf(value))),
  ...written.flatMap((text) => only("migrate", text)),
  ...written.slice(0, 20).flatMap((text) => only("migrate-incoming", text)),
  ...malformed.flatMap((text) => only("migrate", text)),
  ...only("migrate", uri(tcp)),
]
