import { useEffect, useState } from "preact/hooks"
import type { FieldRow } from "../../src/report/field-rows.js"
import type { Violation } from "../../src/violation/violation.js"
import { foundIn } from "./fields.js"
import type { Reading } from "./reading.js"
import type { Action } from "./state.js"
import { isWithin, pathOfRow } from "./tree.js"
import { bytesOfNumber, bytesOfText, choicesOf, nameOfType } from "./value.js"

export interface DetailsProps {
  readonly reading: Reading
  readonly dispatch: (action: Action) => void
}

const rangeText = (offset: number, length: number): string =>
  length === 1 ? `byte ${offset}` : `bytes ${offset} to ${offset + length - 1}`

/** A number in the other base, and what it stands for where it has a name. */
const otherForm = ({ value = 0, text }: FieldRow): string => {
  const isNegative = value < 0
  const hexadecimal = `${isNegative ? "-" : ""}0x${(isNegative ? -value : value).toString(16)}`
  return text === String(value) ? hexadecimal : `${hexadecimal} · ${text}`
}

/** All that is known of the field that is meant, and what changes its value. */
export const Details = ({ reading: { row, meant, differing, violationsMeant }, dispatch }: DetailsProps) => {
  const isField = row !== undefined && meant === pathOfRow(row)
  const isThere = differing.some((entry) => entry.change === "only there" && isWithin(meant, entry.row.path))
  const title = isField ? row.path || "No field" : (meant ?? "Behind the last byte")
  return (
    <section class="panel details" aria-labelledby="details-title">
      <h2 id="details-title">{title}</h2>
      {isField ? (
        <Field key={`${row.path}@${row.offset}`} row={row} dispatch={dispatch} />
      ) : (
        <p class="meaning">
          {meant === undefined
            ? "Type two digits to append a byte."
            : isThere
              ? "Only the other blob has it."
              : "A group of fields."}
        </p>
      )}
      {violationsMeant.map((violation) => (
        <ViolationCard key={`${violation.rule} ${violation.offset}`} violation={violation} />
      ))}
    </section>
  )
}

const Field = ({ row, dispatch }: { readonly row: FieldRow; readonly dispatch: (action: Action) => void }) => (
  <>
    <p class="meaning">{row.meaning}</p>
    <dl>
      <dt>Place</dt>
      <dd>{rangeText(row.offset, row.length)}</dd>
      <dt>Type</dt>
      <dd>{row.type === undefined ? "bytes" : nameOfType(row.type)}</dd>
      {row.type !== undefined && (
        <>
          <dt id="value-label">Value</dt>
          <dd>
            <ValueEditor row={row} type={row.type} dispatch={dispatch} />
          </dd>
        </>
      )}
      {row.pointsTo !== undefined && (
        <>
          <dt>Points to</dt>
          <dd>
            <PointsTo target={row.pointsTo} dispatch={dispatch} />
          </dd>
        </>
      )}
    </dl>
  </>
)

interface PointsToProps {
  readonly target: NonNullable<FieldRow["pointsTo"]>
  readonly dispatch: (action: Action) => void
}

const PointsTo = ({ target: { path, offset, length }, dispatch }: PointsToProps) =>
  length === 0 ? (
    <>byte {offset}, outside the blob</>
  ) : (
    <button type="button" class="link" onClick={() => dispatch({ do: "move", offset })}>
      {path || rangeText(offset, length)}
    </button>
  )

interface ValueEditorProps {
  readonly row: FieldRow
  readonly type: NonNullable<FieldRow["type"]>
  readonly dispatch: (action: Action) => void
}

const ValueEditor = ({ row, type, dispatch }: ValueEditorProps) => {
  const [problem, setProblem] = useState("")
  const value = String(row.value)
  useEffect(() => setProblem(""), [value])
  const write = (inserted: Uint8Array) =>
    dispatch({ do: "write", splice: { offset: row.offset, removed: row.length, inserted } })
  const choices = choicesOf(type)

  if (choices !== undefined) {
    const isNamed = Object.values(choices).some((number) => String(number) === value)
    return (
      <select
        aria-labelledby="value-label"
        value={value}
        onChange={({ currentTarget }) => write(bytesOfNumber(type, BigInt(currentTarget.value)))}
      >
        {Object.entries(choices).map(([name, number]) => (
          <option key={name} value={String(number)}>{`${number}, ${name}`}</option>
        ))}
        {!isNamed && <option value={value}>{`${value}, which has no meaning`}</option>}
      </select>
    )
  }
  return (
    <>
      <input
        aria-labelledby="value-label"
        aria-invalid={problem !== ""}
        aria-describedby={problem === "" ? undefined : "value-problem"}
        spellcheck={false}
        autocomplete="off"
        value={value}
        onChange={({ currentTarget }) => {
          const bytes = bytesOfText(type, currentTarget.value)
          if (typeof bytes === "string") setProblem(bytes)
          else write(bytes)
        }}
      />
      <span class="unit">{row.unit}</span>
      <p class="hint">{otherForm(row)}</p>
      {problem !== "" && (
        <p id="value-problem" class="problem">
          {problem}
        </p>
      )}
    </>
  )
}

/** One violation, whole. */
export const ViolationCard = ({ violation }: { readonly violation: Violation }) => (
  <article class="card" aria-label={violation.rule}>
    <p>
      <strong>{violation.requirement}</strong> {foundIn(violation)}
    </p>
    <p>
      <span class="label">Without the check:</span> {violation.consequence}
    </p>
    <p class="rule">
      {violation.rule} · {violation.code}
    </p>
  </article>
)
