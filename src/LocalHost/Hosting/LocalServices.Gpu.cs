using DgxMusic.Torch;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Only in the configuration that has the package.</summary>
static partial class LocalServices
{
    static partial void AddGpu(IServiceCollection services) => services.AddTorch();
}
