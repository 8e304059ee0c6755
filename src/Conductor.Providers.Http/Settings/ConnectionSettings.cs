using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conductor.Plugins;

namespace Conductor.Providers.Http;

/// <summary>`proxy` and `ca_file`.</summary>
internal static class ConnectionSettings
{
    public static Uri? ReadProxy(ProviderContext context)
    {
        if (SettingReader.Text(context, "proxy") is not { } text)
        {
            return null;
        }

        // Its user and password may stand in it, so the text itself is never repeated.
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5" && url.Host.Length > 0
            && url.PathAndQuery is "/" or "" && url.Fragment.Length == 0
            ? url
            : throw new PluginSettingsException($"'{SettingReader.Where(context, "proxy")}' is not a proxy's address, such as 'http://proxy.example:3128' or 'socks5://proxy.example:1080'.");
    }

    public static X509Certificate2Collection? ReadRoots(ProviderContext context)
    {
        if (SettingReader.Text(context, "ca_file") is not { } path)
        {
            return null;
        }

        var where = SettingReader.Where(context, "ca_file");
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginSettingsException($"'{where}' names a file that cannot be read: '{path}'.", failure);
        }
        catch (CryptographicException failure)
        {
            throw new PluginSettingsException($"'{where}' names a file with a certificate that cannot be read: '{path}'.", failure);
        }

        return roots.Count > 0 ? roots : throw new PluginSettingsException($"'{where}' names a file without a certificate in PEM: '{path}'.");
    }
}
