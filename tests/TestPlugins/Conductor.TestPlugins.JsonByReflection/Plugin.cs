using System.Text.Json;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("json-by-reflection", typeof(Conductor.TestPlugins.JsonByReflection.Plugin))]

namespace Conductor.TestPlugins.JsonByReflection;

/// <summary>Shows the host's System.Text.Json a type of its own, as a plugin should not.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }

    public override string ToString() => JsonSerializer.Serialize(JsonSerializer.Deserialize<Note>("""{"Text":"hello"}"""));
}

public sealed record Note(string Text);
