using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Conductor.Host.Lab;

/// <summary>Callers that read streams and hold every stream against what it must say: so many at once, one after the other each, or so many new ones a second.</summary>
/// <param name="gateway">Asks the gateway.</param>
/// <param name="hasEnded">Whether the gateway has.</param>
/// <param name="options">How many streams, and how long.</param>
/// <param name="providers">Whom to ask, in turn.</param>
/// <param name="tally">Takes every stream.</param>
internal sealed class StreamReaders(HttpClient gateway, Func<bool> hasEnded, HotSwapOptions options, IReadOnlyList<string> providers, StreamTally tally)
{
    private int _started;

    /// <summary>Streams that were asked for.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>Reads streams, as many as the options say, until told to stop; those that run then are read to their ends.</summary>
    public Task RunAsync(CancellationToken stop, CancellationToken giveUp) => options.Rate is { } rate
        ? ReadAtRateAsync(rate, stop, giveUp)
        : Task.WhenAll(Enumerable.Range(0, options.Streams).Select(number => ReadOnAsync(number, stop, giveUp)));

    // By the clock and not by the answers: a gateway that hesitates gets its requests all the same, up to the most at once.
    private async Task ReadAtRateAsync(int rate, CancellationToken stop, CancellationToken giveUp)
    {
        var watch = Stopwatch.StartNew();
        List<Task> running = [];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var until = CancellationTokenSource.CreateLinkedTokenSource(stop, giveUp);
        long due = 0;
        try
        {
            while (!hasEnded() && await timer.WaitForNextTickAsync(until.Token))
            {
                running.RemoveAll(stream => stream.IsCompleted);
                for (; due < watch.Elapsed.TotalSeconds * rate && running.Count < options.Streams; due++)
                {
                    running.Add(ReadOneAsync(giveUp));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }

        await Task.WhenAll(running);
    }

    private async Task ReadOnAsync(int number, CancellationToken stop, CancellationToken giveUp)
    {
        // Spread over the length of one stream, so that streams start all along and not in waves.
        try
        {
            await Task.Delay(options.StreamLength * ((double)number / options.Streams), stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        while (!stop.IsCancellationRequested && !giveUp.IsCancellationRequested && !hasEnded())
        {
            await ReadOneAsync(giveUp);
        }
    }

    private async Task ReadOneAsync(CancellationToken giveUp)
    {
        var number = Interlocked.Increment(ref _started);
        var name = string.Create(CultureInfo.InvariantCulture, $"s{number}");
        var text = new StringBuilder();
        string? failure;
        try
        {
            failure = await ReadAsync(name, providers[number % providers.Count], text, giveUp);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            failure = giveUp.IsCancellationRequested ? "the lab's time was up" : broken.GetBaseException().Message;
        }

        tally.Add(name, text.ToString(), options.Chunks, failure);
    }

    private async Task<string?> ReadAsync(string name, string provider, StringBuilder text, CancellationToken giveUp)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
                $$"""{"model":"{{provider}}/numbers","stream":true,"messages":[{"role":"user","content":"{{name}}"}]}"""))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        using var response = await gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, giveUp);
        if (!response.IsSuccessStatusCode)
        {
            return $"{(int)response.StatusCode}: {Cut(await response.Content.ReadAsStringAsync(giveUp))}";
        }

        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(giveUp));
        var hasFinished = false;
        var isDone = false;
        while (await lines.ReadLineAsync(giveUp) is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                continue;
            }

            if (isDone)
            {
                return "something came after [DONE]";
            }

            if (line == "data: [DONE]")
            {
                isDone = true;
                continue;
            }

            using var chunk = JsonDocument.Parse(line.AsMemory(6));
            if (chunk.RootElement.TryGetProperty("error", out var error))
            {
                return Cut($"error event: {error.GetRawText()}");
            }

            foreach (var choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
            {
                if (choice.GetProperty("delta").TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
                {
                    text.Append(content.GetString());
                }

                hasFinished |= choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String;
            }
        }

        return !hasFinished ? "no finish reason" : !isDone ? "no [DONE]" : null;
    }

    private static string Cut(string text) => text.Length > 300 ? text[..300] : text;
}
