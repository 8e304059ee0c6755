using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Conductor.Benchmarks;

/// <summary>A llama.cpp server that makes vectors on one thread, and what it says in its log about the time that took.</summary>
internal sealed partial class LlamaReference : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly Channel<(bool IsStart, double Milliseconds)> _marks = Channel.CreateUnbounded<(bool, double)>();

    private LlamaReference(string server, string model, int port)
    {
        _http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), Timeout = Patience };
        var start = new ProcessStartInfo(server)
        {
            ArgumentList =
            {
                "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "-m", model, "-t", "1", "-tb", "1", "-np", "1",
                "--embeddings", "-c", "512", "-b", "512", "-ub", "512",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(Path.GetFullPath(server));
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts the server that CONDUCTOR_LLAMA_SERVER names; null where it names none.</summary>
    public static async Task<LlamaReference?> StartAsync(string model)
    {
        if (Environment.GetEnvironmentVariable("CONDUCTOR_LLAMA_SERVER") is not { Length: > 0 } server)
        {
            return null;
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var reference = new LlamaReference(server, model, port);
        var waited = Stopwatch.StartNew();
        while (!await reference.IsHealthyAsync())
        {
            if (reference._process.HasExited || waited.Elapsed > Patience)
            {
                await reference.DisposeAsync();
                throw new InvalidOperationException("llama-server did not become healthy.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        return reference;
    }

    /// <summary>Time that the server's threads have computed so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Milliseconds from the request to the last byte of the answer, and of the tasks that the server's log tells of.</summary>
    public async Task<(double Http, double Inside)> EmbedAsync(IReadOnlyList<string> texts)
    {
        using var content = JsonContent.Create(new { input = texts, encoding_format = "base64" });
        await content.LoadIntoBufferAsync();
        var start = Stopwatch.GetTimestamp();
        using var reply = await _http.PostAsync("v1/embeddings", content);
        await reply.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        var http = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using var patience = new CancellationTokenSource(Patience);
        var inside = 0.0;
        for (var text = 0; text < texts.Count;)
        {
            var mark = await _marks.Reader.ReadAsync(patience.Token);
            inside += mark.IsStart ? -mark.Milliseconds : mark.Milliseconds;
            text += mark.IsStart ? 0 : 1;
        }

        return (http, inside);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    // Lines such as "00.12.345.678 I slot launch_slot_: ..." and "... I slot release: ...": minutes, seconds, milliseconds, microseconds.
    private void Note(string? line)
    {
        if (line is not null && SlotLine().Match(line) is { Success: true } match)
        {
            double Part(int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
            _marks.Writer.TryWrite((match.Groups[5].Value == "launch_slot_", (((Part(1) * 60) + Part(2)) * 1000) + Part(3) + (Part(4) / 1000)));
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var reply = await _http.GetAsync("health");
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(\d+)\.(\d+)\.(\d+)\.(\d+) I slot\s+(launch_slot_|release): .*\| task [1-9]*\d* \|")]
    private static partial Regex SlotLine();
}
