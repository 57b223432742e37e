import type { Rule, Violation } from "../violation/violation.js"
import { refusalAt } from "./admit.js"
import { type Certificate, isIssuedBy, isValidAt } from "./certificate.js"
import { certificateRules } from "./rules.js"

/** A chain as far as the first certificate that an anchor has issued, and that anchor. */
const pathTo = (chain: readonly Certificate[], anchors: readonly Certificate[]): readonly Certificate[] | undefined => {
  for (const [index, certificate] of chain.entries()) {
    const anchor = anchors.find((each) => isIssuedBy(certificate, each))
    if (anchor !== undefined) return [...chain.slice(0, index + 1), anchor]
  }
  return undefined
}

/** What is wrong with a certificate that has so many others of a path below it, the host's among them. */
const faultOf = (certificate: Certificate, below: number, issuer: Certificate | undefined, now: number | undefined) => {
  const { isAuthority, issues, pathLength, signs, isClient } = certificate.uses
  if (below > 0 && (!issues || pathLength < below - 1)) return certificateRules.authority
  if (issuer !== undefined && !isIssuedBy(certificate, issuer)) return certificateRules.issuer
  if (!isValidAt(certificate, now)) return certificateRules.validity
  if (!isClient || (below === 0 && (isAuthority || !signs))) return certificateRules.use
  return undefined
}

/**
 * What is wrong with a chain, the host's certificate first, that must lead to one of the anchors. Certificates behind the
 * first one that an anchor has issued are not needed, and not looked at. Without a time, no date is looked at either.
 */
export const pathFault = (
  chain: readonly Certificate[],
  anchors: readonly Certificate[],
  now: number | undefined,
): Violation | undefined => {
  const valid = anchors.filter((anchor) => isValidAt(anchor, now))
  const path = pathTo(chain, valid)
  if (path === undefined) return refusalAt(certificateRules.issuer, "chain")
  // From the anchor down: a key is used only once it is known whose it is.
  for (let below = path.length - 1; below >= 0; below--) {
    const certificate = path[below]
    const rule: Rule | undefined = certificate && faultOf(certificate, below, path[below + 1], now)
    if (rule !== undefined) return refusalAt(rule, below === path.length - 1 ? "ca" : `chain[${below}]`)
  }
  return undefined
}
