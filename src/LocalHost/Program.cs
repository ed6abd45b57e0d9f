using System.CommandLine;
using DgxMusic.LocalHost.Commands;

var root = new RootCommand("Music from prompts on your own machine: generate, measure, master, serve.")
{
    GenerateCommand.Create(), AnalyzeCommand.Create(), ExportCommand.Create(), ServeCommand.Create(), JobsCommand.Create(), StatsCommand.Create(), CleanupCommand.Create(), FilesCommand.Create(),
    SeparateCommand.Create(), ModelsCommand.Create(), DoctorCommand.Create(), KeysCommand.Create(), ReproduceCommand.Create(),
};
ParseResult parsed = root.Parse(args);

// Long enough for a running job to be cancelled and tidied up after.
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
