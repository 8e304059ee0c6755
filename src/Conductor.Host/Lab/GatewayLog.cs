using System.Text.Json;

namespace Conductor.Host.Lab;

/// <summary>What the lab's gateway writes: every line of it in a file, and its warnings and errors at hand, equal ones counted. Thread-safe.</summary>
internal sealed class GatewayLog : IDisposable
{
    private const int MostKinds = 200;
    private readonly Lock _gate = new();
    private readonly StreamWriter _file;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _order = []; // what was said last is at the end
    private bool _isClosed;

    public GatewayLog(string path)
    {
        Path = path;
        _file = new StreamWriter(path);
    }

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    /// <summary>Takes a line in.</summary>
    public void Add(string line)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _file.WriteLine(line);
            if (Relevant(line) is not { } told || (_counts.Count >= MostKinds && !_counts.ContainsKey(told)))
            {
                return;
            }

            _counts[told] = _counts.GetValueOrDefault(told) + 1;
            _order.Remove(told);
            _order.Add(told);
        }
    }

    /// <summary>The warnings and errors that were written last, the very last at the end; those that differ in nothing but the request are one.</summary>
    public IReadOnlyList<string> LastRelevant(int most)
    {
        lock (_gate)
        {
            return [.. _order.TakeLast(most).Select(told => _counts[told] == 1 ? told : $"{_counts[told]} × {told}")];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _file.Dispose();
        }
    }

    /// <summary>The level and message of a warning or an error; the line itself where it is no log line, as the last words of a runtime are; else null.</summary>
    private static string? Relevant(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            var level = json.RootElement.GetProperty("level").GetString();
            if (level is not ("warn" or "error" or "critical"))
            {
                return null;
            }

            var message = json.RootElement.GetProperty("message").GetString()!;
            if (json.RootElement.TryGetProperty("request_id", out var request) && request.GetString() is { Length: > 0 } id)
            {
                message = message.Replace(id, "a request", StringComparison.Ordinal);
            }

            return json.RootElement.TryGetProperty("exception", out var exception) ? $"{level}: {message} ({exception.GetString()})" : $"{level}: {message}";
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return line;
        }
    }
}
