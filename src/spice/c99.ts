import type { Told } from "../layout/backends/c99-expression.js"
import { emitLibrary, type LibraryFiles } from "../layout/backends/c99-library.js"
import { defaultOf, enumerationOf, memberOf, toldBy } from "../layout/backends/c99-parameters.js"
import { comment, constantNamed, indented, snake } from "../layout/backends/c99-text.js"
import { programOf } from "../layout/lower.js"
import { argumentRules } from "./arguments.js"
import { formatOf, formats } from "./formats.js"
import { type Limit, limitDocs, shared } from "./parameters.js"
import { type Channel, channels, defaultReceiver, type ReceiverState } from "./receiver.js"
import { channelTypes } from "./wire/channels.js"

/** Behind SPICE's own types: usbredir, port or webdav, where it is not known which. */
const unknownVmc = Math.max(...Object.values(channelTypes)) + 1

/** The number that C calls a channel by: the type that SPICE gives it. */
export const channelNumber = (channel: Channel): number => (channel === "spicevmc" ? unknownVmc : channelTypes[channel])

const constantOf = (channel: Channel): string => `MG_CHANNEL_${constantNamed(channel)}`

const channelsOf = (format: string): readonly Channel[] => channels.filter((channel) => formatOf[channel] === format)

/** The members of a receiver that differ by channel. */
const limits = Object.keys(limitDocs) as Limit[]

/** The channel that a check is for: a constant where its format has but one. */
const channelIn = (format: string): string => {
  const [only, ...others] = channelsOf(format)
  return only !== undefined && others.length === 0 ? constantOf(only) : "channel"
}

const toldOf = (format: string): Told => {
  const told = toldBy("mg", "receiver")
  return {
    ...told,
    number: (parameter) => `${told.number(parameter)}${parameter.name in limitDocs ? `[${channelIn(format)}]` : ""}`,
    word: (parameter) => (parameter.name === "channel" ? "channel" : told.word(parameter)),
  }
}

const receiverType = `typedef struct mg_receiver {
${indented(
  [
    ...shared.map((parameter) => memberOf("mg", parameter)),
    ...limits.map((name) => `${comment(limitDocs[name])}\nuint64_t ${snake(name)}[MG_CHANNEL_COUNT];`),
  ].join("\n"),
)}
} mg_receiver;
`

const prototype = (channel: Channel): string =>
  `bool mg_check_${channel}(const uint8_t *data, size_t size, const mg_receiver *receiver,\n    mg_violation *violation)`

const declarations = `/* Channels that carry migration data, by the numbers that SPICE gives their types. */
typedef enum mg_channel {
${channels.map((channel) => `    ${constantOf(channel)} = ${channelNumber(channel)},`).join("\n")}
    MG_CHANNEL_COUNT
} mg_channel;

${shared.flatMap((parameter) => enumerationOf("mg", parameter)).join("\n")}
/*
 * What the receiver of the data is. Nothing of it can be read from the data, so it is said and never guessed: copy
 * mg_default_receiver and set what differs. Sizes are bytes unless the name says otherwise; those that differ by
 * channel are indexed by mg_channel, and a limit of 0 refuses everything.
 */
${receiverType}
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
  ...shared.flatMap((parameter): (readonly [string, number])[] => {
    const value: unknown = Reflect.get(receiver, parameter.name)
    const name = snake(parameter.name)
    if (parameter.kind === "words")
      return parameter.words.map((word) => [
        `${name}_${snake(word)}`,
        Number(Array.isArray(value) && value.includes(word)),
      ])
    return [
      [name, parameter.kind === "number" ? Number(value) : (parameter.words as readonly unknown[]).indexOf(value)],
    ]
  }),
  ...limits.flatMap((member) =>
    byNumber(receiver[member]).map((limit, number) => [`${snake(member)}[${number}]`, limit] as const),
  ),
]

const defaultDefinition = `const mg_receiver mg_default_receiver = {
${[
  ...shared.map((parameter) => `    /* ${snake(parameter.name)} */ ${defaultOf("mg", parameter)}`),
  ...limits.map((name) => `    /* ${snake(name)} */ { ${byNumber(defaultReceiver[name]).join(", ")} }`),
].join(",\n")}
};
`

const passed = (channel: Channel): string => {
  const format = formatOf[channel]
  const extra = channelIn(format) === "channel" ? `, ${constantOf(channel)}` : ""
  return `check_${format}(data, size, receiver${extra}, violation)`
}

const definitions = `${defaultDefinition}
${channels.map((channel) => `${prototype(channel)}\n{\n    return ${passed(channel)};\n}\n`).join("\n")}
bool mg_check(mg_channel channel, const uint8_t *data, size_t size, const mg_receiver *receiver,
    mg_violation *violation)
{
    switch (channel) {
${channels.map((channel) => `    case ${constantOf(channel)}:\n        return mg_check_${channel}(data, size, receiver, violation);`).join("\n")}
    default:
        /* ${argumentRules.channel.id} */
        return refuse(violation, MG_RULE_${constantNamed(argumentRules.channel.id)}, 0, 0, (uint64_t)channel, 0);
    }
}`

/** The C library of SPICE's formats: `c/migration_guard.h` and `c/migration_guard.c`. */
export const spiceLibrary = (): LibraryFiles =>
  emitLibrary({
    prefix: "mg",
    file: "migration_guard",
    about:
      "Checks SPICE migration data that a client relays between QEMU hosts, before spice-server may look at it. Generated by `npm run generate` from the declarations in src/spice. Do not edit.",
    checks: Object.values(formats).map((layout) => ({
      program: programOf(layout),
      name: `check_${layout.format}`,
      takes: `const mg_receiver *receiver${channelIn(layout.format) === "channel" ? ", mg_channel channel" : ""}`,
      told: toldOf(layout.format),
    })),
    declarations,
    definitions,
    rules: [argumentRules.channel],
  })
