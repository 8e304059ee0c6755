using System.Globalization;
using System.Text.RegularExpressions;
using Conductor.Plugins;
using Conductor.Security;

namespace Conductor.Providers.Ollama;

/// <summary>One provider's settings, checked.</summary>
internal sealed partial class OllamaSettings
{
    /// <summary>Ollama's own default on most machines: a model that somebody else has loaded with it need not be loaded again.</summary>
    public const int DefaultMinNumCtx = 4096;

    /// <summary>The smallest and the largest `num_ctx` that the settings may name.</summary>
    public const int LeastNumCtx = 512;
    public const int MostNumCtx = 16 * 1024 * 1024;

    /// <summary>The provider's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The base address, with one slash at its end.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The key for `Authorization: Bearer`; null where there is none, as on this machine.</summary>
    public Secret? Key { get; init; }

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
        var least = Size(context, "min");
        var most = Size(context, "max");
        if (least > most)
        {
            throw new PluginSettingsException($"'providers.{context.Name}.num_ctx': 'min' is above 'max'.");
        }

        return new OllamaSettings
        {
            Name = context.Name,
            BaseUrl = ReadBaseUrl(context),
            Key = context.Keys.Count > 0 ? context.Keys[0] : null,
            KeepAlive = ReadKeepAlive(context),
            Think = ReadThink(context),
            MinNumCtx = least ?? Math.Min(DefaultMinNumCtx, most ?? DefaultMinNumCtx),
            MaxNumCtx = most,
        };
    }

    private static Uri ReadBaseUrl(ProviderContext context)
    {
        var where = $"providers.{context.Name}.base_url";
        var url = OllamaAddress.TryParse(context.Settings["base_url"])
            ?? throw new PluginSettingsException($"'{where}' is not an address such as '{OllamaAddress.Default}' or '127.0.0.1:11434'.");
        if (url.UserInfo.Length > 0)
        {
            throw new PluginSettingsException($"'{where}' holds a user name or password. Give the key under 'keys', where it stays secret.");
        }

        return url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : throw new PluginSettingsException($"'{where}' holds a query or a fragment. Give the address up to its path, without '/api'.");
    }

    private static string? ReadKeepAlive(ProviderContext context)
    {
        var text = context.Settings["keep_alive"]?.Trim();
        return string.IsNullOrEmpty(text) ? null
            : Duration().IsMatch(text) ? text
            : throw new PluginSettingsException($"'providers.{context.Name}.keep_alive' must be seconds or a duration such as '10m' or '24h'; -1 keeps the model for good.");
    }

    private static string? ReadThink(ProviderContext context) => context.Settings["think"]?.Trim().ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "on" or "yes" => "true",
        "false" or "off" or "no" => "false",
        var level and ("low" or "medium" or "high" or "max") => level,
        _ => throw new PluginSettingsException($"'providers.{context.Name}.think' must be true, false, low, medium, high or max."),
    };

    private static int? Size(ProviderContext context, string member)
    {
        var text = context.Settings[$"num_ctx:{member}"];
        return string.IsNullOrEmpty(text) ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= LeastNumCtx and <= MostNumCtx ? size
            : throw new PluginSettingsException($"'providers.{context.Name}.num_ctx.{member}' must be a whole number of tokens from {LeastNumCtx} to {MostNumCtx}.");
    }

    [GeneratedRegex("^-?[0-9]{1,9}$|^-?([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
