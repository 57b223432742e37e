import type { Rule } from "../violation/violation.js"

const refused = "QEMU refuses the command; a reader that is less strict takes something else for it."

/** The rules of JSON texts. QEMU's own parser refuses what breaks one, except where the consequence says more. */
export const jsonRules = {
  input: {
    id: "json/input",
    code: "wrong-type",
    requirement: "The input must be a string, or a Uint8Array over memory that no other thread can change.",
    consequence: "It is no text.",
    source: "our own rule (SECURITY.md)",
  },
  bytes: {
    id: "json/max-bytes",
    code: "limit-exceeded",
    requirement: "The text must not be longer than the limit.",
    consequence: "QEMU holds up to 64 MiB of one command in memory.",
    source: "QEMU 10.0, qobject/json-streamer.c: MAX_TOKEN_SIZE",
  },
  depth: {
    id: "json/max-depth",
    code: "limit-exceeded",
    requirement: "Objects and lists must not be nested deeper than the limit.",
    consequence: "QEMU nests up to 1,024 deep, and its parser and its visitors call themselves as often.",
    source: "QEMU 10.0, qobject/json-streamer.c: MAX_NESTING",
  },
  members: {
    id: "json/max-members",
    code: "limit-exceeded",
    requirement: "The text must not hold more members and entries than the limit.",
    consequence: "QEMU takes up to 2,097,152 tokens, each an allocation.",
    source: "QEMU 10.0, qobject/json-streamer.c: MAX_TOKEN_COUNT",
  },
  encoding: {
    id: "json/utf-8",
    code: "malformed-json",
    requirement: "The text must be UTF-8.",
    consequence: "QEMU refuses it, save for the bytes C0 80, which are U+0000 to it.",
    source: "RFC 8259, section 8.1; QEMU 10.0, qobject/json-parser.c: parse_string",
  },
  syntax: {
    id: "json/syntax",
    code: "malformed-json",
    requirement: "The text must be one value in the syntax of RFC 8259, and nothing else.",
    consequence: "QEMU refuses it, unless all that is wrong is \\' in a string, or more behind a whole value.",
    source: "RFC 8259; QEMU 10.0, qobject/json-lexer.c",
  },
  byteOrderMark: {
    id: "json/byte-order-mark",
    code: "malformed-json",
    requirement: "The text must not begin with a byte order mark (EF BB BF); save it as UTF-8 without one.",
    consequence: "QEMU refuses it.",
    source: "RFC 8259, section 8.1",
  },
  singleQuotes: {
    id: "json/single-quotes",
    code: "malformed-json",
    requirement: "A string must stand in double quotes, not in single ones.",
    consequence: "QEMU's own parser takes both; no other one does.",
    source: "RFC 8259, section 7; QEMU 10.0, qobject/json-lexer.c",
  },
  controlCharacter: {
    id: "json/control-character",
    code: "malformed-json",
    requirement:
      "A string must not hold a line break (CR or LF) or another control character; write it as an escape, \\n.",
    consequence: "QEMU refuses it.",
    source: "RFC 8259, section 7",
  },
  duplicate: {
    id: "json/duplicate-name",
    code: "malformed-json",
    requirement: "An object must not have two members of one name.",
    consequence: "QEMU refuses it; other parsers take the first or the last.",
    source: "RFC 8259, section 4; QEMU 10.0, qobject/json-parser.c: parse_pair",
  },
  unicode: {
    id: "json/unicode",
    code: "malformed-json",
    requirement: "A string must not hold lone surrogates or noncharacters.",
    consequence: "QEMU refuses it.",
    source: "RFC 8259, section 8.2; QEMU 10.0, util/unicode.c: is_valid_codepoint",
  },
} as const satisfies Record<string, Required<Rule>>

/**
 * The rules that every exact type has by construction: what a value of plain data is, and what an object may hold.
 */
export const shapeRules = {
  data: {
    id: "shape/data",
    code: "wrong-type",
    requirement: "The value must be plain data, which no getter and no proxy keeps from being read.",
    consequence: "What throws while it is read cannot be checked.",
    source: "our own rule (SECURITY.md)",
  },
  object: {
    id: "shape/object",
    code: "wrong-type",
    requirement: "This must be a plain object.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_start_struct",
  },
  list: {
    id: "shape/list",
    code: "wrong-type",
    requirement: "This must be a list.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_start_list",
  },
  listLength: {
    id: "shape/list-length",
    code: "limit-exceeded",
    requirement: "A list must not be longer than the limit.",
    consequence: "Its reader's work has no bound.",
    source: "our own rule (SECURITY.md)",
  },
  text: {
    id: "shape/string",
    code: "wrong-type",
    requirement: "This must be a string.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_type_str",
  },
  flag: {
    id: "shape/boolean",
    code: "wrong-type",
    requirement: "This must be true or false.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_type_bool",
  },
  leaf: {
    id: "shape/type",
    code: "wrong-type",
    requirement: "This must be of the expected type.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c",
  },
  name: {
    id: "shape/name",
    code: "not-in-enum",
    requirement: "This must be one of the expected names, letter for letter.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qapi-visit-core.c: input_type_enum",
  },
  missing: {
    id: "shape/missing-member",
    code: "wrong-type",
    requirement: "This member must be given.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_get_object",
  },
  unknown: {
    id: "shape/unknown-member",
    code: "unknown-member",
    requirement: "There is no such member; remove it or correct its spelling.",
    consequence: refused,
    source: "QEMU 10.0, qapi/qobject-input-visitor.c: qobject_input_check_struct",
  },
} as const satisfies Record<string, Required<Rule>>
