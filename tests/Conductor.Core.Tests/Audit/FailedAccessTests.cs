using System.Net;
using System.Text.Json;
using Conductor.Audit;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Audit;

public sealed class FailedAccessTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Kept _log = new();

    [Fact]
    public void Add_SameAddressOften_IsOneRowAMinute()
    {
        using var failures = new FailedAccess(_log, _time);
        for (var i = 0; i < 10_000; i++)
        {
            failures.Add(IPAddress.Parse("10.0.0.1"), "invalid_api_key", "/v1/chat", $"req_{i}");
        }

        Assert.Empty(_log.Entries);
        _time.Advance(TimeSpan.FromMinutes(1));

        var entry = Assert.Single(_log.Entries);
        Assert.Equal((AuditActions.AccessDenied, "10.0.0.1", "req_0"), (entry.Action, entry.Address, entry.RequestId));
        using var after = JsonDocument.Parse(entry.After!);
        Assert.Equal((10_000, "invalid_api_key", "/v1/chat"), (after.RootElement.GetProperty("count").GetInt32(), after.RootElement.GetProperty("reason").GetString(), after.RootElement.GetProperty("path").GetString()));
    }

    [Fact]
    public void Add_FromEverywhere_IsElevenRowsAMinuteAndNoneIsUncounted()
    {
        using var failures = new FailedAccess(_log, _time);
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 5_000; i++)
            {
                failures.Add(new IPAddress([10, 0, (byte)(i / 256), (byte)i]), "invalid_api_key", "/", "r");
            }

            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(33, _log.Entries.Count);
        Assert.Equal(15_000, _log.Entries.Sum(entry => JsonDocument.Parse(entry.After!).RootElement.GetProperty("count").GetInt64()));
        Assert.Equal(3, _log.Entries.Count(entry => entry.Address is null));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1")]
    public void Add_AddressesOfOneHolder_AreOne(string one, string other, string name)
    {
        using var failures = new FailedAccess(_log, _time);
        failures.Add(IPAddress.Parse(one), "invalid_api_key", "/", "r");
        failures.Add(IPAddress.Parse(other), "invalid_api_key", "/", "r");

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(name, Assert.Single(_log.Entries).Address);
    }

    [Fact]
    public void Dispose_WhatIsCounted_IsTold()
    {
        using (var failures = new FailedAccess(_log, _time))
        {
            failures.Add(null, "invalid_api_key", "/\"\n", "r");
        }

        Assert.Null(Assert.Single(_log.Entries).Address);
        Assert.NotNull(AuditMask.Json(_log.Entries[0].After));
    }

    private sealed class Kept : IAuditLog
    {
        public List<AuditEntry> Entries { get; } = [];

        public bool IsFailing => false;

        public void Record(AuditEntry entry) => Entries.Add(entry);

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
