using System.Text.Json;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.HTDemucs;

/// <summary>The model on our own engine.</summary>
public sealed class HTDemucsTests : HTDemucsContract
{
    protected override IEngine Create() => new ManagedEngine(threads: 2);

    [Fact]
    public void Config_OfTensorsAlone_IsReadFromTheirShapes()
    {
        using WeightFile package = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        HTDemucsConfig told = HTDemucsConfig.Of(package), seen = HTDemucsConfig.FromShapes(package);
        // No shape tells how many heads there are or how long a segment is.
        Assert.Equal(JsonSerializer.Serialize(told), JsonSerializer.Serialize(seen with { TransformerHeads = told.TransformerHeads, SegmentSeconds = told.SegmentSeconds }));
    }
}
