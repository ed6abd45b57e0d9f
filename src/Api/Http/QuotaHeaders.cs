namespace DgxMusic.Api.Http;

/// <summary>What a key has left, in every answer to it.</summary>
static class QuotaHeaders
{
    public const string ComputeSeconds = "X-Quota-Compute-Seconds-Remaining", Bytes = "X-Quota-Bytes-Remaining", Reset = "X-Quota-Reset";
}
