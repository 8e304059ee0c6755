using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Conductor.Host.Lab;

/// <summary>What a caller of the ledger lab saw of its answer.</summary>
internal enum Seen
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>It left, as it had been told.</summary>
    Left,

    /// <summary>An error, as the upstream had been told.</summary>
    Error,

    /// <summary>The connection to the gateway broke, as it does when that is killed.</summary>
    Broken,
}

/// <summary>Callers that send the lab's requests one after the other each, and note what they saw. They wait while there is no gateway.</summary>
internal sealed class LedgerCallers(LedgerLabOptions options)
{
    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _oddities = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource<LabHost> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private int _atWork;

    /// <summary>What callers saw, by the request's name.</summary>
    public IReadOnlyDictionary<string, Seen> SeenOf => _seen;

    /// <summary>Requests that were begun.</summary>
    public int Started => Math.Min(options.Requests, Volatile.Read(ref _started));

    /// <summary>Requests that are at work.</summary>
    public int AtWork => Volatile.Read(ref _atWork);

    /// <summary>Answers that are neither what the upstream said nor what a kill does, and how often.</summary>
    public IReadOnlyDictionary<string, int> Oddities => _oddities;

    /// <summary>Lets callers go on, at this gateway.</summary>
    public void Open(LabHost host) => _host.TrySetResult(host);

    /// <summary>Keeps callers from beginning another request.</summary>
    public void Close() => _host = new TaskCompletionSource<LabHost>(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task RunAsync(CancellationToken giveUp) => Task.WhenAll(Enumerable.Range(0, options.Callers).Select(_ => CallOnAsync(giveUp)));

    private async Task CallOnAsync(CancellationToken giveUp)
    {
        while (Interlocked.Increment(ref _started) is var number && number <= options.Requests)
        {
            var request = LedgerLabRequest.Of(number, options);
            var host = await _host.Task.WaitAsync(giveUp);
            Interlocked.Increment(ref _atWork);
            try
            {
                _seen[request.Name] = await CallAsync(host, request, giveUp);
            }
            finally
            {
                Interlocked.Decrement(ref _atWork);
            }
        }
    }

    private async Task<Seen> CallAsync(LabHost host, LedgerLabRequest request, CancellationToken giveUp)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        try
        {
            if (!request.IsStream && request.LeavesAfter is { } milliseconds)
            {
                leaving.CancelAfter(TimeSpan.FromMilliseconds(milliseconds));
            }

            using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = BodyOf(request) };
            message.Headers.Add("x-request-id", request.Name);
            using var response = await host.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            var status = (int)response.StatusCode;
            if (status != 200)
            {
                var text = await response.Content.ReadAsStringAsync(leaving.Token);
                if (request.Mode == LedgerLabMode.Answer || status == 503)
                {
                    Odd($"status {status} {(text.Length > 200 ? text[..200] : text)}");
                }

                return Seen.Error;
            }

            return request.IsStream ? await ReadStreamAsync(response, request, leaving.Token) : await ReadWholeAsync(response, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return Seen.Left;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            if (host.ExitCode is null && request.Mode == LedgerLabMode.Answer && _host.Task.IsCompleted)
            {
                Odd($"the gateway runs, and a connection to it broke: {broken.GetBaseException().Message}");
            }

            return Seen.Broken;
        }
    }

    private static async Task<Seen> ReadWholeAsync(HttpResponseMessage response, CancellationToken leaving)
    {
        await response.Content.ReadAsByteArrayAsync(leaving);
        return Seen.Whole;
    }

    private static async Task<Seen> ReadStreamAsync(HttpResponseMessage response, LedgerLabRequest request, CancellationToken giveUp)
    {
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(giveUp));
        var chunks = 0;
        while (await lines.ReadLineAsync(giveUp) is { } line)
        {
            if (line == "data: [DONE]")
            {
                return Seen.Whole;
            }

            if (line.Contains("\"error\"", StringComparison.Ordinal))
            {
                return Seen.Error;
            }

            if (line.StartsWith("data: ", StringComparison.Ordinal) && ++chunks >= request.LeavesAfter)
            {
                return Seen.Left; // and the response is disposed, with the connection
            }
        }

        return Seen.Broken;
    }

    private void Odd(string what) => _oddities.AddOrUpdate(what, 1, (_, count) => count + 1);

    private static ByteArrayContent BodyOf(LedgerLabRequest request) => new(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"model":"lab/meter","stream":{{(request.IsStream ? "true" : "false")}},"max_tokens":{{LedgerLabRequest.MaxTokens}},"messages":[{"role":"user","content":"{{request.Orders}} {{LedgerLabText.Prompt(request.Sentences)}}"}]}""")))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };
}
