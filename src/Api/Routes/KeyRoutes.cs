using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Keys and their holders.</summary>
static class KeyRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/keys/me", "keys", "Who you are to this server, what your tier opens, and what you have left today.", request => Handlers.Of<Keys>(request).ReadOwnAsync(request))
        {
            Answers = [new(200, "You.", typeof(CallerResource))],
        },
        new("GET", "/api/v1/keys", "keys", "All keys, the oldest first.", request => Handlers.Of<Keys>(request).ListAsync(request))
        {
            ForAdmins = true, Answers = [new(200, "The keys, without their secrets.", typeof(KeyList))],
        },
        new("POST", "/api/v1/keys", "keys", "Makes a key.", request => Handlers.Of<Keys>(request).CreateAsync(request))
        {
            ForAdmins = true, Body = KeySchema.Node, Answers = [new(201, "The key; its secret is shown this once.", typeof(NewKey))],
        },
        new("DELETE", "/api/v1/keys/{id}", "keys", "Closes a key for good.", request => Handlers.Of<Keys>(request).RevokeAsync(request, Handlers.Part(request, "id")))
        {
            ForAdmins = true, Answers = [new(200, "The key, revoked.", typeof(KeyResource))],
        },
    ];
}
