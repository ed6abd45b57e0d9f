/* One round of work a line read; its seconds go out, one line each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static float *samples;
static long frames;
static int rate, channels;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

/* FILE RATE CHANNELS: raw interleaved float32, all in memory before the first round. */
static void load(char **arguments)
{
    FILE *file = fopen(arguments[0], "rb");
    rate = atoi(arguments[1]);
    channels = atoi(arguments[2]);
    fseek(file, 0, SEEK_END);
    frames = ftell(file) / (long)sizeof(float) / channels;
    rewind(file);
    samples = malloc(frames * channels * sizeof(float));
    if (fread(samples, sizeof(float), frames * channels, file) != (size_t)(frames * channels)) exit(2);
    fclose(file);
}

/* What comes before a round is not in its seconds. */
static void rounds_after(void (*prepare)(void), void (*work)(void))
{
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        prepare();
        double start = now();
        work();
        printf("%.9f\n", now() - start);
        fflush(stdout);
    }
}

static void nothing(void)
{
}

static inline void rounds(void (*work)(void))
{
    rounds_after(nothing, work);
}
