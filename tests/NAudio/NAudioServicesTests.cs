using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.NAudio.Tests;

public class NAudioServicesTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void AddNAudio_BeforeOrBehindThePipeline_IsItsOnlyCodec(bool isBefore)
    {
        IServiceCollection services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        if (isBefore) services.AddNAudio().AddPipeline();
        else services.AddPipeline().AddNAudio();
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(NAudioCodec.Instance, Assert.Single(provider.GetServices<IAudioCodec>()));
        Assert.Same(NAudioCodec.Instance, provider.GetRequiredService<DecoderOptions>().Codec);
    }
}
