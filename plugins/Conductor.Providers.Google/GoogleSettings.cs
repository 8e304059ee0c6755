using Conductor.Plugins;
using Conductor.Providers.Http;

namespace Conductor.Providers.Google;

/// <summary>One provider's settings, checked.</summary>
internal sealed class GoogleSettings
{
    // The key never goes into the address, where logs would keep it.
    private static readonly HttpProviderDefaults Defaults = new()
    {
        BaseUrl = "https://generativelanguage.googleapis.com",
        NeedsKey = true,
        Example = "https://generativelanguage.googleapis.com",
        Meaning = "the address that '/v1beta/models' follows",
        KeyHeader = new KeyHeader("x-goog-api-key"),
    };

    /// <summary>What every provider over HTTP has.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>The first part of every path.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static GoogleSettings Read(ProviderContext context)
    {
        var version = SettingReader.Text(context, "api_version") ?? "v1beta";
        return version.Length <= 20 && version[0] == 'v' && version.All(char.IsAsciiLetterOrDigit)
            ? new GoogleSettings { Http = HttpProviderSettings.Read(context, Defaults), ApiVersion = version }
            : throw new PluginSettingsException($"'{SettingReader.Where(context, "api_version")}' is not a version of the API, such as 'v1beta' or 'v1'.");
    }

    /// <summary>The path of what is asked of a model.</summary>
    /// <param name="model">Its name, with or without `models/`; tuned models as `tunedModels/…`.</param>
    /// <param name="method">For example `generateContent`, with its query.</param>
    /// <exception cref="ProviderException">The name cannot be part of an address.</exception>
    public string PathOf(string model, string method)
    {
        var kind = model.StartsWith("tunedModels/", StringComparison.Ordinal) ? "tunedModels" : "models";
        var name = model.StartsWith(kind + "/", StringComparison.Ordinal) ? model[(kind.Length + 1)..] : model;
        return $"{ApiVersion}/{kind}/{UpstreamPath.Segment(name)}:{method}";
    }
}
