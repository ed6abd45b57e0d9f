using System.Buffers.Binary;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Tests.Memory;
using static DgxMusic.Pipeline.Tests.Orchestrations.LiveRig;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

/// <summary>What live sessions do not take.</summary>
[Trait("Requirement", "D-42")]
public sealed class LiveRefusalTests
{
    [Theory]
    [InlineData("nothing", 44_100, "vocals", "model")]
    [InlineData("spectral", 44_100, "piano", "stems")]
    [InlineData("spectral", 44_100, "", "stems")]
    public async Task Open_OfWhatThereIsNot_IsRefusedNamingTheField(string model, int rateHz, string stems, string field)
    {
        using TestHost host = Host();
        var order = new LiveOrder(model, rateHz, 2, stems.Length == 0 ? [] : [stems], PcmFormat.Float32);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<LiveDesk>().OpenAsync(order, JobTerms.Local));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Equal([field], refusal.Details.Keys);
    }

    [Fact]
    public async Task Push_OfWhatIsNoNumber_IsRefusedAndNothingIsKept()
    {
        using TestHost host = Host();
        LiveSession session = await OpenAsync(host, "spectral");
        byte[] audio = Samples(PcmFormat.Float32, 2, 100);
        BinaryPrimitives.WriteSingleLittleEndian(audio.AsSpan(44), float.NaN);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<LiveDesk>().PushAsync(session, 0, audio));
        Assert.Equal(Problem.InvalidSamples, refusal.Problem);
        Assert.Contains("Channel 2 of frame 5", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(host.Blobs.Names);
    }
}
