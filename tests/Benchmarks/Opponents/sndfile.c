/* sndfile read|write PCM_16|PCM_24|FLOAT WAV FILE RATE CHANNELS */
#include "round.h"
#include <sndfile.h>
#include <string.h>

enum { BLOCK = 16384 };
static const char *path;
static int subtype;

static void write_file(void)
{
    SF_INFO info = { .samplerate = rate, .channels = channels, .format = SF_FORMAT_WAV | subtype };
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    sf_command(file, SFC_SET_CLIPPING, 0, SF_TRUE);
    for (long at = 0; at < frames; at += BLOCK) sf_writef_float(file, samples + at * channels, frames - at < BLOCK ? frames - at : BLOCK);
    sf_close(file);
}

static void read_file(void)
{
    static float block[BLOCK * 8];
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    while (sf_readf_float(file, block, BLOCK) > 0) { }
    sf_close(file);
}

int main(int count, char **arguments)
{
    subtype = !strcmp(arguments[2], "PCM_16") ? SF_FORMAT_PCM_16 : !strcmp(arguments[2], "PCM_24") ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT;
    path = arguments[3];
    load(arguments + 4);
    rounds(strcmp(arguments[1], "read") ? write_file : read_file);
    return count < 7;
}
