using Conductor.Plugins;
using Conductor.Providers.Http;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One provider's settings, checked.</summary>
internal sealed class OpenAICompatibleSettings
{
    private static readonly HttpProviderDefaults Defaults = new();

    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>`max_completion_tokens` for OpenAI's own servers, whose newer models refuse the old name; `max_tokens`, which all others read.</summary>
    public string MaxTokensMember { get; init; } = "max_tokens";

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static OpenAICompatibleSettings Read(ProviderContext context)
    {
        var http = HttpProviderSettings.Read(context, Defaults);
        var host = http.BaseUrl.Host;
        return new OpenAICompatibleSettings
        {
            Http = http,
            MaxTokensMember = host.Equals("api.openai.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
                ? "max_completion_tokens"
                : "max_tokens",
        };
    }
}
