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
    internal IEnumerable<double> BeatsSeconds() => Places().Select(beat => beat.Seconds);

    /// <returns>Beats that begin bars; ascending.</returns>
    internal IEnumerable<double> DownbeatsSeconds()
    {
        Metre metre = Metre.Of(Pulse, Shift);
        return Places().Where(beat => (beat.Number - metre.First) % metre.BeatsPerBar == 0).Select(beat => beat.Seconds);
    }

    /// <returns>Beats by their number among those tracked: ones before the first are below 0.</returns>
    IEnumerable<(int Number, double Seconds)> Places()
    {
        List<(int Number, double Place)> places = [.. Enumerable.Range(0, Pulse.Beats.Count).Select(beat => (beat, Pulse.PlaceOf(beat, Shift)))];
        // Tracking begins with some onset of the first beats; those before it are counted as well.
        while (places[0].Place - Pulse.Period > Sounding.Start.Value - Early) places.Insert(0, (places[0].Number - 1, places[0].Place - Pulse.Period));
        return places.Where(beat => beat.Place < Sounding.End.Value - Unheard).Select(beat => (beat.Number, Math.Max(0, beat.Place / OnsetEnvelopes.FramesPerSecond)));
    }
}
