using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Conductor.Access;
using Conductor.Configuration;
using Conductor.Host.Http;
using Conductor.Host.Tests.Support;
using Conductor.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Access;

/// <summary>Keys over HTTP: what is made holds at once, what is revoked does not, and nobody reaches into another tenant.</summary>
public sealed class KeyEndpointTests
{
    private const string Admin = "a-long-random-key-of-admin-0123456789";
    private const string OfAcme = "a-long-random-key-of-acme-0123456789";
    private const string OfEnvironment = "a-long-random-key-of-env-0123456789";

    private const string Tenants = $$"""
        # who may call
        tenants: { acme: {}, other: {} }
        keys:
          - { tenant: default, name: ops, key: "{{Admin}}" }   # the operator's
          - { tenant: acme, name: boss, role: tenant-admin, key: "{{OfAcme}}" }
          - { tenant: acme, name: root, role: admin, hash: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }
          - { tenant: other, name: web, hash: "3c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }
        """;

    [Fact]
    public async Task Key_MadeUsedRotatedRevoked_EachAtOnce()
    {
        await using var gateway = await StartAsync();

        var made = await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", Admin, """{"tenant":"acme","name":"web","models":["local/*"],"tags":{"team":"blue"}}""", 201);
        var (id, first) = (made.GetProperty("id").GetString()!, made.GetProperty("key").GetString()!);
        Assert.True(KeyFormat.TryReadId(first, out var inside));
        Assert.Equal(id, inside.ToString());
        Assert.Equal("tenant", made.GetProperty("role").GetString());
        Assert.Equal(200, await StatusAsync(gateway, "/v1/models", first));

        var rotated = await JsonAsync(gateway, HttpMethod.Post, $"/admin/v1/keys/{id}/rotate", Admin, """{"overlap_seconds":60}""", 200);
        var second = rotated.GetProperty("key").GetString()!;
        Assert.Equal((200, 200), (await StatusAsync(gateway, "/v1/models", first), await StatusAsync(gateway, "/v1/models", second)));

        var row = (await JsonAsync(gateway, HttpMethod.Get, "/admin/v1/keys", Admin, null, 200)).GetProperty("data").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal(JsonValueKind.String, row.GetProperty("last_used").ValueKind);
        Assert.Equal(JsonValueKind.String, row.GetProperty("previous").GetProperty("last_used").ValueKind);
        Assert.False(row.TryGetProperty("key", out _));
        var seen = (await JsonAsync(gateway, HttpMethod.Get, "/v1/status", Admin, null, 200)).GetProperty("keys").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal(row.GetProperty("last_used").GetString(), seen.GetProperty("last_used").GetString());
        Assert.False((await JsonAsync(gateway, HttpMethod.Get, "/v1/status", second, null, 200)).TryGetProperty("keys", out _));

        var third = (await JsonAsync(gateway, HttpMethod.Post, $"/admin/v1/keys/{id}/rotate", Admin, """{"overlap_seconds":0}""", 200)).GetProperty("key").GetString()!;
        Assert.Equal((401, 401, 200), (await StatusAsync(gateway, "/v1/models", first), await StatusAsync(gateway, "/v1/models", second), await StatusAsync(gateway, "/v1/models", third)));

        await JsonAsync(gateway, HttpMethod.Delete, $"/admin/v1/keys/{id}", Admin, null, 200);
        Assert.Equal(401, await StatusAsync(gateway, "/v1/models", third));
        Assert.Equal(Tenants.ReplaceLineEndings("\n"), (await File.ReadAllTextAsync(TenantsOf(gateway))).ReplaceLineEndings("\n").TrimEnd('\n'));
    }

    [Fact]
    public async Task TenantAdmin_ItsOwnTenantAndNoMore()
    {
        await using var gateway = await StartAsync();

        var list = (await JsonAsync(gateway, HttpMethod.Get, "/admin/v1/keys", OfAcme, null, 200)).GetProperty("data").EnumerateArray().Select(key => key.GetProperty("tenant").GetString()).Distinct();
        Assert.Equal(["acme"], list);
        var made = await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", OfAcme, """{"name":"web"}""", 201);
        Assert.Equal("acme", made.GetProperty("tenant").GetString());
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", OfAcme, """{"name":"x","tenant":"other"}""", 403);
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", OfAcme, """{"name":"x","role":"admin"}""", 403);
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", OfAcme, """{"name":"x","role":"operator"}""", 403);
        foreach (var id in (string[])["other:web", "default:ops", "acme:root", "nobody"])
        {
            await JsonAsync(gateway, HttpMethod.Delete, $"/admin/v1/keys/{id}", OfAcme, null, 404); // another's, or mightier than it: as if it were not there
            await JsonAsync(gateway, HttpMethod.Post, $"/admin/v1/keys/{id}/rotate", OfAcme, "", 404);
        }

        await JsonAsync(gateway, HttpMethod.Delete, $"/admin/v1/keys/{made.GetProperty("id").GetString()}", OfAcme, null, 200);
    }

    [Theory]
    [InlineData("""{}""", 400, "name")]
    [InlineData("""{"name":"x","tenant":"nobody"}""", 400, "tenant")]
    [InlineData("""{"name":"x","role":"king"}""", 400, "role")]
    [InlineData("""{"name":"x","ip":["10.1.0.0/8"]}""", 400, "ip[0]")]
    [InlineData("""{"name":"x","routes":["everything"]}""", 400, "routes[0]")]
    [InlineData("""{"name":"x","expires":"tomorrow"}""", 400, "expires")]
    [InlineData("""{"name":"x","hash":"00"}""", 400, "hash")]
    [InlineData("""{"name":"ops","tenant":"default"}""", 400, null)]
    [InlineData("""["x"]""", 400, null)]
    [InlineData("""{"name":""", 400, null)]
    [InlineData("""{"name":7}""", 400, "name")]
    public async Task Create_WrongBody_400ThatNamesTheMember(string body, int status, string? param)
    {
        await using var gateway = await StartAsync();

        var error = (await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", Admin, body, status)).GetProperty("error");

        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(Tenants.ReplaceLineEndings("\n"), (await File.ReadAllTextAsync(TenantsOf(gateway))).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("""{"overlap_seconds":-1}""")]
    [InlineData("""{"overlap_seconds":2592001}""")]
    [InlineData("""{"overlap_seconds":"60"}""")]
    [InlineData("""{"overlap":60}""")]
    public async Task Rotate_WrongBody_400(string body)
    {
        await using var gateway = await StartAsync();

        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys/acme:boss/rotate", Admin, body, 400);
    }

    [Fact]
    public async Task Change_KeyOfTheEnvironment_409()
    {
        await using var gateway = await StartAsync(new() { ["CONDUCTOR_API_KEYS"] = OfEnvironment });

        var error = (await JsonAsync(gateway, HttpMethod.Delete, "/admin/v1/keys/default:env-1", Admin, null, 409)).GetProperty("error");

        Assert.Equal("conflict", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Key_FromTheEnvironmentInItsName_StaysText()
    {
        await using var gateway = await StartAsync(new() { ["CONDUCTOR_API_KEYS"] = OfEnvironment });

        var made = await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", Admin, """{"name":"${CONDUCTOR_API_KEYS}"}""", 201);

        Assert.Equal("${CONDUCTOR_API_KEYS}", made.GetProperty("name").GetString());
    }

    [Fact]
    public async Task OpenOnThisMachine_FirstKeyIsAnAdminsAndEndsIt()
    {
        await using var gateway = await TestGateway.StartAsync();
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", null, """{"name":"x","role":"tenant"}""", 400);

        var made = await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", null, """{"name":"ops"}""", 201);

        Assert.Equal("admin", made.GetProperty("role").GetString());
        Assert.Equal(401, await StatusAsync(gateway, "/v1/models", null));
        Assert.Equal(200, await StatusAsync(gateway, "/v1/models", made.GetProperty("key").GetString()));
        await JsonAsync(gateway, HttpMethod.Delete, $"/admin/v1/keys/{made.GetProperty("id").GetString()}", made.GetProperty("key").GetString(), null, 409); // the last one
    }

    [Fact]
    public async Task BeyondThisMachine_TokenMakesTheFirstKeyAndNothingElse()
    {
        await using var gateway = await TestGateway.StartAsync(listen: "http://0.0.0.0:0");
        var path = Path.Combine(gateway.App.Services.GetRequiredService<ISettings>().Current.Storage.Path, BootstrapToken.FileName);
        var token = (await File.ReadAllTextAsync(path)).Trim();
        Assert.Contains(token, gateway.App.Bootstrap, StringComparison.Ordinal);
        Assert.Contains("conductor keys create", gateway.App.Bootstrap, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        foreach (var (method, address) in ((HttpMethod, string)[])[(HttpMethod.Get, "/v1/models"), (HttpMethod.Get, "/admin/v1/keys"), (HttpMethod.Post, "/admin/v1/plugins/rescan"), (HttpMethod.Delete, "/admin/v1/keys/x")])
        {
            await JsonAsync(gateway, method, address, token, null, 401);
        }

        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", null, """{"name":"x"}""", 401);
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token[..^1] + "?", """{"name":"x"}""", 401);
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token, """{"name":"x","role":"tenant"}""", 400); // and it is not used up by that

        using var barrier = new Barrier(2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Factory.StartNew(
            async () =>
            {
                barrier.SignalAndWait(TimeSpan.FromSeconds(30));
                using var response = await SendAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token, $$"""{"name":"first-{{i}}"}""");
                return (Status: (int)response.StatusCode, Body: JsonElement.Parse(await response.Content.ReadAsStringAsync()));
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Equal([201, 401], answers.Select(answer => answer.Status).Order());
        var made = answers.Single(answer => answer.Status == 201).Body;
        Assert.Equal(("admin", "default"), (made.GetProperty("role").GetString(), made.GetProperty("tenant").GetString()));
        Assert.False(File.Exists(path));
        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token, """{"name":"y"}""", 401);
        Assert.Equal(200, await StatusAsync(gateway, "/v1/models", made.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task BeyondThisMachine_KeyMadeByOtherMeans_TokenIsVoid()
    {
        await using var gateway = await TestGateway.StartAsync(listen: "http://0.0.0.0:0");
        var settings = gateway.App.Services.GetRequiredService<Composition.HostSettings>();
        var path = Path.Combine(settings.Current.Storage.Path, BootstrapToken.FileName);
        var token = (await File.ReadAllTextAsync(path)).Trim();

        var registry = gateway.App.Services.GetRequiredService<KeyRegistry>();
        await registry.CreateAsync(JsonElement.Parse("""{"tenant":"default","name":"ops","role":"admin"}"""), null, addsTenant: false, CancellationToken.None);
        settings.Reload();

        await JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token, """{"name":"x"}""", 401);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task BeyondThisMachine_TokenOvertakenWhileItsBodyComes_MakesNoSecondKey()
    {
        await using var gateway = await TestGateway.StartAsync(listen: "http://0.0.0.0:0");
        var path = Path.Combine(gateway.App.Services.GetRequiredService<ISettings>().Current.Storage.Path, BootstrapToken.FileName);
        var token = (await File.ReadAllTextAsync(path)).Trim();

        // Its body is asked for ("100 Continue") once it has been let in; the first key is made before a byte of it is sent.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(30) };
        using var client = new HttpClient(handler);
        using var late = new HttpRequestMessage(HttpMethod.Post, new Uri(new UriBuilder(gateway.Address) { Host = "127.0.0.1" }.Uri, "/admin/v1/keys"));
        late.Headers.ExpectContinue = true;
        late.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        late.Content = new LateContent("""{"name":"second","role":"admin"}""", () => JsonAsync(gateway, HttpMethod.Post, "/admin/v1/keys", token, """{"name":"first"}""", 201));
        using var answer = await client.SendAsync(late);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("first", Assert.Single(gateway.App.Services.GetRequiredService<ISettings>().Current.Keys).Name);
    }

    private static Task<TestGateway> StartAsync(Dictionary<string, string>? environment = null) => TestGateway.StartAsync(tenants: Tenants, environment: environment);

    private static string TenantsOf(TestGateway gateway) => Path.Combine(Path.GetDirectoryName(gateway.ConfigPath)!, "tenants.yaml");

    private static async Task<int> StatusAsync(TestGateway gateway, string path, string? key)
    {
        using var response = await SendAsync(gateway, HttpMethod.Get, path, key, null);
        return (int)response.StatusCode;
    }

    private static async Task<JsonElement> JsonAsync(TestGateway gateway, HttpMethod method, string path, string? key, string? body, int status)
    {
        using var response = await SendAsync(gateway, method, path, key, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode}, wanted {status}: {text}");
        Assert.True(response.StatusCode != HttpStatusCode.Created || response.Headers.CacheControl is { NoStore: true });
        return JsonElement.Parse(text);
    }

    private static Task<HttpResponseMessage> SendAsync(TestGateway gateway, HttpMethod method, string path, string? key, string? body)
    {
        var request = new HttpRequestMessage(method, new Uri(new UriBuilder(gateway.Address) { Host = "127.0.0.1" }.Uri, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return gateway.Client.SendAsync(request);
    }

    private sealed class LateContent(string text, Func<Task> before) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await before();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Encoding.UTF8.GetByteCount(text);
            return true;
        }
    }
}
