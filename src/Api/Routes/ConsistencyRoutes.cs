using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Consistency;

namespace DgxMusic.Api.Routes;

/// <summary>Rows and files held against each other.</summary>
static class ConsistencyRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/consistency", "storage", "Whether rows and files agree. Changes nothing.", request => Handlers.Of<Consistencies>(request).ReadAsync(request))
        {
            ForAdmins = true, Answers = [new(200, "What disagrees.", typeof(ConsistencyReport))],
        },
        new("POST", "/api/v1/consistency/repair", "storage", "Mends what disagrees, or says what it would mend.", request => Handlers.Of<Consistencies>(request).RepairAsync(request))
        {
            ForAdmins = true,
            Query =
            [
                new("dry_run", "boolean", "Change nothing; true unless given."),
                new("delete_files", "boolean", "Also delete outputs named after jobs that do not exist; false unless given."),
            ],
            Answers = [new(200, "What was found, and what of it was mended.", typeof(ConsistencyReport))],
        },
    ];
}
