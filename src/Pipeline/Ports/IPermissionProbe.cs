namespace DgxMusic.Pipeline.Ports;

/// <summary>Something that the identity of this program has to be allowed to do.</summary>
/// <param name="Act">Ends the sentence "It may not …".</param>
/// <param name="Role">The built-in role that allows it.</param>
/// <param name="Resource">What that role has to be assigned on.</param>
public sealed record Permission(string Act, string Role, string Resource);

/// <summary>Tries out whether a permission is there. What a trial makes it removes again.</summary>
public interface IPermissionProbe
{
    Permission Permission { get; }

    /// <returns>False: it was refused. What goes wrong otherwise is thrown.</returns>
    Task<bool> IsGrantedAsync(CancellationToken cancel);
}
