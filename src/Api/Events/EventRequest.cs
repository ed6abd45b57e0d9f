using System.Globalization;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DgxMusic.Api.Events;

/// <summary>How a caller wants events, and from where on.</summary>
static class EventRequest
{
    /// <summary>Null where nothing is said. The header wins, because a browser that reconnects sends it beside the address it began with.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/></exception>
    public static long? LastId(HttpRequest request)
    {
        (string name, string text) = ("Last-Event-ID", request.Headers["Last-Event-ID"].ToString());
        if (text.Length == 0) (name, text) = ("after", request.Query["after"].ToString());
        if (text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            ? last
            : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is the id of an event, a whole number.");
    }

    /// <summary>Whoever names JSON and not the stream's own type.</summary>
    public static bool WantsJson(HttpRequest request)
    {
        IList<MediaTypeHeaderValue> accepted = request.GetTypedHeaders().Accept;
        return Names("application/json") && !Names("text/event-stream");

        bool Names(string type) => accepted.Any(value => value.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase));
    }
}
