namespace DgxMusic.Tensors;

/// <summary>
/// What is made while a scope is open dies when it is disposed, except what it handed out.
/// Scopes nest; a scope belongs to the thread that opened it.
/// </summary>
public interface ITensorScope : IDisposable
{
    /// <summary>Lets the tensor live on in the enclosing scope; without one, until nobody refers to it.</summary>
    Tensor Keep(Tensor tensor);

    /// <summary>Lets a tensor of this very scope die before the scope does; one that belongs elsewhere stays.</summary>
    void Drop(Tensor tensor);
}
