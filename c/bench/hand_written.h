/* The check of a display's data as somebody writes it who knows C, the format and nothing of our declarations. */
#ifndef HAND_WRITTEN_H
#define HAND_WRITTEN_H

#include "migration_guard.h"

/* The same verdict, rule and place as mg_check_display. */
bool hand_check_display(const uint8_t *data, size_t size, const mg_receiver *receiver, mg_violation *violation);

/* The same as mg_check, with the display's by hand: for c/test/corpus.c. */
bool hand_check(mg_channel channel, const uint8_t *data, size_t size, const mg_receiver *receiver,
    mg_violation *violation);

#endif
