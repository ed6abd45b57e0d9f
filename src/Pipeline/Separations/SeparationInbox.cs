using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Takes apart what is dropped into the inbox of separations, as a request without any wishes would.</summary>
public sealed class SeparationInbox(SeparationDesk desk) : IInboxHandler
{
    public string Inbox => Inboxes.Separate;

    public async Task<string> StartAsync(UploadRow upload, CancellationToken cancel)
    {
        // Named after the upload, so that the same upload starts the same job.
        var ticket = new WorkTicket(upload.UploadId[(upload.UploadId.IndexOf('_') + 1)..], upload.CreatedAt);
        try
        {
            Job job = await desk.SubmitAsync(
                new(JobIds.Draw(JobKind.Separation), upload.Blob, upload.FileName) { UploadId = upload.UploadId }, new(), new JobTerms(upload.Owner) { Ticket = ticket }, cancel);
            return $"Taken apart by job {job.JobId}.";
        }
        catch (PipelineException refusal) when (refusal.Problem.Status < 500)
        {
            return $"Kept as an upload; it was not taken apart: {refusal.Message}";
        }
    }
}
