/* ebur128 i|all FILE RATE CHANNELS */
#include "round.h"
#include <ebur128.h>
#include <string.h>

enum { BLOCK = 16384 };
static int all;

static void measure(void)
{
    int mode = all ? EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK : EBUR128_MODE_I;
    ebur128_state *state = ebur128_init(channels, rate, mode);
    double loudness, range, peak;
    for (long at = 0; at < frames; at += BLOCK)
        ebur128_add_frames_float(state, samples + at * channels, frames - at < BLOCK ? frames - at : BLOCK);
    ebur128_loudness_global(state, &loudness);
    if (all) {
        ebur128_loudness_range(state, &range);
        for (int channel = 0; channel < channels; channel++) ebur128_true_peak(state, channel, &peak);
    }
    ebur128_destroy(&state);
}

int main(int count, char **arguments)
{
    all = !strcmp(arguments[1], "all");
    load(arguments + 2);
    rounds(measure);
    return count < 5;
}
