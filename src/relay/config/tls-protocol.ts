import { getCiphers } from "node:tls"
import * as t from "io-ts"
import { option, resolveOptions } from "./option.js"
import { relayRules } from "./rules.js"
import { textThat } from "./text.js"

/** What both sides of TLS may agree on, as OpenSSL spells it. */
export interface ProtocolConfiguration {
  /** The oldest version that is spoken. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3"
  /** Names with colons between them; without one of TLS 1.3's, which begin with TLS_, there is no TLS 1.3. */
  readonly ciphers?: string
}

/**
 * Mozilla's intermediate configuration, version 5.7 of Server Side TLS: all of it has forward secrecy. A listener has no
 * parameters for DHE, whose work a client could cause without any of its own: these three are for targets.
 */
export const intermediateCiphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "DHE-RSA-AES128-GCM-SHA256",
  "DHE-RSA-AES256-GCM-SHA384",
  "DHE-RSA-CHACHA20-POLY1305",
].join(":")

/** Whether a list holds nothing but names that are known. OpenSSL would pass over the others, and take its own sets. */
export const areCiphers = (list: string): boolean => {
  const known = new Set(getCiphers().map((name) => name.toUpperCase()))
  return list.split(":").every((name) => known.has(name))
}

/** The options of TLS, on either side. */
export const protocolOptions = {
  minVersion: option(t.keyof({ "TLSv1.2": null, "TLSv1.3": null }), "or `TLSv1.3`", { initial: "TLSv1.2" }),
  ciphers: option(
    textThat(relayRules.ciphers, areCiphers),
    "OpenSSL's names with colons between them; a name that is not known is refused. Without a name of TLS 1.3's there is no TLS 1.3. A listener does not speak the DHE ones",
    { initial: intermediateCiphers, shown: "Mozilla's intermediate list, 5.7" },
  ),
}

/** What is spoken where a configuration says this of it. */
export const protocolOf = ({ minVersion, ciphers }: ProtocolConfiguration = {}) =>
  resolveOptions(protocolOptions, { minVersion, ciphers })

/** Whether there is a cipher for the least version. */
export const hasCiphers = (configured: ProtocolConfiguration): boolean => {
  const { minVersion, ciphers } = protocolOf(configured)
  return minVersion !== "TLSv1.3" || ciphers.split(":").some((name) => name.startsWith("TLS_"))
}
