import { replayWindow } from "../../src/seal/replay.js"
import { type SignOptions, sign } from "../../src/seal/sign.js"
import { type Signer, signer } from "../../src/seal/signer.js"
import { type Verifier, verifier } from "../../src/seal/verifier.js"
import { type Verified, type VerifyOptions, verify } from "../../src/seal/verify.js"
import type { Checked } from "../../src/violation/checked.js"
import {
  caExtensions,
  hostExtensions,
  type Issued,
  type IssueOptions,
  issue,
  type Name,
  pemOf,
} from "./certificates.js"
import { binding, now, rightOf, state } from "./scene.js"

/** A public key infrastructure as hosts have one for migration, and what the tests do with it. */

export const nameOf = (commonName: string): Name => [
  ["O", "Example"],
  ["CN", commonName],
]

export const ca = issue({ name: nameOf("CA"), extensions: caExtensions() })

export const issueHost = (options: Partial<IssueOptions> = {}): Issued =>
  issue({ name: nameOf("a.example"), issuer: ca, extensions: hostExtensions, ...options })

export const host = issueHost()

export const trusted: Verifier = rightOf(verifier(ca.pem, ["O=Example,CN=a.example", "O=Example,CN=c.example"]))

/** What a host signs with: its own certificate, and those that follow. */
export const signerOf = (own: Issued, ...others: readonly Pick<Issued, "der">[]): Signer =>
  rightOf(signer(pemOf(own.der, ...others.map(({ der }) => der)), own.keyPem))

export const own = signerOf(host)

export const signed = (options: Partial<SignOptions> = {}, bound = binding, what = state): Uint8Array =>
  rightOf(sign(what, bound, { signer: own, now, ...options }))

export const verifying = (
  envelope: unknown,
  options: Partial<VerifyOptions> = {},
  bound = binding,
): Checked<Verified> =>
  verify(envelope, bound, { verifier: trusted, window: replayWindow(), now, maxStateBytes: 2048, ...options })
