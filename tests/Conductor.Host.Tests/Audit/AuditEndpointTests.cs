using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Audit;

public sealed class AuditEndpointTests : IAsyncLifetime
{
    private const string AdminKey = "a-long-random-key-of-admin-0123456789";
    private const string AcmeKey = "a-long-random-key-of-acme-0123456789";
    private const string GlobexKey = "a-long-random-key-of-globex-0123456789";

    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(tenants: $$"""
        tenants: { acme: {}, globex: {} }
        keys:
          - { tenant: default, name: root, role: admin, key: "{{AdminKey}}" }
          - { tenant: acme, name: boss, role: tenant-admin, key: "{{AcmeKey}}" }
          - { tenant: globex, name: boss, role: tenant-admin, key: "{{GlobexKey}}" }
        """);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Key_MadeRotatedRevoked_IsNotedWithWhoAndWithoutItsSecret()
    {
        var made = await SendAsync(HttpMethod.Post, "/admin/v1/keys", AcmeKey, """{"name":"app"}""", "req_made");
        var (id, secret) = (made.GetProperty("id").GetString()!, made.GetProperty("key").GetString()!);
        await SendAsync(HttpMethod.Post, $"/admin/v1/keys/{id}/rotate", AdminKey, "{}");
        await SendAsync(HttpMethod.Delete, $"/admin/v1/keys/{id}", AdminKey);

        var rows = await RowsAsync(AdminKey, "?action=key.*");

        Assert.Equal(["key.revoked", "key.rotated", "key.created"], rows.Select(row => row.GetProperty("action").GetString()));
        var row = rows[2];
        Assert.Equal(("acme", "boss", "tenant-admin", "keys/acme/app", "acme", "127.0.0.1", "req_made"), (
            Text(row, "tenant"), Text(row, "key_name"), Text(row, "role"), Text(row, "object"), Text(row, "object_tenant"), Text(row, "address"), Text(row, "request_id")));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("before").ValueKind);
        Assert.Equal(id, row.GetProperty("after").GetProperty("id").GetString());
        Assert.Equal(id, rows[0].GetProperty("before").GetProperty("id").GetString());
        Assert.DoesNotContain(secret[20..], string.Concat(rows), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_TenantsAdmin_SeesItsTenantsRowsAlone()
    {
        await SendAsync(HttpMethod.Post, "/admin/v1/keys", AcmeKey, """{"name":"one"}""");
        await SendAsync(HttpMethod.Post, "/admin/v1/keys", AdminKey, """{"tenant":"acme","name":"two"}""");
        await SendAsync(HttpMethod.Post, "/admin/v1/keys", GlobexKey, """{"name":"three"}""");

        Assert.Equal(["keys/acme/two", "keys/acme/one"], (await RowsAsync(AcmeKey, "")).Select(row => Text(row, "object")));
        Assert.Equal(["keys/globex/three"], (await RowsAsync(GlobexKey, "?tenant=acme")).Select(row => Text(row, "object")));
        Assert.Equal(["keys/acme/two", "keys/acme/one"], (await RowsAsync(AdminKey, "?tenant=acme")).Select(row => Text(row, "object")));
    }

    [Fact]
    public async Task List_Pages_GiveEveryRowOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            await SendAsync(HttpMethod.Post, "/admin/v1/keys", AcmeKey, $$"""{"name":"key-{{i}}"}""");
        }

        List<string> seen = [];
        for (var before = ""; ;)
        {
            var page = await SendAsync(HttpMethod.Get, $"/admin/v1/audit?action=key.created&limit=2{before}", AdminKey);
            var rows = page.GetProperty("data").EnumerateArray().ToList();
            seen.AddRange(rows.Select(row => Text(row, "object")!));
            if (!page.GetProperty("has_more").GetBoolean())
            {
                break;
            }

            before = $"&before={rows[^1].GetProperty("number").GetInt64()}";
        }

        Assert.Equal(["keys/acme/key-4", "keys/acme/key-3", "keys/acme/key-2", "keys/acme/key-1", "keys/acme/key-0"], seen);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?before=x", "before")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?colour=red", "colour")]
    public async Task List_WrongQuery_IsRefusedByName(string query, string param)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1/audit{query}");
        request.Headers.Add("authorization", $"Bearer {AdminKey}");
        using var response = await _gateway.Client.SendAsync(request);

        await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value", param);
    }

    [Fact]
    public async Task WrongKeys_AreOneRowWithTheirCount()
    {
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("authorization", "Bearer wrong-secret-0123456789");
            Assert.Equal(401, (int)(await _gateway.Client.SendAsync(request)).StatusCode);
        }

        _gateway.App.Services.GetRequiredService<FailedAccess>().Dispose(); // the minute is over

        var row = Assert.Single(await RowsAsync(AdminKey, "?action=access.denied"));
        Assert.Equal(20, row.GetProperty("after").GetProperty("count").GetInt32());
        Assert.Equal(("stranger", "127.0.0.1"), (Text(row, "role"), Text(row, "address")));
        Assert.DoesNotContain("wrong-secret", row.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_ChangedAndBroken_AreNotedWithWhatChanged()
    {
        var settings = _gateway.App.Services.GetRequiredService<HostSettings>();
        var before = settings.Digest;
        await File.WriteAllTextAsync(_gateway.ConfigPath, "server: { drain_timeout: 45s }\n");
        Assert.NotNull(settings.Reload().Settings);
        await File.WriteAllTextAsync(_gateway.ConfigPath, "server: { drain_timeout: sometimes }\n");
        Assert.Null(settings.Reload().Settings);

        var rows = await RowsAsync(AdminKey, "?object=config");

        Assert.Equal(["config.refused", "config.reloaded"], rows.Take(2).Select(row => Text(row, "action")));
        Assert.Contains("server.drain_timeout", rows[0].GetProperty("after").GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(before, rows[1].GetProperty("before").GetProperty("digest").GetString());
        Assert.Equal(settings.Digest, rows[1].GetProperty("after").GetProperty("digest").GetString());
        Assert.Contains("server.drain_timeout is 00:00:45, it was 00:00:30", rows[1].GetProperty("after").GetProperty("changes").EnumerateArray().Select(change => change.GetString()));
    }

    [Fact]
    public async Task Plugins_AtTheStart_AreNotedWithTheirHashes()
    {
        var row = (await RowsAsync(AdminKey, "?action=plugin.loaded&limit=1000")).Single(row => Text(row, "object") == "plugins/local");

        Assert.Equal(64, row.GetProperty("after").GetProperty("sha256").GetString()!.Length);
        Assert.Equal("system", Text(row, "role"));
    }

    [Fact]
    public async Task Log_ThatCannotBeWritten_RefusesChangesAndNotReading()
    {
        var store = new BrokenStore();
        await using var gateway = await TestGateway.StartAsync(configure: services => services.AddSingleton<IAuditStore>(store));
        var log = gateway.App.Services.GetRequiredService<IAuditLog>();
        await store.Failed.Task.WaitAsync(TimeSpan.FromSeconds(30)); // a plugin's row; the log knows it a moment later
        Assert.True(SpinWait.SpinUntil(() => log.IsFailing, TimeSpan.FromSeconds(30)));

        using var response = await gateway.PostAsync("/admin/v1/keys", """{"name":"app"}""");

        await ErrorAssert.IsAsync(response, 503, "overloaded_error", "audit_unavailable");
        Assert.Empty(gateway.App.Services.GetRequiredService<HostSettings>().Current.Keys);
    }

    [Fact]
    public async Task Verify_WhatTheServerWrote_IsRight()
    {
        await SendAsync(HttpMethod.Post, "/admin/v1/keys", AcmeKey, """{"name":"app"}""");
        var head = (await SendAsync(HttpMethod.Get, "/admin/v1/audit?limit=1", AdminKey)).GetProperty("head");
        var verification = new AuditVerification();
        await foreach (var row in _gateway.App.Services.GetRequiredService<IAuditStore>().AllAsync(0, CancellationToken.None))
        {
            Assert.True(verification.Add(row), verification.Problem);
        }

        Assert.Equal(head.GetProperty("number").GetInt64(), verification.Rows);
        Assert.Equal(head.GetProperty("hash").GetString(), Convert.ToHexStringLower(verification.Head.Hash.Span));
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private async Task<List<JsonElement>> RowsAsync(string key, string query) => [.. (await SendAsync(HttpMethod.Get, $"/admin/v1/audit{query}", key)).GetProperty("data").EnumerateArray()];

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string key, string? body = null, string? requestId = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("authorization", $"Bearer {key}");
        if (requestId is not null)
        {
            request.Headers.Add("x-request-id", requestId);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private sealed class BrokenStore : IAuditStore
    {
        private readonly InMemoryAuditStore _inner = new();

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<AuditHead> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
        {
            Failed.TrySetResult();
            return Task.FromException<AuditHead>(new StorageException("full"));
        }

        public Task<IReadOnlyList<AuditRow>> ListAsync(AuditFilter filter, int most, CancellationToken cancellationToken) => _inner.ListAsync(filter, most, cancellationToken);

        public IAsyncEnumerable<AuditRow> AllAsync(long after, CancellationToken cancellationToken) => _inner.AllAsync(after, cancellationToken);

        public Task<AuditHead> HeadAsync(CancellationToken cancellationToken) => _inner.HeadAsync(cancellationToken);
    }
}
