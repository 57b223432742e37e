import type * as t from "io-ts"

/** A member that a configuration may have: its type, its default, and its line in docs/relay.md. */
export interface Option<T extends t.Mixed = t.Mixed, D = unknown> {
  readonly type: T
  /** What it is where nothing is said; undefined where that is nothing, or depends on others. */
  readonly initial: D
  /** What the document gives as the default. */
  readonly shown: string
  readonly doc: string
  /** The options of its members, which are documented in its place. */
  readonly members?: Options
}

export type Options = Readonly<Record<string, Option>>

interface Default<D> {
  readonly initial?: D
  /** Where the default's own text would not do. */
  readonly shown?: string
}

/** Declares an option. */
export const option = <T extends t.Mixed, const D extends t.TypeOf<T> | undefined = undefined>(
  type: T,
  doc: string,
  { initial, shown = initial === undefined ? "" : `\`${String(initial)}\`` }: Default<D> = {},
): Option<T, D> => ({ type, initial: initial as D, shown, doc })

/** Declares an option that has options of its own. */
export const group = <T extends t.Mixed>(type: T, members: Options): Option<T, undefined> => ({
  type,
  initial: undefined,
  shown: "",
  doc: "",
  members,
})

type Types<O extends Options> = { [K in keyof O]: O[K]["type"] }

/** The types of options, for a codec. */
export const typesOf = <O extends Options>(options: O): Types<O> =>
  Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, type])) as Types<O>

type Chosen<O extends Options> = { readonly [K in keyof O]?: t.TypeOf<O[K]["type"]> | undefined }

/** What options come to with every default in place. */
export type Resolved<O extends Options> = { readonly [K in keyof O]: t.TypeOf<O[K]["type"]> | O[K]["initial"] }

/** Puts the default in the place of every option that is not said. */
export const resolveOptions = <O extends Options>(options: O, chosen: Chosen<O> = {}): Resolved<O> =>
  Object.fromEntries(
    Object.entries(options).map(([name, { initial }]) => [name, chosen[name] ?? initial]),
  ) as Resolved<O>

/** Lines of a document's table: the option, its default, what there is to say. */
export const rowsOf = (options: Options, prefix = ""): readonly (readonly [string, string, string])[] =>
  Object.entries(options).flatMap(([name, { shown, doc, members }]) =>
    members === undefined ? [[`${prefix}${name}`, shown, doc] as const] : rowsOf(members, `${prefix}${name}.`),
  )
