using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class ModelCatalogTests
{
    public static TheoryData<string> Names => [.. ModelCatalog.All.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void All_EachModel_IsConsistent(string name)
    {
        ModelInfo model = ModelCatalog.Find(name);
        Assert.Subset(model.Files.Select(file => file.Name).ToHashSet(), model.Weights.ToHashSet());
        Assert.Equal(model.Files.Count, model.Files.Select(file => file.Name).Distinct().Count());
        foreach (ModelFile file in model.Files)
        {
            Assert.Equal("https", file.Address.Scheme);
            Assert.EndsWith("/" + file.Name, file.Address.AbsolutePath);
            Assert.Matches("^([0-9a-f]{64})?$", file.Sha256 ?? "");

            // Its publisher puts the first 8 digits of the hash at the name's end.
            if (file.Name.EndsWith(".th", StringComparison.Ordinal)) Assert.Equal(file.Sha256![..8], file.Name[^11..^3]);

            // Everything that weighs is pinned by its hash; what is not is settings and vocabularies.
            Assert.True(file.Sha256 is not null || file.AboutBytes < 3_000_000, file.Name);
        }
    }

    [Fact]
    public void All_LicencesThatForbidUses_AskFirst() =>
        Assert.Equal(["musicgen-small", "musicgen-medium", "musicgen-large"], ModelCatalog.All.Where(model => model.Licence.MustBeAccepted).Select(model => model.Name));
}
