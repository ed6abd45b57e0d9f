using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.MusicGen;

public sealed class MusicGenFormsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Open_StateOfPyTorch_HasEveryTensor() => AssertSame(folder.Write("pytorch_model.bin", MusicGenForms.Torch()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_Shards_HaveEveryTensor(bool asTorch) => AssertSame(MusicGenForms.Shards(folder, asTorch));

    static void AssertSame(string path)
    {
        using WeightFile recorded = WeightFile.Open(MusicGenForms.Weights), form = WeightFile.Open(path);
        Assert.Empty(recorded.Tensors.Keys.Except(form.Tensors.Keys));
        foreach (WeightTensor tensor in recorded.Tensors.Values) Assert.Equal(recorded.Read(tensor.Name, [.. tensor.Shape]), form.Read(tensor.Name, [.. tensor.Shape]));
    }

    public void Dispose() => folder.Dispose();
}
