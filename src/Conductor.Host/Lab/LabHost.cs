using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conductor.Host.Lab;

/// <summary>A gateway of the lab's own: this executable once more, as a process of its own, so that what it uses is nobody else's.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    private const string Mark = "Listening on http://";
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _last = new(); // of its output: what it says when it fails to start
    private readonly GatewayLog _log;
    private HttpClient? _client;

    private LabHost(Process process, GatewayLog log)
    {
        _process = process;
        _log = log;
    }

    public HttpClient Client => _client!;

    /// <summary>Resident memory, in bytes; 0 when it has ended.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Processor time that it has used, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its threads; 0 when it has ended.</summary>
    public int Threads
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.Threads.Count;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Its id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>How it ended; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>The last lines that it wrote.</summary>
    public string LastWords
    {
        get
        {
            lock (_last)
            {
                return string.Join('\n', _last);
            }
        }
    }

    /// <summary>Starts it, and returns once it listens.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="log">Takes every line that it writes; the caller's to dispose.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="environment">Variables of its own.</param>
    public static async Task<LabHost> StartAsync(IReadOnlyList<string> arguments, GatewayLog log, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        var host = new LabHost(new Process { StartInfo = Describe(arguments, environment) }, log);
        host._process.OutputDataReceived += (_, line) => host.Hear(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Hear(line.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        var address = await host._address.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        host._client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxResponseDrainSize = 0 }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        return host;
    }

    /// <summary>How this executable is started once more, with nothing of the machine's own gateway in its environment.</summary>
    public static ProcessStartInfo Describe(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var isDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(Environment.ProcessPath!, isDotnet ? [typeof(LabHost).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };

        // Keys and folders of the machine's own gateway are not the lab's.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CONDUCTOR_", StringComparison.Ordinal) || name.EndsWith("_API_KEY", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>`GET /v1/plugins`.</summary>
    public async Task<IReadOnlyList<LabPluginRow>> PluginsAsync(CancellationToken cancellationToken) => Read(await Client.GetStringAsync("/v1/plugins", cancellationToken));

    /// <summary>Asks it to look into its folders; it answers once what was replaced has left, or after its drain limit.</summary>
    public async Task<IReadOnlyList<LabPluginRow>> RescanAsync(CancellationToken cancellationToken)
    {
        using var response = await Client.PostAsync("/admin/v1/plugins/rescan", content: null, cancellationToken);
        response.EnsureSuccessStatusCode();
        return Read(await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Ends it as `kill -9` does, and returns once it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static List<LabPluginRow> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(row => new LabPluginRow(
            row.GetProperty("id").GetString()!,
            row.GetProperty("state").GetString()!,
            row.GetProperty("reason").GetString(),
            row.GetProperty("hash").GetString()))];
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The lab's gateway ended: {LastWords}")));
            return;
        }

        _log.Add(line);
        lock (_last)
        {
            _last.Enqueue(line);
            if (_last.Count > 20)
            {
                _last.Dequeue();
            }
        }

        if (!_address.Task.IsCompleted && line.IndexOf(Mark, StringComparison.Ordinal) is var at and >= 0)
        {
            var rest = line[(at + "Listening on ".Length)..];
            _address.TrySetResult(new Uri(rest[..rest.IndexOfAny(['"', ',', ' '])]));
        }
    }
}

/// <summary>One row of `GET /v1/plugins`.</summary>
internal sealed record LabPluginRow(string Id, string State, string? Reason, string? Hash)
{
    /// <summary>Whether its code is in memory as far as the gateway knows.</summary>
    public bool IsInMemory => State is "loaded" or "active" or "draining" || (State == "unloaded" && Reason is not null);
}
