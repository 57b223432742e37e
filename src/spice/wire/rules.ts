import type { Check } from "../../violation/violation.js"

const streams = "A stream that cannot be inspected would carry whatever it likes past the guard."

/** What the bytes of a connection can fail before there is a message to judge, beside the rules of its link. */
export const wireChecks = {
  tls: {
    id: "wire/no-tls",
    code: "policy-denied",
    says: "The connection must not begin with a TLS handshake: TLS ends at the guard.",
    without: streams,
  },
  webSocket: {
    id: "wire/no-web-socket",
    code: "policy-denied",
    says: "The connection must not begin with an HTTP request: WebSockets are not inspected.",
    without: streams,
  },
  magic: {
    id: "wire/link-magic",
    code: "bad-magic",
    says: "A connection must begin with REDQ.",
    without: "spice-server refuses the link.",
  },
  linkSize: {
    id: "wire/link-size",
    code: "inconsistent",
    says: "The link message must consist of its fixed part and as many capabilities as it counts.",
    without: "Bytes that no field claims pass unseen.",
  },
  beforeReply: {
    id: "wire/reply-first",
    code: "out-of-order",
    says: "Nothing may follow the link message before the server has replied.",
    without: "How the bytes are to be read is not known: the reply says it.",
  },
  sasl: {
    id: "wire/no-sasl",
    code: "policy-denied",
    says: "The client must not choose SASL, which can go on to encrypt the connection.",
    without: streams,
  },
  mechanism: {
    id: "wire/known-mechanism",
    code: "not-in-enum",
    says: "The client must choose a mechanism of authentication that is known: a spice ticket.",
    without: "Where the messages begin is not known.",
  },
  replyMagic: {
    id: "wire/reply-magic",
    code: "bad-magic",
    says: "The server's answer to a link must begin with REDQ.",
    without: "What the server says cannot be followed.",
  },
  replySize: {
    id: "wire/reply-size",
    code: "limit-exceeded",
    says: "The server's reply to a link must have its 178 bytes and at most 4096, and its capabilities inside.",
    without: "What both sides agreed on is not known.",
  },
} as const satisfies Record<string, Check>
