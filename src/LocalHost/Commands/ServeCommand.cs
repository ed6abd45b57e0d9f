using System.CommandLine;
using System.Net;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic serve</c>: the pipeline behind HTTP.</summary>
static class ServeCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 takes a free one.", DefaultValueFactory = _ => 7071 };
        var host = new Option<string>("--host") { Description = "Address to listen on; one that other machines reach asks them for keys.", DefaultValueFactory = _ => "127.0.0.1" };
        Option<string> data = SharedOptions.Data();
        var writer = new WriterFlags();
        var command = new Command("serve", "Serve the API over HTTP and run its jobs.") { port, host, data };
        writer.AddTo(command);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(false, async () =>
        {
            int asked = parsed.GetValue(port);
            if (asked is < 0 or > 65535) throw new PipelineException(Problem.InvalidRequest, $"{asked} is not a port; 0 to 65535 are.");
            IPAddress address = parsed.GetValue(host) switch
            {
                "localhost" => IPAddress.Loopback,
                { } text when IPAddress.TryParse(text, out IPAddress? known) => known,
                { } text => throw new PipelineException(Problem.InvalidRequest, $"'{text}' is not an address to listen on."),
                null => IPAddress.Loopback,
            };
            await Server.RunAsync(parsed.GetValue(data)!, address, asked, [.. writer.Read(parsed).Settings], cancel);
            return ExitCode.Done;
        }));
        return command;
    }
}
