using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Files handed in for later.</summary>
static class UploadRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/api/v1/uploads", "uploads", "Takes a file of up to 100 MiB as a form; for a JSON body, gives an address that takes one of up to 200 MiB, or fetches it from source_url.", request => Handlers.Of<Uploads>(request).CreateAsync(request))
        {
            StartsWork = true,
            Form = UploadSchemas.File,
            Body = UploadSchemas.Announcement,
            Answers = [new(201, "Of a JSON body: where to send the file, within 15 minutes. Of a form: the upload.", typeof(UploadAddress)), new(202, "Of a body with source_url: the upload, which is downloading; read it until it is ready or refused.", typeof(UploadResource))],
        },
        new("GET", "/api/v1/uploads", "uploads", "This caller's uploads, newest first.", request => Handlers.Of<Uploads>(request).ListAsync(request))
        {
            Query = [new("limit", "integer", "At most so many, 1 to 1000; 100 unless given."), new("continuation", "string", "As an earlier page gave it.")],
            Answers = [new(200, "A page of them.", typeof(UploadList))],
        },
        new("GET", "/api/v1/uploads/{id}", "uploads", "An upload.", request => Handlers.Of<Uploads>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "How it stands and what its content is.", typeof(UploadResource))],
        },
        new("DELETE", "/api/v1/uploads/{id}", "uploads", "Removes an upload; not while a job works on it.", request => Handlers.Of<Uploads>(request).DeleteAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(204, "It is gone.")],
        },
        new("PUT", "/api/v1/uploads/{id}/content", "uploads", "Takes the file that the address was given for, once. Needs no key.", request => Handlers.Of<Uploads>(request).FillAsync(request, Handlers.Part(request, "id")))
        {
            Signed = true,
            Query = [new("expires", "string", "As the address has it.", Required: true), new("signature", "string", "As the address has it.", Required: true)],
            Answers = [new(201, "The upload, checked and ready.", typeof(UploadResource))],
        },
    ];
}
