import Type from "typebox"
import { Compile } from "typebox/compile"
import type { Contender } from "./contender.js"
import * as rules from "./rules.js"

const matching = (pattern: string, flags?: string) => Type.String({ pattern: new RegExp(pattern, flags) })
const exact = { additionalProperties: false }
const flag = Type.Optional(Type.Boolean())
const timing = (maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum }))
const socket = Type.Literal("socket")
const host = matching(rules.host)
const text = matching(rules.text, "u")
const vsockNumber = matching(rules.vsockNumber)

const inetMembers = { transport: socket, type: Type.Literal("inet"), host, port: matching(rules.port) }
const bareInet = Type.Object(inetMembers, exact)
const inet = Type.Refine(
  Type.Object(
    {
      ...inetMembers,
      numeric: Type.Optional(Type.Literal(false)),
      ipv4: flag,
      ipv6: flag,
      "keep-alive": flag,
      "keep-alive-count": timing(rules.timings["keep-alive-count"]),
      "keep-alive-idle": timing(rules.timings["keep-alive-idle"]),
      "keep-alive-interval": timing(rules.timings["keep-alive-interval"]),
      mptcp: flag,
    },
    exact,
  ),
  rules.inetKept,
)
const beside = { transport: socket, type: Type.Literal("unix") }
const unix = Type.Union([
  Type.Object({ ...beside, path: matching(rules.path, "u"), abstract: Type.Optional(Type.Literal(false)) }, exact),
  Type.Object({ ...beside, path: matching(rules.abstractPath, "u"), abstract: Type.Literal(true), tight: flag }, exact),
])
const vsock = Type.Object(
  { transport: socket, type: Type.Literal("vsock"), cid: vsockNumber, port: vsockNumber },
  exact,
)
const fd = Type.Object({ transport: socket, type: Type.Literal("fd"), str: matching(rules.fdName, "u") }, exact)
const exec = Type.Object(
  {
    transport: Type.Literal("exec"),
    args: Type.Refine(Type.Array(text, { minItems: 1 }), ([program]) => program?.startsWith("/") === true),
  },
  exact,
)
const rdma = Type.Object({ transport: Type.Literal("rdma"), host, port: matching(rules.numericPort) }, exact)
const file = Type.Object(
  {
    transport: Type.Literal("file"),
    filename: matching(rules.filename, "u"),
    offset: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  exact,
)
const channelsOf = <Inet extends Type.TSchema>(inet: Inet) => {
  const address = Type.Union([inet, unix, vsock, fd, exec, rdma, file])
  const channel = Type.Union([
    Type.Object({ "channel-type": Type.Literal("main"), addr: address }, exact),
    Type.Object({ "channel-type": Type.Literal("cpr"), addr: unix }, exact),
  ])
  return Type.Refine(Type.Array(channel), (channels) => rules.channelsKept(channels))
}

const options = { resume: flag }
const uriArguments = Type.Object({ uri: matching(rules.uri, "u"), ...options }, exact)

const contender = (name: string, schema: Type.TSchema): Contender => {
  const validator = Compile(schema)
  if (!validator.IsAccelerated()) throw new TypeError("typebox must compile")
  return {
    name,
    gives: "verdict",
    run: (input) => validator.Check(input),
    accepts: (input) => validator.Check(input),
  }
}

export const typebox = contender(
  "typebox, compiled",
  Type.Union([Type.Object({ channels: channelsOf(inet), ...options }, exact), uriArguments]),
)

/**
 * Of an object without optional members typebox only counts the members. So here such an object stands before each one
 * that has some: the same rules, and the fastest way to say them.
 */
const fastChannels = channelsOf(Type.Union([bareInet, inet]))
export const typeboxTuned = contender(
  "typebox, compiled, schema tuned",
  Type.Union([
    Type.Object({ channels: fastChannels }, exact),
    Type.Object({ channels: fastChannels, ...options }, exact),
    uriArguments,
  ]),
)
