import type { Rule } from "../violation/violation.js"

const unseen = "What was not seen may have been anything: the connection is not judged any further."

/** What keeps a capture, or a connection in it, from being read. */
export const captureRules = {
  format: {
    id: "capture/format",
    code: "bad-magic",
    requirement: "A capture must be a pcap or pcapng file, and not compressed.",
    consequence: "Nothing of it can be read: unpack it, or convert it with `editcap -F pcapng IN OUT`.",
    source: "draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng",
  },
  complete: {
    id: "capture/complete",
    code: "truncated",
    requirement: "A capture must end behind a whole record.",
    consequence: "What follows in the connections is missing.",
  },
  record: {
    id: "capture/record-size",
    code: "out-of-range",
    requirement: "A record must have the size that its kind needs, and a packet at most 262144 bytes.",
    consequence: "Where the next record begins is not known: nothing behind it can be read.",
    source: "libpcap: MAXIMUM_SNAPLEN",
  },
  block: {
    id: "capture/block",
    code: "not-in-enum",
    requirement: "Packets of a pcapng file must be in enhanced or simple packet blocks.",
    consequence: "Those in obsolete packet blocks are left out: convert the file with `editcap -F pcapng IN OUT`.",
  },
  interface: {
    id: "capture/interface",
    code: "inconsistent",
    requirement: "A packet must name an interface that its section describes, of which there are at most 1024.",
    consequence: "The packet's link type is not known: it is left out.",
  },
  linkType: {
    id: "capture/link-type",
    code: "not-in-enum",
    requirement: "Packets must be of Ethernet, Linux cooked v1 or v2, BSD loopback, raw IP or Wireshark's export.",
    consequence: "Packets of another link type are left out.",
    source: "tcpdump.org/linktypes.html",
  },
  fragment: {
    id: "capture/fragment",
    code: "truncated",
    requirement: "IP packets must not be fragments.",
    consequence: "Fragments are not put together: the connection has a gap there.",
  },
  cut: {
    id: "capture/whole-packet",
    code: "truncated",
    requirement: "Packets must have been kept whole: `tcpdump -s 0`.",
    consequence: "The connection has a gap where the rest of the packet was.",
  },
  header: {
    id: "capture/packet-header",
    code: "inconsistent",
    requirement: "The headers of a packet must fit into it.",
    consequence: "The packet is left out.",
  },
  connections: {
    id: "capture/connections",
    code: "limit-exceeded",
    requirement: "At most 16384 connections can be followed at a time, with at most 256 MiB of what waits for more.",
    consequence: "The one that was silent for longest is not followed any further.",
  },
  beginning: {
    id: "capture/beginning",
    code: "truncated",
    requirement: "A connection must be captured from its beginning on.",
    consequence: "How its bytes are to be read is not known: it is not judged.",
  },
  gap: {
    id: "capture/gap",
    code: "truncated",
    requirement: "A connection must have been captured without a gap.",
    consequence: unseen,
  },
  payloadGap: {
    id: "capture/payload-gap",
    code: "truncated",
    requirement: "A message's payload must have been captured without a gap.",
    consequence: "The message is counted by its header; what it said is not known.",
  },
  afterReset: {
    id: "capture/after-reset",
    code: "out-of-order",
    requirement: "Nobody must go on with a connection of SPICE that he has reset.",
    consequence: "The reset may never have arrived, and what followed may have been taken: it is not read.",
  },
  conflict: {
    id: "capture/conflicting-bytes",
    code: "inconsistent",
    requirement: "Bytes that were sent twice must be the same.",
    consequence: "Which of them the receiver took is not known; the first ones are read.",
  },
  tls: {
    id: "capture/tls",
    code: "policy-denied",
    requirement: "The connection must not be encrypted.",
    consequence:
      'It cannot be read. With the session\'s keys: `tshark -r IN -o tls.keylog_file:KEYS -d tls.port==PORT,data -U "OSI layer 7" -w OUT`, then extract OUT.',
  },
  sealed: {
    id: "capture/sealed",
    code: "policy-denied",
    requirement: "Migration data must not be sealed.",
    consequence: "What it says is not known: `migration-guard open` reads it with the keys.",
  },
  changed: {
    id: "capture/data-as-given",
    code: "inconsistent",
    requirement: "A client must bring the data that the source's server gave it.",
    consequence: "Somebody has changed it on its way.",
  },
  blobSize: {
    id: "capture/blob-size",
    code: "limit-exceeded",
    requirement: "Migration data must not be larger than what its channel's receiver takes.",
    consequence: "It is not kept.",
  },
} as const satisfies Record<string, Rule>
