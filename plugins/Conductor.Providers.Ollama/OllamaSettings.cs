using System.Text.RegularExpressions;
using Conductor.Plugins;
using Conductor.Providers.Http;

namespace Conductor.Providers.Ollama;

/// <summary>One provider's settings, checked.</summary>
internal sealed partial class OllamaSettings
{
    /// <summary>Ollama's own default on most machines: a model that somebody else has loaded with it need not be loaded again.</summary>
    public const int DefaultMinNumCtx = 4096;

    /// <summary>The smallest and the largest `num_ctx` that the settings may name.</summary>
    public const int LeastNumCtx = 512;
    public const int MostNumCtx = 16 * 1024 * 1024;

    private static readonly HttpProviderDefaults Defaults = new()
    {
        BaseUrl = OllamaAddress.Default,
        Example = OllamaAddress.Default + "' or '127.0.0.1:11434",
        ParseBaseUrl = OllamaAddress.TryParse,
    };

    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>As the wire has it; null leaves it to the server.</summary>
    public string? KeepAlive { get; init; }

    /// <summary>`true`, `false`, `low`, `medium`, `high` or `max`, for requests that do not say; null leaves it to the model.</summary>
    public string? Think { get; init; }

    /// <summary>The smallest context that a model is loaded with.</summary>
    public int MinNumCtx { get; init; } = DefaultMinNumCtx;

    /// <summary>The largest context that a model is loaded with; null = as large as the model was made for.</summary>
    public int? MaxNumCtx { get; init; }

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is wrong; the message says what.</exception>
    public static OllamaSettings Read(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var least = SettingReader.Number(context, "num_ctx:min", LeastNumCtx, MostNumCtx);
        var most = SettingReader.Number(context, "num_ctx:max", LeastNumCtx, MostNumCtx);
        if (least > most)
        {
            throw new PluginSettingsException($"'providers.{context.Name}.num_ctx': 'min' is above 'max'.");
        }

        return new OllamaSettings
        {
            Http = HttpProviderSettings.Read(context, Defaults),
            KeepAlive = ReadKeepAlive(context),
            Think = ReadThink(context),
            MinNumCtx = least ?? Math.Min(DefaultMinNumCtx, most ?? DefaultMinNumCtx),
            MaxNumCtx = most,
        };
    }

    private static string? ReadKeepAlive(ProviderContext context)
    {
        var text = SettingReader.Text(context, "keep_alive");
        return text is null ? null
            : Duration().IsMatch(text) ? text
            : throw new PluginSettingsException($"'providers.{context.Name}.keep_alive' must be seconds or a duration such as '10m' or '24h'; -1 keeps the model for good.");
    }

    private static string? ReadThink(ProviderContext context) => SettingReader.Text(context, "think")?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "on" or "yes" => "true",
        "false" or "off" or "no" => "false",
        var level and ("low" or "medium" or "high" or "max") => level,
        _ => throw new PluginSettingsException($"'providers.{context.Name}.think' must be true, false, low, medium, high or max."),
    };

    [GeneratedRegex("^-?[0-9]{1,9}$|^-?([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
