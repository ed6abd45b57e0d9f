using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Models.Weights;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record ModelList(string Folder, IReadOnlyList<ModelReport> Models);

/// <param name="State"><c>installed</c>, <c>partial</c> or <c>missing</c>.</param>
/// <param name="Bytes">What lies in the folder.</param>
/// <param name="DownloadBytes">What its publisher offers, as exactly as it is known.</param>
/// <param name="Custom">Registered here, not published.</param>
sealed record ModelReport(
    string Name, string Task, string State, string Licence, string? LicenceUrl, bool LicenceMustBeAccepted, string Folder, long Bytes, long DownloadBytes, IReadOnlyList<string> Files, bool Custom)
{
    public static ModelReport Of(ModelStatus status) => new(
        status.Model.Name, status.Model.Task, status.State.ToString().ToLowerInvariant(), status.Model.Licence.Name, status.Model.Licence.Address, status.Model.Licence.MustBeAccepted,
        status.Folder, status.Bytes, status.Model.AboutBytes, [.. status.Model.Files.Select(file => file.Name)], Custom: false);

    public static ModelReport Of(CustomModel model, string folder) =>
        new(model.Name, "separation", "installed", "not stated", null, false, Path.Combine(folder, model.Name), model.Bytes, 0, [model.File], Custom: true);
}

sealed record VerifyReport(bool Sound, IReadOnlyList<VerifiedModel> Models);

/// <summary><c>dgxmusic models</c>: the weights of published models, here or yet to come, and of others that were registered here.</summary>
static class ModelsCommand
{
    const double BytesPerMegabyte = 1e6;

    public static Command Create()
    {
        var command = new Command("models", "List, install and verify the weights of published models; register others by name.");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Install());
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Add());
        command.Subcommands.Add(Remove());
        return command;
    }

    static Command List()
    {
        var common = new Common();
        var command = new Command("list", "Models that can be used here, and whether they are.");
        return common.On(command, async (store, parsed, cancel) =>
        {
            IReadOnlyList<ModelReport> models = [.. (await store.ListAsync(cancel)).Select(ModelReport.Of), .. store.Custom.List().Select(model => ModelReport.Of(model, store.Folder))];
            if (parsed.GetValue(common.Json)) CommandGuard.WriteJson(new ModelList(store.Folder, models));
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
            bool accepted = parsed.GetValue(accept);
            if (accepted || !model.Licence.MustBeAccepted) await Console.Error.WriteLineAsync($"{model.Licence.Summary} {model.Licence.Address}");
            else accepted = !json && AskFor(model.Licence);
            var request = new InstallRequest(model.Name, parsed.GetValue(from), accepted);
            ModelStatus status = await ProgressBar.ShowAsync(model.Name, show => store.InstallAsync(request, new Progress(show), cancel));
            Show(store.Folder, ModelReport.Of(status), json);
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
            string[] names = parsed.GetValue(name) is { } one ? [one] : [.. (await store.ListAsync(cancel)).Where(model => model.State == ModelState.Installed).Select(model => model.Model.Name), .. store.Custom.List().Select(model => model.Name)];
            var models = new List<VerifiedModel>();
            foreach (string model in names) models.Add(await ProgressBar.ShowAsync(model, show => store.VerifyAsync(model, new Progress(show), cancel)));
            bool sound = models.All(model => model.IsSound);
            if (parsed.GetValue(common.Json)) CommandGuard.WriteJson(new VerifyReport(sound, models));
            else Print(models);
            return sound ? ExitCode.Done : ExitCode.Failed;
        });
    }

    static Command Add()
    {
        var common = new Common();
        var name = new Argument<string>("name") { Description = "What separations will call it: letters, digits, '_', '-' and '.'; no name of a published model." };
        var file = new Argument<string>("file") { Description = "Weights of Hybrid Transformer Demucs, fine-tuned or your own: a package (.th) or safetensors." };
        var command = new Command("add", "Check a weight file and register it under a name, beside the published models.") { name, file };
        return common.On(command, async (store, parsed, cancel) =>
        {
            string path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new PipelineException(Problem.FileNotFound, $"There is no weight file '{path}'.");
            await using FileStream content = File.OpenRead(path);
            (CustomModel model, _) = await store.Custom.AddAsync(parsed.GetValue(name)!, content, cancel);
            Show(store.Folder, ModelReport.Of(model, store.Folder), parsed.GetValue(common.Json));
            return ExitCode.Done;
        });
    }

    static Command Remove()
    {
        var common = new Common();
        var name = new Argument<string>("name") { Description = "A model that was registered here." };
        var command = new Command("remove", "Forget a registered model and its weights; not while a job uses them.") { name };
        return common.On(command, async (store, parsed, cancel) =>
        {
            CustomModel model = store.Custom.Get(parsed.GetValue(name)!);
            if (common.NamesItsFolder(parsed)) await store.Custom.RemoveAsync(model.Name, cancel);
            else
            {
                // Who has the data folder knows its jobs.
                await using Gateway gateway = await Gateway.OpenAsync(new(common.DataOf(parsed), null, null), cancel);
                await gateway.SendAsync<CustomModelCard>(HttpMethod.Delete, $"{Links.Root}/models/{Uri.EscapeDataString(model.Name)}", null, cancel);
            }

            if (parsed.GetValue(common.Json)) CommandGuard.WriteJson(ModelReport.Of(model, store.Folder) with { State = "removed" });
            else Tables.Print(Tables.New(model.Name, "removed"));
            return ExitCode.Done;
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

    static void Show(string folder, ModelReport model, bool json)
    {
        if (json) CommandGuard.WriteJson(model);
        else Print(folder, [model]);
    }

    static void Print(string folder, IReadOnlyList<ModelReport> models)
    {
        Table table = Tables.New("Folder", folder);
        foreach (ModelReport model in models)
        {
            long bytes = model.State == "installed" ? model.Bytes : model.DownloadBytes;
            string size = (bytes / BytesPerMegabyte).ToString("F0", CultureInfo.InvariantCulture);
            Tables.Row(table, model.Name, $"{model.State}, {(model.Custom ? "registered here, " : "")}{model.Task}, {size} MB, licence {model.Licence}");
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

        /// <summary>Whether its user said which folder of models, whoever may use it.</summary>
        public bool NamesItsFolder(ParseResult parsed) => parsed.GetResult(models) is { Implicit: false };

        public string DataOf(ParseResult parsed) => parsed.GetValue(data)!;

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
