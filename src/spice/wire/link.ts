import { all, any, atMost, equal, type FieldRef } from "../../layout/expression.js"
import { type FieldRule, type Layout, struct, u8, u32 } from "../../layout/language.js"
import { Violation } from "../../violation/violation.js"
import { channelNameOf, type LinkedChannel } from "./channels.js"
import { declared, placesOf, wordAt } from "./fixed-layout.js"
import { wireChecks } from "./rules.js"

/** "REDQ", in the order in which it lies on the wire. */
export const linkMagic = Uint8Array.of(0x52, 0x45, 0x44, 0x51)

/** Bytes of a link message at least and at most (spice-server 0.15.1, reds.cpp). */
const fixedSize = 18
export const mostLinkBytes = 4096

const headerFields = {
  magic: u32("REDQ in ASCII."),
  major_version: u32("The version of the protocol: 2."),
  minor_version: u32("What was added to it; servers do not look."),
  size: u32("The size of the link message that follows.", "bytes"),
}

/** SpiceLinkHeader: 16 bytes (spice-protocol, protocol.h). */
export const linkHeader: Layout<typeof headerFields> = {
  format: "link-header",
  title: "SpiceLinkHeader",
  struct: struct("What every connection begins with, in both directions.", headerFields, (header) => [
    { ...wireChecks.magic, at: header.magic, holds: equal(header.magic, wordAt(linkMagic, 0)) },
    {
      id: "wire/link-version",
      code: "unsupported-version",
      at: header.major_version,
      holds: equal(header.major_version, 2),
      requirement: "The major version must be 2, the only one that was ever spoken.",
      consequence: "spice-server refuses the link.",
    },
    {
      id: "wire/link-size-limit",
      code: "limit-exceeded",
      at: header.size,
      holds: all(atMost(fixedSize, header.size), atMost(header.size, mostLinkBytes)),
      requirement: "A link message must have from 18 to 4096 bytes.",
      consequence: "spice-server refuses the link.",
    },
  ]),
}

const messageFields = {
  connection_id: u32("The session: 0 for a new one, and on main of a migrating client the one on the source."),
  channel_type: u8("The kind of channel."),
  channel_id: u8("Which of that kind."),
  num_common_caps: u32("Capabilities that every channel may have.", "words"),
  num_channel_caps: u32("Capabilities of this kind of channel.", "words"),
  caps_offset: u32("Where the capabilities begin, from the message's first byte.", "bytes"),
}

/** The server's limit, so that a guard never refuses what the server takes. */
const mostCapabilities = (at: FieldRef): FieldRule => ({
  id: "wire/capabilities-limit",
  code: "limit-exceeded",
  at,
  holds: atMost(at, 1024),
  requirement: "A link message must not count more than 1024 words of capabilities of either kind.",
  consequence: "spice-server refuses the link.",
})

/** The fixed part of SpiceLinkMess: 18 bytes (spice-protocol, protocol.h). */
export const linkMessage: Layout<typeof messageFields> = {
  format: "link-message",
  title: "SpiceLinkMess",
  struct: struct("Which channel of which session a connection is for.", messageFields, (message) => [
    {
      id: "wire/channel-type",
      code: "wrong-channel",
      at: message.channel_type,
      holds: any(
        all(atMost(1, message.channel_type), atMost(message.channel_type, 6)),
        all(atMost(8, message.channel_type), atMost(message.channel_type, 11)),
      ),
      requirement: "The channel must be of a kind that is known.",
      consequence: "What its messages mean, and whether it carries migration data, is not known.",
    },
    mostCapabilities(message.num_common_caps),
    mostCapabilities(message.num_channel_caps),
    {
      id: "wire/capabilities-offset",
      code: "bad-pointer",
      at: message.caps_offset,
      holds: equal(message.caps_offset, fixedSize),
      requirement: "The capabilities must begin where the fixed part ends.",
      consequence: "Bytes that no field claims pass unseen.",
    },
  ]),
}

/**
 * The end of the fixed part of SpiceLinkReply. What is before it stands here as offsets, for the language has no runs
 * of fixed length: u32 error, u8 pub_key[162].
 */
const replyFields = {
  num_common_caps: u32("Capabilities that every channel may have.", "words"),
  num_channel_caps: u32("Capabilities of this kind of channel.", "words"),
  caps_offset: u32("Where the capabilities begin, from the reply's first byte.", "bytes"),
}

export const linkReplyEnd: Layout<typeof replyFields> = {
  format: "link-reply",
  title: "SpiceLinkReply",
  struct: struct("The server's capabilities, at the end of its reply.", replyFields),
}

export const linkHeaderSize = placesOf(linkHeader).size
const replyEndAt = 4 + 162
const replyEnd = placesOf(linkReplyEnd)
export const linkReplySize = replyEndAt + replyEnd.size

/** What a client asks for with a link message. */
export interface Link {
  readonly channel: LinkedChannel
  readonly channelId: number
  /** 0 for a session that is new to the server. */
  readonly connectionId: number
  /** The first word of the capabilities that every channel may have. */
  readonly capabilities: number
}

/** Bits of the first word of common capabilities. */
export const capabilityBits = { authSelection: 1, miniHeader: 8 } as const

export const decodeLinkHeader = declared(linkHeader)
const decodeMessage = declared(linkMessage)

/** Decodes a link message of whatever size its header announced. */
export const decodeLink = (bytes: Uint8Array): Link | Violation => {
  const message = decodeMessage(bytes.subarray(0, fixedSize))
  if (message instanceof Violation) return message
  const { connection_id, channel_type, channel_id, num_common_caps: words } = message
  const size = fixedSize + 4 * (words + message.num_channel_caps)
  const channel = channelNameOf(channel_type)
  if (channel === undefined || bytes.length !== size)
    return new Violation(wireChecks.linkSize, { path: "size", offset: 12, length: 4 }, bytes.length, size)
  return {
    channel,
    channelId: channel_id,
    connectionId: connection_id,
    capabilities: words === 0 ? 0 : wordAt(bytes, fixedSize),
  }
}

/** What a server answers to a link: its error, and the first word of its common capabilities. */
export interface Reply {
  readonly error: number
  readonly capabilities: number
}

/** Decodes a link reply, of 178 bytes at least. */
export const decodeReply = (bytes: Uint8Array): Reply | Violation => {
  const end = bytes.subarray(replyEndAt)
  const error = wordAt(bytes, 0)
  if (wordAt(end, replyEnd.at("num_common_caps")) === 0) return { error, capabilities: 0 }
  const at = wordAt(end, replyEnd.at("caps_offset"))
  if (at <= bytes.length - 4) return { error, capabilities: wordAt(bytes, at) }
  const place = { path: "caps_offset", offset: replyEndAt + replyEnd.at("caps_offset"), length: 4 }
  return new Violation(wireChecks.replySize, place, at, bytes.length - 4)
}
