namespace DgxMusic.Dsp.Rhythm;

/// <summary>One way to count the music, and what speaks for it.</summary>
/// <param name="Shift">Twelfths of a beat by which the beats are later than those tracked.</param>
/// <param name="Sounding">Frames that are no silence.</param>
/// <param name="Score">How alike the onsets are one to four beats later.</param>
/// <param name="Features">As <see cref="PulseFeatures"/> orders them.</param>
sealed record Counting(Pulse Pulse, int Shift, Range Sounding, double Score, double[] Features)
{
    /// <summary>Frames by which a beat may precede what is heard of it.</summary>
    internal const int Early = 2;

    /// <summary>Frames at the end of the music in which no beat can be heard any more; a loop ends where its next beat would be.</summary>
    const int Unheard = 5;

    internal double Bpm => 60.0 * OnsetEnvelopes.FramesPerSecond / Pulse.RefinedPeriod;

    internal double Utility => PulseModel.Utility(Features);

    /// <returns>Ascending.</returns>
    internal IEnumerable<double> BeatsSeconds()
    {
        List<double> places = [.. Enumerable.Range(0, Pulse.Beats.Count).Select(beat => Pulse.PlaceOf(beat, Shift))];
        // Tracking begins with some onset of the first beats; those before it are counted as well.
        while (places[0] - Pulse.Period > Sounding.Start.Value - Early) places.Insert(0, places[0] - Pulse.Period);
        return places.Where(place => place < Sounding.End.Value - Unheard).Select(place => Math.Max(0, place / OnsetEnvelopes.FramesPerSecond));
    }
}
