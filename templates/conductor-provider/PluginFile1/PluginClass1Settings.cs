using Conductor.Plugins;

namespace PluginClass1;

/// <summary>What stands below the provider's name in `conductor.yaml`.</summary>
/// <param name="BaseUrl">Where the upstream is, ending in `/`; null: there is none, and this plugin answers by itself.</param>
/// <param name="Prefix">Stands before every answer of the plugin's own.</param>
internal sealed record PluginClass1Settings(Uri? BaseUrl, string Prefix)
{
    /// <exception cref="PluginSettingsException">A setting is unusable; the sentence is shown to whoever wrote it.</exception>
    public static PluginClass1Settings Read(ProviderContext context)
    {
        var prefix = context.Settings["prefix"] ?? "You said: ";
        if (context.Settings["base_url"] is not { Length: > 0 } text)
        {
            return new PluginClass1Settings(null, prefix);
        }

        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var baseUrl) && baseUrl.Scheme is "http" or "https"
            ? new PluginClass1Settings(baseUrl, prefix)
            : throw new PluginSettingsException($"'providers.{context.Name}.base_url' is not an address such as 'http://127.0.0.1:8000'.");
    }
}
