/* soxr RATE_OUT FILE RATE CHANNELS: streaming, quality HQ, one thread */
#include "round.h"
#include <soxr.h>

enum { BLOCK = 16384 };
static double to;

static void convert(void)
{
    static float out[BLOCK * 2 * 8];
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_t state = soxr_create(rate, to, channels, 0, &io, &quality, &runtime);
    size_t made;
    for (long at = 0; at < frames; at += BLOCK)
        soxr_process(state, samples + at * channels, frames - at < BLOCK ? frames - at : BLOCK, 0, out, BLOCK * 2, &made);
    do soxr_process(state, 0, 0, 0, out, BLOCK * 2, &made); while (made);
    soxr_delete(state);
}

int main(int count, char **arguments)
{
    to = atof(arguments[1]);
    load(arguments + 2);
    rounds(convert);
    return count < 5;
}
