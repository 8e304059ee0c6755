using Conductor.Plugins;

namespace Conductor.Providers.Http;

/// <summary>`base_url`.</summary>
internal static class BaseUrlSetting
{
    public static Uri Read(ProviderContext context, HttpProviderDefaults defaults)
    {
        var where = $"providers.{context.Name}.base_url";
        var text = context.Settings["base_url"];
        if (string.IsNullOrWhiteSpace(text))
        {
            text = defaults.BaseUrl
                ?? throw new PluginSettingsException($"'{where}' is missing. Give {defaults.Meaning}, for example '{defaults.Example}'.");
        }

        var url = (defaults.ParseBaseUrl ?? Parse)(text)
            ?? throw new PluginSettingsException($"'{where}' is not an absolute http or https address, such as '{defaults.Example}'.");
        if (url.UserInfo.Length > 0)
        {
            throw new PluginSettingsException($"'{where}' holds a user name or password. Give the key as 'api_key', where it stays secret.");
        }

        if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new PluginSettingsException($"'{where}' holds a query or a fragment. Give the address up to its path; headers go under 'extra_headers'.");
        }

        return url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
    }

    internal static Uri? Parse(string? text) =>
        Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0 ? url : null;
}
