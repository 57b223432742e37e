import { z } from "zod"
import type { Contender } from "./contender.js"
import * as rules from "./rules.js"

const matching = (pattern: string, flags?: string) => z.string().regex(new RegExp(pattern, flags))

const text = matching(rules.text, "u")
const host = matching(rules.host)
const flag = z.boolean().optional()
const timing = (most: number) => z.int().min(0).max(most).optional()
const socket = z.literal("socket")

const inet = z
  .strictObject({
    transport: socket,
    type: z.literal("inet"),
    host,
    port: matching(rules.port),
    numeric: z.literal(false).optional(),
    ipv4: flag,
    ipv6: flag,
    "keep-alive": flag,
    "keep-alive-count": timing(rules.timings["keep-alive-count"]),
    "keep-alive-idle": timing(rules.timings["keep-alive-idle"]),
    "keep-alive-interval": timing(rules.timings["keep-alive-interval"]),
    mptcp: flag,
  })
  .refine(rules.inetKept)

const beside = { transport: socket, type: z.literal("unix") }
const concretePath = z.strictObject({
  ...beside,
  path: matching(rules.path, "u"),
  abstract: z.literal(false).optional(),
})
const abstractPath = z.strictObject({
  ...beside,
  path: matching(rules.abstractPath, "u"),
  abstract: z.literal(true),
  tight: flag,
})
const unix = z.discriminatedUnion("abstract", [concretePath, abstractPath])

const vsockNumber = matching(rules.vsockNumber)
const vsock = z.strictObject({ transport: socket, type: z.literal("vsock"), cid: vsockNumber, port: vsockNumber })
const fd = z.strictObject({ transport: socket, type: z.literal("fd"), str: matching(rules.fdName, "u") })

const exec = z.strictObject({
  transport: z.literal("exec"),
  args: z.tuple([matching(rules.absolutePath, "u")], text),
})
const rdma = z.strictObject({ transport: z.literal("rdma"), host, port: matching(rules.numericPort) })
const file = z.strictObject({
  transport: z.literal("file"),
  filename: matching(rules.filename, "u"),
  offset: z.int().min(0),
})

const address = z.discriminatedUnion("transport", [
  z.discriminatedUnion("type", [inet, unix, vsock, fd]),
  exec,
  rdma,
  file,
])
const channel = z.discriminatedUnion("channel-type", [
  z.strictObject({ "channel-type": z.literal("main"), addr: address }),
  z.strictObject({ "channel-type": z.literal("cpr"), addr: unix }),
])
const schema = z
  .strictObject({
    uri: matching(rules.uri, "u").optional(),
    channels: z.array(channel).refine(rules.channelsKept).optional(),
    resume: flag,
  })
  .refine(({ uri, channels }) => (uri === undefined) !== (channels === undefined))

export const zod: Contender = {
  name: "zod 4",
  gives: "copy",
  run: (input) => schema.safeParse(input),
  accepts: (input) => schema.safeParse(input).success,
}
