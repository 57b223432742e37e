import { captureRules } from "./capture/rules.js"
import { jsonRules, shapeRules } from "./data/rules.js"
import { rulesOf } from "./layout/rules.js"
import { completionRules } from "./qemu/completion-rules.js"
import { denials, policyRules } from "./qemu/policy-rules.js"
import { qemuRules, qmpRules } from "./qemu/rules.js"
import { relayRules } from "./relay/config/rules.js"
import { stateRules } from "./report/state-rules.js"
import { certifiedLayout } from "./seal/certified.js"
import { envelopeLayout, statementLayout } from "./seal/envelope.js"
import { certificateRules, openRules, sealRules } from "./seal/rules.js"
import { sessionRules } from "./session/rules.js"
import { argumentRules } from "./spice/arguments.js"
import { formats, structuralRules } from "./spice/formats.js"
import { linkHeader, linkMessage } from "./spice/wire/link.js"
import { wireRules } from "./spice/wire/rules.js"
import type { Rule } from "./violation/violation.js"

export type { Rule } from "./violation/violation.js"

const tables: readonly Readonly<Record<string, Required<Rule>>>[] = [
  argumentRules,
  wireRules,
  sessionRules,
  captureRules,
  openRules,
  certificateRules,
  sealRules,
  jsonRules,
  shapeRules,
  stateRules,
  qmpRules,
  qemuRules,
  denials,
  policyRules,
  completionRules,
  relayRules,
]

const layouts = [...Object.values(formats), linkHeader, linkMessage, envelopeLayout, certifiedLayout, statementLayout]
const declared: readonly Rule[] = [...structuralRules, ...layouts.flatMap(rulesOf)]

/** A declared rule as the catalogue has it, without its condition. A test holds that each of them names its source. */
const catalogued = ({ id, code, requirement, consequence, source = "" }: Rule): Required<Rule> => ({
  id,
  code,
  requirement,
  consequence,
  source,
})

const byId: ReadonlyMap<string, Required<Rule>> = new Map(
  [...tables.flatMap((table) => Object.values(table)), ...declared].map((rule) => [rule.id, catalogued(rule)]),
)

/**
 * Every rule of the project, each once and with its source: of blobs, of the wire and the order of messages, of JSON, of
 * QEMU's arguments, of policies and of the relay's configuration.
 *
 * @example
 * rules.filter(({ id }) => id.startsWith("inputs/")).map(({ id }) => id)
 * // ["inputs/motion-count-limit"]
 * @since 0.6.0
 */
export const rules: readonly Required<Rule>[] = [...byId.values()]

/**
 * Finds a rule by its id, such as a violation's `rule`; undefined where there is none.
 *
 * @example
 * ruleOf("inputs/motion-count-limit")?.source
 * // "spice-server 0.15.1, inputs-channel-client.cpp: InputsChannelClient::handle_migrate_data"
 * @since 0.6.0
 */
export const ruleOf = (id: string): Required<Rule> | undefined => byId.get(id)
