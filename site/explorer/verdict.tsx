import type { Violation } from "../../src/violation/violation.js"
import { ViolationCard } from "./details.js"
import type { Reading } from "./reading.js"
import type { Action } from "./state.js"

export interface VerdictProps {
  readonly reading: Reading
  readonly cursor: number
  readonly note: string
  readonly dispatch: (action: Action) => void
}

/** A violation's sentence, at the beginning of a line. */
const sentenceOf = ({ message }: Violation): string => message.replace(/^the input/, "The blob")

/** The violation that lies next behind the cursor, or before it; from the end it goes on at the beginning. */
const neighbour = (violations: readonly Violation[], cursor: number, step: 1 | -1): number => {
  const offsets = [...new Set(violations.map(({ offset }) => offset))].sort((one, other) => one - other)
  const next = step === 1 ? offsets.find((offset) => offset > cursor) : offsets.findLast((offset) => offset < cursor)
  return next ?? offsets.at(step === 1 ? 0 : -1) ?? cursor
}

/** What the guard says of the blob; a screen reader says it whenever it changes. */
export const Verdict = ({ reading, cursor, note, dispatch }: VerdictProps) => {
  const { violations, overall, right } = reading
  const [first] = violations
  return (
    <section class={`verdict ${first === undefined ? "accepted" : "refused"}`} aria-label="Verdict">
      <div class="verdict-line">
        <p role="status">
          <strong>{first === undefined ? "Accepted" : "Refused"}</strong>{" "}
          {first === undefined ? "Every byte is what the layout says it must be." : sentenceOf(first)}
        </p>
        {violations.length > 0 && (
          <span class="buttons">
            <span class="count">{violations.length === 1 ? "1 violation" : `${violations.length} violations`}</span>
            {violations.length > 1 && (
              <button type="button" onClick={() => dispatch({ do: "move", offset: neighbour(violations, cursor, -1) })}>
                Previous
              </button>
            )}
            <button type="button" onClick={() => dispatch({ do: "move", offset: neighbour(violations, cursor, 1) })}>
              {violations.length > 1 ? "Next" : "Show"}
            </button>
          </span>
        )}
      </div>
      {right !== undefined && (
        <p class="note">
          It is right for a target with jpeg-wan-compression={right}.{" "}
          <button
            type="button"
            class="link"
            onClick={() => dispatch({ do: "set", name: "jpegWanCompression", value: right })}
          >
            Say that the target has it
          </button>
        </p>
      )}
      {note !== "" && <p class="note">{note}</p>}
      {overall.map((violation) => (
        <ViolationCard key={violation.rule} violation={violation} />
      ))}
    </section>
  )
}
