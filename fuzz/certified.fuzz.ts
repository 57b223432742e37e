import { createPrivateKey, type KeyObject } from "node:crypto"
import type { TargetModule } from "../src/fuzz/target.js"
import type { Binding } from "../src/seal/binding.js"
import { readCertificate } from "../src/seal/certificate.js"
import { certifiedHeadSize } from "../src/seal/certified.js"
import { type ReplayWindow, replayWindow } from "../src/seal/replay.js"
import { sign } from "../src/seal/sign.js"
import { algorithmOf, signatureOf } from "../src/seal/signature.js"
import type { Verifier } from "../src/seal/verifier.js"
import { verify } from "../src/seal/verify.js"
import { difference } from "./texts.js"

/**
 * What is brought for an envelope that a host has signed. The first byte of an input says how the others are taken: as
 * they are, which must not be opened; as a head and a statement that a hostile host has signed; or as certificates, of
 * which that host makes its envelope.
 */

/** An Ed25519 key of 32 times one byte: the certificates below are for those of 7 and 8. */
const keyOf = (byte: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]),
    format: "der",
    type: "pkcs8",
  })

const certificateOf = (base64: string) => {
  const read = readCertificate(Uint8Array.from(Buffer.from(base64, "base64")))
  if ("requirement" in read) throw new Error(read.requirement)
  return read
}

/** CN=CA, and CN=host that it has issued, from 2020 to 2050. */
const ca = certificateOf(
  "MIH1MIGooAMCAQICCQGoGPyTC1mdkjAFBgMrZXAwDTELMAkGA1UEAwwCQ0EwIBcNMjAwMTAxMDAwMDAwWhgPMjA1MDAxMDEwMDAw" +
    "MDBaMA0xCzAJBgNVBAMMAkNBMCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iyjIzAhMA8GA1UdEwEB" +
    "/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAUGAytlcANBAA3N/WVMNgHQbqRFXuvD8GWTKqlB6NpfCbn6jcPQwcUamAATjgj39yZt" +
    "LK/TPzDLn6OZ9mRDL/g2ocvcNlgN5QI=",
)
const host = certificateOf(
  "MIIBEzCBxqADAgECAgkB95E6ipEaSaYwBQYDK2VwMA0xCzAJBgNVBAMMAkNBMCAXDTIwMDEwMTAwMDAwMFoYDzIwNTAwMTAxMDAw" +
    "MDAwWjAPMQ0wCwYDVQQDDARob3N0MCowBQYDK2VwAyEAE5j2LG0aRXxRumpLXz29L2n8qTIWIY3ImX5Ba9F9k8qjPzA9MAwGA1Ud" +
    "EwEB/wQCMAAwDgYDVR0PAQH/BAQDAgGgMB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjAFBgMrZXADQQBOEUk5Q9p6mQ2A" +
    "aIqKsbk7WraylGjW/oawWUxD6bPDPkr3L5SVfnyVk/7uy2HQh89y51G1JuzIvO4ecQoFAZcB",
)
const hostDer = new Uint8Array(host.x509.raw)
const hostKey = keyOf(8)
const verifier: Verifier = { anchors: [ca], subjects: new Set(["CN=host"]) }

const binding: Binding = { vm: "web-1", connectionId: 7, channel: "usbredir", channelId: 0 }
const now = 1_795_867_200_000
const maxStateBytes = 4096

const verified = (envelope: Uint8Array, window: ReplayWindow) =>
  verify(envelope, binding, { verifier, window, now, linkedAt: now - 1000, maxStateBytes })

const signatureSize = 64
const magic = Uint8Array.from([...Buffer.from("MGSX"), 1, 0, 0, 0])
const idSize = 16
const sizesAt = certifiedHeadSize - 24

/** The envelope that whoever has the host's key makes of a head's other fields, certificates and a statement. */
const authentic = (fields: Uint8Array, chain: Uint8Array, statement: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(certifiedHeadSize)
  head.set(fields.subarray(0, certifiedHeadSize))
  head.set(magic)
  let start = certifiedHeadSize
  for (const [index, size] of [chain.length, statement.length, signatureSize].entries()) {
    head.writeUInt32LE(size, sizesAt + 8 * index)
    head.writeUInt32LE(size === 0 ? 0 : start, sizesAt + 8 * index + 4)
    start += size
  }
  const algorithm = algorithmOf(hostKey)
  if (algorithm === undefined) throw new Error("no algorithm")
  const parts = [head, chain, statement]
  return new Uint8Array(Buffer.concat([...parts, signatureOf(parts, hostKey, algorithm)]))
}

/** The same in every process: a random id is not in it. */
const genuine = ((): Uint8Array => {
  const signer = { key: hostKey, certificates: [host], chain: hostDer }
  const signed = sign(Uint8Array.of(1, 2, 3), binding, { signer, now })
  if (signed._tag === "Left") throw new Error("nothing is signed")
  const head = signed.right.slice(0, certifiedHeadSize).fill(2, magic.length, magic.length + idSize)
  return authentic(head, hostDer, signed.right.slice(certifiedHeadSize + hostDer.length, -signatureSize))
})()
const statementOfGenuine = genuine.subarray(certifiedHeadSize + hostDer.length, -signatureSize)

/** Refused with the one code, or opened, and then not twice. Returns whether it was opened. */
const isOpenedOnce = (envelope: Uint8Array): boolean => {
  const window = replayWindow()
  const first = verified(envelope, window)
  if (first._tag === "Left") {
    if (first.left[0].code !== "not-sealed") throw difference("not-sealed", first.left[0].code)
    if (window.openings().length > 0) throw difference("nothing remembered", "something")
    return false
  }
  const { state, sealedAt, subject } = first.right
  if (subject !== "CN=host") throw difference("CN=host", subject)
  if (state.length > maxStateBytes) throw difference("a state within its limit", `${state.length} bytes`)
  if (Math.abs(now - sealedAt) > 3_610_000) throw difference("a timely envelope", `one of ${sealedAt}`)
  const again = verified(envelope, window)
  if (again._tag === "Right" || again.left[0].rule !== "seal/once") throw difference("seal/once", "opened again")
  return true
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

const target: TargetModule = {
  fuzz: (data) => {
    const rest = data.slice(1)
    switch ((data[0] ?? 0) % 3) {
      case 0:
        if (isOpenedOnce(rest) && !isSame(rest, genuine))
          throw difference("a refusal", "an envelope that nobody signed is opened")
        break
      case 1:
        isOpenedOnce(authentic(rest, hostDer, rest.subarray(certifiedHeadSize)))
        break
      case 2:
        if (
          isOpenedOnce(authentic(genuine, rest, statementOfGenuine)) &&
          !isSame(rest.subarray(0, hostDer.length), hostDer)
        )
          throw difference("a refusal", "a certificate that the authority did not issue is taken")
    }
  },
  underTest: ["src/seal/"],
  detectors: false,
  dictionary: [magic, hostDer, new Uint8Array(ca.x509.raw), Uint8Array.of(0x30, 0x82)],
  seeds: (corpus) => [
    Buffer.concat([Buffer.from([0]), genuine]),
    Buffer.concat([Buffer.from([1]), genuine.subarray(0, certifiedHeadSize), statementOfGenuine]),
    Buffer.concat([Buffer.from([2]), hostDer]),
    Buffer.concat([Buffer.from([2]), hostDer, ca.x509.raw]),
    ...corpus
      .filter(({ verdict, bytes }) => verdict === "accept" && bytes.length < 512)
      .map(({ bytes }) => Buffer.concat([Buffer.from([1]), genuine.subarray(0, certifiedHeadSize), bytes])),
  ],
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
