import * as L from "../../layout/index.js"
import { Violation } from "../../violation/violation.js"
import { channelNameOf, type LinkedChannel } from "./channels.js"
import { declared, fixedPlaces, wordAt } from "./fixed-layout.js"
import { wireRules } from "./rules.js"

/** "REDQ", in the order in which it lies on the wire. */
export const linkMagic = Uint8Array.of(0x52, 0x45, 0x44, 0x51)

/** Bytes of a link message at least and at most (spice-server 0.15.1, reds.cpp). */
const fixedSize = 18
export const mostLinkBytes = 4096

/** SpiceLinkHeader: 16 bytes (spice-protocol, protocol.h). */
export const linkHeader = L.layout("link-header", {
  title: "SpiceLinkHeader",
  doc: "What every connection begins with, in both directions.",
  limit: 16,
  fields: {
    magic: L.u32("REDQ in ASCII."),
    major_version: L.u32("The version of the protocol: 2."),
    minor_version: L.u32("What was added to it; servers do not look."),
    size: L.u32("The size of the link message that follows.", "bytes"),
  },
  rules: (header) => [
    { ...wireRules.magic, at: header.magic, holds: L.equal(header.magic, wordAt(linkMagic, 0)) },
    {
      id: "wire/link-version",
      code: "unsupported-version",
      at: header.major_version,
      holds: L.equal(header.major_version, 2),
      requirement: "The major version must be 2, the only one that was ever spoken.",
      consequence: "spice-server refuses the link.",
      source: "spice-server 0.15.1, reds.cpp: reds_handle_read_header_done",
    },
    {
      id: "wire/link-size-limit",
      code: "limit-exceeded",
      at: header.size,
      holds: L.all(L.atMost(fixedSize, header.size), L.atMost(header.size, mostLinkBytes)),
      requirement: "A link message must have from 18 to 4096 bytes.",
      consequence: "spice-server refuses the link.",
      source: "spice-server 0.15.1, reds.cpp: reds_handle_read_header_done",
    },
  ],
})

/** The server's limit, so that a guard never refuses what the server takes. */
const mostCapabilities = (at: L.FieldRef): L.FieldRule => ({
  id: "wire/capabilities-limit",
  code: "limit-exceeded",
  at,
  holds: L.atMost(at, 1024),
  requirement: "A link message must not count more than 1024 words of capabilities of either kind.",
  consequence: "spice-server refuses the link.",
  source: "spice-server 0.15.1, reds.cpp: reds_handle_read_link_done",
})

/** The fixed part of SpiceLinkMess: 18 bytes (spice-protocol, protocol.h). */
export const linkMessage = L.layout("link-message", {
  title: "SpiceLinkMess",
  doc: "Which channel of which session a connection is for.",
  limit: fixedSize,
  fields: {
    connection_id: L.u32("The session: 0 for a new one, and on main of a migrating client the one on the source."),
    channel_type: L.u8("The kind of channel."),
    channel_id: L.u8("Which of that kind."),
    num_common_caps: L.u32("Capabilities that every channel may have.", "words"),
    num_channel_caps: L.u32("Capabilities of this kind of channel.", "words"),
    caps_offset: L.u32("Where the capabilities begin, from the message's first byte.", "bytes"),
  },
  rules: (message) => [
    {
      id: "wire/channel-type",
      code: "wrong-channel",
      at: message.channel_type,
      holds: L.any(
        L.all(L.atMost(1, message.channel_type), L.atMost(message.channel_type, 6)),
        L.all(L.atMost(8, message.channel_type), L.atMost(message.channel_type, 11)),
      ),
      requirement: "The channel must be of a kind that is known.",
      consequence: "What its messages mean, and whether it carries migration data, is not known.",
      source: "spice-protocol, enums.h: SPICE_CHANNEL_MAIN and those after it",
    },
    mostCapabilities(message.num_common_caps),
    mostCapabilities(message.num_channel_caps),
    {
      id: "wire/capabilities-offset",
      code: "bad-pointer",
      at: message.caps_offset,
      holds: L.equal(message.caps_offset, fixedSize),
      requirement: "The capabilities must begin where the fixed part ends.",
      consequence: "Bytes that no field claims pass unseen.",
      source: "spice-server 0.15.1, reds.cpp: reds_handle_read_link_done",
    },
  ],
})

/** The fixed part of SpiceLinkReply: 178 bytes (spice-protocol, protocol.h). */
const linkReply = L.layout("link-reply", {
  title: "SpiceLinkReply",
  doc: "The server's answer to a link message.",
  limit: mostLinkBytes,
  fields: {
    error: L.u32("Why the link is refused; 0 where it is not."),
    pub_key: L.bytes(162, "The key that a ticket is encrypted with."),
    num_common_caps: L.u32("Capabilities that every channel may have.", "words"),
    num_channel_caps: L.u32("Capabilities of this kind of channel.", "words"),
    caps_offset: L.u32("Where the capabilities begin, from the reply's first byte.", "bytes"),
    caps: L.run("The capabilities, where caps_offset says."),
  },
})

export const linkHeaderSize = fixedPlaces(linkHeader).size
const reply = fixedPlaces(linkReply)
export const linkReplySize = reply.size

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
    return new Violation(wireRules.linkSize, { path: "size", offset: 12, length: 4 }, bytes.length, size)
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
  const error = wordAt(bytes, reply.at("error"))
  if (wordAt(bytes, reply.at("num_common_caps")) === 0) return { error, capabilities: 0 }
  const offset = reply.at("caps_offset")
  const at = wordAt(bytes, offset)
  if (at <= bytes.length - 4) return { error, capabilities: wordAt(bytes, at) }
  return new Violation(wireRules.replySize, { path: "caps_offset", offset, length: 4 }, at, bytes.length - 4)
}
