import { programOf } from "../lower.js"
import type { Layout, Parameter } from "../types.js"
import { emitLibrary, type LibraryFiles } from "./c99-library.js"
import { defaultOf, enumerationOf, memberOf, toldBy } from "./c99-parameters.js"
import { indented, snake } from "./c99-text.js"

/** What an emitted library is called. */
export interface CEmission {
  /** Goes before every name. */
  readonly prefix: string
  /** Of the header and the source, without an ending. */
  readonly file: string
  /** What the first line says: who made the files, from what. */
  readonly origin: string
}

/**
 * Writes a library of C99 that checks layouts: for each a function that takes data, its size, the parameters where there
 * are any, and a place for the first violation. It finds the same one as every other decoder of the layout.
 *
 * @throws TypeError where two parameters have one name, or where a layout needs what C's 64 bits do not hold
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.emitC([flags], { prefix: "my", file: "flags", origin: "From flags.ts." }).header.includes("bool my_check_flags(")
 * // true
 * @since 0.6.0
 */
export const emitC = (layouts: readonly Layout[], { prefix, file, origin }: CEmission): LibraryFiles => {
  const programs = layouts.map(programOf)
  const parameters = [...new Set(programs.flatMap((program) => program.parameters))]
  const names = parameters.map(({ name }) => snake(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`two parameters are called ${twice}: emit their layouts apart`)
  const takes = parameters.length === 0 ? "" : `const ${prefix}_parameters *parameters`
  const signature = (name: string): string =>
    `bool ${name}(const uint8_t *data, size_t size, ${takes === "" ? "" : `${takes}, `}${prefix}_violation *violation)`
  const functions = layouts.map(({ format }) => ({
    inner: `check_${snake(format)}`,
    outer: `${prefix}_check_${snake(format)}`,
  }))
  const passed = takes === "" ? "data, size, violation" : "data, size, parameters, violation"
  return emitLibrary({
    prefix,
    file,
    about: origin,
    checks: programs.map((program) => ({
      program,
      name: `check_${snake(program.plan.layout.format)}`,
      takes,
      told: toldBy(prefix, "parameters"),
    })),
    declarations: `${parametersType(prefix, parameters)}/* Whether data of any size holds every rule; violation, which may be NULL, gets the first one that it breaks. */
${functions.map(({ outer }) => `${signature(outer)};`).join("\n")}`,
    definitions: `${parametersDefault(prefix, parameters)}${functions
      .map(({ inner, outer }) => `${signature(outer)}\n{\n    return ${inner}(${passed});\n}\n`)
      .join("\n")}`,
  })
}

const parametersType = (prefix: string, parameters: readonly Parameter[]): string =>
  parameters.length === 0
    ? ""
    : `${parameters.flatMap((parameter) => enumerationOf(prefix, parameter)).join("\n")}
/* What the checks have to be told, because no input says it. */
typedef struct ${prefix}_parameters {
${indented(parameters.map((parameter) => memberOf(prefix, parameter)).join("\n"))}
} ${prefix}_parameters;

extern const ${prefix}_parameters ${prefix}_default_parameters;

`

const parametersDefault = (prefix: string, parameters: readonly Parameter[]): string =>
  parameters.length === 0
    ? ""
    : `const ${prefix}_parameters ${prefix}_default_parameters = {
${parameters.map((parameter) => `    /* ${snake(parameter.name)} */ ${defaultOf(prefix, parameter)}`).join(",\n")}
};

`
