using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Uploads;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Files that callers hand in, mastered or measured: short ones at once, long ones as jobs.</summary>
public sealed class AudioUploads(UploadDesk desk, MasteringDefaults defaults)
{
    const int MostFiles = 50;
    static readonly string[] texts = [.. ExportFields.Texts, "job_id", "date", "name", "on_error", "path", "format", "tags"];

    public IResult ReadInfo() => Results.Json(
        new AudioInfo(
            new(defaults.Options.TargetLufs, true, [.. BitDepths.ByName.Keys], [.. FileFormats.ByName.Keys], [.. LoudnessModes.ByName.Keys], LoudnessPresets.ByName),
            new(ExtractBpm: true, ExtractKey: false, BpmAvailable: true, KeyAvailable: true), new(Containers.Outputs, BaseDirExists: true)),
        ApiJson.Options);

    /// <summary>Masters one file: a posted one, or one of the store.</summary>
    public async Task<IResult> ExportAsync(HttpRequest request)
    {
        List<Upload> uploads = [];
        try
        {
            bool isForm = Multipart.Is(request);
            var fields = new JsonFields(isForm ? (await ReceiveAsync(request, uploads, most: 1)).ToJson(texts) : await RequestBody.ReadObjectAsync(request));
            ExportTerms terms = ExportTerms.Read(fields, defaults.Options);
            string? name = fields.Text("job_id");
            DateTime? date = StorePaths.ParseDate("date", fields.Text("date") ?? "");
            StoredSource? source = isForm ? null : StoredSource.Read(fields);
            terms.Check(fields, isForm ? uploads.Count : 1, Callers.Of(request));
            Upload upload = source is null ? uploads[0] : await source.FindAsync(desk, JobKind.Export, Callers.Of(request), request.HttpContext.RequestAborted);
            BlobRef? target = name is null && date is null ? null : StorePaths.Output(name ?? upload.JobId, FileFormats.ExtensionOf(terms.Options.Format), date ?? DateTime.UtcNow);
            Job job = await desk.ExportAsync(upload, new(target, terms.Overwrite, terms.Options, terms.KeepsTags), Callers.TermsOf(request), request.HttpContext.RequestAborted);
            return Answer(request, job, name ?? upload.FileName ?? job.JobId);
        }
        catch
        {
            foreach (Upload upload in uploads) await desk.DropAsync(upload);
            throw;
        }
    }

    /// <summary>Masters several files in the order given; stops at the first that fails unless told to go on.</summary>
    public async Task<IResult> ExportManyAsync(HttpRequest request)
    {
        List<Upload> uploads = [];
        List<BatchItem> done = [];
        try
        {
            Multipart form = await ReceiveAsync(request, uploads, MostFiles);
            IReadOnlyList<string> names = form.All("name");
            var fields = new JsonFields(form.Without("name").ToJson(texts));
            ExportTerms terms = ExportTerms.Read(fields, defaults.Options);
            bool goesOn = OnError(fields);
            terms.Check(fields, uploads.Count, Callers.Of(request));
            BlobRef[] targets = TargetsOf(names, uploads.Count, terms.Options.Format);
            for (int n = 0; n < uploads.Count; n++)
            {
                try
                {
                    Job job = await desk.ExportAsync(uploads[n], new(targets[n], terms.Overwrite, terms.Options, terms.KeepsTags), Callers.TermsOf(request).Part(n), request.HttpContext.RequestAborted);
                    done.Add(job.IsTerminal ? new(names[n], ExportedFile.Of(job, names[n]), null, null, null) : new(names[n], null, AcceptedWork.Of(job, names[n]), null, null));
                }
                catch (PipelineException refusal)
                {
                    await desk.DropAsync(uploads[n]);
                    if (!goesOn) throw Stopped(refusal, n, names, done);
                    done.Add(new(names[n], null, null, refusal.Problem.Code, refusal.Message));
                }
            }

            return Results.Json(new BatchAnswer(done), ApiJson.Options, statusCode: done.Any(item => item.Job is not null) ? StatusCodes.Status202Accepted : StatusCodes.Status201Created);
        }
        catch
        {
            foreach (Upload upload in uploads.Skip(done.Count)) await desk.DropAsync(upload);
            throw;
        }
    }

    /// <summary>Measures a posted file, or one of the store.</summary>
    public async Task<IResult> AnalyzeAsync(HttpRequest request)
    {
        var options = new MeasureOptions(Query.Flag(request, "stats", usual: true), Query.Flag(request, "bpm", usual: true), Query.Flag(request, "key"), Query.Flag(request, "beats"));
        List<Upload> uploads = [];
        bool keeps = false;
        try
        {
            Upload upload = await SourceAsync(request, uploads);
            (TrackMetadata? measured, Job? job) = await desk.AnalyzeAsync(upload, options, Callers.TermsOf(request), request.HttpContext.RequestAborted);
            keeps = job is not null;
            return job is null ? Results.Json(measured, ApiJson.Options) : Accept(request, AcceptedWork.Of(job, upload.FileName ?? job.JobId));
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.UnreadableAudio)
        {
            throw new PipelineException(Problem.MetadataExtractionFailed, refusal.Message) { Log = refusal.Log };
        }
        finally
        {
            if (!keeps)
            {
                foreach (Upload upload in uploads) await desk.DropAsync(upload);
            }
        }
    }

    async Task<Upload> SourceAsync(HttpRequest request, List<Upload> uploads)
    {
        if (Multipart.Is(request))
        {
            await ReceiveAsync(request, uploads, most: 1);
            return uploads.Count == 1 ? uploads[0] : throw Missing("file");
        }

        var fields = new JsonFields(await RequestBody.ReadObjectAsync(request));
        StoredSource source = StoredSource.Read(fields, "path");
        fields.RefuseUnknown();
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
        return await source.FindAsync(desk, JobKind.Analysis, Callers.Of(request), request.HttpContext.RequestAborted);
    }

    Task<Multipart> ReceiveAsync(HttpRequest request, List<Upload> uploads, int most)
    {
        if (!Multipart.Is(request)) throw new PipelineException(Problem.MalformedRequest, "The body is not multipart/form-data.");
        return Multipart.ReadAsync(request, async (field, fileName, content) =>
        {
            if (field != "file") throw new PipelineException(Problem.InvalidRequest, $"There is no file field '{field}'.", new Dictionary<string, string> { [field] = "Not a field; the file's is 'file'." });
            if (uploads.Count == most) throw new PipelineException(Problem.InvalidRequest, $"At most {most} {(most == 1 ? "file is" : "files are")} accepted.", new Dictionary<string, string> { ["file"] = "Too many." });
            uploads.Add(await desk.ReceiveAsync(fileName.Length == 0 ? null : fileName, target => content.CopyToAsync(target, request.HttpContext.RequestAborted), request.HttpContext.RequestAborted));
        });
    }

    static bool OnError(JsonFields fields)
    {
        string? asked = fields.Text("on_error");
        if (asked is not (null or "stop" or "continue")) fields.Faults["on_error"] = "'on_error' is not one of stop, continue.";
        return asked == "continue";
    }

    static BlobRef[] TargetsOf(IReadOnlyList<string> names, int files, FileFormat format)
    {
        if (names.Count != files) throw new PipelineException(Problem.LengthMismatch, $"There are {files} files and {names.Count} names; each file needs its own.");
        string[] twice = [.. names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (twice.Length > 0) throw new PipelineException(Problem.InvalidRequest, $"The name '{twice[0]}' stands more than once.", new Dictionary<string, string> { ["name"] = "Stands more than once." });
        return [.. names.Select(name => StorePaths.Output(name, FileFormats.ExtensionOf(format), DateTime.UtcNow))];
    }

    static PipelineException Stopped(PipelineException refusal, int index, IReadOnlyList<string> names, List<BatchItem> done) => new(
        refusal.Problem, $"File {index + 1} of {names.Count}, '{names[index]}', failed and nothing after it was tried: {refusal.Message}",
        new Dictionary<string, string>(refusal.Details)
        {
            ["index"] = $"{index}",
            ["written"] = string.Join(", ", done.Select(item => item.File?.Path ?? item.Job!.JobId)),
        }) { Log = refusal.Log };

    static PipelineException Missing(string field) => new(Problem.InvalidRequest, $"'{field}' is missing.", new Dictionary<string, string> { [field] = "Missing." });

    static IResult Answer(HttpRequest request, Job job, string name)
    {
        if (!job.IsTerminal) return Accept(request, AcceptedWork.Of(job, name));
        ExportedFile file = ExportedFile.Of(job, name);
        request.HttpContext.Response.Headers.Location = file.DownloadUrl;
        return Results.Json(file, ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    static IResult Accept(HttpRequest request, AcceptedWork work)
    {
        request.HttpContext.Response.Headers.Location = work.StatusUrl;
        return Results.Json(work, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}
