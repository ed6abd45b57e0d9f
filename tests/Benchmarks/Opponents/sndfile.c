/* sndfile write|durable|over|read|channels PCM_16|PCM_24|FLOAT WAV FILE RATE CHANNELS
   write: a new file · durable: a new file, flushed to the disk · over: in an old one's place · read: interleaved frames · channels: taken apart */
#include "round.h"
#include <fcntl.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 16384 };
static const char *path;
static int subtype;

static void remove_file(void)
{
    unlink(path);
}

static void write_file(void)
{
    SF_INFO info = { .samplerate = rate, .channels = channels, .format = SF_FORMAT_WAV | subtype };
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    sf_command(file, SFC_SET_CLIPPING, 0, SF_TRUE);
    for (long at = 0; at < frames; at += BLOCK) sf_writef_float(file, samples + at * channels, frames - at < BLOCK ? frames - at : BLOCK);
    sf_close(file);
}

static void write_durably(void)
{
    write_file();
    int file = open(path, O_WRONLY);
    fsync(file);
    close(file);
}

static void read_file(void)
{
    static float block[BLOCK * 8];
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    while (sf_readf_float(file, block, BLOCK) > 0) { }
    sf_close(file);
}

/* As most callers go on: one array a channel. */
static void read_channels(void)
{
    static float block[BLOCK * 2], left[BLOCK], right[BLOCK];
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    for (sf_count_t count; (count = sf_readf_float(file, block, BLOCK)) > 0;) {
        for (sf_count_t n = 0; n < count; n++) {
            left[n] = block[2 * n];
            right[n] = block[2 * n + 1];
        }
        __asm__ volatile("" : : "r"(left), "r"(right) : "memory");
    }
    sf_close(file);
}

int main(int count, char **arguments)
{
    subtype = !strcmp(arguments[2], "PCM_16") ? SF_FORMAT_PCM_16 : !strcmp(arguments[2], "PCM_24") ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT;
    path = arguments[3];
    load(arguments + 4);
    if (!strcmp(arguments[1], "read")) rounds(read_file);
    else if (!strcmp(arguments[1], "channels")) rounds(read_channels);
    else if (!strcmp(arguments[1], "over")) rounds(write_file);
    else rounds_after(remove_file, strcmp(arguments[1], "durable") ? write_file : write_durably);
    return count < 7;
}
