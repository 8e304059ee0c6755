using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Conductor.Audit;

/// <summary>
/// Counts those who were not let in, and tells the audit log once a minute: a row for each of the <see cref="MostRows"/> addresses that tried most, and one for all others
/// together. So nobody outside can fill the disk: at most eleven rows a minute, however many requests there are. Thread-safe; whoever builds it disposes it.
/// </summary>
public sealed class FailedAccess : IDisposable
{
    /// <summary>Rows of their own in a minute.</summary>
    public const int MostRows = 10;

    private const int MostCounted = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Address, string Reason), Count> _counts = [];
    private readonly Count _others = new("", "");
    private readonly IAuditLog _log;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _isRunning;

    /// <param name="log">Is told.</param>
    /// <param name="time">Drives the minute.</param>
    public FailedAccess(IAuditLog log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_log, _time) = (log, time);
        _timer = time.CreateTimer(_ => Tell(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts one.</summary>
    /// <param name="address">Where it came from; addresses of one /64 of IPv6 are one.</param>
    /// <param name="reason">The error's code: `invalid_api_key` and so on.</param>
    /// <param name="path">What was asked for.</param>
    /// <param name="requestId">The request's id.</param>
    public void Add(IPAddress? address, string reason, string path, string requestId)
    {
        ArgumentNullException.ThrowIfNull(path);
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            var key = (NameOf(address), reason);
            if (!_counts.TryGetValue(key, out var count))
            {
                count = _counts.Count < MostCounted ? _counts[key] = new Count(path.Length > 200 ? path[..200] : path, requestId) : _others;
            }

            count.Add(now);
            if (!_isRunning)
            {
                _isRunning = true;
                _timer.Change(Window, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Tells what is counted.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Tell();
    }

    private void Tell()
    {
        List<AuditEntry> entries = [];
        lock (_gate)
        {
            _isRunning = false;
            foreach (var ((address, reason), count) in _counts.OrderByDescending(pair => pair.Value.Times).ThenBy(pair => pair.Value.First))
            {
                if (entries.Count < MostRows)
                {
                    entries.Add(count.ToEntry(address, reason));
                }
                else
                {
                    _others.Add(count);
                }
            }

            if (_others.Times > 0)
            {
                entries.Add(_others.ToEntry(null, null));
            }

            _counts.Clear();
            _others.Clear();
        }

        entries.ForEach(_log.Record);
    }

    private static string NameOf(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    private sealed class Count(string path, string requestId)
    {
        public long Times { get; private set; }

        public DateTimeOffset First { get; private set; }

        private DateTimeOffset Last { get; set; }

        private int Addresses { get; set; }

        public void Add(DateTimeOffset now)
        {
            First = Times == 0 ? now : First;
            (Times, Last) = (Times + 1, now);
        }

        public void Add(Count other)
        {
            First = Times == 0 || other.First < First ? other.First : First;
            Last = other.Last > Last ? other.Last : Last;
            (Times, Addresses) = (Times + other.Times, Addresses + 1);
        }

        public void Clear() => (Times, Addresses) = (0, 0);

        public AuditEntry ToEntry(string? address, string? reason)
        {
            var more = address is not null
                ? $"\"reason\":\"{reason}\",\"path\":\"{JsonEncodedText.Encode(path)}\""
                : string.Create(CultureInfo.InvariantCulture, $"\"others\":true,\"addresses_at_least\":{Addresses}");
            return new AuditEntry
            {
                Time = Last,
                Role = AuditRoles.Stranger,
                Action = AuditActions.AccessDenied,
                Object = "access",
                After = string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{Times}},"first":"{{First:O}}","last":"{{Last:O}}",{{more}}}"""),
                Address = address is { Length: > 0 } ? address : null,
                RequestId = requestId.Length > 0 ? requestId : null,
            };
        }
    }
}
