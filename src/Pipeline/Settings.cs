using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline;

/// <summary>Binds options to their section so that a start with a wrong setting fails with a sentence about it.</summary>
public static class Settings
{
    /// <summary>Options that are bound to a section, checked, and told apart from what the section does not have.</summary>
    /// <typeparam name="T">Its properties are the settings, its <see cref="ValidationAttribute"/>s their bounds.</typeparam>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddOptions<T>().Configure<IConfiguration>((options, configuration) => Bind(options, configuration.GetSection(section))).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    /// <summary>The same at once, for what decides how a host is put together.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing, wrong or unknown: one sentence each.</exception>
    public static T ReadSettings<T>(this IConfiguration configuration, string section)
        where T : class
    {
        using ServiceProvider provider = new ServiceCollection().AddSingleton(configuration).AddSettings<T>(section).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<T>>().Value;
    }

    /// <exception cref="OptionsValidationException">The section has a setting that does not exist, or a value that is none.</exception>
    static void Bind<T>(T options, IConfigurationSection section)
        where T : class
    {
        string[] known = [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name)];
        string[] faults = [.. section.GetChildren().Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"There is no setting {child.Path}; {section.Path} has {string.Join(", ", known)}.")];
        if (faults.Length > 0) throw new OptionsValidationException(section.Path, typeof(T), faults);
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new OptionsValidationException(section.Path, typeof(T), [fault.Message]);
        }
    }
}
