using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace DgxMusic.Api.Http;

/// <summary>Reads <c>multipart/form-data</c> part by part: files go to their taker as they come, fields are kept.</summary>
public sealed class Multipart
{
    /// <summary>On every host; more goes another way.</summary>
    public const long MostBytes = 100L << 20;

    const int MostFieldBytes = 4 << 10, MostParts = 200, LongestBoundary = 100;

    readonly List<(string Name, string Value)> fields = [];

    /// <summary>Every value of a field, in the order they came.</summary>
    public IReadOnlyList<string> All(string name) => [.. fields.Where(field => field.Name == name).Select(field => field.Value)];

    /// <summary>The form without a field that may come several times.</summary>
    public Multipart Without(string name)
    {
        var rest = new Multipart();
        rest.fields.AddRange(fields.Where(field => field.Name != name));
        return rest;
    }

    public static bool Is(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <param name="take">Takes a file: the field's name, the file's name, its content.</param>
    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/>; <see cref="Problem.BodyTooLarge"/>.</exception>
    public static async Task<Multipart> ReadAsync(HttpRequest request, Func<string, string, Stream, Task> take)
    {
        if (request.ContentLength > MostBytes) throw TooLarge();
        var form = new Multipart();
        try
        {
            var reader = new MultipartReader(BoundaryOf(request), request.Body) { BodyLengthLimit = MostBytes };
            int parts = 0;
            while (await reader.ReadNextSectionAsync(request.HttpContext.RequestAborted) is { } section)
            {
                if (++parts > MostParts) throw new PipelineException(Problem.MalformedRequest, $"The form has more than {MostParts} parts.");
                await form.TakeAsync(section, take);
            }
        }
        catch (InvalidDataException fault) when (fault.Message.Contains("length limit", StringComparison.Ordinal))
        {
            throw TooLarge();
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            throw new PipelineException(Problem.MalformedRequest, "The form breaks off before its last boundary.");
        }

        return form;
    }

    /// <summary>The fields as a JSON object: <c>true</c>, <c>false</c> and numbers as such, except where a text is wanted.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: a field came twice.</exception>
    public JsonElement ToJson(IReadOnlyCollection<string> texts)
    {
        var values = new Dictionary<string, object>();
        foreach ((string name, string value) in fields)
        {
            object typed = texts.Contains(name) ? value : value is "true" or "false" ? value == "true"
                : double.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : value;
            if (!values.TryAdd(name, typed)) throw new PipelineException(Problem.InvalidRequest, $"The field '{name}' came twice.", new Dictionary<string, string> { [name] = "Came twice." });
        }

        return JsonSerializer.SerializeToElement(values);
    }

    async Task TakeAsync(MultipartSection section, Func<string, string, Stream, Task> take)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) || !disposition.DispositionType.Equals("form-data"))
            throw new PipelineException(Problem.MalformedRequest, "A part of the form does not say what it is.");
        string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        string fileName = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();
        if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue) await take(name, Path.GetFileName(fileName.Replace('\\', '/')), section.Body);
        else fields.Add((name, await TextAsync(section.Body, name)));
    }

    static async Task<string> TextAsync(Stream body, string name)
    {
        byte[] bytes = new byte[MostFieldBytes + 1];
        int count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
        return count <= MostFieldBytes ? Encoding.UTF8.GetString(bytes, 0, count) : throw new PipelineException(Problem.MalformedRequest, $"The field '{name}' is longer than {MostFieldBytes} bytes.");
    }

    internal static string BoundaryOf(HttpRequest request)
    {
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        return boundary.Length is >= 1 and <= LongestBoundary ? boundary : throw new PipelineException(Problem.MalformedRequest, "The form has no boundary.");
    }

    internal static PipelineException TooLarge() => new(Problem.BodyTooLarge, $"A form has at most {MostBytes >> 20} MiB; POST /api/v1/uploads with a JSON body gives an address for larger files.");
}
