/* aubio FILE RATE CHANNELS: tempo and beats with the library's usual windows */
#include "round.h"
#include <aubio/aubio.h>

enum { WINDOW = 1024, HOP = 512 };

static void track(void)
{
    aubio_tempo_t *tempo = new_aubio_tempo("default", WINDOW, HOP, rate);
    fvec_t *hop = new_fvec(HOP), *beat = new_fvec(1);
    for (long at = 0; at + HOP <= frames; at += HOP) {
        for (int i = 0; i < HOP; i++) {
            float sum = 0;
            for (int channel = 0; channel < channels; channel++) sum += samples[(at + i) * channels + channel];
            hop->data[i] = sum / channels;
        }
        aubio_tempo_do(tempo, hop, beat);
    }
    aubio_tempo_get_bpm(tempo);
    del_aubio_tempo(tempo);
    del_fvec(hop);
    del_fvec(beat);
}

int main(int count, char **arguments)
{
    load(arguments + 1);
    rounds(track);
    return count < 4;
}
