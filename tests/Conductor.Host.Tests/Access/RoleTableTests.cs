using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Configuration;
using Conductor.Errors;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Host.Tests.Support;
using Conductor.Settings;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Access;

/// <summary>Every address against every role. An address that is not in the table fails the test, and so does one that is open to strangers and not listed as such.</summary>
public sealed class RoleTableTests
{
    private const string Callers = "admin tenant-admin tenant";
    private const string Readers = "admin operator tenant-admin tenant";
    private const string Nobody = "";

    private static readonly string[] Open = ["GET /health", "GET /healthz", "GET /livez", "GET /readyz", "GET /", "GET /openapi.json", "GET /docs", "GET /docs/{path}"];

    private static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["POST /v1/chat/completions"] = Callers,
        ["POST /openai/v1/chat/completions"] = Callers,
        ["POST /v1/completions"] = Callers,
        ["POST /openai/v1/completions"] = Callers,
        ["POST /v1/embeddings"] = Callers,
        ["POST /openai/v1/embeddings"] = Callers,
        ["GET /v1/models"] = Readers,
        ["GET /openai/v1/models"] = Readers,
        ["GET /v1/models/{id}"] = Readers,
        ["GET /openai/v1/models/{id}"] = Readers,
        ["POST /openai/deployments/{deployment}"] = Callers,
        ["POST /v1/responses"] = Callers,
        ["POST /openai/v1/responses"] = Callers,
        ["GET /v1/responses/{id}"] = Callers,
        ["GET /openai/v1/responses/{id}"] = Callers,
        ["DELETE /v1/responses/{id}"] = Callers,
        ["DELETE /openai/v1/responses/{id}"] = Callers,
        ["GET /v1/responses/{id}/input_items"] = Callers,
        ["GET /openai/v1/responses/{id}/input_items"] = Callers,
        ["POST /v1/responses/{id}/cancel"] = Callers,
        ["POST /openai/v1/responses/{id}/cancel"] = Callers,
        ["POST /v1/messages"] = Callers,
        ["POST /anthropic/v1/messages"] = Callers,
        ["POST /v1/messages/count_tokens"] = Callers,
        ["POST /anthropic/v1/messages/count_tokens"] = Callers,
        ["GET /anthropic/v1/models"] = Readers,
        ["GET /anthropic/v1/models/{id}"] = Readers,
        ["GET /v1beta/models"] = Readers,
        ["GET /gemini/v1beta/models"] = Readers,
        ["GET /v1beta/models/{model}"] = Readers,
        ["GET /gemini/v1beta/models/{model}"] = Readers,
        ["POST /v1beta/models/{model}"] = Callers,
        ["POST /gemini/v1beta/models/{model}"] = Callers,
        ["POST /api/chat"] = Callers,
        ["POST /api/generate"] = Callers,
        ["POST /api/embed"] = Callers,
        ["POST /api/embeddings"] = Callers,
        ["GET /api/tags"] = Readers,
        ["POST /api/show"] = Readers,
        ["GET /api/ps"] = Readers,
        ["GET /api/version"] = Readers,
        ["GET /v1/operations"] = Readers,
        ["GET /v1/operations/{operation}"] = Readers,
        ["POST /v1/operations/{operation}"] = Callers,
        ["POST /v1/operations/{operation}:batch"] = Callers,
        ["POST /v1/estimate"] = Callers,
        ["GET /v1/usage"] = Readers,
        ["GET /v1/generations/{request_id}"] = Readers,
        ["GET /v1/status"] = Readers,
        ["GET /v1/plugins"] = Readers,
        ["GET /metrics"] = "admin operator metrics",
        ["POST /admin/v1/plugins/rescan"] = "admin",
        ["GET /admin/v1/tenants"] = "admin operator tenant-admin",
        ["GET /admin/v1/tenants/{tenant}"] = "admin operator tenant-admin",
        ["PUT /admin/v1/tenants/{tenant}"] = "admin tenant-admin",
        ["DELETE /admin/v1/tenants/{tenant}"] = "admin",
        ["GET /admin/v1/budgets"] = "admin operator tenant-admin",
        ["PUT /admin/v1/budgets/global"] = "admin",
        ["DELETE /admin/v1/budgets/global"] = "admin",
        ["PUT /admin/v1/budgets/tenants/{tenant}"] = "admin",
        ["DELETE /admin/v1/budgets/tenants/{tenant}"] = "admin",
        ["GET /admin/v1/prices"] = "admin operator",
        ["PUT /admin/v1/prices"] = "admin",
        ["PUT /admin/v1/prices/{provider}/{model}"] = "admin",
        ["DELETE /admin/v1/prices/{provider}/{model}"] = "admin",
        ["GET /admin/v1/providers/{name}/keys"] = "admin operator",
        ["PUT /admin/v1/providers/{name}/keys"] = "admin",
        ["DELETE /admin/v1/providers/{name}/keys/{index}"] = "admin",
        ["GET /admin/v1/usage"] = "admin operator tenant-admin",
        ["GET /admin/v1/plugins"] = "admin operator",
        ["GET /admin/v1/config"] = "admin operator",
        ["POST /admin/v1/config/validate"] = "admin",
        ["POST /admin/v1/config/reload"] = "admin",
        ["GET /admin/v1/audit"] = "admin operator tenant-admin",
        ["GET /admin/v1/keys"] = "admin operator tenant-admin",
        ["POST /admin/v1/keys"] = "admin tenant-admin",
        ["POST /admin/v1/keys/{id}/rotate"] = "admin tenant-admin",
        ["DELETE /admin/v1/keys/{id}"] = "admin tenant-admin",
    };

    [Fact]
    public async Task EveryAddress_EveryRole_AsTheTableSays()
    {
        var keys = AccessRoles.Names.ToDictionary(role => role, role => $"a-long-random-key-of-{role}-0123456789");
        await using var gateway = await TestGateway.StartAsync(tenants: $$"""
            tenants: { acme: {} }
            keys:
            {{string.Concat(keys.Select(pair => $"  - {{ tenant: acme, name: {pair.Key}, role: {pair.Key}, key: \"{pair.Value}\" }}\n"))}}
            """);
        var endpoints = gateway.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        List<string> wrong = [];
        List<string> seen = [];
        foreach (var endpoint in endpoints)
        {
            var path = $"/{endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**", "{", StringComparison.Ordinal)}";
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Where(method => method != "HEAD") ?? ["GET"])
            {
                var address = $"{method} {path}";
                seen.Add(address);
                var isOpen = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
                if (isOpen != Open.Contains(address))
                {
                    wrong.Add($"{address} is {(isOpen ? "open to strangers" : "closed")}, and the list says otherwise");
                }

                if (!isOpen && !Table.ContainsKey(address))
                {
                    wrong.Add($"{address} is not in the table");
                }

                foreach (var role in isOpen ? [] : AccessRoles.Names.Append(null))
                {
                    var (status, code) = await AskAsync(gateway, method, path, role is null ? null : keys[role]);
                    var wanted = role is null ? "401" : Table.GetValueOrDefault(address, Nobody).Split(' ').Contains(role) ? "in" : "403";
                    var got = status == 401 ? "401" : status == 403 && code is "role_not_allowed" or "admin_only" ? "403" : "in";
                    if (got != wanted || status == 500)
                    {
                        wrong.Add($"{address} as {role ?? "nobody"}: {status} {code}, wanted {wanted}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Empty(Table.Keys.Except(seen, StringComparer.Ordinal)); // what is gone leaves the table
    }

    [Theory]
    [InlineData("admin", true)]
    [InlineData("operator", false)]
    [InlineData("tenant-admin", false)]
    [InlineData("tenant", false)]
    [InlineData("metrics", false)]
    public async Task AddressThatNamesNoRole_AdminsOnly(string role, bool isIn)
    {
        const string Key = "a-long-random-key-0123456789";
        var settings = new ConductorSettings { Keys = [new CallerKeySettings { Tenant = "t", Name = "k", Role = AccessRoles.Parse(role)!.Value, Hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Key)) }] };
        var isReached = false;
        using var gate = GateOf(settings, _ =>
        {
            isReached = true;
            return Task.CompletedTask;
        });
        var http = new DefaultHttpContext();
        http.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/forgotten"), 0, EndpointMetadataCollection.Empty, "forgotten"));
        http.Request.Headers.Authorization = $"Bearer {Key}";

        if (isIn)
        {
            await gate.InvokeAsync(http);
        }
        else
        {
            Assert.Equal("admin_only", (await Assert.ThrowsAsync<ConductorException>(() => gate.InvokeAsync(http))).Code);
        }

        Assert.Equal(isIn, isReached);
    }

    /// <summary>From beyond this machine, or as a proxy says.</summary>
    [Theory]
    [InlineData("127.0.0.1", null, null, false, true)]
    [InlineData("::1", null, null, false, true)]
    [InlineData("::ffff:127.0.0.1", null, null, false, true)]
    [InlineData("203.0.113.9", null, null, false, false)]
    [InlineData("203.0.113.9", null, null, true, true)] // TLS
    [InlineData("203.0.113.9", null, "https", false, false)] // anybody may say so
    [InlineData("10.0.0.7", null, "https", false, true)] // the trusted proxy does
    [InlineData("10.0.0.7", null, "http", false, false)]
    [InlineData("10.0.0.7", null, "https, http", false, false)] // its own word is the last
    [InlineData("10.0.0.7", "203.0.113.9", null, false, false)]
    [InlineData("10.0.0.7", "127.0.0.1", null, false, true)]
    public async Task Admin_WithoutTls_OnlyOnThisMachine(string from, string? forwarded, string? proto, bool isHttps, bool isIn)
    {
        var settings = new ConductorSettings { Server = new ServerSettings { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] } };
        foreach (var isInsecure in (bool[])[false, true])
        {
            using var gate = GateOf(settings with { Server = settings.Server with { InsecureAdmin = isInsecure } }, _ => Task.CompletedTask);
            var http = new DefaultHttpContext();
            http.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/admin/v1/x"), 0, new EndpointMetadataCollection(AccessRule.Admin), "x"));
            http.Request.Host = new HostString("localhost");
            http.Request.Scheme = isHttps ? "https" : "http";
            http.Connection.RemoteIpAddress = IPAddress.Parse(from);
            Header(http, "x-forwarded-for", forwarded);
            Header(http, "x-forwarded-proto", proto);

            if (isIn || isInsecure)
            {
                await gate.InvokeAsync(http);
            }
            else
            {
                Assert.Equal("tls_required", (await Assert.ThrowsAsync<ConductorException>(() => gate.InvokeAsync(http))).Code);
            }
        }
    }

    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")] // not a trusted proxy: what it says is nothing
    [InlineData("10.0.0.7", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.7", "6.6.6.6, 198.51.100.1", "198.51.100.1")] // what comes before may be anybody's
    [InlineData("10.0.0.7", "6.6.6.6, 198.51.100.1, 10.0.0.8", "198.51.100.1")]
    [InlineData("10.0.0.7", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.0.0.7", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("10.0.0.7", "::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.7", "unknown", null)]
    [InlineData("10.0.0.7", "", "10.0.0.7")]
    [InlineData("10.0.0.7", "10.0.0.8", "10.0.0.8")]
    public void CallerAddress_Forwarded_OnlyOfTrustedProxies(string from, string forwarded, string? address)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(from);
        Header(http, "x-forwarded-for", forwarded);

        Assert.Equal(address, CallerAddress.Of(http, new ServerSettings { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] })?.ToString());
    }

    [Theory]
    [InlineData(null, "team=blue")]
    [InlineData("""{"team":"red","run":7}""", "run=7 team=blue")] // who pays is the operator's to say
    public void Tags_OfTheKey_OverTheCallersOwn(string? sent, string metadata)
    {
        var http = new DefaultHttpContext { TraceIdentifier = "req" };
        http.Features.Set(CallerIdentity.Of(new CallerKeySettings { Tenant = "t", Name = "k", Hash = new byte[32], Tags = new Dictionary<string, string> { ["team"] = "blue" } }));
        Header(http, "x-conductor-metadata", sent);

        var context = CallHeaders.ReadContext(http, "openai");

        Assert.Equal(metadata, string.Join(' ', context.Metadata.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")));
        Assert.Equal(("t", "k", "k"), (context.TenantId, context.KeyId, context.Key?.Name));
    }

    [Fact]
    public void Secrets_OfTheServer_AreKnownToTheRedactor()
    {
        var redactor = new Conductor.Host.Redaction.SecretRedactor();
        redactor.Know(new ConductorSettings
        {
            KeyPepper = new Security.Secret("a pepper of sixteen and more"),
            Server = new ServerSettings { Tls = new TlsSettings { Pfx = "x", Password = new Security.Secret("open sesame 0123456789") } },
        });

        var text = redactor.Clean($"a pepper of sixteen and more, open sesame 0123456789, ck_boot_{new string('x', 43)}, {KeyFormat.NewKey("Ab3dE6gH")}")!;

        Assert.All((string[])["pepper", "sesame", "ck_boot_x", "ck_live_Ab3dE6gH_"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    private static void Header(HttpContext http, string name, string? value)
    {
        if (value is not null)
        {
            http.Request.Headers[name] = value;
        }
    }

    private static Gate GateOf(ConductorSettings settings, RequestDelegate next)
    {
        var fixedSettings = new FixedSettings(settings);
        Assert.Null(ListenAddresses.TryParse("http://127.0.0.1:0", out var listen));
        return new Gate(fixedSettings, listen, next);
    }

    private static async Task<(int Status, string? Code)> AskAsync(TestGateway gateway, string method, string path, string? key)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), System.Text.RegularExpressions.Regex.Replace(path, "{[^}]*}", "x"));
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        using var response = await gateway.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, response.IsSuccessStatusCode || !text.StartsWith('{') ? null : CodeOf(JsonElement.Parse(text)));
    }

    // Dialects that have no codes say it in their sentence.
    private static string? CodeOf(JsonElement body)
    {
        if (!body.TryGetProperty("error", out var error))
        {
            return null;
        }

        var code = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return code ?? (error.ToString().Contains("needs a key with the role", StringComparison.Ordinal) ? "role_not_allowed" : null);
    }

    private sealed class Gate(ISettings settings, ListenAddresses listen, RequestDelegate next) : IDisposable
    {
        private readonly BootstrapToken _bootstrap = new(settings);
        private readonly DrainGate _drain = new();

        public Task InvokeAsync(HttpContext http) => new AccessGate(next, new KeyRing(settings, TimeProvider.System), _bootstrap, settings, listen, _drain).InvokeAsync(http);

        public void Dispose()
        {
            _bootstrap.Dispose();
            _drain.Dispose();
        }
    }
}
