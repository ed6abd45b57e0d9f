namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// The two filters of ITU-R BS.1770-5 Annex 1 at any rate. The recommendation tabulates them at 48 kHz and asks for the same frequency
/// response elsewhere; so the poles are those of the tables, moved to the new rate without warping, and the zeros are fitted to the
/// tables' magnitude. From 8 to 384 kHz the response is that of the tables within 0.02 dB, 20 Hz to 0.46 of the rate or 20 kHz.
/// </summary>
/// <param name="Shelf">The head: about +4 dB above 2 kHz.</param>
/// <param name="HighPass">The revised low-frequency curve, about 38 Hz.</param>
readonly record struct KWeighting(Biquad Shelf, Biquad HighPass)
{
    const double TableRateHz = 48_000.0;

    /// <summary>BS.1770-5, Annex 1, Tables 1 and 2.</summary>
    public static readonly KWeighting Table = new(
        new Biquad(1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585),
        new Biquad(1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621));

    public static KWeighting At(double sampleRateHz) => new(ShelfAt(sampleRateHz), HighPassAt(sampleRateHz));

    /// <summary>Linear amplitude at <paramref name="frequencyHz"/>.</summary>
    public double Gain(double frequencyHz, double sampleRateHz) =>
        Math.Sqrt(Shelf.PowerGain(frequencyHz, sampleRateHz) * HighPass.PowerGain(frequencyHz, sampleRateHz));

    static Biquad ShelfAt(double sampleRateHz)
    {
        (double a1, double a2) = Poles(Table.Shelf, sampleRateHz);

        // |B|² = P (1 − φ) + Q φ − 8 c φ (1 − φ) with P at DC, Q at Nyquist and c = 2 b0 b2; two more frequencies settle Q and c.
        double nyquistHz = Math.Min(sampleRateHz, TableRateHz) / 2.0;
        double atZero = TargetPower(0.0);
        (double lowPhi, double lowRemainder) = Constraint(Math.Min(1500.0, 0.375 * nyquistHz));
        (double highPhi, double highRemainder) = Constraint(0.85 * nyquistHz);
        double c = (lowRemainder - highRemainder) / (8.0 * (lowPhi - highPhi));
        double atNyquist = lowRemainder + (8.0 * c * (1.0 - lowPhi));

        // The minimum-phase pair: b0 + b2 and b1 from the two ends, b0 b2 = c.
        double outer = (Math.Sqrt(atZero) + Math.Sqrt(atNyquist)) / 2.0;
        double root = Math.Sqrt((outer * outer) - (4.0 * (c / 2.0)));
        return new Biquad((outer + root) / 2.0, (Math.Sqrt(atZero) - Math.Sqrt(atNyquist)) / 2.0, (outer - root) / 2.0, a1, a2);

        double TargetPower(double frequencyHz) =>
            Table.Shelf.PowerGain(frequencyHz, TableRateHz) * Biquad.Power(1.0, a1, a2, Biquad.Phi(frequencyHz, sampleRateHz));

        (double Phi, double Remainder) Constraint(double frequencyHz)
        {
            double phi = Biquad.Phi(frequencyHz, sampleRateHz);
            return (phi, (TargetPower(frequencyHz) - (atZero * (1.0 - phi))) / phi);
        }
    }

    static Biquad HighPassAt(double sampleRateHz)
    {
        (double a1, double a2) = Poles(Table.HighPass, sampleRateHz);
        var plain = new Biquad(1.0, -2.0, 1.0, a1, a2);
        double fitHz = Math.Min(1000.0, sampleRateHz / 8.0);
        double gain = Math.Sqrt(Table.HighPass.PowerGain(fitHz, TableRateHz) / plain.PowerGain(fitHz, sampleRateHz));
        return plain with { B0 = gain, B1 = -2.0 * gain, B2 = gain };
    }

    /// <summary>p(fs) = p(48 kHz)^(48 kHz / fs): the same decay and the same frequency in seconds.</summary>
    static (double A1, double A2) Poles(Biquad table, double sampleRateHz)
    {
        double power = TableRateHz / sampleRateHz;
        double radius = Math.Pow(table.A2, power / 2.0);
        double angle = power * Math.Atan2(Math.Sqrt((4.0 * table.A2) - (table.A1 * table.A1)), -table.A1);
        return (-2.0 * radius * Math.Cos(angle), radius * radius);
    }
}
