import * as E from "fp-ts/lib/Either.js"
import { attributesOf } from "../net/x509-subject.js"
import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { refusalAt } from "./admit.js"
import { type Certificate, certificatesIn } from "./certificate.js"
import { sealRules } from "./rules.js"
import { readAll } from "./signer.js"

/**
 * Whose signatures are taken.
 *
 * @since 0.6.0
 */
export interface Verifier {
  /** The authorities that certificates have to lead to. */
  readonly anchors: readonly Certificate[]
  /** The subjects of hosts, as Node writes them: an attribute a line. */
  readonly subjects: ReadonlySet<string>
}

const mostAnchors = 64
const mostSubjects = 1024

/**
 * Takes the authorities and the hosts whose signatures count. A subject is a host's whole distinguished name, in the
 * order of its certificate: nothing in it stands for anything else.
 *
 * @param ca - certificates in PEM. Each of them is trusted, whoever issued it
 * @param subjects - like `O=Example,CN=host`, with a backslash before a comma or a backslash that a value has
 * @returns what to verify with, or the first thing that is wrong
 * @example
 * verifier(Buffer.from("no certificate"), ["O=Example,CN=host"])._tag
 * // "Left"
 * @since 0.6.0
 */
export const verifier = (ca: unknown, subjects: readonly string[]): Checked<Verifier> => {
  if (!isBytes(ca)) return E.left([refusalAt(structure.argument, "")])
  const ders = certificatesIn(ca)
  if (ders.length === 0 || ders.length > mostAnchors) return E.left([refusalAt(sealRules.caFile, "ca", ders.length)])
  const anchors = readAll(ders, "ca")
  if (E.isLeft(anchors)) return anchors
  if (!anchors.right.every(({ uses }) => uses.issues)) return E.left([refusalAt(sealRules.caFile, "ca")])
  const names = subjects.map((subject) => attributesOf(subject)?.join("\n"))
  const known = names.filter((name) => name !== undefined)
  if (known.length !== names.length || names.length === 0 || names.length > mostSubjects)
    return E.left([refusalAt(sealRules.subjects, "subjects")])
  return E.right({ anchors: anchors.right, subjects: new Set(known) })
}
