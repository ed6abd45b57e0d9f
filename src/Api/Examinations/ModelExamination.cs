using DgxMusic.Api.Resources;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Examinations;

/// <summary>Whether the models that are there are there whole, and the one that is to be loaded at the start is among them.</summary>
/// <param name="shelf">Where the machines of this installation have their models from; null: each from its own folder.</param>
public sealed class ModelExamination(ModelStore models, SeparatorRegistry separators, IOptions<EngineOptions> engines, BlobModelShelf? shelf = null) : IExamination
{
    public string Name => "models";

    public async Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        if (shelf is not null)
        {
            await shelf.RefreshAsync(cancel);
            if (shelf.WithoutRecord is { Count: > 0 } lost)
                findings.Warn($"Files of {string.Join(", ", lost)} lie on the shelf without the record that makes them a model: upload the whole folder as 'dgxmusic models install' made it, installed.json included.");
        }

        IReadOnlyList<ModelStatus> all = await models.ListAsync(cancel);
        string[] partial = [.. all.Where(model => model.State == ModelState.Partial).Select(model => model.Model.Name)];
        if (partial.Length > 0)
            findings.Warn($"Of {string.Join(", ", partial)} not every file is there, or not as large as it was: 'dgxmusic models install NAME' gets the rest{(shelf is null ? "" : ", and then the folder is to be uploaded again")}.");
        if (engines.Value.WarmUp is { Length: > 0 } wanted && !separators.All.Any(separator => separator.Facts.Name == wanted && separator.IsInstalled))
            findings.Fail($"Engines:WarmUp is '{wanted}', which is not installed: 'dgxmusic models install {wanted}' installs it, or name another.");
        string[] whole = [.. all.Where(model => model.State == ModelState.Installed).Select(model => model.Model.Name), .. models.Custom.List().Select(model => model.Name)];
        return findings.Sum(whole.Length == 0 ? "No model is installed: the composer and 'spectral' need none." : $"Whole: {string.Join(", ", whole)}.");
    }
}
