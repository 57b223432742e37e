import type { Rule } from "../violation/violation.js"

/**
 * The rules that hold by construction. Nobody writes them into a declaration and nobody can forget them. The sentences
 * are those of any format; a layout gives its own where its readers do something of their own with what breaks one.
 */
export const builtIn = {
  argument: {
    id: "layout/argument",
    code: "wrong-type",
    requirement: "The input must be a Uint8Array over memory that no other thread can change; pass a copy.",
    consequence: "Bytes that change between the check and the use were never checked.",
  },
  limit: {
    id: "layout/blob-limit",
    code: "limit-exceeded",
    requirement: "The input must not be larger than the format's limit.",
    consequence: "Whoever sends it decides how much memory it takes.",
  },
  fixedPart: {
    id: "layout/fixed-part",
    code: "truncated",
    requirement: "The blob must hold its whole fixed part.",
    consequence: "A reader that does not look reads beyond the input.",
  },
  magic: {
    id: "layout/magic",
    code: "bad-magic",
    requirement: "The magic must be the format's own.",
    consequence: "The input is of another format.",
  },
  version: {
    id: "layout/version",
    code: "unsupported-version",
    requirement: "The version must be the only one that was ever written.",
    consequence: "What the bytes mean is not known.",
  },
  constant: {
    id: "layout/constant",
    code: "inconsistent",
    requirement: "The field must have its only value.",
    consequence: "One state would have many encodings.",
  },
  boolean: {
    id: "layout/boolean",
    code: "not-canonical",
    requirement: "A boolean byte must be 0 or 1.",
    consequence: "Any non-zero byte is taken as true: one state would have 255 encodings.",
  },
  enumeration: {
    id: "layout/enumeration",
    code: "not-in-enum",
    requirement: "The number must be a member of the enumeration.",
    consequence: "What it stands for is not known.",
  },
  reserved: {
    id: "layout/reserved-bits",
    code: "not-canonical",
    requirement: "Reserved bits must be 0.",
    consequence: "They are ignored, so that one state would have many encodings.",
  },
  total: {
    id: "layout/total-size",
    code: "inconsistent",
    requirement: "The size that the input says it has must be its size.",
    consequence: "A reader takes bytes that are not there, or leaves some unread.",
  },
  emptyPointer: {
    id: "layout/empty-pointer",
    code: "not-canonical",
    requirement: "The pointer to an empty part must be 0.",
    consequence: "It is ignored, so that one state would have many encodings.",
  },
  pointerRange: {
    id: "layout/pointer-range",
    code: "bad-pointer",
    requirement: "A pointer must point behind the fixed part and inside the blob.",
    consequence: "A reader that does not look reads outside the input.",
  },
  overlap: {
    id: "layout/overlap",
    code: "overlap",
    requirement: "A part must begin where the part before it ends, not inside it.",
    consequence: "The same bytes are taken twice, as two different things.",
  },
  gap: {
    id: "layout/gap",
    code: "unclaimed-bytes",
    requirement: "A part must begin where the part before it ends, with no bytes in between.",
    consequence: "Bytes that no field claims pass unseen.",
  },
  partFits: {
    id: "layout/part-fits",
    code: "truncated",
    requirement: "A part must end inside the blob.",
    consequence: "A reader that does not look reads beyond the input.",
  },
  countFits: {
    id: "layout/count-fits",
    code: "count-exceeds-data",
    requirement: "The entries that the count promises must lie inside the blob.",
    consequence: "The loop over the list runs off the input's end.",
  },
  wholeEntries: {
    id: "layout/whole-entries",
    code: "truncated",
    requirement: "A list must end where an entry ends.",
    consequence: "The last entry is read beyond the list.",
  },
  depth: {
    id: "layout/depth",
    code: "limit-exceeded",
    requirement: "Lists must not be nested deeper than the format allows.",
    consequence: "A reader that calls itself for each level runs out of stack.",
  },
  filled: {
    id: "layout/part-filled",
    code: "unclaimed-bytes",
    requirement: "What a part holds must be as long as the part.",
    consequence: "Bytes that no field claims pass unseen.",
  },
  trailing: {
    id: "layout/trailing",
    code: "unclaimed-bytes",
    requirement: "Nothing may follow the last part.",
    consequence: "Bytes that no field claims pass unseen.",
  },
  valueType: {
    id: "layout/value-type",
    code: "wrong-type",
    requirement: "A member of the state to encode must have the type that the layout declares.",
    consequence: "It has no encoding.",
  },
  valueRange: {
    id: "layout/value-range",
    code: "out-of-range",
    requirement: "A number of the state to encode must fit the field's width.",
    consequence: "It would be cut to the field's width and read back as another number.",
  },
  valueForm: {
    id: "layout/value-form",
    code: "inconsistent",
    requirement: "A member with two forms must have the one that its bytes are read back in.",
    consequence: "Its bytes would be read back as another state.",
  },
} as const satisfies Record<string, Rule>

export type BuiltIn = keyof typeof builtIn

/** A rule for each of the built-in ones: same ids and codes, sentences of the layout's own. */
export type Checks = Readonly<Record<BuiltIn, Rule>>

type Sentences = Partial<Pick<Rule, "requirement" | "consequence" | "source">>

/**
 * Gives the rules that hold by construction in the words of a format: what its readers do with what breaks one.
 *
 * @param source - where the rules that name no source of their own are known from: the format's document or header
 * @example
 * L.checksWith({ trailing: { consequence: "The next record is read from the middle." } }).trailing.id
 * // "layout/trailing"
 * @since 0.6.0
 */
export const checksWith = (sentences: Partial<Readonly<Record<BuiltIn, Sentences>>>, source?: string): Checks => {
  const known = source === undefined ? {} : { source }
  const worded = (name: BuiltIn): Rule => ({ ...builtIn[name], ...known, ...sentences[name] })
  return Object.fromEntries(
    (Object.keys(builtIn) as BuiltIn[]).map((name) => [name, worded(name)]),
  ) as unknown as Checks
}
