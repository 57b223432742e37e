import { readFileSync, statSync } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { pathFault } from "../../seal/path.js"
import { type Signer, signer } from "../../seal/signer.js"
import { type Verifier, verifier } from "../../seal/verifier.js"
import { withKeyFile } from "./key-file.js"

/** Certificates are a few kilobytes; a path to something else is not read for long. */
const mostBytes = 0x100000

/** A file in PEM that need not be private. Throws where it is too large, or cannot be read. */
export const readPem = (file: string): Buffer => {
  const { size } = statSync(file)
  if (size > mostBytes) throw new Error(`${file}: a file in PEM has at most ${mostBytes} bytes`)
  return readFileSync(file)
}

/** What a host signs with. Throws where that is not to be had, saying why without a byte of the key. */
export const readSigner = (certificate: string, key: string): Signer =>
  withKeyFile(key, (bytes) => {
    const read = signer(readPem(certificate), bytes)
    if (E.isRight(read)) return read.right
    throw new Error(`${read.left[0].path === "key" ? key : certificate}: ${read.left[0].message}`)
  })

/** Whose signatures are taken. Throws where that is not to be had. */
export const readVerifier = (ca: string, subjects: readonly string[]): Verifier => {
  const read = verifier(readPem(ca), subjects)
  if (E.isRight(read)) return read.right
  throw new Error(`${ca}: ${read.left[0].message}`)
}

/** Throws where the guards of other hosts, which have the same authorities, would not take this host's certificate. */
export const checkOwn = (certificate: string, own: Signer, { anchors }: Verifier): void => {
  const fault = pathFault(own.certificates, anchors, undefined)
  if (fault !== undefined) throw new Error(`${certificate}: ${fault.message}`)
}
