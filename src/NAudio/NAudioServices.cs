using DgxMusic.Audio.Codecs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DgxMusic.NAudio;

public static class NAudioServices
{
    /// <summary>All audio of the pipeline is read and written through NAudio, whether the pipeline was added before or is after.</summary>
    public static IServiceCollection AddNAudio(this IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton<IAudioCodec>(NAudioCodec.Instance));
}
