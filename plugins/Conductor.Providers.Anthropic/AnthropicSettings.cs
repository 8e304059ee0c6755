using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Wire.Anthropic;

namespace Conductor.Providers.Anthropic;

/// <summary>One provider's settings, checked.</summary>
internal sealed class AnthropicSettings
{
    private const int MostOutputTokens = 1_000_000;

    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>The value of `anthropic-version`.</summary>
    public string Version { get; init; } = AnthropicVersions.V20230601;

    /// <summary>What is asked for in `anthropic-beta`, whatever the caller asks for.</summary>
    public IReadOnlyList<string> Betas { get; init; } = [];

    /// <summary>The largest answer where the caller names none, in tokens; null = as much as the model can.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Which models take which members.</summary>
    public required ModelRules Rules { get; init; }

    /// <summary>The headers of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => Betas.Count == 0
        ? [new("anthropic-version", Version)]
        : [new("anthropic-version", Version), new("anthropic-beta", string.Join(',', Betas))];

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static AnthropicSettings Read(ProviderContext context)
    {
        var isBearer = SettingReader.Choice(context, "auth", "x-api-key", "bearer") == "bearer";
        return new AnthropicSettings
        {
            Http = HttpProviderSettings.Read(context, new HttpProviderDefaults
            {
                BaseUrl = "https://api.anthropic.com",
                NeedsKey = true,
                Example = "https://api.anthropic.com",
                Meaning = "the address that '/v1/messages' follows",
                KeyHeader = isBearer ? KeyHeader.Bearer : new KeyHeader("x-api-key"),
                ParseBaseUrl = WithoutVersion,
            }),
            Version = ReadVersion(context) ?? AnthropicVersions.V20230601,
            Betas = ReadBetas(context),
            MaxTokens = SettingReader.Number(context, "max_tokens", 1, MostOutputTokens),
            Rules = new ModelRules(ReadSampling(context)),
        };
    }

    /// <summary>Many copy the address with `/v1` at its end; the paths bring it along.</summary>
    private static Uri? WithoutVersion(string? text)
    {
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
        {
            return null;
        }

        var path = url.AbsolutePath.TrimEnd('/');
        return path.EndsWith("/v1", StringComparison.Ordinal) ? new UriBuilder(url) { Path = path[..^"/v1".Length] }.Uri : url;
    }

    private static string? ReadVersion(ProviderContext context)
    {
        if (SettingReader.Header(context, "anthropic_version") is not { } version)
        {
            return null;
        }

        return DateOnly.TryParseExact(version, "yyyy-MM-dd", out _)
            ? version
            : throw new PluginSettingsException($"'{SettingReader.Where(context, "anthropic_version")}' must be a date, such as '{AnthropicVersions.V20230601}' or '{AnthropicVersions.V20261021}'.");
    }

    private static IReadOnlyList<string> ReadBetas(ProviderContext context)
    {
        var betas = SettingReader.List(context, "beta");
        return betas.All(beta => beta.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            ? betas
            : throw new PluginSettingsException($"'{SettingReader.Where(context, "beta")}' must list names such as 'context-1m-2025-08-07'.");
    }

    private static List<KeyValuePair<string, AnthropicSampling>> ReadSampling(ProviderContext context) =>
    [
        .. SettingReader.Map(context, "sampling").Select(row => new KeyValuePair<string, AnthropicSampling>(row.Key, row.Value.ToLowerInvariant() switch
        {
            "all" => AnthropicSampling.All,
            "one" => AnthropicSampling.OneOfBoth,
            "none" => AnthropicSampling.None,
            _ => throw new PluginSettingsException($"'{SettingReader.Where(context, "sampling")}.{row.Key}' must be one of: all, one, none."),
        })),
    ];
}
