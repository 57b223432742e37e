import type { Rule } from "../violation/violation.js"

/** The name of a rule's place in the document of rules: `display/surface-id-in-table` is `display-surface-id-in-table`. */
export const anchorOf = (id: string): string => id.replace("/", "-")

const entryOf = ({ id, code, requirement, consequence, source }: Required<Rule>): string =>
  [
    `### <a id="${anchorOf(id)}"></a>\`${id}\``,
    `${requirement} \`${code}\``,
    `Where it does not hold: ${consequence}`,
    `Source: ${source}.`,
  ].join("\n\n")

/** What the rules of each prefix judge. */
const subjects = {
  spice: "what a caller passes beside a blob",
  layout: "every blob, by its layout",
  main: "blobs of the main channel",
  "char-device": "the write queue in blobs of main, usbredir, port, webdav and smartcard channels",
  display: "blobs of display channels",
  inputs: "blobs of inputs channels",
  spicevmc: "blobs of usbredir, port and webdav channels",
  smartcard: "blobs of smartcard channels",
  wire: "the bytes of a connection before its messages",
  session: "the order of messages",
  capture: "captures of a network",
  envelope: "the form of envelopes",
  certified: "the form of envelopes that a host has signed",
  seal: "envelopes, and the files that they take",
  json: "JSON texts",
  shape: "plain data",
  state: "states as JSON",
  qmp: "QMP commands, and logs of them",
  qemu: "the arguments of QEMU's commands",
  policy: "policies, and what they deny",
  completion: "the order of a migration's steps, by the QMP logs of both sides",
  relay: "the relay's configuration",
} as const

/** Writes every rule as Markdown, under a heading for each kind of input. */
export const describeRules = (rules: readonly Required<Rule>[]): string =>
  Object.entries(subjects)
    .flatMap(([prefix, subject]) => [
      `## ${prefix}: ${subject}`,
      ...rules.filter(({ id }) => id.startsWith(`${prefix}/`)).map(entryOf),
    ])
    .join("\n\n")
