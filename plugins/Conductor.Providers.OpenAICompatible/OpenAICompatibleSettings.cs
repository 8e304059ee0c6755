using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One provider's settings, checked.</summary>
internal sealed class OpenAICompatibleSettings
{
    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>What the server reads.</summary>
    public OpenAITarget Target { get; init; } = new();

    /// <summary>Whether a caller's own bytes may go to it as they are.</summary>
    public bool TakesBytes { get; init; } = true;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static OpenAICompatibleSettings Read(ProviderContext context)
    {
        var preset = SettingReader.Choice(context, "preset", [.. Preset.All.Keys.Order(StringComparer.Ordinal)]) is { } name ? Preset.All[name] : null;
        var http = HttpProviderSettings.Read(context, new HttpProviderDefaults { BaseUrl = preset?.BaseUrl });
        var host = http.BaseUrl.Host;
        return new OpenAICompatibleSettings
        {
            Http = http,
            // OpenAI's newer models refuse the old name.
            Target = preset?.Target
                ?? (host.Equals("api.openai.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
                    ? new OpenAITarget { MaxTokensMember = "max_completion_tokens" }
                    : new OpenAITarget()),
            TakesBytes = preset?.TakesBytes ?? true,
        };
    }
}
