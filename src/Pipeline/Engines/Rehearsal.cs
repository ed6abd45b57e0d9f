using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Runs a model over noise that nobody will hear: to have its code compiled and its memory touched, or to see how fast it is.</summary>
static class Rehearsal
{
    const int UsualRateHz = 44_100;
    const float Level = 0.1f;

    /// <param name="windows">Of the model's own length.</param>
    /// <param name="told">After every run of a network; may end it all by an exception.</param>
    public static void Run(ISeparationModel model, int windows, Action told, CancellationToken cancel)
    {
        int rateHz = model.SampleRateHz ?? UsualRateHz, stride = model.StrideOf(rateHz, new());
        var track = new TrackStatistics((long)windows * stride, 0, Level / Math.Sqrt(3));
        IStemStream stream = model.Open(track, rateHz, new(), _ => { }, _ => told(), cancel);
        uint state = 1;
        for (int n = 0; n < windows; n++)
        {
            var block = new AudioBuffer(rateHz, 2, stride);
            for (int channel = 0; channel < 2; channel++)
            {
                foreach (ref float sample in block[channel]) sample = Level * ((int)(state = (state * 1_664_525) + 1_013_904_223) / 2_147_483_648f);
            }

            stream.Process(block);
        }

        stream.Complete();
    }
}
