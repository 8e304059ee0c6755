using System.ComponentModel;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("framework-caches", typeof(Conductor.TestPlugins.FrameworkCaches.Plugin))]

namespace Conductor.TestPlugins.FrameworkCaches;

/// <summary>Shows types of its own to TypeDescriptor and to `dynamic`, both of which remember them for the life of their assembly.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }

    public override string ToString()
    {
        dynamic mood = new Mood { Name = "calm" };
        var colour = (Colour)TypeDescriptor.GetConverter(typeof(Colour)).ConvertFromInvariantString("Green")!;
        return $"{colour} {mood.Name} {TypeDescriptor.GetProperties(typeof(Mood)).Count}";
    }
}

public enum Colour
{
    Red,
    Green,
}

public sealed class Mood
{
    public string? Name { get; set; }
}
