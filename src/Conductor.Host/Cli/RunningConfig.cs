using System.Net.Http.Headers;
using System.Text.Json;
using Conductor.Configuration;
using Conductor.Settings;

namespace Conductor.Host.Cli;

/// <summary>The configuration of a Conductor that runs, over `/admin/v1/config`.</summary>
internal static class RunningConfig
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What would change there. Secrets are not shown over the network, so a secret that is another is not among it.</summary>
    /// <exception cref="CliException">It cannot be asked.</exception>
    public static async Task<IReadOnlyList<string>> ChangesAsync(string address, ConductorSettings after, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, address, "/admin/v1/config", cancellationToken);
        var before = answer.GetProperty("settings").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString() ?? "", StringComparer.Ordinal);
        var now = SettingsView.Of(after).ToDictionary(StringComparer.Ordinal);
        List<string> changes = [];
        foreach (var path in before.Keys.Union(now.Keys).Order(StringComparer.Ordinal).Where(path => !IsOfTheMachine(path)))
        {
            if (!before.TryGetValue(path, out var was))
            {
                changes.Add($"{path} is {now[path]}");
            }
            else if (!now.TryGetValue(path, out var comes))
            {
                changes.Add($"{path} is no longer set (it was {was})");
            }
            else if (was != comes)
            {
                changes.Add($"{path} is {comes}, it was {was}");
            }
        }

        return changes;
    }

    /// <summary>Asks it to take over the files.</summary>
    /// <returns>A sentence of what came of it.</returns>
    /// <exception cref="CliException">It cannot be asked, or keeps the settings that it has.</exception>
    public static async Task<string> ReloadAsync(string address, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Post, address, "/admin/v1/config/reload", cancellationToken);
        return $"The Conductor at {address} has taken it over (digest {answer.GetProperty("digest").GetString()![..12]}).";
    }

    // Where things stand on another machine is no difference of what is configured.
    private static bool IsOfTheMachine(string path) => path is "server.listen" or "storage.path" or "plugins.path" or "plugins.operations" or "prompt_folder";

    private static async Task<JsonElement> SendAsync(HttpMethod method, string address, string path, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new CliException(ExitCodes.Usage, $"--running takes an address such as http://127.0.0.1:5080, not '{address}'.");
        }

        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = uri, Timeout = Patience };
            using var request = new HttpRequestMessage(method, path);
            if (Environment.GetEnvironmentVariable("CONDUCTOR_API_KEYS")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var key, ..])
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            using var response = await client.SendAsync(request, cancellationToken);
            var body = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return response.IsSuccessStatusCode ? body
                : throw new CliException(ExitCodes.Usage, $"The Conductor at {address} answers {(int)response.StatusCode}: {body.GetProperty("error").GetProperty("message").GetString()}");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Usage, failure is HttpRequestException or TaskCanceledException ? $"No Conductor answers at {address}: {failure.Message}" : $"What answers at {address} is no Conductor.");
        }
    }
}
