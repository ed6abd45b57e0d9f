using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Identity;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic keys</c>: who may call the server from elsewhere.</summary>
static class KeysCommand
{
    const string Address = $"{Links.Root}/keys";

    public static Command Create() => new("keys", "Make, list and revoke the keys that callers from elsewhere send.") { CreateKey(), List(), Revoke() };

    static Command CreateKey()
    {
        var name = new Argument<string>("name") { Description = "Whose it is." };
        var tier = new Option<string>("--tier") { Description = "What it has access to.", Required = true, HelpName = string.Join('|', Tiers.ByName.Keys) };
        var admin = new Option<bool>("--admin") { Description = "It sees everybody's jobs and files, and makes keys." };
        var seconds = new Option<double?>("--compute-seconds-per-day") { Description = "Seconds that its jobs may run in a day, UTC; without end unless given." };
        var bytes = new Option<long?>("--bytes-per-day") { Description = "Bytes it may add to the store in a day, UTC; without end unless given." };
        var expires = new Option<string?>("--expires") { Description = "A day such as 2027-01-31, or a moment, UTC; never unless given.", HelpName = "DATE" };
        var principal = new Option<string?>("--principal") { Description = "Who it stands for once the platform has signed them in.", HelpName = "PROVIDER:ID" };
        return new Command("create", "Make a key; it is shown this once.") { name, tier, admin, seconds, bytes, expires, principal }.Asking(async (gateway, parsed, cancel) =>
        {
            var body = new Dictionary<string, object?> { ["name"] = parsed.GetValue(name), ["tier"] = parsed.GetValue(tier), ["admin"] = parsed.GetValue(admin) };
            body.AddGiven("compute_seconds_per_day", parsed, seconds);
            body.AddGiven("bytes_per_day", parsed, bytes);
            body.AddGiven("expires_at", parsed, expires);
            body.AddGiven("principal", parsed, principal);
            NewKey made = await gateway.SendAsync<NewKey>(HttpMethod.Post, Address, body, cancel);
            return new(made, () => Print(made));
        });
    }

    static Command List() => new Command("list", "All keys, the oldest first.").Asking(async (gateway, _, cancel) =>
    {
        KeyList keys = await gateway.GetAsync<KeyList>(Address, cancel);
        return new(keys, () => Print(keys.Keys));
    });

    static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "As the list has it, such as ab12cd34ef56." };
        return new Command("revoke", "Close a key for good.") { id }.Asking(async (gateway, parsed, cancel) =>
        {
            KeyResource key = await gateway.SendAsync<KeyResource>(HttpMethod.Delete, $"{Address}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", null, cancel);
            return new(key, () => Print([key]));
        });
    }

    static void Print(NewKey made)
    {
        Table table = Tables.New("Key", made.Secret);
        Tables.Row(table, "Id", made.Key.Id);
        Tables.Row(table, "Send it as", "Authorization: Bearer KEY, or X-API-Key: KEY");
        Tables.Row(table, "Note", "Nobody can show it again; whoever loses it needs another.");
        Tables.Print(table);
    }

    static void Print(IReadOnlyList<KeyResource> keys)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in (string[])["Id", "Name", "Tier", "Seconds a day", "Bytes a day", "Made", "State"]) table.AddColumn(column);
        foreach (KeyResource key in keys)
        {
            table.AddRow(
                key.Id, Markup.Escape(key.Name), key.Admin ? $"{key.Tier}, admin" : key.Tier, Tables.Number(key.ComputeSecondsPerDay, "0.###"),
                key.BytesPerDay?.ToString(CultureInfo.InvariantCulture) ?? "–", Moment(key.CreatedAt), StateOf(key));
        }

        Tables.Print(table);
    }

    static string StateOf(KeyResource key) => key switch
    {
        { RevokedAt: { } at } => $"revoked {Moment(at)}",
        { ExpiresAt: { } at } => $"{(at <= DateTime.UtcNow ? "expired" : "until")} {Moment(at)}",
        _ => "open",
    };

    static string Moment(DateTime at) => at.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);
}
