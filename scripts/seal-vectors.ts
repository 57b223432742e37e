import * as E from "fp-ts/lib/Either.js"
import { constantNamed } from "../src/layout/backends/c99-text.js"
import type { Binding } from "../src/seal/binding.js"
import { agents } from "../src/seal/envelope.js"
import { keyring } from "../src/seal/keyring.js"
import { open } from "../src/seal/open.js"
import type { Stated } from "../src/seal/prepare.js"
import { replayWindow } from "../src/seal/replay.js"
import { type Chance, type SealOptions, sealWith } from "../src/seal/seal.js"
import { channelTypes } from "../src/spice/wire/channels.js"
import { readBlob, readIndex } from "./corpus.js"

/** Envelopes for other implementations to agree on: everything that is random otherwise is fixed here. */

const bytesFrom = (first: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (first + index) % 256)

const key = bytesFrom(0x40, 32)
const keyId = 7
const chanceOf = (index: number): Chance => ({ salt: bytesFrom(0x80 + index, 32), id: bytesFrom(0xc0 + index, 16) })
const now = Date.UTC(2026, 10, 28, 12)
const lifetime = 60_000
const destination = "b.example:5900"
const vm = "5f0c0f6e-8a3c-4a8e-9f0e-3c1d6b2a7e10"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const blob = (file: string): Uint8Array => {
  const entry = readIndex().find((each) => each.file === file)
  if (entry === undefined) throw new Error(`the corpus has no ${file}`)
  return readBlob(entry)
}

const cases: readonly {
  readonly name: string
  readonly binding: Omit<Binding, "vm" | "destination">
  readonly stated: Stated
  readonly state: Uint8Array
}[] = [
  {
    name: "two mouse motions",
    binding: { connectionId: 0x11223344, channel: "inputs", channelId: 0 },
    stated: {},
    state: blob("inputs/genuine/inputs-motions-2.bin"),
  },
  {
    name: "an agent that is connected, and two displays",
    binding: { connectionId: 0x11223344, channel: "main", channelId: 0 },
    stated: { agent: "connected", displays: [0, 1] },
    state: blob("main/genuine/main-agent.bin"),
  },
  {
    name: "the second of two displays",
    binding: { connectionId: 0xffffffff, channel: "display", channelId: 1 },
    stated: { agent: "absent", displays: [0, 1] },
    state: blob("display/genuine/display-two-display-1.bin"),
  },
  {
    name: "an empty state, which no server writes",
    binding: { connectionId: 1, channel: "webdav", channelId: 255 },
    stated: { displays: [63, 64] },
    state: new Uint8Array(),
  },
]

interface VectorFile extends Omit<(typeof cases)[number], "state"> {
  readonly random: Chance
  readonly state: Uint8Array
  readonly envelope: Uint8Array
}

const keysOfVectors = () => {
  const keys = keyring(Buffer.from(`${keyId} active ${hex(key)}\n`))
  if (E.isLeft(keys)) throw new TypeError("the vectors' key is none")
  return keys.right
}

const sealedCases = (): readonly VectorFile[] => {
  const options: SealOptions = { keys: keysOfVectors(), now, lifetime }
  return cases.map((each, index) => {
    const random = chanceOf(index)
    const { name, binding, stated, state } = each
    const envelope = sealWith(state, { vm, destination, ...binding }, { ...options, stated }, random)
    if (E.isLeft(envelope)) throw new TypeError(`${name} is not sealed: ${envelope.left[0].message}`)
    return { ...each, random, envelope: envelope.right }
  })
}

/** The vectors' file. */
export const sealVectors = (): readonly [string, string] => {
  const vectors = sealedCases().map(({ name, binding, stated, state, random, envelope }) => {
    const { agent = "unknown", displays = [] } = stated
    const chance = { salt: hex(random.salt), id: hex(random.id) }
    return { name, ...chance, ...binding, agent, displays, state: hex(state), envelope: hex(envelope) }
  })
  const common = { keyId, key: hex(key), sealedAt: now, lifetime, vm, destination }
  return ["docs/sealing-vectors.json", `${JSON.stringify({ ...common, vectors }, undefined, 2)}\n`]
}

const inC = (bytes: Uint8Array): string => `{ ${[...bytes, ...(bytes.length === 0 ? [0] : [])].join(", ")} }`

/** What opening an envelope says with a bit of each of its bytes altered. */
const alteredRules = ({ binding, envelope, state }: VectorFile): readonly string[] =>
  Array.from(envelope, (byte, at) => {
    const altered = envelope.slice()
    altered[at] = byte ^ (1 << (at % 8))
    const options = { keys: keysOfVectors(), window: replayWindow(), now, maxStateBytes: state.length }
    const opened = open(altered, { vm, destination, ...binding }, options)
    return E.isRight(opened) ? "0" : `MG_SEAL_RULE_${constantNamed(opened.left[0].rule)}`
  })

const vectorInC = (vector: VectorFile): string => {
  const { name, binding, stated, state, envelope } = vector
  const { connectionId, channel, channelId } = binding
  const { agent = "unknown", displays = [] } = stated
  const bits = [...displays].filter((id) => id < 64).reduce((sum, id) => sum | (1n << BigInt(id)), 0n)
  return `{ "${name}", ${connectionId}u, ${channelTypes[channel]}, ${channelId}, ${agents[agent]}, UINT64_C(${bits}),
    (const uint8_t[])${inC(state)}, ${state.length},
    (const uint8_t[])${inC(envelope)}, ${envelope.length},
    (const uint16_t[]){ ${alteredRules(vector).join(", ")} } },`
}

/** The vectors for c/test/seal.c, each with what altering bit `n % 8` of byte n comes to. */
export const sealVectorsInC = (): readonly [string, string] => [
  "c/test/seal_vectors.h",
  `/* Generated by \`npm run generate\` from docs/sealing-vectors.json. Do not edit. */
static const char vector_vm[] = "${vm}";
static const char vector_destination[] = "${destination}";
static const uint64_t vector_sealed_at = ${now};
static const uint64_t vector_lifetime = ${lifetime};
static const seal_key vector_key = { ${keyId}, ${inC(key)} };

static const struct vector {
    const char *name;
    uint32_t connection_id;
    uint8_t channel_type;
    uint8_t channel_id;
    uint8_t agent;
    uint64_t displays;
    const uint8_t *state;
    size_t state_size;
    const uint8_t *envelope;
    size_t envelope_size;
    /* The rule that is broken where bit n % 8 of byte n is another one. */
    const uint16_t *altered;
} vectors[] = {
${sealedCases().map(vectorInC).join("\n")}
};
`,
]
