using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>The Conductor that may be running at the configured address, asked for its plugins.</summary>
internal sealed class RunningHost : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _client;
    private readonly string _address;
    private readonly TimeSpan _patience;

    /// <param name="settings">The configuration, for the address.</param>
    /// <param name="patience">How long to wait for a change to show.</param>
    public RunningHost(LaunchSettings settings, TimeSpan patience)
    {
        _patience = patience;
        _address = AddressOf(settings);
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(_address), Timeout = Timeout.InfiniteTimeSpan };
        if (Environment.GetEnvironmentVariable("CONDUCTOR_API_KEYS")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var key, ..])
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Where a Conductor with this configuration is reached from its own machine.</summary>
    public static string AddressOf(LaunchSettings settings)
    {
        var socket = ListenAddresses.TryParse(settings.Current.Server.Listen, out var addresses) is null ? addresses.Sockets[0] : new ListenSocket(new IPEndPoint(IPAddress.Loopback, 5080), IsTls: false);
        var address = socket.Endpoint.Address;
        var host = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
        return $"{(socket.IsTls ? "https" : "http")}://{new IPEndPoint(host, socket.Endpoint.Port)}";
    }

    /// <summary>`--wait` of the verbs that change something.</summary>
    public static Option<int> WaitOption() => new("--wait")
    {
        Description = "How many seconds to wait for a running Conductor to take the change.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 10,
        Validators = { result => { if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var seconds) || seconds is < 1 or > 600)) { result.AddError($"--wait takes 1 to 600 seconds, not '{token.Value}'."); } } },
    };

    /// <summary>Waits until a row of its plugins says what came of a change, and puts that into a sentence.</summary>
    /// <param name="judge">The sentence, from all rows; null while nothing has come of it yet.</param>
    /// <param name="otherwise">The sentence when nothing came of it in time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> WatchAsync(Func<IReadOnlyList<JsonElement>, string?> judge, string otherwise, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        var hasAnswered = false;
        try
        {
            while (true)
            {
                using var response = await _client.GetAsync("/v1/plugins", limit.Token);
                hasAnswered = true;
                if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                {
                    return $"A Conductor answers at {_address} and wants a key; GET /v1/plugins there shows what came of it (CONDUCTOR_API_KEYS lends this verb a key).";
                }

                if (!response.IsSuccessStatusCode)
                {
                    return $"What answers at {_address} is no Conductor that lists plugins (status {(int)response.StatusCode}).";
                }

                var rows = JsonElement.Parse(await response.Content.ReadAsStringAsync(limit.Token)).GetProperty("data").EnumerateArray().ToList();
                if (judge(rows) is { } sentence)
                {
                    return $"The Conductor at {_address} {sentence}";
                }

                await Task.Delay(Pause, TimeProvider.System, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            return hasAnswered ? $"The Conductor at {_address} {otherwise}" : NobodyAnswers;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return failure is JsonException or KeyNotFoundException or InvalidOperationException
                ? $"What answers at {_address} is no Conductor."
                : NobodyAnswers;
        }
    }

    private string NobodyAnswers => $"No Conductor answers at {_address}; one that is started finds the change.";

    public void Dispose() => _client.Dispose();
}
