import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import Ajv from "ajv-draft-04"
import addFormats from "ajv-formats"

const schemaFile = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")

const ajv = new Ajv.default({ allErrors: true, strict: false, unicodeRegExp: false })
addFormats.default(ajv)
const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")))

/** The members of a SARIF log that the tests look at. */
export interface SarifLog {
  readonly version: string
  readonly runs: readonly [SarifRun]
}

export interface SarifRun {
  readonly tool: {
    readonly driver: { readonly name: string; readonly version: string; readonly rules: readonly SarifRule[] }
  }
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[]
  readonly results: readonly SarifResult[]
  readonly invocations: readonly {
    readonly executionSuccessful: boolean
    readonly exitCode: number
    readonly toolExecutionNotifications: readonly unknown[]
  }[]
}

export interface SarifRule {
  readonly id: string
  readonly helpUri: string
  readonly shortDescription: { readonly text: string }
  readonly help: { readonly text: string }
}

export interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly partialFingerprints: Readonly<Record<string, string>>
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string; readonly index: number }
        readonly region: {
          readonly byteOffset: number
          readonly byteLength: number
          readonly startLine?: number
          readonly startColumn?: number
          readonly endColumn?: number
        }
      }
    },
  ]
}

/** A SARIF log after it was held against the schema of SARIF 2.1.0. */
export const validSarif = (text: string): SarifRun => {
  const log: SarifLog = JSON.parse(text)
  if (!validate(log)) throw new Error(ajv.errorsText(validate.errors, { separator: "\n" }))
  return log.runs[0]
}
