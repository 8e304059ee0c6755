using System.Text;
using System.Text.Json;
using Conductor.Audit;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Core.Tests.Audit;

public sealed class AuditLogTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Record_Entry_IsStampedMaskedAndWritten()
    {
        var store = new InMemoryAuditStore();
        await using var log = new AuditLog(store, _time, NullLogger<AuditLog>.Instance);

        log.Record(new AuditEntry { Role = "admin", Action = AuditActions.KeyCreated, Object = "keys/acme/web", Before = "null", After = """{"name":"web","hash":"abc","key":"${WEB_KEY}"}""" });
        await log.FlushAsync(CancellationToken.None);

        var entry = Assert.Single(await store.ListAsync(new AuditFilter(), 10, CancellationToken.None)).Entry;
        Assert.Equal(_time.GetUtcNow(), entry.Time);
        Assert.Null(entry.Before);
        Assert.Equal("""{"name":"web","hash":"***","key":"${WEB_KEY}"}""", entry.After);
    }

    [Fact]
    public async Task Record_MoreThanMayWait_IsCountedAndTheCountIsWritten()
    {
        var store = new ClosedStore();
        await using var log = new AuditLog(store, _time, NullLogger<AuditLog>.Instance);
        for (var i = 0; i < AuditLog.MostWaiting + 5; i++)
        {
            log.Record(new AuditEntry { Role = "admin", Action = "x", Object = "y" });
        }

        await _time.WaitForTimersAsync(1);
        Assert.True(log.IsFailing);
        store.IsOpen = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        await log.FlushAsync(CancellationToken.None);

        var lost = Assert.Single(await store.Inner.ListAsync(new AuditFilter { Action = AuditActions.Lost }, 10, CancellationToken.None));
        Assert.Equal("""{"count":5}""", lost.Entry.After);
        Assert.Equal(AuditLog.MostWaiting + 1, (await store.Inner.HeadAsync(CancellationToken.None)).Number);
    }

    [Fact]
    public async Task Dispose_StoreThatFails_ComesBack()
    {
        var store = new ClosedStore();
        var log = new AuditLog(store, _time, NullLogger<AuditLog>.Instance);
        log.Record(new AuditEntry { Role = "admin", Action = "x", Object = "y" });
        await _time.WaitForTimersAsync(1);

        await log.DisposeAsync();
        log.Record(new AuditEntry { Role = "admin", Action = "x", Object = "y" });

        Assert.Equal(0, (await store.Inner.HeadAsync(CancellationToken.None)).Number);
    }

    [Theory]
    [InlineData("""{"keys":["sk-a","env:OPENAI_KEY",{"key":"sk-b","weight":2,"limits":{"rpm":1}}]}""", """{"keys":["***","env:OPENAI_KEY",{"key":"***","weight":2,"limits":{"rpm":1}}]}""")]
    [InlineData("""{"headers":{"authorization":"Bearer x","name":"y"},"tokens_per_day":5}""", """{"headers":{"authorization":"***","name":"y"},"tokens_per_day":5}""")]
    [InlineData("""{"api_key":"${NAME:-sk-default}","password":123}""", """{"api_key":"***","password":"***"}""")]
    [InlineData("""{"key":"file:/run/secrets/key","note":"äß"}""", """{"key":"file:/run/secrets/key","note":"äß"}""")]
    [InlineData("no json", "\"***\"")]
    public void Mask_Secrets_AreGoneAndReferencesStay(string json, string masked) => Assert.Equal(masked, AuditMask.Json(json));

    [Fact]
    public void Mask_LargeValue_IsLeftOut() =>
        Assert.Equal($$"""{"omitted_bytes":{{20_000 + 8}}}""", AuditMask.Json($$"""{"a":"{{new string('x', 20_000)}}"}"""));

    [Fact]
    public async Task Json_WrittenAndRead_IsTheSameRowAndVerifies()
    {
        var store = new InMemoryAuditStore();
        await using var log = new AuditLog(store, _time, NullLogger<AuditLog>.Instance);
        log.Record(new AuditEntry { Role = "admin", Action = "x", Object = "y", After = """{ "a" : [1.50, "\u00e9<>"] }""", TenantId = "acme" });
        log.Record(new AuditEntry { Role = "admin", Action = "x", Object = "z" });
        await log.FlushAsync(CancellationToken.None);

        var verification = new AuditVerification();
        foreach (var row in (await store.ListAsync(new AuditFilter(), 10, CancellationToken.None)).Reverse())
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                AuditJson.Write(json, row);
            }

            verification.Add(AuditJson.Read(Encoding.UTF8.GetString(stream.ToArray())));
        }

        Assert.Null(verification.Problem);
        Assert.True(verification.End(await store.HeadAsync(CancellationToken.None)));
        Assert.False(verification.End(new AuditHead(3, new byte[32])));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("x")]
    [InlineData("""{"number":1,"time":"x"}""")]
    public void Json_NoRow_IsAFormatException(string line) => Assert.Throws<FormatException>(() => AuditJson.Read(line));

    private sealed class ClosedStore : IAuditStore
    {
        public InMemoryAuditStore Inner { get; } = new();

        public volatile bool IsOpen;

        public Task<AuditHead> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) =>
            IsOpen ? Inner.AppendAsync(entries, cancellationToken) : Task.FromException<AuditHead>(new StorageException("closed"));

        public Task<IReadOnlyList<AuditRow>> ListAsync(AuditFilter filter, int most, CancellationToken cancellationToken) => Inner.ListAsync(filter, most, cancellationToken);

        public IAsyncEnumerable<AuditRow> AllAsync(long after, CancellationToken cancellationToken) => Inner.AllAsync(after, cancellationToken);

        public Task<AuditHead> HeadAsync(CancellationToken cancellationToken) => Inner.HeadAsync(cancellationToken);
    }
}
