import type { Rule } from "../../violation/violation.js"

const streams = "A stream that cannot be inspected would carry whatever it likes past the guard."

/** What the bytes of a connection can fail before there is a message to judge, beside the rules of its link. */
export const wireRules = {
  tls: {
    id: "wire/no-tls",
    code: "policy-denied",
    requirement: "The connection must not begin with a TLS handshake: TLS ends at the guard.",
    consequence: streams,
    source: "our own rule (SECURITY.md)",
  },
  webSocket: {
    id: "wire/no-web-socket",
    code: "policy-denied",
    requirement: "The connection must not begin with an HTTP request: WebSockets are not inspected.",
    consequence: streams,
    source: "our own rule (SECURITY.md)",
  },
  magic: {
    id: "wire/link-magic",
    code: "bad-magic",
    requirement: "A connection must begin with REDQ.",
    consequence: "spice-server refuses the link.",
    source: "spice-server 0.15.1, reds.cpp: reds_handle_read_magic_done",
  },
  linkSize: {
    id: "wire/link-size",
    code: "inconsistent",
    requirement: "The link message must consist of its fixed part and as many capabilities as it counts.",
    consequence: "Bytes that no field claims pass unseen.",
    source: "spice-protocol, protocol.h: SpiceLinkMess",
  },
  beforeReply: {
    id: "wire/reply-first",
    code: "out-of-order",
    requirement: "Nothing may follow the link message before the server has replied.",
    consequence: "How the bytes are to be read is not known: the reply says it.",
    source: "spice-protocol, protocol.h: SpiceLinkReply",
  },
  sasl: {
    id: "wire/no-sasl",
    code: "policy-denied",
    requirement: "The client must not choose SASL, which can go on to encrypt the connection.",
    consequence: streams,
    source: "spice-server 0.15.1, reds.cpp: reds_handle_auth_mechanism",
  },
  mechanism: {
    id: "wire/known-mechanism",
    code: "not-in-enum",
    requirement: "The client must choose a mechanism of authentication that is known: a spice ticket.",
    consequence: "Where the messages begin is not known.",
    source:
      "spice-protocol, protocol.h: SpiceLinkAuthMechanism; spice-server 0.15.1, reds.cpp: reds_handle_auth_mechanism",
  },
  replyMagic: {
    id: "wire/reply-magic",
    code: "bad-magic",
    requirement: "The server's answer to a link must begin with REDQ.",
    consequence: "What the server says cannot be followed.",
    source: "spice-protocol, protocol.h: SpiceLinkHeader",
  },
  replySize: {
    id: "wire/reply-size",
    code: "limit-exceeded",
    requirement: "The server's reply to a link must have its 178 bytes and at most 4096, and its capabilities inside.",
    consequence: "What both sides agreed on is not known.",
    source: "spice-protocol, protocol.h: SpiceLinkReply",
  },
} as const satisfies Record<string, Required<Rule>>
