import type { Rule } from "../../violation/violation.js"
import type { Program } from "../steps.js"
import type { Chain } from "../types.js"
import { allSteps, scansIn } from "../uses.js"
import { type CheckEmission, cRuleConstant, emitChain, emitCheck, ruleIn } from "./c99.js"
import { isSigned } from "./c99-expression.js"
import { comment, folded, indented, quoted } from "./c99-text.js"

/** A library of checks in C99: what its two files are made of. */
export interface Library {
  /** Goes before every name: `mg`. */
  readonly prefix: string
  /** Of both files, without an ending: `migration_guard`. */
  readonly file: string
  /** What it is and how it was made. */
  readonly about: string
  readonly checks: readonly (Omit<CheckEmission, "prefix"> & { readonly program: Program })[]
  /** C for the header: what checks take, and what they are called from outside. */
  readonly declarations: string
  /** C behind the checks: constants and the functions that are called from outside. */
  readonly definitions: string
  /** Rules that the definitions refuse by. */
  readonly rules?: readonly Rule[]
}

/** The two files of a library. */
export interface LibraryFiles {
  readonly header: string
  readonly source: string
}

export const emitLibrary = (library: Library): LibraryFiles => {
  const rules = rulesOf(library)
  return { header: headerOf(library, rules), source: sourceOf(library, rules) }
}

interface KnownRule extends Rule {
  /** Whether its violations say what was expected. */
  readonly expects: boolean
  readonly signed: boolean
}

/** The rules by which some check can refuse, each once. */
const rulesOf = ({ checks, rules = [] }: Library): readonly KnownRule[] => {
  const known = new Map<string, KnownRule>(rules.map((rule) => [rule.id, { ...rule, expects: false, signed: false }]))
  const add = (rule: Rule, expects: boolean, signed: boolean): void => {
    const before = known.get(rule.id)
    known.set(rule.id, {
      ...rule,
      expects: expects || before?.expects === true,
      signed: signed || before?.signed === true,
    })
  }
  for (const { program } of checks)
    for (const step of allSteps(program)) {
      if (step.op === "require")
        add(
          ruleIn(program, step.check),
          step.expected !== undefined,
          step.actual !== undefined && isSigned(step.actual),
        )
      if (step.op === "point") {
        const { empty, ...misplaced } = step.checks
        const checked = [...(step.empty === undefined ? [] : [empty]), ...Object.values(misplaced)]
        for (const check of checked) add(ruleIn(program, check), true, false)
      }
    }
  return [...known.values()]
}

const chainsOf = (programs: readonly Program[]): readonly Chain[] => [...new Set(programs.flatMap(scansIn))]

const headerOf = ({ prefix, file, about, declarations }: Library, rules: readonly KnownRule[]): string => {
  const guard = `${file.toUpperCase()}_H`
  return `${comment(about)}
#ifndef ${guard}
#define ${guard}

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with an input: the first rule that it breaks. It never holds bytes of the input. */
typedef struct ${prefix}_violation {
    /* One of ${prefix.toUpperCase()}_RULE_*. */
    uint16_t rule;
    /* The bytes at fault, counted from the input's first one. */
    uint32_t offset;
    uint32_t length;
    /* What was found, and what was expected; numbers with a sign are in two's complement. */
    uint64_t actual;
    uint64_t expected;
} ${prefix}_violation;

/* The words of a rule: static strings. */
typedef struct ${prefix}_rule {
    /* Stable: "display/surface-id-in-table". */
    const char *id;
    /* What kind of thing is wrong: "out-of-range". */
    const char *code;
    /* What must be so. */
    const char *requirement;
    /* What a receiver does with an input that breaks the rule. */
    const char *consequence;
    /* How a message introduces the expected number; NULL where there is none. */
    const char *expects;
    /* Whether the found number has a sign. */
    bool has_sign;
} ${prefix}_rule;

/* The numbers of rules may differ from version to version; their ids do not. */
enum {
${rules.map(({ id }, index) => `    ${cRuleConstant(prefix, id)} = ${index + 1},`).join("\n")}
    ${prefix.toUpperCase()}_RULE_COUNT = ${rules.length}
};

${declarations.trim()}

/* The words of a rule; NULL where there is no such rule. */
const ${prefix}_rule *${prefix}_rule_of(uint16_t rule);

/*
 * Writes a violation as one line of text for a log, without its line break: at most size bytes with the NUL at the end.
 * Returns how long the whole text is, without the NUL.
 */
size_t ${prefix}_format_violation(char *text, size_t size, const ${prefix}_violation *violation);

#ifdef __cplusplus
}
#endif

#endif
`
}

const bounded = new Set(["limit-exceeded", "out-of-range", "count-exceeds-data"])

const ruleRow = ({ id, code, requirement, consequence, expects, signed }: KnownRule): string => {
  const introduction = expects ? quoted(bounded.has(code) ? ", the limit is " : ", expected ") : "NULL"
  return `{
${indented([id, code, requirement, consequence].map((text) => `${quoted(text)},`).join("\n"))}
    ${introduction}, ${signed}
},`
}

const sourceOf = (library: Library, rules: readonly KnownRule[]): string => {
  const { prefix, file, about, checks, definitions } = library
  const chains = chainsOf(checks.map(({ program }) => program)).map(emitChain)
  const functions = checks.map(({ program, ...emission }) => emitCheck(program, { prefix, ...emission }))
  const body = [...chains, ...functions, folded(definitions.trim())].join("\n")
  const helpers = [...helperTexts(prefix)].filter(({ needs }) => needs.test(body)).map(({ text }) => text)
  return `${comment(about)}
#include "${file}.h"

#include <string.h>

/* What CBMC is told of loops, so that it need not unwind them; nothing to a compiler. */
#ifdef CBMC
#define LOOP_ASSIGNS(...) __CPROVER_assigns(__VA_ARGS__)
#define LOOP_INVARIANT(...) __CPROVER_loop_invariant(__VA_ARGS__)
#define LOOP_DECREASES(...) __CPROVER_decreases(__VA_ARGS__)
#define LOOP_OBJECT(object) __CPROVER_object_whole(object)
#else
#define LOOP_ASSIGNS(...)
#define LOOP_INVARIANT(...)
#define LOOP_DECREASES(...)
#endif

/* What is not to be copied into its callers, where it takes registers from what is called often. */
#ifdef __GNUC__
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif

static const ${prefix}_rule rules[] = {
${indented(rules.map(ruleRow).join("\n"))}
};

${helpers.join("\n")}
${body}

${runtime(prefix)}`
}

interface Helper {
  /** Where a text needs it. */
  readonly needs: RegExp
  readonly text: string
}

function* helperTexts(prefix: string): Generator<Helper> {
  for (const bits of [16, 32, 64])
    for (const order of ["", "be"]) {
      const type = bits === 64 ? "uint64_t" : "uint32_t"
      const bytes = Array.from({ length: bits / 8 }, (_, index) => (order === "be" ? bits / 8 - 1 - index : index))
      const terms = bytes.map((byte, index) => {
        const read = `(${type})bytes[${byte}]`
        return index === 0 ? read : `${read} << ${8 * index}`
      })
      yield {
        needs: new RegExp(`\\bread_u${bits}${order}\\(`),
        text: `static ${type} read_u${bits}${order}(const uint8_t *bytes)
{
    return ${terms.join(bits === 64 ? "\n        | " : " | ")};
}
`,
      }
    }
  for (const bits of [8, 16, 32, 64]) {
    const kept = bits === 64 ? 64 : 32
    const most = { 8: "INT8_MAX", 16: "INT16_MAX", 32: "INT32_MAX", 64: "INT64_MAX" }[bits]
    yield {
      needs: new RegExp(`\\bsigned_${bits}\\(`),
      text: `/* Two's complement without a conversion that the implementation defines. */
static int${kept}_t signed_${bits}(uint${kept}_t number)
{
    return number > ${most} ? -(int${kept}_t)(UINT${bits}_MAX - number) - 1 : (int${kept}_t)number;
}
`,
    }
  }
  yield {
    needs: /\bcomplement\(/,
    text: `/* The bits of a number in two's complement. */
static uint64_t complement(int64_t number)
{
    return number < 0 ? UINT64_MAX - (uint64_t)-(number + 1) : (uint64_t)number;
}
`,
  }
  const upper = prefix.toUpperCase()
  yield {
    needs: /\bmisplaced\(/,
    text: `/* Which rule a pointer breaks that is not where its part begins. */
static uint16_t misplaced(uint64_t pointer, uint64_t fixed, uint64_t start, uint64_t size)
{
    if (pointer < fixed || pointer >= size)
        return ${upper}_RULE_LAYOUT_POINTER_RANGE;
    return pointer < start ? ${upper}_RULE_LAYOUT_OVERLAP : ${upper}_RULE_LAYOUT_GAP;
}
`,
  }
  yield {
    needs: /\brefuse\(/,
    text: `static uint32_t at_most_32_bits(uint64_t number)
{
    return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

/* Always false, so that a check can return what this returns. */
NOT_INLINED static bool refuse(${prefix}_violation *violation, uint16_t rule, uint64_t offset, uint64_t length,
    uint64_t actual, uint64_t expected)
{
    if (violation != NULL) {
        violation->rule = rule;
        violation->offset = at_most_32_bits(offset);
        violation->length = at_most_32_bits(length);
        violation->actual = actual;
        violation->expected = expected;
    }
    return false;
}
`,
  }
}

const runtime = (prefix: string): string => `const ${prefix}_rule *${prefix}_rule_of(uint16_t rule)
{
    return rule == 0 || rule > ${prefix.toUpperCase()}_RULE_COUNT ? NULL : &rules[rule - 1];
}

/* A text that is being written: what does not fit is counted only. */
typedef struct writer {
    char *text;
    size_t size;
    size_t length;
} writer;

static void write_text(writer *line, const char *text)
{
    for (; *text != '\\0'; text++) {
        if (line->length + 1 < line->size)
            line->text[line->length] = *text;
        line->length++;
    }
}

static void write_number(writer *line, uint64_t number)
{
    char digits[21];
    size_t first = sizeof digits - 1;

    digits[first] = '\\0';
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    write_text(line, digits + first);
}

/* A number that may have a sign. */
static void write_measure(writer *line, uint64_t number, bool has_sign)
{
    const bool is_negative = has_sign && number > INT64_MAX;

    if (is_negative)
        write_text(line, "-");
    write_number(line, is_negative ? 0 - number : number);
}

size_t ${prefix}_format_violation(char *text, size_t size, const ${prefix}_violation *violation)
{
    const ${prefix}_rule *const rule = ${prefix}_rule_of(violation->rule);
    writer line = { text, size, 0 };

    if (rule == NULL) {
        write_text(&line, "no violation");
    } else {
        write_text(&line, rule->code);
        write_text(&line, " ");
        write_text(&line, rule->id);
        write_text(&line, " at byte ");
        write_number(&line, violation->offset);
        write_text(&line, ": ");
        write_text(&line, rule->requirement);
        write_text(&line, " Found ");
        write_measure(&line, violation->actual, rule->has_sign);
        if (rule->expects != NULL) {
            write_text(&line, rule->expects);
            write_measure(&line, violation->expected, rule->has_sign);
        }
        write_text(&line, ".");
    }
    if (size > 0)
        text[line.length < size ? line.length : size - 1] = '\\0';
    return line.length;
}
`
