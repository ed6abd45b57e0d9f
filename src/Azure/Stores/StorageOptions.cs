using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Azure.Stores;

/// <summary>Settings of the stores in the cloud, section <c>Storage</c>: the addresses of a storage account that this program's identity may use, or a connection string.</summary>
public sealed class StorageOptions : IValidatableObject
{
    /// <summary>Such as <c>https://account.blob.core.windows.net</c>.</summary>
    public Uri? BlobServiceUri { get; set; }

    /// <summary>Such as <c>https://account.table.core.windows.net</c>.</summary>
    public Uri? TableServiceUri { get; set; }

    /// <summary>Such as <c>https://account.queue.core.windows.net</c>; null: nobody is asked for GPU workers by messages.</summary>
    public Uri? QueueServiceUri { get; set; }

    /// <summary>Client id of the managed identity to use; none: the one the machine has, or whoever is signed in.</summary>
    public string? ClientId { get; set; }

    /// <summary>For the emulator of one's own machine: then no identity is asked for.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Begins the name of every container, so that two installations can share an account.</summary>
    [RegularExpression("[a-z0-9][a-z0-9-]{0,30}", ErrorMessage = "Storage:ContainerPrefix has lower-case letters, digits and hyphens, at most 31.")]
    public string? ContainerPrefix { get; set; }

    /// <summary>Begins the name of every table.</summary>
    [Required]
    [RegularExpression("[a-z][a-z0-9]{0,30}", ErrorMessage = "Storage:TablePrefix begins with a lower-case letter and has lower-case letters and digits, at most 31.")]
    public string TablePrefix { get; set; } = "dgxmusic";

    /// <summary>Callers send large files to the account itself; off: through this program, where the platform lets them.</summary>
    public bool DirectUploads { get; set; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        bool byIdentity = BlobServiceUri is not null && TableServiceUri is not null;
        if (ConnectionString is { Length: > 0 } && (BlobServiceUri ?? TableServiceUri ?? QueueServiceUri) is not null)
            yield return new("Storage has a ConnectionString and addresses as well; it is one or the other.");
        else if (string.IsNullOrEmpty(ConnectionString) && !byIdentity)
            yield return new("Storage:BlobServiceUri and Storage:TableServiceUri say where the storage account is (https://ACCOUNT.blob.core.windows.net and https://ACCOUNT.table.core.windows.net); for the local emulator, Storage:ConnectionString is UseDevelopmentStorage=true.");
    }
}
