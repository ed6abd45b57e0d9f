using System.CommandLine;
using System.Globalization;
using DgxMusic.Models.Weights;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record ModelList(string Folder, IReadOnlyList<ModelReport> Models);

/// <param name="State"><c>installed</c>, <c>partial</c> or <c>missing</c>.</param>
/// <param name="Bytes">What lies in the folder.</param>
/// <param name="DownloadBytes">What its publisher offers, as exactly as it is known.</param>
sealed record ModelReport(string Name, string Task, string State, string Licence, string LicenceUrl, bool LicenceMustBeAccepted, string Folder, long Bytes, long DownloadBytes, IReadOnlyList<string> Files)
{
    public static ModelReport Of(ModelStatus status) => new(
        status.Model.Name, status.Model.Task, status.State.ToString().ToLowerInvariant(), status.Model.Licence.Name, status.Model.Licence.Address, status.Model.Licence.MustBeAccepted,
        status.Folder, status.Bytes, status.Model.AboutBytes, [.. status.Model.Files.Select(file => file.Name)]);
}

sealed record VerifyReport(bool Sound, IReadOnlyList<VerifiedModel> Models);

/// <summary><c>dgxmusic models</c>: the weights of published models, here or yet to come.</summary>
static class ModelsCommand
{
    const double BytesPerMegabyte = 1e6;

    public static Command Create()
    {
        var command = new Command("models", "List, install and verify the weights of published models.");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Install());
        command.Subcommands.Add(Verify());
        return command;
    }

    static Command List()
    {
        var common = new Common();
        var command = new Command("list", "Models that can be used here, and whether they are.");
        return common.On(command, async (store, parsed, cancel) =>
        {
            IReadOnlyList<ModelStatus> models = await store.ListAsync(cancel);
            if (parsed.GetValue(common.Json)) CommandGuard.WriteJson(new ModelList(store.Folder, [.. models.Select(ModelReport.Of)]));
            else Print(store.Folder, models);
            return ExitCode.Done;
        });
    }

    static Command Install()
    {
        var common = new Common();
        Argument<string> name = Name("The model to install.");
        var from = new Option<string?>("--from") { Description = "Take the files from this file, folder or address instead of their publisher's; they are checked all the same.", HelpName = "FILE|DIR|URL" };
        var accept = new Option<bool>("--accept-licence") { Description = "Accept the licence of a model that asks for it." };
        var command = new Command("install", "Download a model's weights and check them; what broke off goes on where it was.") { name, from, accept };
        return common.On(command, async (store, parsed, cancel) =>
        {
            bool json = parsed.GetValue(common.Json);
            ModelInfo model = ModelCatalog.Find(parsed.GetValue(name)!);
            bool accepted = parsed.GetValue(accept) || (model.Licence.MustBeAccepted && !json && AskFor(model.Licence));
            if (!model.Licence.MustBeAccepted) await Console.Error.WriteLineAsync($"{model.Licence.Summary} {model.Licence.Address}");
            var request = new InstallRequest(model.Name, parsed.GetValue(from), accepted);
            ModelStatus status = await ProgressBar.ShowAsync(model.Name, show => store.InstallAsync(request, new Progress(show), cancel));
            if (json) CommandGuard.WriteJson(ModelReport.Of(status));
            else Print(store.Folder, [status]);
            return ExitCode.Done;
        });
    }

    static Command Verify()
    {
        var common = new Common();
        Argument<string> name = Name("The model to verify; every installed one unless given.");
        name.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("verify", "Read installed weights through and compare them with what was published.") { name };
        return common.On(command, async (store, parsed, cancel) =>
        {
            string[] names = parsed.GetValue(name) is { } one ? [one] : [.. (await store.ListAsync(cancel)).Where(model => model.State == ModelState.Installed).Select(model => model.Model.Name)];
            var models = new List<VerifiedModel>();
            foreach (string model in names) models.Add(await ProgressBar.ShowAsync(model, show => store.VerifyAsync(model, new Progress(show), cancel)));
            bool sound = models.All(model => model.IsSound);
            if (parsed.GetValue(common.Json)) CommandGuard.WriteJson(new VerifyReport(sound, models));
            else Print(models);
            return sound ? ExitCode.Done : ExitCode.Failed;
        });
    }

    static Argument<string> Name(string description) => new("name") { Description = description, HelpName = string.Join('|', ModelCatalog.All.Select(model => model.Name)) };

    /// <summary>Asks the person at the terminal; false where there is none.</summary>
    static bool AskFor(ModelLicence licence)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected) return false;
        Console.Error.WriteLine($"{licence.Summary}\n{licence.Address}\nDo you accept this licence? Type yes to go on.");
        return Console.ReadLine()?.Trim().ToLowerInvariant() is "yes" or "y";
    }

    static void Print(string folder, IReadOnlyList<ModelStatus> models)
    {
        Table table = Tables.New("Folder", folder);
        foreach (ModelStatus status in models)
        {
            long bytes = status.State == ModelState.Installed ? status.Bytes : status.Model.AboutBytes;
            string size = (bytes / BytesPerMegabyte).ToString("F0", CultureInfo.InvariantCulture);
            Tables.Row(table, status.Model.Name, $"{status.State.ToString().ToLowerInvariant()}, {status.Model.Task}, {size} MB, licence {status.Model.Licence.Name}");
        }

        Tables.Print(table);
    }

    static void Print(IReadOnlyList<VerifiedModel> models)
    {
        Table table = Tables.New("Models", models.Count == 0 ? "none is installed" : $"{models.Count} verified");
        foreach (VerifiedModel model in models)
        {
            foreach (VerifiedFile file in model.Files)
                Tables.Row(table, model.Name, $"{file.Name}: {file.Fault ?? (file.Published ? "as published" : "as installed")}");
        }

        Tables.Print(table);
    }

    /// <summary>The options of every subcommand, and the store they point to.</summary>
    sealed class Common
    {
        readonly Option<string> data = SharedOptions.Data();
        readonly Option<string?> models = SharedOptions.Models();

        public Option<bool> Json { get; } = SharedOptions.Json();

        public Command On(Command command, Func<ModelStore, ParseResult, CancellationToken, Task<int>> run)
        {
            foreach (Option option in (Option[])[models, data, Json]) command.Options.Add(option);
            command.SetAction((parsed, cancel) => CommandGuard.RunAsync(
                parsed.GetValue(Json),
                () => run(new ModelStore(parsed.GetValue(models) ?? Path.Combine(parsed.GetValue(data)!, "models")), parsed, cancel)));
            return command;
        }
    }

    /// <summary>Shows where an installation is.</summary>
    sealed class Progress(Action<string, double> show) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value)
        {
            string text = value.Phase == "waiting" ? "waiting for another installation" : $"{value.Phase} {value.File} ({value.FileNumber} of {value.FileCount})";
            show(text, value.TotalBytes is { } total and > 0 ? 100.0 * value.DoneBytes / total : 0);
        }
    }
}
