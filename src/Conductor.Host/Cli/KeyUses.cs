using System.Net.Http.Headers;
using System.Text.Json;
using Conductor.Host.Cli.PluginVerbs;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli;

/// <summary>When keys were last used, as the Conductor says that may be running at the configured address.</summary>
internal static class KeyUses
{
    private const string Lender = "CONDUCTOR_ADMIN_KEY";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The times by the keys' ids; none, and why, where nobody could be asked.</summary>
    public static async Task<(Dictionary<string, (DateTimeOffset? Current, DateTimeOffset? Previous)> Used, string? Why)> AskAsync(LaunchSettings settings, CancellationToken cancellationToken)
    {
        Dictionary<string, (DateTimeOffset?, DateTimeOffset?)> used = new(StringComparer.Ordinal);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(RunningHost.AddressOf(settings)), Timeout = Patience };
        if (Environment.GetEnvironmentVariable(Lender) is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        try
        {
            using var response = await client.GetAsync("/admin/v1/keys", cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return (used, $"A Conductor answers at {client.BaseAddress}; lend this verb an admin's key in {Lender}, and it shows when keys were last used.");
            }

            foreach (var row in JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).GetProperty("data").EnumerateArray())
            {
                var previous = row.GetProperty("previous");
                used[row.GetProperty("id").GetString()!] = (TimeOf(row), previous.ValueKind == JsonValueKind.Object ? TimeOf(previous) : null);
            }

            return (used, null);
        }
        catch (Exception nobody) when (nobody is HttpRequestException or TaskCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (used, $"No Conductor answers at {client.BaseAddress}, so nobody knows when keys were last used.");
        }
    }

    private static DateTimeOffset? TimeOf(JsonElement row) => row.GetProperty("last_used") is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;
}
