using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DgxMusic.Api.Http;

/// <summary>
/// The SHA-256 of what a request asks for: its address and its body, which can be read once more afterwards. Of a form it is that of its parts, because a client
/// that sends a form again draws another boundary. Large bodies wait on disk meanwhile.
/// </summary>
static class RequestHash
{
    const int HeldBytes = 64 << 10;

    /// <exception cref="PipelineException"><see cref="Problem.BodyTooLarge"/>; <see cref="Problem.MalformedRequest"/>: a form that breaks off.</exception>
    public static async Task<string> OfAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        request.EnableBuffering(HeldBytes, Multipart.MostBytes + 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, $"{request.Method} {request.Path}{request.QueryString}");
        try
        {
            if (Multipart.Is(request)) await AppendPartsAsync(hash, request, cancel);
            else hash.AppendData(await SHA256.HashDataAsync(request.Body, cancel));
        }
        catch (InvalidDataException)
        {
            throw new PipelineException(Problem.MalformedRequest, "The form is not multipart/form-data as we understand it.");
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            if (request.Body.Length > Multipart.MostBytes) throw Multipart.TooLarge();
            throw new PipelineException(Problem.MalformedRequest, "The body breaks off.");
        }

        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static async Task AppendPartsAsync(IncrementalHash hash, HttpRequest request, CancellationToken cancel)
    {
        var reader = new MultipartReader(Multipart.BoundaryOf(request), request.Body) { BodyLengthLimit = Multipart.MostBytes };
        while (await reader.ReadNextSectionAsync(cancel) is { } part)
        {
            Append(hash, part.ContentDisposition ?? "");
            Append(hash, part.ContentType ?? "");
            hash.AppendData(await SHA256.HashDataAsync(part.Body, cancel));
        }
    }

    /// <summary>With its length before it, so that no two lists of texts look alike.</summary>
    static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
