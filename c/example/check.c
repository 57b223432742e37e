/* Checks the migration data in a file: `example display FILE`. Compile with: cc -I.. check.c ../migration_guard.c */
#include <stdio.h>
#include <string.h>

#include "migration_guard.h"

int main(int count, char **arguments)
{
    static uint8_t data[1 << 21];
    mg_receiver receiver = mg_default_receiver;
    mg_violation violation;
    char text[512];
    FILE *file = count == 3 ? fopen(arguments[2], "rb") : NULL;

    if (file == NULL) {
        fprintf(stderr, "usage: check display|inputs|main FILE\n");
        return 2;
    }
    const size_t size = fread(data, 1, sizeof data, file);
    const mg_channel channel = strcmp(arguments[1], "display") == 0 ? MG_CHANNEL_DISPLAY
        : strcmp(arguments[1], "inputs") == 0                       ? MG_CHANNEL_INPUTS
                                                                    : MG_CHANNEL_MAIN;
    /* Say what the receiver is: here, a QEMU with jpeg-wan-compression=always. */
    receiver.jpeg_wan_compression = MG_JPEG_WAN_COMPRESSION_ALWAYS;
    fclose(file);
    if (mg_check(channel, data, size, &receiver, &violation)) {
        printf("accepted\n");
        return 0;
    }
    mg_format_violation(text, sizeof text, &violation);
    printf("refused: %s\n", text);
    return 1;
}
