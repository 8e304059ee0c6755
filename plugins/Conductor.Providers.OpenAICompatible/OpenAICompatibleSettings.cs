using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One provider's settings, checked.</summary>
internal sealed class OpenAICompatibleSettings
{
    private static readonly HttpProviderDefaults Defaults = new();

    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>What the server reads.</summary>
    public OpenAITarget Target { get; init; } = new();

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static OpenAICompatibleSettings Read(ProviderContext context)
    {
        var http = HttpProviderSettings.Read(context, Defaults);
        var host = http.BaseUrl.Host;
        return new OpenAICompatibleSettings
        {
            Http = http,
            // OpenAI's newer models refuse the old name.
            Target = host.Equals("api.openai.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
                ? new OpenAITarget { MaxTokensMember = "max_completion_tokens" }
                : new OpenAITarget(),
        };
    }
}
