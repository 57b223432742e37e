import * as t from "io-ts"
import { leaf } from "../../data/leaf.js"
import { issue, ok, refined } from "../../data/refinement.js"
import type { Rule } from "../../violation/violation.js"
import { relayRules } from "./rules.js"

const number = leaf(
  "whole number",
  (input): input is number => typeof input === "number" && Number.isSafeInteger(input),
)

/** A whole number within bounds. */
export const within = (least: number, most: number) =>
  refined(number, (value) =>
    value < least || value > most ? issue(relayRules.number, value, value < least ? least : most) : ok,
  )

/** A text that keeps a rule. */
export const textThat = (rule: Rule, is: (text: string) => boolean) =>
  refined(t.string, (value) => (is(value) ? ok : issue(rule)))
