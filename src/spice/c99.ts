import type { Told } from "../layout/backends/c99-expression.js"
import { emitLibrary, type LibraryFiles } from "../layout/backends/c99-library.js"
import { comment, constantNamed, indented, snake } from "../layout/backends/c99-text.js"
import { programOf } from "../layout/lower.js"
import type { Parameter } from "../layout/parameters.js"
import type { Layout } from "../layout/types.js"
import { argumentChecks } from "./arguments.js"
import { type Format, formatOf } from "./formats.js"
import { type Channel, channels, defaultReceiver, type ReceiverState, unverifiables } from "./receiver.js"
import { channelTypes } from "./wire/channels.js"

/** Behind SPICE's own types: usbredir, port or webdav, where it is not known which. */
const unknownVmc = Math.max(...Object.values(channelTypes)) + 1

/** The number that C calls a channel by: the type that SPICE gives it. */
export const channelNumber = (channel: Channel): number =>
  channel === "spicevmc" ? unknownVmc : channelTypes[channel]

const constantOf = (channel: Channel): string => `MG_CHANNEL_${constantNamed(channel)}`

const channelsOf = (format: string): readonly Channel[] => channels.filter((channel) => formatOf[channel] === format)

/** Members of a receiver that differ by channel. */
const perChannel = ["maxBlobBytes", "maxWriteBytes", "maxReadBytes"] as const

const numbers = [
  "surfaceTableSize",
  "agentTokenWindow",
  "maxEncoders",
  "glzMaxPixels",
  "maxMotionCount",
] as const satisfies readonly (keyof typeof defaultReceiver)[]

const words = {
  jpegWanCompression: ["auto", "always", "never"],
  source: ["any", "0.15"],
  provenance: ["relayed", "sealed"],
} as const

/** The channel that a check is for: a constant where its format has but one. */
const channelIn = (format: string): string => {
  const [only, ...others] = channelsOf(format)
  return only !== undefined && others.length === 0 ? constantOf(only) : "channel"
}

const toldOf = (format: string): Told => ({
  number: ({ name }) => {
    const index = perChannel.some((member) => member === name) ? `[${channelIn(format)}]` : ""
    return `receiver->${snake(name)}${index}`
  },
  word: ({ name }) => (name === "channel" ? "channel" : `receiver->${snake(name)}`),
  constant: ({ name }, word) => `MG_${constantNamed(name)}_${constantNamed(word)}`,
  listed: ({ name }, word) => `receiver->${snake(name)}_${snake(word)}`,
})

const enumerations = Object.entries(words).map(
  ([member, names]) => `typedef enum mg_${snake(member)} {
${names.map((name) => `    MG_${constantNamed(member)}_${constantNamed(name)},`).join("\n").replace(/,$/, "")}
} mg_${snake(member)};
`,
)

const documented = (member: string, declaration: string, docs: ReadonlyMap<string, string>): string => {
  const doc = docs.get(member)
  return doc === undefined || doc === "" ? declaration : `${comment(doc)}\n${declaration}`
}

const receiverType = (docs: ReadonlyMap<string, string>): string => {
  const members = [
    ...Object.keys(words).map((member) => documented(member, `mg_${snake(member)} ${snake(member)};`, docs)),
    ...numbers.map((member) => documented(member, `uint64_t ${snake(member)};`, docs)),
    ...perChannel.map((member) => documented(member, `uint64_t ${snake(member)}[MG_CHANNEL_COUNT];`, docs)),
    ...unverifiables.map((kind) => `bool accept_${snake(kind)};`),
  ]
  return `typedef struct mg_receiver {
${indented(members.join("\n"))}
} mg_receiver;
`
}

const prototype = (channel: Channel): string =>
  `bool mg_check_${channel}(const uint8_t *data, size_t size, const mg_receiver *receiver,\n    mg_violation *violation)`

const declarations = (docs: ReadonlyMap<string, string>): string => `/* Channels that carry migration data, by the numbers that SPICE gives their types. */
typedef enum mg_channel {
${channels.map((channel) => `    ${constantOf(channel)} = ${channelNumber(channel)},`).join("\n")}
    MG_CHANNEL_COUNT
} mg_channel;

${enumerations.join("\n")}
/*
 * What the receiver of the data is. Nothing of it can be read from the data, so it is said and never guessed: copy
 * mg_default_receiver and set what differs. Sizes are bytes unless the name says otherwise; those that differ by
 * channel are indexed by mg_channel, and a limit of 0 refuses everything.
 */
${receiverType(docs)}
/* QEMU with spice-server, unless it is told otherwise. */
extern const mg_receiver mg_default_receiver;

/*
 * Each checks the payload of a MIGRATE_DATA message of its channel, from the magic on, and returns whether every rule
 * holds. Where not, violation, which may be NULL, gets the first one that does not; otherwise it stays as it is. The
 * data may be of any size and alignment, and must not change meanwhile; NULL is of size 0. mg_check_spicevmc is for
 * where it is not known which of usbredir, port and webdav it is: what one of them refuses, it refuses.
 */
${channels.map((channel) => `${prototype(channel)};`).join("\n")}

/* The same for the channel of a number, such as SPICE's: one that carries no migration data is refused. */
bool mg_check(mg_channel channel, const uint8_t *data, size_t size, const mg_receiver *receiver,
    mg_violation *violation);`

/** The limits of every channel by its number; 0 where there is no such channel. */
const byNumber = (limits: Readonly<Partial<Record<Channel, number>>>): readonly number[] => {
  const known = new Map(channels.map((channel) => [channelNumber(channel), limits[channel] ?? 0]))
  return Array.from({ length: unknownVmc + 1 }, (_, number) => known.get(number) ?? 0)
}

/** A receiver's members as C has them, each a number, in the order of their declaration: `["max_read_bytes[8]", 65548]`. */
export const membersInC = (receiver: ReceiverState): readonly (readonly [string, number])[] => [
  ["jpeg_wan_compression", words.jpegWanCompression.indexOf(receiver.jpegWanCompression)],
  ["source", words.source.indexOf(receiver.source)],
  ["provenance", words.provenance.indexOf(receiver.provenance)],
  ...numbers.map((member) => [snake(member), receiver[member]] as const),
  ...perChannel.flatMap((member) =>
    byNumber(receiver[member]).map((limit, number) => [`${snake(member)}[${number}]`, limit] as const),
  ),
  ...unverifiables.map((kind) => [`accept_${snake(kind)}`, Number(receiver.accept.includes(kind))] as const),
]

const defaultDefinition = (): string => {
  const { jpegWanCompression, source, provenance, accept } = defaultReceiver
  const members = [
    ...Object.entries({ jpegWanCompression, source, provenance }).map(
      ([member, word]) => [member, `MG_${constantNamed(member)}_${constantNamed(word)}`] as const,
    ),
    ...numbers.map((member) => [member, String(defaultReceiver[member])] as const),
    ...perChannel.map((member) => [member, `{ ${byNumber(defaultReceiver[member]).join(", ")} }`] as const),
    ...unverifiables.map((kind) => [`accept_${kind}`, String(accept.includes(kind))] as const),
  ]
  return `const mg_receiver mg_default_receiver = {
${members.map(([member, value]) => `    /* ${snake(member)} */ ${value},`).join("\n").replace(/,$/, "")}
};
`
}

const passed = (channel: Channel): string => {
  const format = formatOf[channel]
  const extra = channelIn(format) === "channel" ? `, ${constantOf(channel)}` : ""
  return `check_${format}(data, size, receiver${extra}, violation)`
}

const definitions = (): string => `${defaultDefinition()}
${channels.map((channel) => `${prototype(channel)}\n{\n    return ${passed(channel)};\n}\n`).join("\n")}
bool mg_check(mg_channel channel, const uint8_t *data, size_t size, const mg_receiver *receiver,
    mg_violation *violation)
{
    switch (channel) {
${channels.map((channel) => `    case ${constantOf(channel)}:\n        return mg_check_${channel}(data, size, receiver, violation);`).join("\n")}
    default:
        /* ${argumentChecks.channel.id} */
        return refuse(violation, MG_RULE_${constantNamed(argumentChecks.channel.id)}, 0, 0, (uint64_t)channel, 0);
    }
}`

/** The C library of SPICE's formats: `c/migration_guard.h` and `c/migration_guard.c`. */
export const spiceLibrary = (formats: Readonly<Record<Format, Layout>>): LibraryFiles => {
  const checks = Object.values(formats).map((layout) => ({
    program: programOf(layout),
    name: `check_${layout.format}`,
    takes: `const mg_receiver *receiver${channelIn(layout.format) === "channel" ? ", mg_channel channel" : ""}`,
    told: toldOf(layout.format),
  }))
  const docs = new Map(
    checks.flatMap(({ program }) => program.parameters.map(({ name, doc }: Parameter) => [name, doc] as const)),
  )
  return emitLibrary({
    prefix: "mg",
    file: "migration_guard",
    about:
      "Checks SPICE migration data that a client relays between QEMU hosts, before spice-server may look at it. Generated by `npm run generate` from the declarations in src/spice. Do not edit.",
    checks,
    declarations: declarations(docs),
    definitions: definitions(),
    rules: [argumentChecks.channel],
  })
}
