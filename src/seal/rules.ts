import type { Rule } from "../violation/violation.js"

const source = "our own rule (docs/sealing.md)"

const notSealed = (id: string, requirement: string, consequence: string): Required<Rule> => ({
  id: `seal/${id}`,
  code: "not-sealed",
  requirement,
  consequence,
  source,
})

const forged = "A client could have written or changed it: state that no check can tell from a lie would be believed."
const replayed = "A client could give a server state that was true once, or is true of another one."

/** Why an envelope is not opened, in the order in which it is judged. The code is one and the same for all of them. */
export const openRules = {
  sealed: notSealed("sealed", "The data must be an envelope: its magic is MGSE or MGSX.", forged),
  kind: notSealed(
    "kind",
    "The envelope must be of the kind that this guard opens: MGSE where it has keys, MGSX where it has certificates.",
    forged,
  ),
  size: notSealed(
    "size",
    "The envelope must not be larger than its own fields and the largest state that is taken.",
    "It would be held in memory, and decrypted, whole.",
  ),
  form: notSealed("form", "The envelope must have the form that docs/formats/sealed.md describes.", forged),
  keyId: notSealed("key-id", "The key that the envelope names must be one of the key file's.", forged),
  key: notSealed("key", "The key of that id must be the one that the envelope was sealed with.", forged),
  authentic: notSealed("authentic", "No bit of the envelope may have been changed since it was sealed.", forged),
  vm: notSealed("vm", "The envelope must have been sealed for this virtual machine.", replayed),
  addressee: notSealed(
    "addressee",
    "The envelope must have been sealed for the destination that this guard is known by.",
    replayed,
  ),
  session: notSealed("session", "The envelope must have been sealed for this session's connection id.", replayed),
  channel: notSealed("channel", "The envelope must have been sealed for this channel.", replayed),
  lifetime: notSealed("lifetime", "An envelope must not live for longer than an hour, in milliseconds.", replayed),
  clock: notSealed(
    "clock",
    "The envelope must not come from the future: the clocks of the two hosts differ by more milliseconds than are tolerated.",
    "Times on two hosts could not be compared: an envelope would live for longer than it says.",
  ),
  expired: notSealed("expired", "The envelope must not be older, in milliseconds, than it may become.", replayed),
  stale: notSealed(
    "stale",
    "The envelope must not be older, in milliseconds, than the link of its channel here.",
    replayed,
  ),
  statement: notSealed("statement", "What was sealed must be a statement of the source's guard and a state.", forged),
  once: notSealed("once", "An envelope must be opened only once.", replayed),
  remembered: notSealed(
    "remembered",
    "No more envelopes may be remembered at a time than the replay window has room for.",
    replayed,
  ),
} as const satisfies Record<string, Required<Rule>>

/** Why a host's certificates or its signature are not taken. */
export const certificateRules = {
  chain: notSealed(
    "chain",
    "The chain must be 1 to 4 certificates in DER, one after the other with nothing in between or behind.",
    forged,
  ),
  certificate: notSealed(
    "certificate",
    "Each certificate must be X.509 version 3 in DER, without name constraints or critical extensions that are not known here.",
    forged,
  ),
  algorithm: notSealed(
    "algorithm",
    "Keys must be Ed25519, P-256, P-384 or RSA of 2048 to 8192 bits with an exponent from 65537 on, and certificates be signed with SHA-256, SHA-384, SHA-512 or Ed25519.",
    forged,
  ),
  issuer: notSealed(
    "issuer",
    "Each certificate must be issued by the next one, up to one that an authority of the CA file has issued which is valid now.",
    forged,
  ),
  validity: notSealed("validity", "Each certificate must be valid now.", forged),
  authority: notSealed(
    "authority",
    "Whoever issues certificates must be an authority, with no more authorities below than its path length allows.",
    forged,
  ),
  use: notSealed(
    "use",
    "The host's certificate must not be an authority's, and where usages and purposes are listed they must include digital signatures and TLS clients.",
    forged,
  ),
  subject: notSealed("subject", "The subject of the host's certificate must be one of those that are listed.", forged),
  signature: notSealed(
    "signature",
    "The signature must be that of the host's key, over all of the envelope as it is here.",
    forged,
  ),
} as const satisfies Record<string, Rule>

const noKeys = "Envelopes could not be sealed or opened, or with keys that nobody chose."

const unusable = (id: string, code: Rule["code"], requirement: string, consequence = noKeys): Required<Rule> => ({
  id: `seal/${id}`,
  code,
  requirement,
  consequence,
  source,
})

/** What is wrong with a key file, the file of a replay window, or what is to be sealed. */
export const sealRules = {
  keyFile: unusable("key-file", "limit-exceeded", "A key file must have from 1 to 64 keys in at most 65536 bytes."),
  keyLine: unusable(
    "key-line",
    "wrong-type",
    "A line must have a key's id from 1 to 4294967295, active or accepted, and 64 hexadecimal digits, with single spaces in between.",
  ),
  keyOnce: unusable("key-once", "inconsistent", "Two keys must have neither the same id nor the same digits."),
  keyActive: unusable("key-active", "inconsistent", "Exactly one key must be active."),
  certificateFile: unusable(
    "certificate-file",
    "wrong-type",
    "A certificate's file must have 1 to 4 certificates in PEM, the host's first, of at most 16384 bytes in DER.",
  ),
  privateKey: unusable(
    "private-key",
    "inconsistent",
    "A private key must be in PEM, without a passphrase, and be that of the first certificate.",
  ),
  caFile: unusable("ca-file", "wrong-type", "A CA file must have 1 to 64 certificates of authorities, in PEM."),
  subjects: unusable(
    "subjects",
    "wrong-type",
    "There must be from 1 to 1024 subjects like O=Example,CN=host, with a backslash before a comma or a backslash that a value has.",
  ),
  windowFile: unusable(
    "window-file",
    "inconsistent",
    "The file of a replay window must begin with MGRW and its version 1.",
    replayed,
  ),
  binding: unusable(
    "binding",
    "wrong-type",
    "What an envelope is bound to must be the name of a machine of 1 to 256 bytes, a connection id that is not 0, and a channel that carries migration data.",
    replayed,
  ),
  destination: unusable(
    "destination",
    "policy-denied",
    "Data must be sealed, and is sealed only where sealFor has the destination with each of its ports.",
    "An envelope crashes a server without a guard; where data is not sealed, a client can lie.",
  ),
  prepared: unusable(
    "prepared",
    "policy-denied",
    "A connection on which data has to be sealed must have begun after that was configured.",
    "Its messages were passed on as they came: data could not be held.",
  ),
  times: unusable(
    "times",
    "out-of-range",
    "Times must be whole milliseconds since 1970, and a lifetime from 1 ms to an hour.",
    replayed,
  ),
} as const satisfies Record<string, Required<Rule>>
