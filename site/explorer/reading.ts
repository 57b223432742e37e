import { useMemo } from "preact/hooks"
import { type FieldRow, type ReadFields, rowAt } from "../../src/report/field-rows.js"
import type { Violation } from "../../src/violation/violation.js"
import { readBlob, rightSetting } from "./blob.js"
import { type Entry, entriesOf } from "./compare.js"
import type { State } from "./state.js"
import { isWithin, pathOfRow } from "./tree.js"

/** What follows from what the page shows. */
export interface Reading extends ReadFields {
  /** The violations that have a place in the bytes. */
  readonly marked: readonly Violation[]
  /** The target's setting that the blob is right for, where it is refused under the one that was said. */
  readonly right: string | undefined
  /** The fields, beside those of the blob that it is compared with. */
  readonly entries: readonly Entry[]
  /** Those of them that differ. */
  readonly differing: readonly Entry[]
  /** The field that the cursor is in; undefined behind the last byte. */
  readonly row: FieldRow | undefined
  /** The path of the field or group that is meant. */
  readonly meant: string | undefined
  readonly violationsMeant: readonly Violation[]
}

export const useReading = ({ blob, other, cursor, chosen }: State): Reading => {
  const here = useMemo(() => ({ bytes: blob.bytes, ...readBlob(blob) }), [blob])
  const there = useMemo(() => other && { bytes: other.bytes, ...readBlob(other) }, [other])
  const ofBlob = useMemo(() => {
    const { violations, overall } = here
    const marked = violations.filter((violation) => !overall.includes(violation))
    return { marked, right: violations.length === 0 ? undefined : rightSetting(blob) }
  }, [blob, here])
  const compared = useMemo(() => {
    const entries = entriesOf(here, there)
    return { entries, differing: entries.filter(({ change }) => change !== "same") }
  }, [here, there])
  const row = rowAt(here.rows, cursor)
  const meant = chosen ?? (row && pathOfRow(row))
  const violationsMeant = here.rows.flatMap((each) =>
    each.violations.length > 0 && isWithin(meant, pathOfRow(each)) ? each.violations : [],
  )
  return { ...here, ...ofBlob, ...compared, row, meant, violationsMeant }
}
