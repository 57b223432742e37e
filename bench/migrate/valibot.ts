import * as v from "valibot"
import type { Contender } from "./contender.js"
import * as rules from "./rules.js"

const matching = (pattern: string, flags?: string) => v.pipe(v.string(), v.regex(new RegExp(pattern, flags)))

const text = matching(rules.text, "u")
const host = matching(rules.host)
const flag = v.optional(v.boolean())
const timing = (most: number) => v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most)))
const socket = v.literal("socket")

const inet = v.pipe(
  v.strictObject({
    transport: socket,
    type: v.literal("inet"),
    host,
    port: matching(rules.port),
    numeric: v.optional(v.literal(false)),
    ipv4: flag,
    ipv6: flag,
    "keep-alive": flag,
    "keep-alive-count": timing(rules.timings["keep-alive-count"]),
    "keep-alive-idle": timing(rules.timings["keep-alive-idle"]),
    "keep-alive-interval": timing(rules.timings["keep-alive-interval"]),
    mptcp: flag,
  }),
  v.check((address) => rules.inetKept(address)),
)

const beside = { transport: socket, type: v.literal("unix") }
const concretePath = v.strictObject({
  ...beside,
  path: matching(rules.path, "u"),
  abstract: v.optional(v.literal(false)),
})
const abstractPath = v.strictObject({
  ...beside,
  path: matching(rules.abstractPath, "u"),
  abstract: v.literal(true),
  tight: flag,
})
const unix = v.variant("abstract", [concretePath, abstractPath])

const vsockNumber = matching(rules.vsockNumber)
const vsock = v.strictObject({ transport: socket, type: v.literal("vsock"), cid: vsockNumber, port: vsockNumber })
const fd = v.strictObject({ transport: socket, type: v.literal("fd"), str: matching(rules.fdName, "u") })

const exec = v.strictObject({
  transport: v.literal("exec"),
  args: v.tupleWithRest([matching(rules.absolutePath, "u")], text),
})
const rdma = v.strictObject({ transport: v.literal("rdma"), host, port: matching(rules.numericPort) })
const file = v.strictObject({
  transport: v.literal("file"),
  filename: matching(rules.filename, "u"),
  offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

const socketAddress = v.variant("type", [inet, concretePath, abstractPath, vsock, fd])
const address = v.variant("transport", [socketAddress, exec, rdma, file])
const channel = v.variant("channel-type", [
  v.strictObject({ "channel-type": v.literal("main"), addr: address }),
  v.strictObject({ "channel-type": v.literal("cpr"), addr: unix }),
])
const schema = v.pipe(
  v.strictObject({
    uri: v.optional(matching(rules.uri, "u")),
    channels: v.optional(
      v.pipe(
        v.array(channel),
        v.check((channels) => rules.channelsKept(channels)),
      ),
    ),
    resume: flag,
  }),
  v.check(({ uri, channels }) => (uri === undefined) !== (channels === undefined)),
)

const config = { abortEarly: true } as const

export const valibot: Contender = {
  name: "valibot",
  gives: "copy",
  run: (input) => v.safeParse(schema, input, config),
  accepts: (input) => v.safeParse(schema, input, config).success,
}
