const decimal = /^(?:0|[1-9][0-9]*)$/

/** A number as QEMU's manual writes it: no sign, no space, no leading zero. */
export const isDecimal = (text: string): boolean => decimal.test(text)

/** What `strtoul` reads, signs, spaces and leading zeros included. */
export const isLooselyDecimal = (text: string): boolean => /^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)

/** A decimal number for a report; one of more digits than any number here has is not shown. */
export const measured = (text: string): number | undefined => (text.length > 10 ? undefined : Number(text))
