import { Ajv2020 } from "ajv/dist/2020.js"
import type { Contender } from "./contender.js"
import * as rules from "./rules.js"

type Schema = Readonly<Record<string, unknown>>

const matching = (pattern: string): Schema => ({ type: "string", pattern })
const flag = { type: "boolean" }

const object = (required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}) => ({
  type: "object",
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
})

const socket = { const: "socket" }
const text = matching(rules.text)
const host = matching(rules.host)
const vsockNumber = matching(rules.vsockNumber)

const timings = Object.fromEntries(
  Object.entries(rules.timings).map(([name, maximum]) => [name, { type: "integer", minimum: 0, maximum }]),
)
const keptAlive = { properties: { "keep-alive": { const: true } }, required: ["keep-alive"] }

const inet = {
  ...object(
    { transport: socket, type: { const: "inet" }, host, port: matching(rules.port) },
    { numeric: { const: false }, ipv4: flag, ipv6: flag, "keep-alive": flag, mptcp: flag, ...timings },
  ),
  // Without IPv6 there must be IPv4, and a host that is no IPv6 address.
  dependentSchemas: {
    ...Object.fromEntries(Object.keys(timings).map((name) => [name, keptAlive])),
    ipv6: {
      anyOf: [
        { properties: { ipv6: { const: true } } },
        { properties: { ipv4: { const: true }, host: { not: { pattern: ":" } } } },
      ],
    },
    ipv4: {
      anyOf: [
        { properties: { ipv4: { const: false } } },
        { required: ["ipv6"] },
        { properties: { host: { not: { pattern: ":" } } } },
      ],
    },
  },
}

const unix = {
  ...object({ transport: socket, type: { const: "unix" }, path: text }, { abstract: flag, tight: flag }),
  if: { properties: { abstract: { const: true } }, required: ["abstract"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { path: { pattern: rules.abstractPath } } },
  else: { properties: { path: { pattern: rules.path } }, not: { required: ["tight"] } },
}

const address = {
  type: "object",
  discriminator: { propertyName: "transport" },
  required: ["transport"],
  oneOf: [
    {
      type: "object",
      properties: { transport: socket },
      discriminator: { propertyName: "type" },
      required: ["type"],
      oneOf: [
        inet,
        unix,
        object({ transport: socket, type: { const: "vsock" }, cid: vsockNumber, port: vsockNumber }),
        object({ transport: socket, type: { const: "fd" }, str: matching(rules.fdName) }),
      ],
    },
    object({
      transport: { const: "exec" },
      args: { type: "array", prefixItems: [matching(rules.absolutePath)], items: text, minItems: 1 },
    }),
    object({ transport: { const: "rdma" }, host, port: matching(rules.numericPort) }),
    object({
      transport: { const: "file" },
      filename: matching(rules.filename),
      offset: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    }),
  ],
}

const channel = {
  type: "object",
  discriminator: { propertyName: "channel-type" },
  required: ["channel-type"],
  oneOf: [
    object({ "channel-type": { const: "main" }, addr: address }),
    object({ "channel-type": { const: "cpr" }, addr: unix }),
  ],
}

/** One main channel, of two at most, leaves one of type cpr at most. */
const channels = {
  type: "array",
  items: channel,
  maxItems: 2,
  contains: { properties: { "channel-type": { const: "main" } } },
  minContains: 1,
  maxContains: 1,
}

const schema = {
  type: "object",
  properties: { uri: matching(rules.uri), channels, resume: flag },
  additionalProperties: false,
  if: { required: ["uri"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { not: { required: ["channels"] } },
  else: { required: ["channels"] },
}

const validate = new Ajv2020({ discriminator: true, strict: false, allErrors: false }).compile(schema)

export const ajv: Contender = {
  name: "ajv, compiled",
  gives: "verdict",
  run: validate,
  accepts: (input) => validate(input) === true,
}
