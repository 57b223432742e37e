/*
 * Runs the corpus through the validator. Its arguments are a list, as scripts/c/corpus-list.ts writes it, and the folder
 * that the list's files are in. A line of the list:
 *   CHANNEL FILE [@OFFSET=HEX ...] [+ZEROS] [MEMBER=VALUE ...] -> accept
 *   CHANNEL FILE [@OFFSET=HEX ...] [+ZEROS] [MEMBER=VALUE ...] -> RULE OFFSET LENGTH ACTUAL EXPECTED
 */
#include "receiver.h"

enum { most_bytes = 4 << 20 };

static uint8_t blob[most_bytes];

/* Changes the blob as "@OFFSET=HEX" or "+ZEROS" says; returns whether it says so. */
static bool change(size_t *size, const char *text)
{
    unsigned offset, byte;
    int taken = 0;

    if (sscanf(text, "+%u", &offset) == 1 && offset <= most_bytes - *size) {
        memset(blob + *size, 0, offset);
        *size += offset;
        return true;
    }
    if (sscanf(text, "@%u=%n", &offset, &taken) != 1 || taken == 0)
        return false;
    for (text += taken; sscanf(text, "%2x", &byte) == 1; text += 2) {
        if (offset >= *size)
            return false;
        blob[offset++] = (uint8_t)byte;
    }
    return true;
}

static bool is_word(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Whether a violation can be written into a text of any size. */
static bool formats(const mg_violation *violation)
{
    char text[1024];
    const size_t whole = mg_format_violation(text, sizeof text, violation);

    if (strlen(text) != whole || strstr(text, mg_rule_of(violation->rule)->id) == NULL)
        return false;
    for (size_t size = 0; size < 40; size++) {
        char part[40] = "untouched";
        const size_t length = mg_format_violation(part, size, violation);
        if (length != whole || (size > 0 && strncmp(part, text, size - 1) != 0))
            return false;
    }
    return true;
}

/* Whether the check says of a blob what the list says. */
static bool holds(mg_channel channel, const uint8_t *bytes, size_t size, const mg_receiver *receiver, const char *wanted)
{
    char said[256] = "accept";
    mg_violation violation = { 0, 0, 0, 0, 0 };
    const bool accepted = mg_check(channel, bytes, size, receiver, &violation);

    if (mg_check(channel, bytes, size, receiver, NULL) != accepted)
        return false;
    if (!accepted) {
        const mg_rule *const rule = mg_rule_of(violation.rule);
        snprintf(said, sizeof said, "%s %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu64, rule->id, violation.offset,
            violation.length, violation.actual, violation.expected);
        if (!is_word(rule->code) || !is_word(rule->requirement) || !is_word(rule->consequence) || !formats(&violation))
            return false;
    }
    if (strcmp(said, wanted) == 0)
        return true;
    fprintf(stderr, "said %s instead of %s: ", said, wanted);
    return false;
}

/* What is not about any blob: channels without data, sizes beyond 32 bits, and rules that are none. */
static bool holds_without_blobs(void)
{
    mg_violation violation = { 0, 0, 0, 0, 0 };
    char text[32];

    if (mg_check((mg_channel)0, NULL, 0, &mg_default_receiver, &violation) || violation.actual != 0)
        return false;
    if (strcmp(mg_rule_of(violation.rule)->id, "spice/channel") != 0)
        return false;
    if (mg_check_inputs(NULL, SIZE_MAX, &mg_default_receiver, &violation) || violation.length != UINT32_MAX)
        return false;
    if (mg_rule_of(0) != NULL || mg_rule_of(MG_RULE_COUNT + 1) != NULL)
        return false;
    violation.rule = 0;
    return mg_format_violation(text, sizeof text, &violation) == strlen("no violation");
}

int main(int count, char **arguments)
{
    char line[1024];
    unsigned passed = 0, failed = 0;
    FILE *const list = count == 3 ? fopen(arguments[1], "r") : NULL;

    if (list == NULL) {
        fprintf(stderr, "usage: corpus LIST FOLDER\n");
        return 2;
    }
    while (fgets(line, sizeof line, list) != NULL) {
        char path[512];
        mg_receiver receiver = mg_default_receiver;
        char *const wanted = strstr(line, " -> ");

        if (wanted == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        *wanted = '\0';
        const unsigned channel = (unsigned)strtoul(strtok(line, " "), NULL, 10);
        snprintf(path, sizeof path, "%s/%s", arguments[2], strtok(NULL, " "));
        FILE *const file = fopen(path, "rb");
        size_t size = file == NULL ? 0 : fread(blob, 1, sizeof blob, file);
        bool is_right = file != NULL;
        for (char *told = strtok(NULL, " "); told != NULL; told = strtok(NULL, " "))
            is_right = (change(&size, told) || set_member(&receiver, told)) && is_right;
        /* An allocation of just that size, so that sanitizers see reads beyond it. */
        uint8_t *const bytes = (uint8_t *)malloc(size == 0 ? 1 : size);
        if (file == NULL || bytes == NULL) {
            fprintf(stderr, "%s cannot be read\n", path);
            return 2;
        }
        fclose(file);
        memcpy(bytes, blob, size);
        if (is_right && holds((mg_channel)channel, bytes, size, &receiver, wanted + 4))
            passed++;
        else {
            fprintf(stderr, "%s\n", path);
            failed++;
        }
        free(bytes);
    }
    fclose(list);
    if (holds_without_blobs())
        passed++;
    else
        failed++;
    printf("corpus: %u passed, %u failed\n", passed, failed);
    return failed == 0 && passed > 1 ? 0 : 1;
}
