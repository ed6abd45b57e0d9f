using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Live;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Music that is taken apart while it is played.</summary>
public sealed class LiveSessions(LiveDesk desk, LiveReader reader)
{
    public const string FromHeader = "X-Frame-From", CountHeader = "X-Frame-Count", ReceivedHeader = "X-Frames-Received", FinishedHeader = "X-Frames-Finished", EndHeader = "X-End-Of-Audio";

    public const int LongestWaitSeconds = 30;

    const string Raw = "application/octet-stream";

    public async Task<IResult> OpenAsync(HttpRequest request)
    {
        LiveOrder order = LiveSessionBody.Read(new JsonFields(await RequestBody.ReadObjectAsync(request)));
        LiveSession session = await desk.OpenAsync(order, Callers.TermsOf(request), request.HttpContext.RequestAborted);
        LiveSessionResource opened = LiveSessionResource.Of(session, desk.Options);
        request.HttpContext.Response.Headers.Location = opened.StatusUrl;
        return Results.Json(opened, ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    public async Task<IResult> ReadAsync(HttpRequest request, string id) => Described(await FindAsync(request, id));

    public async Task<IResult> PushAsync(HttpRequest request, string id)
    {
        long offset = Frame(request, "offset", isRequired: true);
        LiveSession session = await FindAsync(request, id);
        byte[] audio = await ReadAsync(request, session.Facts);
        LiveChunk chunk = await desk.PushAsync(session, offset, audio, request.HttpContext.RequestAborted);
        return Results.Json(new LivePush(id, chunk.From, chunk.Frames, chunk.To), ApiJson.Options);
    }

    public async Task<IResult> PullAsync(HttpRequest request, string id)
    {
        long from = Frame(request, "from", isRequired: false);
        int wait = Query.Whole(request, "wait", 0, 0, LongestWaitSeconds);
        string stem = Query.Text(request, "stem") ?? throw new PipelineException(Problem.MalformedRequest, "'stem' is missing: the name of what is to be pulled, such as vocals.");
        LiveSession session = await FindAsync(request, id);
        LivePull pull = await reader.PullAsync(session, stem, from, TimeSpan.FromSeconds(wait), request.HttpContext.RequestAborted);
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        (headers[FromHeader], headers[CountHeader]) = (Text(pull.From), Text(pull.Frames));
        (headers[ReceivedHeader], headers[FinishedHeader], headers[EndHeader]) = (Text(pull.State.Received), Text(pull.State.Finished), pull.IsEnd ? "true" : "false");
        headers.CacheControl = "no-store";
        return pull.Frames == 0 ? Results.NoContent() : Results.Bytes(pull.Audio, Raw);
    }

    public async Task<IResult> CloseAsync(HttpRequest request, string id) => Described(await desk.CloseAsync(await FindAsync(request, id), request.HttpContext.RequestAborted));

    public async Task<IResult> RemoveAsync(HttpRequest request, string id) =>
        Described(await desk.RemoveAsync(await FindAsync(request, id), Callers.Of(request), request.HttpContext.RequestAborted));

    Task<LiveSession> FindAsync(HttpRequest request, string id) => desk.FindAsync(id, Callers.Of(request), request.HttpContext.RequestAborted);

    IResult Described(LiveSession session) => Results.Json(LiveSessionResource.Of(session, desk.Options), ApiJson.Options);

    /// <summary>A body of whole frames, and at least one.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.BodyTooLarge"/>; <see cref="Problem.MalformedRequest"/>: half a frame; <see cref="Problem.EmptyAudio"/>.</exception>
    static async Task<byte[]> ReadAsync(HttpRequest request, LiveFacts facts)
    {
        int most = LiveDesk.LongestChunkSeconds * facts.SampleRateHz * facts.FrameBytes;
        using var body = new MemoryStream();
        byte[] block = new byte[1 << 16];
        while (await request.Body.ReadAsync(block, request.HttpContext.RequestAborted) is > 0 and int count)
        {
            if (body.Length + count > most)
                throw new PipelineException(Problem.BodyTooLarge, $"One push brings at most {LiveDesk.LongestChunkSeconds} s, which are {most} bytes here; push the rest after it.");
            body.Write(block, 0, count);
        }

        if (body.Length == 0) throw new PipelineException(Problem.EmptyAudio, $"The body is empty; a frame has {facts.FrameBytes} bytes.");
        if (body.Length % facts.FrameBytes != 0) throw new PipelineException(Problem.MalformedRequest, $"The body has {body.Length} bytes; a frame has {facts.FrameBytes}, and none comes in halves.");
        return body.ToArray();
    }

    static long Frame(HttpRequest request, string name, bool isRequired)
    {
        string text = request.Query[name].ToString();
        if (text.Length == 0 && !isRequired) return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long frame) && frame < 1L << 40
            ? frame : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is a number of frames, counted from 0{(text.Length == 0 ? ", and it is missing" : "")}.");
    }

    static string Text(long frames) => frames.ToString(CultureInfo.InvariantCulture);
}
