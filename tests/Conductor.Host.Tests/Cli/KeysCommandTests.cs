using System.Text.Json;
using Conductor.Access;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli;

/// <summary>`conductor keys` as a person runs it, and a script.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public KeysCommandTests()
    {
        _folder.Write("conductor.yaml", "server: { listen: \"http://127.0.0.1:9\" }"); // nobody answers there
        _folder.Write("tenants.yaml", "# ours\ntenants:\n  acme: {}\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_CreateListRotateRevoke_FileKeepsItsComments()
    {
        var (code, key, note) = await RunAsync("create", "web", "--tenant", "acme", "--model", "local/*", "--model", "auto", "--route", "chat", "--ip", "10.0.0.0/8", "--max-tokens", "50", "--tag", "team=blue", "--expires", "2099-01-01");
        Assert.Equal((0, ""), (code, note.Contains("error", StringComparison.Ordinal) ? note : ""));
        var id = IdOf(key.Trim());
        Assert.Contains("shown this once", note, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(_folder.Combine("tenants.yaml"));
        Assert.StartsWith("# ours\ntenants:\n  acme: {}\nkeys:\n  - { tenant: acme, name: web, id: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Trim(), text, StringComparison.Ordinal);

        var (_, list, _) = await RunAsync("list");
        Assert.StartsWith($"{id}\tacme\tweb\ttenant\tactive\t2099-01-01T00:00:00Z\t-\t-", list, StringComparison.Ordinal);
        var (_, listed, _) = await RunAsync("list", "--json");
        var row = JsonElement.Parse(listed).EnumerateArray().Single();
        Assert.Equal(("local/*", "chat", 50), (row.GetProperty("models")[0].GetString(), row.GetProperty("routes")[0].GetString(), row.GetProperty("max_tokens").GetInt32()));

        var (_, json, _) = await RunAsync("rotate", "acme/web", "--overlap", "2h", "--json");
        var rotated = JsonElement.Parse(json);
        Assert.Equal(id, rotated.GetProperty("id").GetString());
        Assert.NotEqual(key.Trim(), rotated.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Object, rotated.GetProperty("previous").ValueKind);

        Assert.Equal(1, (await RunAsync("revoke", id, "--yes")).Code); // the last one
        Assert.Equal(0, (await RunAsync("create", "ops", "--role", "admin")).Code);
        Assert.Equal(0, (await RunAsync("revoke", id, "--yes")).Code);
        Assert.Equal(1, (await RunAsync("revoke", id, "--yes")).Code);
        Assert.DoesNotContain("web", await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_NewTenant_IsAddedWithItsFirstKey()
    {
        Assert.Equal(0, (await RunAsync("create", "web", "--tenant", "beta", "--new-tenant")).Code);
        Assert.Equal(0, (await RunAsync("create", "other", "--tenant", "beta", "--new-tenant")).Code);

        var (_, list, _) = await RunAsync("list");
        Assert.Equal(2, list.Split("\tbeta\t").Length - 1);
        Assert.StartsWith("# ours\ntenants:\n  acme: {}\n  beta: {}\n", await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "There is no tenant 'acm' (nearest: 'acme'). Say --new-tenant", "create", "web", "--tenant", "acm")]
    [InlineData(2, "There is no tenant 'nobody'", "create", "web", "--tenant", "nobody")]
    [InlineData(2, "must be one of", "create", "web", "--role", "king")]
    [InlineData(2, "no bits set behind the prefix", "create", "web", "--ip", "10.1.0.0/8")]
    [InlineData(1, "There is no such key", "rotate", "nobody")]
    [InlineData(2, "say --yes", "revoke", "nobody")]
    public async Task Keys_WrongRequest_SentenceAndNothingWritten(int code, string says, params string[] arguments)
    {
        var (got, _, error) = await RunAsync(arguments);

        Assert.Equal(code, got);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Equal("# ours\ntenants:\n  acme: {}\n", await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")));
    }

    [Fact]
    public async Task Keys_NoConfiguration_SaysWhatToDo()
    {
        var (code, _, error) = await HostProcess.RunAsync(["keys", "create", "web", "--config", _folder.Combine("nowhere.yaml"), "--data", _folder.Combine("data")]);

        Assert.Equal(1, code);
        Assert.Contains("nowhere.yaml", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_BesideAServer_TakenAndRevokedWithoutARestart()
    {
        using var host = HostProcess.Start(["serve", "--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data"), "--listen", "http://127.0.0.1:0"]);
        using var client = new HttpClient { BaseAddress = await host.WaitForAddressAsync() };
        Assert.Equal(200, await StatusAsync(client, null)); // open, as long as there is no key

        Assert.Equal(0, (await RunAsync("create", "ops", "--role", "admin")).Code);
        var (_, key, _) = await RunAsync("create", "web", "--tenant", "acme");
        await EventuallyAsync(client, key.Trim(), 200);
        Assert.Equal(401, await StatusAsync(client, null));

        Assert.Equal(0, (await RunAsync("revoke", "acme/web", "--yes")).Code);
        await EventuallyAsync(client, key.Trim(), 401);
    }

    // Another process writes, another reads: all there is to wait for is the answer.
    private static async Task EventuallyAsync(HttpClient client, string key, int status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await StatusAsync(client, key) != status)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task<int> StatusAsync(HttpClient client, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/operations");
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static string IdOf(string key) => KeyFormat.TryReadId(key, out var id) ? id.ToString() : "";

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        HostProcess.RunAsync(["keys", .. arguments, "--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data")]);
}
