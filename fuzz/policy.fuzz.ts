import { isDeepStrictEqual } from "node:util"
import { readJson } from "../src/data/json.js"
import type { TargetModule } from "../src/fuzz/target.js"
import type { MigrationAddress } from "../src/qemu/addresses.js"
import { checkPolicy } from "../src/qemu/check-policy.js"
import type { Context } from "../src/qemu/context.js"
import { parseArguments } from "../src/qemu/parse.js"
import { defaultPolicy, type Policy, policyCodec } from "../src/qemu/policy.js"
import { denials } from "../src/qemu/policy-rules.js"
import { formatMigrateUri } from "../src/qemu/uri.js"
import { fromFuzzerBytes } from "../src/testing/bridge.js"
import { addressArbitraryOf } from "../src/testing/qemu/addresses.js"
import { textOf, treeOf } from "../src/testing/qemu/json-cst.js"
import { leastAddresses } from "../src/testing/qemu/minimal.js"
import type { Checked } from "../src/violation/checked.js"
import { expectedDenials } from "./denials.js"
import { type Draft, draftOf, entriesNear, kindOf, lines, looserThan, policyOf, transports } from "./policies.js"
import {
  areApart,
  areSayable,
  choiceSeeds,
  contextBy,
  contexts,
  dictionaryOf,
  difference,
  jsonWords,
  picking,
  prototypesAreIntact,
  utf8,
  verdictOf,
} from "./texts.js"

/**
 * Policies. The first byte of an input says for which command and QEMU, the second one whether the rest is a policy as
 * JSON, that is held against one address of each kind, or steers the making of an address and of a policy for it.
 */

const limits = { maxBytes: 2 ** 16, maxDepth: 32, maxMembers: 4096 }

const argumentsWith = (addr: MigrationAddress) => ({ channels: [{ "channel-type": "main" as const, addr }] })

const held = (policy: Policy, address: MigrationAddress, context: Context): Checked<unknown> =>
  checkPolicy(policy, argumentsWith(address), context)

const isAllowed = (policy: Policy, address: MigrationAddress, context: Context): boolean =>
  held(policy, address, context)._tag === "Right"

/** Whether a denial is there to be made: its list is in the policy, or what it wants is not. */
const isLineOf = (rule: string, { exec, ...policy }: Policy, address: MigrationAddress): boolean => {
  const [table = "", list = ""] = rule.replace("policy/", "").split(".")
  if (table === "transports") return policy.transports?.includes(kindOf(address)) === false
  if (kindOf(address) !== table) return false
  if (rule === denials.exec.id) return exec === undefined
  if (rule === denials.programs.id) return exec !== undefined
  if (rule === denials.numbers.id) return true
  if (rule === denials.shell.id) return exec !== undefined && exec.shell !== true
  return list in Object({ ...policy, exec }[table as "inet" | "exec"])
}

const isDenialOf = (checked: Checked<unknown>, policy: Policy, address: MigrationAddress): void => {
  const denied = checked._tag === "Right" ? [] : checked.left
  if (denied.length > 0) areSayable(denied, 0)
  for (const { rule, code } of denied)
    if (code !== "policy-denied" || !isLineOf(rule, policy, address)) throw difference("a line of the policy", rule)
  for (const [rule, isExpected] of expectedDenials(address, policy))
    if (denied.some((violation) => violation.rule === rule) !== isExpected)
      throw difference(`${rule} ${isExpected ? "to deny it" : "not to deny it"}`, verdictOf(checked))
}

/** An address is judged alike in channels and as a URI, by itself and by parsing a text of it. */
const isJudgedAlike = (policy: Policy, address: MigrationAddress, context: Context): void => {
  const checked = held(policy, address, context)
  isDenialOf(checked, policy, address)
  const said = argumentsWith(address)
  if (checked._tag === "Right" && checkPolicy(policy, said, context)._tag !== "Right") throw difference("yes", "no")
  const uri = formatMigrateUri(address, context)
  const verdict = verdictOf(checked).replaceAll(" channels[0].addr.", " uri.")
  const written = uri._tag === "Right" ? verdictOf(checkPolicy(policy, { uri: uri.right }, context)) : verdict
  if (written !== verdict) throw difference(verdict, written)
  if (context.version === "7.2") return
  const parsed = parseArguments(textOf(treeOf(said)), { ...context, policy })
  if (verdictOf(parsed) !== verdictOf(checked)) throw difference(verdictOf(checked), verdictOf(parsed))
}

/** So many policies, each looser than the one before, are tried. */
const steps = 4

/** Nothing that a policy allows is denied by a looser one; the order of a list says nothing. */
const isMonotone = ({ address, draft, near, pick }: Drawn, context: Context): void => {
  if (!isAllowed(policyOf(draft), address, context)) return
  let strictest = draft
  for (let step = 0; step < steps; step++) {
    const { how, draft: looser } = looserThan(strictest, near, pick)
    if (!isAllowed(policyOf(looser), address, context)) throw difference("a looser policy to allow as much", how)
    strictest = looser
  }
}

/** Without a policy nothing is denied but what runs programs, and descriptors by number. */
const isDefault = (address: MigrationAddress, context: Context): void => {
  const verdict = verdictOf(held(defaultPolicy, address, context))
  const denied = (rule: string, member: string) =>
    `policy-denied ${rule} channels[0].addr.${member} undefined undefined`
  const isNumber = address.transport === "socket" && address.type === "fd" && /^[0-9]/.test(address.str)
  const allowed = isNumber ? denied("policy/fd.numbers", "str") : "accepted"
  const expected = address.transport === "exec" ? denied("policy/exec", "transport") : allowed
  if (verdict !== expected) throw difference(expected, verdict)
}

interface Drawn {
  readonly address: MigrationAddress
  readonly near: ReturnType<typeof entriesNear>
  readonly draft: Draft
  readonly pick: (count: number) => number
}

const addressesOf = new Map(contexts.map((context) => [context, fromFuzzerBytes(addressArbitraryOf(context))]))

const drawn = (bytes: Uint8Array, context: Context): Drawn => {
  const draw = addressesOf.get(context) ?? fromFuzzerBytes(addressArbitraryOf(context))
  const { value: address, tail } = draw(bytes)
  const pick = picking(tail)
  const near = entriesNear(address)
  return { address, near, draft: draftOf(near, pick), pick }
}

const isDrawn = (bytes: Uint8Array, context: Context): void => {
  const each = drawn(bytes, context)
  const { address, draft } = each
  const policy = policyOf(draft)
  if (!policyCodec.is(policy)) throw difference("a policy", "what is none")
  const before = textOf(treeOf(policy))
  isDefault(address, context)
  isJudgedAlike(policy, address, context)
  isMonotone(each, context)
  if (textOf(treeOf(policy)) !== before) throw difference("the policy to be left alone", "a change of it")
}

/** The first of the least addresses of each kind. */
const samples = new Map(
  contexts.map((context) => [
    context,
    [...new Map([...leastAddresses(context)].reverse().map((address) => [kindOf(address), address])).values()],
  ]),
)

/** A value as a policy, if it is one: a copy of it, that judges an address of each kind. */
const isPolicy = (bytes: Uint8Array, context: Context): void => {
  const read = readJson(bytes, limits)
  if (read._tag === "Left") return
  const decoded = policyCodec.decode(read.right.value) as Checked<Policy>
  if (policyCodec.is(read.right.value) !== (decoded._tag === "Right")) throw difference("one verdict", "two")
  if (decoded._tag === "Left") areSayable(decoded.left, 0)
  else {
    areApart(read.right.value, decoded.right)
    if (!isDeepStrictEqual(policyCodec.decode(decoded.right), decoded))
      throw difference("the same policy", "another one")
    for (const address of samples.get(context) ?? []) isJudgedAlike(decoded.right, address, context)
  }
}

const isJson = (data: Uint8Array): boolean => Number(data[1] ?? 0) % 2 === 0

const check = (data: Uint8Array): void => {
  const context = contextBy(data[0])
  if (isJson(data)) isPolicy(data.subarray(2), context)
  else isDrawn(data.subarray(2), context)
  prototypesAreIntact()
}

const evidence = (data: Uint8Array): Uint8Array => {
  if (isJson(data)) return data.subarray(2)
  const { address, draft } = drawn(data.subarray(2), contextBy(data[0]))
  return utf8(textOf(treeOf({ policy: policyOf(draft), arguments: argumentsWith(address) })))
}

const words = [
  ...transports,
  ...lines.flatMap((line) => line.split(".")),
  "shell",
  "10.0.0.0/8",
  "::/0",
  "1-65535",
  "5-4",
]

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/qemu/", "src/net/", "src/data/strict", "src/data/refinement"],
  detectors: true,
  dictionary: dictionaryOf([...words, ...words.map((word) => `"${word}"`), ...jsonWords]),
  *seeds() {
    for (const [index, choices] of choiceSeeds(300).entries()) {
      const context = index % contexts.length
      yield Uint8Array.of(context, 1, ...choices)
      const { draft } = drawn(choices, contextBy(context))
      yield Uint8Array.of(context, 0, ...utf8(textOf(treeOf(policyOf(draft)))))
    }
  },
  evidenceOf: (data) => ({ kind: "text", bytes: evidence(data) }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
