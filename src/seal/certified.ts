import * as L from "../layout/index.js"
import { planOf } from "../layout/plan.js"
import { addressFields, statementSize } from "./envelope.js"
import { headWriterOf } from "./head.js"
import { mostChainBytes, mostSignatureBytes } from "./sizes.js"

/** Room for the largest state that a relay holds, and for what is around it. */
const mostBytes = 0x4006000

/** An envelope of the other kind: signed with a host's key, and not secret. All of it but the signature is signed. */
export const certifiedLayout = L.layout("certified", {
  title: "CertifiedEnvelope",
  doc: "The state of one channel, signed with the key of the source's host. Whoever has it can read it.",
  limit: mostBytes,
  fields: {
    magic: L.magic("MGSX", "The format, in ASCII."),
    version: L.version(
      1,
      "The format's version. How it is signed follows from the key of the host's certificate alone.",
    ),
    ...addressFields,
    chain_size: L.lengthOf("chain", "The size of the certificates."),
    chain_ptr: L.pointerTo(
      "chain",
      L.run(),
      "X.509 certificates in DER: the host's, and those of the authorities between it and the target's, each issued by the next.",
    ),
    statement_size: L.lengthOf("statement", "The size of the statement."),
    statement_ptr: L.pointerTo("statement", L.run(), "The statement with the state, in the clear."),
    signature_size: L.lengthOf("signature", "The size of the signature."),
    signature_ptr: L.pointerTo(
      "signature",
      L.run(),
      "Of 64 spaces, `migration-guard signed envelope 1`, a NUL, and the SHA-512 of everything in front of it.",
    ),
  },
  rules: (blob) => [
    {
      id: "certified/expires-after-sealing",
      code: "inconsistent",
      at: blob.sealed_at,
      holds: L.below(blob.sealed_at, blob.expires_at),
      requirement: "An envelope must expire after it was signed.",
      consequence: "Nobody could open it.",
      source: "our own rule (docs/sealing.md)",
    },
    {
      id: "certified/chain-limit",
      code: "limit-exceeded",
      at: blob.chain_size,
      holds: L.atMost(blob.chain_size, mostChainBytes),
      requirement: "The certificates must have at most 16384 bytes.",
      consequence: "A stranger would choose how much is parsed.",
      source: "our own rule (docs/sealing.md)",
    },
    {
      id: "certified/holds-a-statement",
      code: "truncated",
      at: blob.statement_size,
      holds: L.atMost(statementSize, blob.statement_size),
      requirement: "A statement must have room for its own fields.",
      consequence: "It says nothing.",
      source: "our own rule (docs/sealing.md)",
    },
    {
      id: "certified/signature-limit",
      code: "limit-exceeded",
      at: blob.signature_size,
      holds: L.atMost(blob.signature_size, mostSignatureBytes),
      requirement: "The signature must have at most 1024 bytes.",
      consequence: "No key of those that are taken makes a larger one.",
      source: "our own rule (docs/sealing.md)",
    },
  ],
})

/** A certified envelope's fields. */
export interface CertifiedEnvelope extends L.State<typeof certifiedLayout> {}

/** Bytes of the fixed part. */
export const certifiedHeadSize = planOf(certifiedLayout).size

/**
 * Bytes that signing adds to a state at most: fewer with fewer certificates and smaller keys.
 *
 * @since 0.6.0
 */
export const mostOverhead = certifiedHeadSize + mostChainBytes + statementSize + mostSignatureBytes

const writeHead = headWriterOf(certifiedLayout)

/** The sizes of what is behind the fixed part. */
type Sizes = Readonly<Record<"chain" | "statement" | "signature", number>>

/** Encodes an envelope up to its certificates. */
export const encodeCertifiedHead = (
  head: Omit<CertifiedEnvelope, "chain" | "statement" | "signature">,
  sizes: Sizes,
): Uint8Array => writeHead({ ...head }, sizes)
