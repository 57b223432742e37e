import type { Rule, ViolationCode } from "../violation/violation.js"

/** What a person who meets a refusal wants to know beside the rule. */
export interface Advice {
  /** Whether somebody attacks. */
  readonly attack: string
  /** What to do next. */
  readonly action: string
}

const blob: Advice = {
  attack:
    "Probably, or the receiver is described wrongly. No genuine server writes this, and nothing but the client had the bytes in between. A bug of the client or of the source's server looks the same.",
  action:
    "Compare the receiver's settings with how the target is started. If they are right, keep the blob, `explain` it, and look at who was connected. A genuine blob that is refused is a bug of ours: report it.",
}

const limit: Advice = {
  attack:
    "Not by itself. The amount is more than this receiver is set up to take, and a genuine source can have reached it.",
  action:
    "Find out whether the source was that busy. Raise the limit if your target can bear it; docs/limits.md says from where on an amount harms.",
}

const order: Advice = {
  attack:
    "Probably: clients that behave send nothing out of order. A second client of the same machine, or a client that was cut off in the middle of a migration, can look the same.",
  action:
    "Read the log's lines of that session from its first link. docs/session.md has the order, and what waits for what.",
}

const policy: Advice = {
  attack: "Not by itself. Your policy forbids what was asked for.",
  action:
    "If it should be allowed, name it in the policy. If not, find out which part of the management layer asked for it.",
}

const command: Advice = {
  attack:
    "Perhaps: an address or a list that somebody else had a hand in. More often the management layer was given something that QEMU takes in another way than it reads.",
  action:
    "Correct the argument at the path that the message names. docs/qemu-differences.md says what each version of QEMU does with it.",
}

const configuration: Advice = {
  attack: "No. It is in a file, or a call, of your own.",
  action: "Correct the member that the path names; `--check-config` reads a relay's file without listening anywhere.",
}

const sealed: Advice = {
  attack:
    "Probably: somebody forged, altered, kept or redirected an envelope. Two hosts whose clocks, keys or certificates do not go together look the same, and are more common.",
  action:
    "Compare the key files, or the certificates, and the clocks of both hosts. docs/sealing.md says what each refusal rests on.",
}

const text: Advice = {
  attack:
    "Perhaps: two parsers can read such a text differently, and that is worth an attack. A bug in what writes the text is more common.",
  action: "Write the text with a JSON library, and send the very bytes that were checked.",
}

const trust: Advice = {
  attack:
    "Not by itself. Genuine sources write such state, but whether it is true only the machine's own devices know, and a lie crashes QEMU.",
  action:
    "Seal relayed state (docs/sealing.md), so that nobody can have changed it. `accept` takes it from any client, and lets any client crash the target.",
}

const unseen: Advice = {
  attack: "No. The client speaks something that the guard cannot look into, or asks the server for it.",
  action:
    "Let TLS end at the guard, and turn SASL's security layer and WebSockets off on the client: docs/relay.md says how.",
}

/** By what stands before the slash in a rule's id. */
const byPrefix: Readonly<Record<string, Advice>> = {
  spice: configuration,
  relay: configuration,
  wire: order,
  session: order,
  completion: {
    attack: "No. A step of the migration came too early or never, by the logs.",
    action: "Correct the order in the management layer: docs/guide/relay.md has it for seamless migrations.",
  },
  seal: sealed,
  envelope: sealed,
  certified: sealed,
  json: text,
  shape: command,
  qmp: command,
  qemu: command,
  policy,
}

const byCode: Readonly<Partial<Record<ViolationCode, Advice>>> = { "limit-exceeded": limit, "policy-denied": trust }

/** Says of a rule whether it speaks of an attack, and what to do about a refusal by it. */
export const adviceOf = ({ id, code }: Rule): Advice => {
  if (id.startsWith("wire/") && code === "policy-denied") return unseen
  return byPrefix[id.slice(0, id.indexOf("/"))] ?? byCode[code] ?? blob
}
